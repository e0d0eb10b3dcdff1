#pragma once

#include <widgets/views/relation_model.h>
#include <widgets/views/session_view.h>

#include <memory>
#include <vector>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;

namespace lpntk::views {

class EmptyState;
class KeyButton;
class HistogramPart;
class RelationGraphHeader;
class RelationGraphWidget;
class RelationLegend;
class RelationPairDelegate;
class RelationPairFilter;
class RelationPairModel;
class SampleActions;
class Segment;

/// Signed relations as a graph: the current sample with its strongest neighbours, or the selection; below the table of
/// contradictory pairs, worst first.
class RelationsView : public SessionView {
    Q_OBJECT
public:
    RelationsView(models::Session& session, QWidget* parent);

    QString name() const { return QStringLiteral("relations"); }
    bool isReady() const;

    RelationGraphWidget& graph() { return *m_graph; }
    RelationPairModel& pairs() { return *m_pairs; }
    base::Json figureSettings() const override {
        return {{"sample", m_lastCentre.value()}, {"expanded", m_expanded.size()}};
    }

Q_SIGNALS:
    /// Graph and table show the present data.
    void ready();

protected:
    void sessionChanged(models::Changes what) override;
    void selectionChanged(int parts) override;
    void themeChanged() override;

private:
    QWidget* makeToolBar();
    QWidget* makeGraphPart();
    QWidget* makePairPart();
    void openRun();
    void askGraph();
    void showGraph(std::shared_ptr<const RelationGraph> graph, std::vector<QPointF> forced);
    void askPairs();
    void expand(models::SampleId sample);
    void expandFocused();
    void choosePair(const QModelIndex& index);
    void popUpLabels(const QModelIndex& index, const QPoint& global);
    void relabel(models::SampleId sample, int label);
    void markReview(const QModelIndex& index);
    void maybeReady();
    models::SampleId centre() const;
    bool showsSelection() const;

    QWidget* m_toolBar;
    QWidget* m_content;
    EmptyState* m_empty;
    Segment* m_subject;
    QComboBox* m_neighbours;
    QComboBox* m_layout;
    SampleActions* m_samples;
    QComboBox* m_classes;
    KeyButton* m_expand;
    RelationGraphHeader* m_header;
    RelationGraphWidget* m_graph;
    HistogramPart* m_histogram;
    RelationLegend* m_legend;
    QLabel* m_pairTitle;
    QLineEdit* m_filter;
    QTableView* m_table;
    RelationPairModel* m_pairs;
    RelationPairFilter* m_proxy;
    RelationPairDelegate* m_delegate;
    std::shared_ptr<const run::Run> m_run;
    std::vector<base::RowId> m_expanded;
    models::SampleId m_lastCentre;
    bool m_graphAsked = false, m_pairsAsked = false;
};

} // namespace lpntk::views
