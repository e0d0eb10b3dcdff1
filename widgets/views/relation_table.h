#pragma once

#include <core/analysis/pair_query.h>
#include <widgets/views/relation_filter.h>
#include <widgets/views/relation_pair_actions.h>
#include <widgets/views/relation_pairs.h>

#include <QTimer>
#include <QWidget>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

class QLabel;
class QLineEdit;
class QMenu;

namespace lpntk::views {

class BusyLine;
class RelationPairDelegate;
class RelationTableView;
class Segment;

/// The lower half of the relations view: contradictory pairs, interchangeable pairs or redundant samples of the run, or
/// of one pair of classes, strongest first. Asks workers for its rows; owned by the view.
class RelationTable : public QWidget {
    Q_OBJECT
public:
    RelationTable(models::Session& session, QWidget* parent);

    void setRun(std::shared_ptr<const run::Run> run);
    void setFilter(const RelationFilter& filter);
    /// Only pairs between two classes; they come before the filter's classes.
    void setClassPair(std::optional<std::pair<int, int>> classes);
    const std::optional<std::pair<int, int>>& classPair() const { return m_classPair; }
    void setList(RelationList list);
    RelationList list() const;

    /// Asks for the rows; those of a question before are dropped. After changes that come in quick succession (a
    /// dragged threshold) `later`.
    void ask();
    void askLater() { m_later.start(); }
    void refresh();
    /// The rows shown are not those that were asked for.
    bool isBusy() const { return m_asked || m_later.isActive(); }

    RelationPairModel& pairs() { return *m_pairs; }
    RelationTableView& table() { return *m_table; }
    RelationPairActions& actions() { return *m_actions; }
    std::vector<SamplePair> selectedPairs() const;

Q_SIGNALS:
    /// New rows are shown.
    void listed();
    /// The user chose rows: their samples, and both of the row that has the focus.
    void chosen(const lpntk::models::SampleSet& samples, lpntk::models::SampleId first, lpntk::models::SampleId second);
    void classPairChanged();

private:
    void makeTop();
    void makeTable();
    void fitColumns();
    void choose();
    void askPairs(analysis::Relation relation);
    void take(std::shared_ptr<const run::Run> run, RelationList list, std::vector<RelationPair> rows);
    void showTitle();
    analysis::PairQuery query(analysis::Relation relation) const;
    bool wantsSubset() const { return m_filter.kept != RelationFilter::Kept::all; }
    std::int64_t total() const;
    std::vector<SamplePair> pairsFor(const QModelIndex& index) const;
    void popUpMenu(const QPoint& place);
    void copy();

    models::Session& m_session;
    std::shared_ptr<const run::Run> m_run;
    RelationFilter m_filter;
    std::optional<std::pair<int, int>> m_classPair;
    Segment* m_lists;
    QLabel* m_title;
    QToolButton* m_allClasses;
    QLineEdit* m_text;
    RelationTableView* m_table;
    BusyLine* m_busy;
    RelationPairModel* m_pairs;
    RelationPairDelegate* m_delegate;
    RelationPairActions* m_actions;
    QTimer m_later;
    bool m_asked = false;
};

} // namespace lpntk::views
