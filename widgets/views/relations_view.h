#pragma once

#include <widgets/views/relation_layout.h>
#include <widgets/views/relation_model.h>
#include <widgets/views/session_view.h>

#include <memory>
#include <vector>

class QComboBox;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace lpntk::views {

class BusyLine;
class EmptyState;
class HistogramPart;
class KeyButton;
class RelationClassMap;
class RelationFilterButton;
class RelationGraphHeader;
class RelationGraphWidget;
class RelationLegend;
class RelationPairModel;
class RelationTable;
class SampleActions;
class Segment;

/// Signed relations as a graph of the current sample with its strongest neighbours or of the selection, or as a map of
/// class pairs; below the table of contradictory pairs, interchangeable pairs or redundant samples, strongest first.
class RelationsView : public SessionView {
    Q_OBJECT
public:
    RelationsView(models::Session& session, QWidget* parent);

    QString name() const { return QStringLiteral("relations"); }
    bool isReady() const;

    RelationGraphWidget& graph() { return *m_graph; }
    RelationClassMap& classMap() { return *m_classMap; }
    RelationTable& table() { return *m_table; }
    RelationFilterButton& filter() { return *m_filter; }
    RelationPairModel& pairs();
    base::Json figureSettings() const override {
        return {{"sample", m_lastCentre.value()}, {"expanded", m_expanded.size()}};
    }
    QWidget* keysGoTo() override;

Q_SIGNALS:
    /// Graph and table show the present data.
    void ready();

protected:
    void sessionChanged(models::Changes what) override;
    void selectionChanged(int parts) override;
    void themeChanged() override;

private:
    enum Subject { ofCurrent, ofSelection, ofClasses };

    void makeLayout();
    QWidget* makeToolBar();
    void connectToolBar();
    QWidget* makeGraphPart();
    QWidget* makeTable();
    void openRun();
    void showSubject();
    void askGraph();
    RelationGraphOptions graphOptions() const;
    void showGraph(std::shared_ptr<const RelationGraph> graph, std::vector<QPointF> forced);
    void askCells();
    void chooseClasses(int row, int column);
    void showHeader();
    void showStrip();
    void showStripOf(int row, int column);
    void expand(models::SampleId sample);
    void expandFocused();
    void goBack();
    void choosePairs(const models::SampleSet& samples, models::SampleId first, models::SampleId second);
    void maybeReady();
    models::SampleId centre() const;
    int subject() const;
    std::vector<QString> classNames() const;

    QWidget* m_toolBar;
    QWidget* m_content;
    EmptyState* m_empty;
    BusyLine* m_busy;
    Segment* m_subject;
    QComboBox* m_measure;
    QComboBox* m_neighbours;
    QComboBox* m_layout;
    QLabel *m_neighboursLabel, *m_layoutLabel;
    SampleActions* m_samples;
    RelationFilterButton* m_filter;
    QToolButton *m_back, *m_fit;
    KeyButton* m_expand;
    RelationGraphHeader* m_header;
    QStackedWidget* m_pictures;
    RelationGraphWidget* m_graph;
    RelationClassMap* m_classMap;
    HistogramPart* m_histogram;
    RelationLegend* m_legend;
    RelationTable* m_table;
    std::shared_ptr<const run::Run> m_run;
    std::vector<base::RowId> m_expanded;
    KnownPlaces m_known; ///< places of the last force layout, for the next one
    models::SampleId m_lastCentre;
    std::pair<models::SampleId, models::SampleId> m_pair; ///< chosen in the table last
    bool m_graphAsked = false, m_cellsAsked = false;
};

} // namespace lpntk::views
