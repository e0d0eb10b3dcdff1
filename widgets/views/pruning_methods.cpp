#include <widgets/views/pruning_methods.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_neighbour_row.h>
#include <widgets/views/parts_thumbnail.h>

#include <QFontMetricsF>
#include <QHeaderView>
#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using curation::Method;
using models::Role;
using models::theme;
namespace format = models::format;

namespace {

/// Equal-width figures, row ground across all columns.
class MethodDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const override {
        const QFontMetricsF metrics(theme().font(12, QFont::DemiBold));
        return {qRound(metrics.horizontalAdvance(index.data().toString())) + 26, qRound(28 * theme().textScale())};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        painter->save();
        const bool selected = option.state & QStyle::State_Selected;
        QStyleOptionViewItem ground = option;
        ground.state.setFlag(QStyle::State_HasFocus, false);
        paintRowGround(*painter, ground, false, !selected && (option.state & QStyle::State_MouseOver));
        if (selected) {
            painter->fillRect(option.rect, theme().colour(Role::selection));
            if (index.column() == 0)
                painter->fillRect(QRect(option.rect.topLeft(), QSize(2, option.rect.height())), theme().colour(Role::accent));
        }
        painter->setPen(theme().colour(Role::border));
        painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
        const bool name = index.column() == MethodsModel::NameColumn;
        paintText(*painter, QRectF(option.rect).adjusted(name ? 12 : 4, 0, -12, 0), index.data().toString(), theme().font(12, name && selected ? QFont::DemiBold : QFont::Normal),
                  theme().colour(Role::text), (name ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
        painter->restore();
    }
};

} // namespace

void MethodsModel::setFigures(std::vector<MethodFigures> figures) {
    beginResetModel();
    m_figures = std::move(figures);
    endResetModel();
}

int MethodsModel::rowOf(Method method) const {
    for (std::size_t row = 0; row < m_figures.size(); ++row)
        if (m_figures[row].method == method)
            return static_cast<int>(row);
    return -1;
}

int MethodsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_figures.size());
}

int MethodsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant MethodsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((index.column() == NameColumn ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && (index.column() == CoverageColumn || index.column() == PercentileColumn) &&
        std::isnan(m_figures[static_cast<std::size_t>(index.row())].coverage))
        return tr("Not computed: it takes long at this amount. The whole curve shows it.");
    if (role != Qt::DisplayRole)
        return {};
    const auto& figures = m_figures[static_cast<std::size_t>(index.row())];
    switch (index.column()) {
    case NameColumn: return QString::fromUtf8(curation::titleOf(figures.method));
    case CoverageColumn: return format::share(figures.coverage);
    case PercentileColumn: return format::share(figures.fifthPercentile);
    case OverlapColumn: return format::share(figures.overlap, 0);
    case SmallestColumn: return format::count(figures.smallestClass);
    default: return {};
    }
}

QVariant MethodsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((section == NameColumn ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    const bool tip = role == Qt::ToolTipRole;
    if (role != Qt::DisplayRole && !tip)
        return {};
    switch (section) {
    // The em space stands for the margin that the names have: a style sheet pads all sections alike or none.
    case NameColumn: return tip ? QVariant() : QChar(0x2003) + tr("Method");
    case CoverageColumn: return tip ? tr("Mean share of a dropped sample's squared gradient norm that the kept ones span") : tr("Coverage");
    case PercentileColumn: return tip ? tr("5th percentile of the coverage: the badly covered ones") : tr("5th pct.");
    case OverlapColumn: return tip ? tr("Share of the present kept samples that the method keeps too") : tr("Overlap");
    case SmallestColumn: return tip ? tr("Samples kept of the class with the fewest") : tr("Min class");
    default: return {};
    }
}

MethodsTable::MethodsTable(QWidget* parent) : QTableView(parent), m_model(new MethodsModel(this)) {
    setModel(m_model);
    setItemDelegate(new MethodDelegate(this));
    setAccessibleName(tr("Methods at the same amount"));
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setTabKeyNavigation(false);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(qRound(28 * theme().textScale()));
    horizontalHeader()->setMinimumSectionSize(40);
    horizontalHeader()->setProperty("narrow", true);
    // The name says which rule it is; the figures are short and share what is left.
    horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    horizontalHeader()->setSectionResizeMode(MethodsModel::NameColumn, QHeaderView::Stretch);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionsClickable(false);
    connect(m_model, &QAbstractItemModel::modelReset, this, [this] {
        updateGeometry();
        fitColumns();
    });
    const auto choose = [this](const QModelIndex& index) { Q_EMIT methodChosen(m_model->methodAt(index.row())); };
    connect(this, &QTableView::clicked, this, choose);
    connect(this, &QTableView::activated, this, choose);
}

int MethodsTable::widthOf(int column) const {
    return std::max(sizeHintForColumn(column), horizontalHeader()->sectionSizeHint(column));
}

QSize MethodsTable::minimumSizeHint() const {
    return {widthOf(MethodsModel::NameColumn) + widthOf(MethodsModel::CoverageColumn), QTableView::minimumSizeHint().height()};
}

/// No name elided: it says which rule the row is about. The last figures go first.
void MethodsTable::fitColumns() {
    int used = 0;
    for (int column = 0; column < m_model->columnCount(); ++column) {
        setColumnHidden(column, false); // a hidden one has no width that could be asked for
        used += widthOf(column);
        setColumnHidden(column, column > MethodsModel::CoverageColumn && used > viewport()->width());
    }
}

void MethodsTable::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    fitColumns();
}

QString MethodsTable::asText() const {
    QStringList lines;
    for (int row = -1; row < m_model->rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < m_model->columnCount(); ++column)
            cells << (row < 0 ? m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole)
                              : m_model->index(row, column).data())
                         .toString()
                         .trimmed();
        lines << cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void MethodsTable::setPresent(Method method) {
    const int row = m_model->rowOf(method);
    if (row >= 0)
        selectRow(row);
    else
        clearSelection();
}

} // namespace lpntk::views
