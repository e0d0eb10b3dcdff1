#include <widgets/views/relation_table_view.h>

#include <widgets/views/relation_pairs.h>

#include <QHeaderView>
#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>

namespace lpntk::views {

namespace {

constexpr int kAllColumns = 860; ///< narrower tables show neither angle nor kappa

} // namespace

RelationTableView::RelationTableView(QWidget* parent) : QTableView(parent) {
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setShowGrid(false);
    setMouseTracking(true);
    setFrameShape(QFrame::NoFrame);
    setTabKeyNavigation(false);
    setWordWrap(false);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setMinimumSectionSize(40);
}

std::vector<int> RelationTableView::selectedRows() const {
    std::vector<int> rows;
    for (const QItemSelectionRange& range : selectionModel()->selection())
        for (int row = range.top(); row <= range.bottom(); ++row)
            rows.push_back(row);
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

/// The window has these keys, too (copy the sample, select all samples); here they mean rows.
bool RelationTableView::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Copy) || key->matches(QKeySequence::SelectAll))
            key->accept();
    }
    return QTableView::event(event);
}

void RelationTableView::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy))
        Q_EMIT copyWanted();
    else
        QTableView::keyPressEvent(event);
}

void RelationTableView::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    hideColumns();
}

void RelationTableView::setRatioShown(bool shown) {
    m_ratioShown = shown;
    hideColumns();
}

void RelationTableView::hideColumns() {
    const bool narrow = width() < kAllColumns;
    setColumnHidden(RelationPairModel::ratio, !m_ratioShown);
    setColumnHidden(RelationPairModel::kappa, narrow);
    setColumnHidden(RelationPairModel::angle, narrow || m_ratioShown);
}

/// A button in a selected row acts on all selected ones, so pressing it leaves the selection as it is.
QItemSelectionModel::SelectionFlags RelationTableView::selectionCommand(const QModelIndex& index,
                                                                        const QEvent* event) const {
    const bool mouse =
        event && (event->type() == QEvent::MouseButtonPress || event->type() == QEvent::MouseButtonRelease);
    if (mouse && index.isValid() && index.column() == RelationPairModel::actions &&
        selectionModel()->isSelected(index) && static_cast<const QMouseEvent*>(event)->modifiers() == Qt::NoModifier)
        return QItemSelectionModel::NoUpdate;
    return QTableView::selectionCommand(index, event);
}

} // namespace lpntk::views
