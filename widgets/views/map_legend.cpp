#include <widgets/views/map_legend.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_neighbour_row.h>
#include <widgets/views/parts_thumbnail.h>

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace lpntk::views {

using models::Role;
using models::theme;
namespace format = models::format;

namespace {

constexpr double kBox = 14;

void paintCheckBox(QPainter& painter, const QRectF& box, bool checked) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme().colour(checked ? Role::accentFill : Role::control), 1));
    painter.setBrush(theme().colour(checked ? Role::accentFill : Role::panel));
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    if (checked)
        theme().icon(QStringLiteral("check"), Role::onAccent).paint(&painter, box.adjusted(1, 1, -1, -1).toRect());
}

} // namespace

void MapLegendModel::setGroups(std::vector<MapGroup> groups) {
    for (MapGroup& group : groups)
        for (const MapGroup& former : m_groups)
            if (former.name == group.name)
                group.shown = former.shown;
    beginResetModel();
    m_groups = std::move(groups);
    endResetModel();
}

bool MapLegendModel::isWhole() const {
    return std::all_of(m_groups.begin(), m_groups.end(), [](const MapGroup& group) { return group.shown; });
}

void MapLegendModel::setShown(int row, bool shown) {
    bool& now = m_groups[static_cast<std::size_t>(row)].shown;
    if (now == shown)
        return;
    now = shown;
    Q_EMIT dataChanged(index(row), index(row), {Qt::CheckStateRole});
    Q_EMIT shownChanged();
}

void MapLegendModel::setAll(bool shown, int except) {
    for (int row = 0; row < rowCount(); ++row)
        m_groups[static_cast<std::size_t>(row)].shown = row == except ? !shown : shown;
    Q_EMIT dataChanged(index(0), index(rowCount() - 1), {Qt::CheckStateRole});
    Q_EMIT shownChanged();
}

void MapLegendModel::showOnly(int row) {
    setAll(false, row);
}

void MapLegendModel::showAll() {
    setAll(true, -1);
}

int MapLegendModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_groups.size());
}

QVariant MapLegendModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const MapGroup& group = m_groups[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return group.name;
    case Qt::AccessibleTextRole:
        return tr("%1, %2, %3")
            .arg(group.name, format::counted(group.count, tr("1 sample"), tr("%1 samples")),
                 group.shown ? tr("shown") : tr("hidden"));
    case Qt::CheckStateRole:
        return group.shown ? Qt::Checked : Qt::Unchecked;
    case ColourRole:
        return group.colour;
    case CountRole:
        return static_cast<qlonglong>(group.count);
    default:
        return {};
    }
}

bool MapLegendModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!index.isValid() || role != Qt::CheckStateRole)
        return false;
    setShown(index.row(), value.toInt() == Qt::Checked);
    return true;
}

Qt::ItemFlags MapLegendModel::flags(const QModelIndex& index) const {
    return index.isValid() ? QAbstractListModel::flags(index) | Qt::ItemIsUserCheckable : Qt::NoItemFlags;
}

QSize MapLegendDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return {160, theme().row("tree")};
}

void MapLegendDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    painter->save();
    paintRowGround(*painter, option, false, option.state & QStyle::State_MouseOver);
    const bool shown = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    const QRectF rect = QRectF(option.rect).adjusted(2, 0, -2, 0);
    const double middle = rect.center().y();
    paintCheckBox(*painter, {rect.left(), std::round(middle - kBox / 2), kBox, kBox}, shown);
    QColor swatch = index.data(MapLegendModel::ColourRole).value<QColor>();
    if (!shown)
        swatch.setAlphaF(0.35f * swatch.alphaF());
    paintSwatch(*painter, {rect.left() + kBox + 8, middle}, swatch);
    const QColor ink = theme().colour(shown ? Role::text : Role::disabledText);
    const double used =
        paintText(*painter, rect, format::count(index.data(MapLegendModel::CountRole).toLongLong()), theme().font(12),
                  theme().colour(shown ? Role::text2 : Role::disabledText), Qt::AlignRight | Qt::AlignVCenter);
    paintText(*painter, rect.adjusted(kBox + 8 + kSwatch + 7, 0, -used - 6, 0), index.data().toString(),
              theme().font(13), ink);
    painter->restore();
}

MapLegendList::MapLegendList(QWidget* parent) : QListView(parent), m_model(new MapLegendModel(this)) {
    setModel(m_model);
    setItemDelegate(new MapLegendDelegate(this));
    setUniformItemSizes(true);
    setMouseTracking(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setSelectionMode(QAbstractItemView::NoSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    connect(m_model, &QAbstractItemModel::modelReset, this, [this] { updateGeometry(); });
    connect(&theme(), &models::Theme::changed, this, [this] {
        doItemsLayout();
        updateGeometry();
    });
}

QSize MapLegendList::sizeHint() const {
    return {170, std::max(1, m_model->rowCount()) * theme().row("tree")};
}

QSize MapLegendList::minimumSizeHint() const {
    return {120, std::min(3, std::max(1, m_model->rowCount())) * theme().row("tree")};
}

void MapLegendList::mousePressEvent(QMouseEvent* event) {
    const QModelIndex index = indexAt(event->pos());
    if (event->button() != Qt::LeftButton || !index.isValid())
        return;
    setCurrentIndex(index);
    m_model->setShown(index.row(), !m_model->isShown(index.row()));
}

void MapLegendList::mouseDoubleClickEvent(QMouseEvent* event) {
    const QModelIndex index = indexAt(event->pos());
    if (event->button() != Qt::LeftButton || !index.isValid())
        return;
    // The first press has switched it already.
    const auto& groups = m_model->groups();
    const auto shownOthers =
        std::count_if(groups.begin(), groups.end(), [](const MapGroup& group) { return group.shown; }) -
        (m_model->isShown(index.row()) ? 1 : 0);
    if (shownOthers == 0)
        m_model->showAll();
    else
        m_model->showOnly(index.row());
}

void MapLegendList::keyPressEvent(QKeyEvent* event) {
    const QModelIndex index = currentIndex();
    if (event->key() == Qt::Key_Space && index.isValid())
        return m_model->setShown(index.row(), !m_model->isShown(index.row()));
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && index.isValid()) {
        Q_EMIT groupChosen(index.row());
        return;
    }
    QListView::keyPressEvent(event);
}

void MapLegendList::contextMenuEvent(QContextMenuEvent* event) {
    const QModelIndex index = event->reason() == QContextMenuEvent::Mouse ? indexAt(event->pos()) : currentIndex();
    if (!index.isValid())
        return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Show only %1").arg(index.data().toString()), this,
                    [this, row = index.row()] { m_model->showOnly(row); });
    menu->addAction(tr("Show all"), this, [this] { m_model->showAll(); })->setEnabled(!m_model->isWhole());
    menu->addSeparator();
    menu->addAction(tr("Select these samples"), this, [this, row = index.row()] { Q_EMIT groupChosen(row); });
    menu->popup(event->globalPos());
}

} // namespace lpntk::views
