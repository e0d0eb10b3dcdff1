#include "found_list.h"

#include "small_widgets.h"

#include <widgets/models/theme.h>

#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>

namespace lpntk::gui {

using models::Role;
using models::theme;

namespace {

constexpr int kDetailRole = Qt::UserRole + 1;
constexpr int kKeysRole = Qt::UserRole + 2;
constexpr int kIconRole = Qt::UserRole + 3;

class FoundDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {200, theme().row("tree") + 4};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        painter->save();
        if (option.state & QStyle::State_Selected) {
            painter->fillRect(option.rect, theme().colour(Role::selection));
            painter->fillRect(QRect(option.rect.topLeft(), QSize(2, option.rect.height())),
                              theme().colour(Role::accent));
        }
        const QRect rect = option.rect.adjusted(10, 0, -10, 0);
        const QString icon = index.data(kIconRole).toString();
        if (!icon.isEmpty())
            theme().icon(icon).paint(painter, QRect(rect.left(), rect.center().y() - 7, 16, 16));
        int right = rect.right();
        if (const QString keys = index.data(kKeysRole).toString(); !keys.isEmpty())
            right = KeyBox::paint(*painter, QPoint(right, rect.center().y()), keys).left() - 8;
        const int left = rect.left() + 26;
        painter->setFont(theme().font(13));
        painter->setPen(theme().colour(Role::text));
        const QString text = painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, right - left);
        painter->drawText(QRect(left, rect.top(), right - left, rect.height()), Qt::AlignLeft | Qt::AlignVCenter, text);
        // What was found matters more than what is said about it.
        const int room = right - left - painter->fontMetrics().horizontalAdvance(text) - 16;
        painter->setFont(theme().font(12));
        painter->setPen(theme().colour(Role::text2));
        const QString detail =
            painter->fontMetrics().elidedText(index.data(kDetailRole).toString(), Qt::ElideRight, std::max(room, 0));
        painter->drawText(QRect(right - room, rect.top(), room, rect.height()), Qt::AlignRight | Qt::AlignVCenter,
                          detail);
        painter->restore();
    }
};

int rowHeight() {
    return theme().row("tree") + 4;
}

} // namespace

FoundList::FoundList(QWidget* window) : QListWidget(window) {
    setItemDelegate(new FoundDelegate(this));
    setFocusPolicy(Qt::NoFocus);
    setFrameShape(QFrame::StyledPanel);
    hide();
    restyle();
    connect(&theme(), &models::Theme::changed, this, &FoundList::restyle);
}

void FoundList::restyle() {
    setStyleSheet(QStringLiteral("QListWidget { border: 1px solid %1; border-radius: 6px; padding: 4px; }")
                      .arg(theme().colour(Role::borderStrong).name()));
}

void FoundList::setEntries(const std::vector<Entry>& entries) {
    clear();
    for (const Entry& entry : entries) {
        auto* item = new QListWidgetItem(entry.text, this);
        item->setData(kDetailRole, entry.detail);
        item->setData(kKeysRole, entry.keys);
        item->setData(kIconRole, entry.icon);
        item->setData(Qt::AccessibleTextRole, entry.text + QStringLiteral(", ") + entry.detail);
    }
}

void FoundList::showAt(QPoint corner, int width, int rows) {
    const int height = std::clamp(count(), 1, rows) * rowHeight() + 12;
    const QSize room = parentWidget()->size();
    const int left = std::clamp(corner.x(), 0, std::max(0, room.width() - width));
    setGeometry(left, corner.y(), width, std::min(height, std::max(rowHeight() + 12, room.height() - corner.y())));
    show();
    raise();
}

void FoundList::move(int step) {
    const int entries = count();
    if (entries == 0)
        return;
    const int from = currentRow() < 0 && step < 0 ? 0 : currentRow();
    setCurrentRow((from + step + entries) % entries);
}

} // namespace lpntk::gui
