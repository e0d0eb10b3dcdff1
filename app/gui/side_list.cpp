#include "side_list.h"

#include <widgets/models/figures.h>
#include <widgets/models/theme.h>

#include <QContextMenuEvent>
#include <QMouseEvent>
#include <QRegularExpression>
#include <QPainter>
#include <QStyledItemDelegate>

namespace lpntk::gui {

using models::Role;
using models::theme;

namespace {

constexpr int kMargin = 12;
/// Width of the accuracy column.
int secondColumn() {
    return qRound(58 * theme().textScale());
}

class SideDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const override {
        const auto& model = static_cast<const SideModel&>(*index.model());
        return {100, model.at(index).section ? theme().row("section") : theme().row("tree")};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const auto& model = static_cast<const SideModel&>(*index.model());
        const SideRow& row = model.at(index);
        const bool hovered = option.state & QStyle::State_MouseOver;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (row.section)
            paintSection(*painter, option.rect, row, hovered);
        else
            paintItem(*painter, option.rect, row, model.classes(), hovered);
        const bool focused = option.state & QStyle::State_HasFocus && option.widget && option.widget->hasFocus();
        if (focused) {
            painter->setPen(QPen(theme().colour(Role::focus), 2));
            painter->setBrush(Qt::NoBrush);
            painter->drawRect(QRectF(option.rect).adjusted(1, 1, -1, -1));
        }
        painter->restore();
    }

private:
    void paintSection(QPainter& painter, const QRect& rect, const SideRow& row, bool hovered) const {
        painter.setFont(theme().font(12, QFont::DemiBold));
        painter.setPen(theme().colour(Role::text2));
        painter.drawText(rect.adjusted(kMargin, 4, -kMargin, 0), Qt::AlignVCenter | Qt::AlignLeft, row.text);
        if (row.activate) {
            const QRect plus(rect.right() - kMargin - 14, rect.center().y() - 5, 16, 16);
            theme().icon(QStringLiteral("add"), hovered ? Role::text : Role::text2).paint(&painter, plus);
        }
        if (!row.value.isEmpty()) {
            painter.setFont(theme().font(11));
            painter.setPen(theme().colour(Role::text3));
            const int second = row.value2.isEmpty() ? 0 : secondColumn();
            painter.drawText(rect.adjusted(kMargin, 4, -kMargin - second, 0), Qt::AlignVCenter | Qt::AlignRight, row.value);
            painter.drawText(rect.adjusted(kMargin, 4, -kMargin, 0), Qt::AlignVCenter | Qt::AlignRight, row.value2);
        }
    }

    void paintItem(QPainter& painter, const QRect& rect, const SideRow& row, int classes, bool hovered) const {
        if (row.current)
            painter.fillRect(rect, theme().colour(Role::selection));
        else if (hovered)
            painter.fillRect(rect, theme().colour(Role::hover));
        if (row.current)
            painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), theme().colour(Role::accent));
        int left = rect.left() + kMargin;
        if (!row.icon.isEmpty()) {
            theme().icon(row.icon, row.current ? Role::accentText : Role::text2)
                .paint(&painter, QRect(left, rect.center().y() - 7, 16, 16));
            left += 24;
        }
        if (row.swatch >= 0) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme().classColour(row.swatch, classes));
            painter.drawRoundedRect(QRectF(left, rect.center().y() - 4, 9, 9), 2, 2);
            left += 18;
        }
        painter.setFont(theme().font(13));
        double right = rect.right() - kMargin;
        painter.setPen(theme().colour(row.swatch >= 0 || row.current ? Role::text2 : Role::text2));
        if (!row.value2.isEmpty()) {
            models::drawFigures(painter, QRectF(rect.left(), rect.top(), right - rect.left(), rect.height()),
                                Qt::AlignRight | Qt::AlignVCenter, row.value2);
            right -= secondColumn();
        }
        models::drawFigures(painter, QRectF(rect.left(), rect.top(), right - rect.left(), rect.height()),
                            Qt::AlignRight | Qt::AlignVCenter, row.value);
        right -= models::figuresWidth(painter.font(), row.value) + 8;
        painter.setPen(theme().colour(Role::text));
        const QString text = painter.fontMetrics().elidedText(row.text, Qt::ElideMiddle, static_cast<int>(right) - left);
        painter.drawText(QRect(left, rect.top(), static_cast<int>(right) - left, rect.height()), Qt::AlignVCenter | Qt::AlignLeft, text);
    }
};

} // namespace

bool SideRow::sameText(const SideRow& other) const {
    return section == other.section && text == other.text && value == other.value && value2 == other.value2 && icon == other.icon
           && swatch == other.swatch && current == other.current && tip == other.tip;
}

void SideModel::reset(std::vector<SideRow> rows, int classes) {
    const bool sameShape = rows.size() == m_rows.size() && classes == m_classes;
    if (!sameShape)
        beginResetModel();
    bool changedText = false;
    for (std::size_t i = 0; sameShape && i < rows.size(); ++i)
        changedText = changedText || !rows[i].sameText(m_rows[i]);
    m_rows = std::move(rows);
    m_classes = classes;
    if (!sameShape)
        endResetModel();
    else if (changedText && !m_rows.empty())
        Q_EMIT dataChanged(index(0), index(static_cast<int>(m_rows.size()) - 1));
}

int SideModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant SideModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const SideRow& row = at(index);
    switch (role) {
    case Qt::DisplayRole:
        return row.text;
    case Qt::ToolTipRole:
        return row.section ? row.addName : row.tip;
    case Qt::AccessibleTextRole:
        return QStringList{row.text, row.value, row.value2}.filter(QRegularExpression(QStringLiteral("."))).join(QStringLiteral(", "));
    default:
        return {};
    }
}

Qt::ItemFlags SideModel::flags(const QModelIndex& index) const {
    return index.isValid() ? Qt::ItemIsEnabled | Qt::ItemIsSelectable : Qt::NoItemFlags;
}

SideList::SideList(QWidget* parent) : QListView(parent), m_model(new SideModel(this)) {
    setModel(m_model);
    setItemDelegate(new SideDelegate(this));
    setMouseTracking(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setFrameShape(QFrame::NoFrame);
    viewport()->setAttribute(Qt::WA_Hover);
    connect(&theme(), &models::Theme::changed, this, [this] {
        doItemsLayout();
        updateGeometry();
    });
}

void SideList::setRows(std::vector<SideRow> rows, int classes) {
    m_model->reset(std::move(rows), classes);
    updateGeometry();
}

QSize SideList::sizeHint() const {
    int height = 8;
    for (int row = 0; row < m_model->rowCount(); ++row)
        height += m_model->at(m_model->index(row)).section ? theme().row("section") : theme().row("tree");
    return {200, height};
}

void SideList::activateRow(const QModelIndex& index) {
    // A copy: what it calls may exchange the rows.
    if (const auto activate = index.isValid() ? m_model->at(index).activate : std::function<void()>())
        activate();
}

void SideList::mouseReleaseEvent(QMouseEvent* event) {
    QListView::mouseReleaseEvent(event);
    const QModelIndex index = indexAt(event->position().toPoint());
    if (event->button() != Qt::LeftButton || !index.isValid())
        return;
    // A section is activated by its "+", not by its words.
    if (!m_model->at(index).section || event->position().x() > viewport()->width() - kMargin - 24)
        activateRow(index);
}

void SideList::keyPressEvent(QKeyEvent* event) {
    const QModelIndex index = currentIndex();
    // Copies: what they call may exchange the rows.
    const auto rename = index.isValid() ? m_model->at(index).rename : std::function<void()>();
    const auto remove = index.isValid() ? m_model->at(index).remove : std::function<void()>();
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        activateRow(index);
    else if (event->key() == Qt::Key_F2 && rename)
        rename();
    else if (event->key() == Qt::Key_Delete && remove)
        remove();
    else
        QListView::keyPressEvent(event);
}

void SideList::contextMenuEvent(QContextMenuEvent* event) {
    const QModelIndex index = event->reason() == QContextMenuEvent::Mouse ? indexAt(event->pos()) : currentIndex();
    if (!index.isValid())
        return;
    if (const auto menu = m_model->at(index).menu)
        menu(event->reason() == QContextMenuEvent::Mouse ? event->globalPos() : viewport()->mapToGlobal(visualRect(index).bottomLeft()));
}

} // namespace lpntk::gui
