#include <widgets/views/relations_view.h>

#include <core/analysis/class_pairs.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/parts_histogram.h>
#include <widgets/views/parts_relation.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/relation_class_map.h>
#include <widgets/views/relation_filter.h>
#include <widgets/views/relation_graph.h>
#include <widgets/views/relation_header.h>
#include <widgets/views/relation_layout.h>
#include <widgets/views/relation_table.h>
#include <widgets/views/sample_actions.h>

#include <QComboBox>
#include <QLabel>
#include <QStackedWidget>
#include <QToolButton>

#include <algorithm>
#include <initializer_list>
#include <tuple>

namespace lpntk::views {

using analysis::Relation;
using models::Change;
using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

RelationsView::RelationsView(models::Session& session, QWidget* parent)
    : SessionView(session, parent), m_empty(new EmptyState(this)), m_samples(new SampleActions(session, this)) {
    makeLayout();
    m_empty->show(QStringLiteral("relations"), tr("No relations yet"),
                  tr("They need a run: open one or compute a kernel."));
    openRun();
    showSubject();
}

QWidget* RelationsView::keysGoTo() {
    return subject() == ofClasses ? static_cast<QWidget*>(m_classMap) : m_graph;
}

RelationPairModel& RelationsView::pairs() {
    return m_table->pairs();
}

bool RelationsView::isReady() const {
    const bool drawn = subject() == ofClasses ? !m_cellsAsked : !m_graphAsked && m_graph->isComplete();
    return m_run && m_run == session().run() && drawn && !m_table->isBusy();
}

void RelationsView::maybeReady() {
    if (isReady())
        Q_EMIT ready();
}

int RelationsView::subject() const {
    return std::max(0, m_subject->current());
}

void RelationsView::showSubject() {
    const bool classes = subject() == ofClasses;
    for (QWidget* widget : std::initializer_list<QWidget*>{m_neighbours, m_neighboursLabel, m_layout, m_layoutLabel,
                                                           m_expand, m_fit, m_back})
        widget->setVisible(!classes && !widget->property("dropped").toBool());
    m_measure->setVisible(classes);
    m_header->setVisible(!classes);
    // A selection has no middle that sides could be taken of, and nothing to expand.
    m_layout->setEnabled(subject() == ofCurrent);
    m_layout->setToolTip(subject() == ofSelection ? tr("A selection is always laid out by force") : QString());
    m_expand->setEnabled(subject() == ofCurrent);
    m_pictures->setCurrentWidget(classes ? static_cast<QWidget*>(m_classMap) : m_graph);
    m_expanded.clear();
    m_known.clear();
    if (classes) {
        askCells();
        showStrip();
    } else {
        askGraph();
    }
}

SampleId RelationsView::centre() const {
    const SampleId current = isLinked() || !m_lastCentre.isValid() ? session().selection().current() : m_lastCentre;
    if (m_run && !m_run->rowFromSample(current).isValid() && m_run->rows() > 0) {
        // Nothing chosen yet: the sample of the worst pair says most.
        if (m_table->pairs().rowCount() > 0)
            return m_table->pairs().sample(0, true);
        return m_run->sampleFromRow(base::RowId(0));
    }
    return current;
}

void RelationsView::openRun() {
    m_run = session().run();
    m_expanded.clear();
    m_lastCentre = {};
    m_pair = {};
    m_known.clear();
    m_table->setRun(m_run);
    m_classMap->setCells({}, {});
    m_graph->setGraph(nullptr, nullptr, {});
    const bool there = m_run != nullptr && vtk::VtkHost::isUsable();
    m_content->setVisible(there);
    m_toolBar->setEnabled(there);
    m_empty->setVisible(!there);
    if (m_run && !there)
        m_empty->show(QStringLiteral("relations"), tr("No OpenGL here"),
                      tr("This window system cannot show OpenGL; start the program under X11."));
    const QSignalBlocker blocker(m_filter);
    m_filter->setClasses(classNames());
}

std::vector<QString> RelationsView::classNames() const {
    std::vector<QString> names;
    for (int label = 0; m_run && label < m_run->classes(); ++label)
        names.push_back(session().className(label));
    return names;
}

void RelationsView::askGraph() {
    if (!m_run || !isVisible() || subject() == ofClasses)
        return;
    m_lastCentre = centre();
    const RelationGraphOptions options = graphOptions();
    const base::RowId row = m_run->rowFromSample(m_lastCentre);
    std::vector<base::RowId> rows;
    const bool selection = subject() == ofSelection;
    if (selection)
        for (const SampleId sample : session().selection().selected().toVector())
            if (const base::RowId selected = m_run->rowFromSample(sample); selected.isValid())
                rows.push_back(selected);
    if (selection ? rows.empty() : !row.isValid()) {
        m_graphAsked = false;
        return showGraph(std::make_shared<const RelationGraph>(), {});
    }
    const bool force = selection || m_layout->currentIndex() == 1;
    using Made = std::pair<std::shared_ptr<const RelationGraph>, std::vector<QPointF>>;
    m_graphAsked = true;
    session().jobs().ask<Made>(
        "relation graph", this,
        [run = m_run, row, rows, options, selection, force, known = m_known,
         size = QSizeF(m_graph->size())](const base::JobContext& context) {
            Made made;
            made.first = std::make_shared<const RelationGraph>(selection ? selectionGraph(*run, rows, options, context)
                                                                         : egoGraph(*run, row, options, context));
            if (force)
                made.second = byForce(*made.first, size, nodePicture(made.first->nodes.size()) + 8, known,
                                      [&] { return context.cancelled(); });
            return made;
        },
        [this, run = m_run](Made made) {
            if (run != m_run)
                return;
            m_graphAsked = false;
            showGraph(std::move(made.first), std::move(made.second));
        },
        [this](const QString& sentence) {
            m_graphAsked = false;
            session().addIssue(models::Issue::Severity::error, sentence);
        });
}

RelationGraphOptions RelationsView::graphOptions() const {
    RelationGraphOptions options;
    const QPoint neighbours = m_neighbours->currentData().toPoint();
    options.interchangeable = neighbours.x();
    options.contradictory = neighbours.y();
    const RelationFilter& filter = m_filter->filter();
    options.allowed = allowedRows(*m_run, filter, session().subset().get());
    for (const Relation relation : {Relation::interchangeable, Relation::unrelated, Relation::contradictory})
        options.shows[static_cast<std::size_t>(relation)] = filter.shows(relation);
    options.thresholds = session().thresholds();
    options.expanded = m_expanded;
    if (m_pair.first == m_lastCentre && m_pair.second.isValid())
        options.partner = m_run->rowFromSample(m_pair.second);
    return options;
}

void RelationsView::showGraph(std::shared_ptr<const RelationGraph> graph, std::vector<QPointF> forced) {
    m_graph->setGraph(m_run, std::move(graph), std::move(forced));
    m_known = m_graph->places();
    m_graph->setMarked(session().selection().current(), session().selection().hovered());
    showStrip();
}

// --- class pairs ----------------------------------------------------------------------------------------------------

void RelationsView::askCells() {
    if (!m_run || !isVisible() || subject() != ofClasses)
        return;
    const analysis::Thresholds thresholds = session().thresholds();
    m_cellsAsked = true;
    using Made = std::vector<RelationClassMap::Cell>;
    // With more than 100 classes the run has no histograms per pair, and this is a pass over the kernel.
    const auto ticket = session().jobs().ask<Made>(
        "class pairs", this,
        [run = m_run, thresholds](const base::JobContext& context) { return classCells(*run, thresholds, context); },
        [this, run = m_run](Made cells) {
            if (run != m_run)
                return;
            m_cellsAsked = false;
            m_classMap->setCells(std::move(cells), classNames());
            const auto chosen = m_table->classPair().value_or(std::pair(-1, -1));
            m_classMap->setChosen(chosen.first, chosen.second);
            showStrip();
            maybeReady();
        },
        [this](const QString& sentence) {
            m_cellsAsked = false;
            session().addIssue(models::Issue::Severity::error, sentence);
        });
    m_busy->follow(ticket, tr("Counting the relations of class pairs"));
}

void RelationsView::chooseClasses(int row, int column) {
    m_classMap->setChosen(row, column);
    m_table->setClassPair(std::pair(row, column));
    showStripOf(row, column);
}

// --- strip and header -----------------------------------------------------------------------------------------------

void RelationsView::showHeader() {
    const auto graph = m_graph->graph();
    if (subject() == ofClasses)
        return m_header->setTexts({}, {});
    if (!graph)
        return m_header->setTexts({}, {});
    const auto shown = std::ssize(graph->nodes);
    if (subject() == ofSelection)
        return m_header->setTexts(shown == 0 && graph->left == 0 ? tr("Nothing is selected that the filter shows")
                                  : graph->left > 0 ? tr("%1 of the selection, those with the strongest relations")
                                                          .arg(format::countOf(shown, shown + graph->left))
                                                    : tr("%1 selected, strongest relations").arg(format::count(shown)),
                                  {});
    const auto text = [&](Relation relation, std::int64_t all) {
        const auto number =
            std::count_if(graph->nodes.begin(), graph->nodes.end(), [&](const RelationGraph::Node& node) {
                return node.parent == 0 && node.relation == relation;
            });
        return QStringLiteral("%1, %2").arg(relationWord(relation), format::countOf(number, all));
    };
    QString left = text(Relation::interchangeable, graph->around.counts.interchangeable);
    if (graph->left > 0)
        left += tr("; %1 nodes at most, %2 neighbours left out").arg(format::count(shown), format::count(graph->left));
    m_header->setTexts(left, text(Relation::contradictory, graph->around.counts.contradictory));
}

void RelationsView::showStrip() {
    if (!m_run)
        return;
    showHeader();
    m_histogram->setThresholds(session().thresholds());
    if (subject() == ofClasses) {
        const auto chosen = m_table->classPair().value_or(std::pair(-1, -1));
        return showStripOf(chosen.first, chosen.second);
    }
    const auto graph = m_graph->graph();
    if (subject() == ofSelection || !graph || graph->nodes.empty())
        return showStripOf(-1, -1);
    m_histogram->setTitle(tr("Cosine with %1").arg(format::sample(m_lastCentre)));
    m_histogram->setBins({graph->around.histogram.begin(), graph->around.histogram.end()});
    m_legend->setCounts(graph->around.counts, session().thresholds());
}

/// Histogram and counts of a pair of classes; -1 = of all pairs.
void RelationsView::showStripOf(int row, int column) {
    if (!m_run)
        return;
    const analysis::Thresholds thresholds = session().thresholds();
    const auto byClass = m_run->classHistogram();
    if (row < 0 && m_table->classPair() && subject() == ofClasses)
        std::tie(row, column) = *m_table->classPair();
    const RelationClassMap::Cell* cell = m_classMap->cell(row, column);
    if (!cell || byClass.empty()) {
        m_histogram->setTitle(tr("Cosine, pairs"));
        m_histogram->setBins({m_run->histogram().begin(), m_run->histogram().end()});
        return m_legend->setCounts(analysis::countRelationsFromHistogram(*m_run, thresholds).overall, thresholds);
    }
    const auto place = static_cast<std::size_t>(row * m_run->classes() + column);
    const auto bins = byClass.subspan(place * run::kHistogramBins, run::kHistogramBins);
    m_histogram->setTitle(QStringLiteral("%1 × %2").arg(session().className(row), session().className(column)));
    m_histogram->setBins({bins.begin(), bins.end()});
    m_legend->setCounts(cell->counts, thresholds);
}

void RelationsView::sessionChanged(models::Changes what) {
    const bool other = session().run() != m_run;
    if (other)
        openRun();
    if (!m_run)
        return;
    const auto range = static_cast<float>(analysis::defaultRange(*m_run));
    m_histogram->setRange(range);
    if (other) {
        m_table->ask();
        showSubject();
    } else if (what & Change::thresholds) {
        m_histogram->setThresholds(session().thresholds());
        m_table->askLater();
        askGraph();
        askCells();
    }
    if (!other && (what & Change::clustering) && m_table->list() == RelationList::redundant)
        m_table->ask();
    if (!other && (what & Change::subset) && m_filter->filter().kept != RelationFilter::Kept::all) {
        m_table->askLater();
        askGraph();
    }
    if (what & (models::Changes(Change::data) | Change::decisions | Change::subset)) {
        m_table->refresh();
        m_graph->refresh();
    }
}

void RelationsView::selectionChanged(int parts) {
    m_graph->setMarked(session().selection().current(), session().selection().hovered());
    m_back->setEnabled(session().selection().canGoBack());
    if (subject() == ofSelection && (parts & selectedPart))
        askGraph();
    if (subject() == ofCurrent && (parts & currentPart) && centre() != m_lastCentre) {
        m_expanded.clear();
        m_known.clear();
        askGraph();
    }
}

void RelationsView::themeChanged() {
    m_graph->applyTheme();
    update();
}

void RelationsView::goBack() {
    if (session().selection().canGoBack())
        session().selection().goBack(this);
}

void RelationsView::expand(SampleId sample) {
    const base::RowId row = m_run ? m_run->rowFromSample(sample) : base::RowId();
    if (!row.isValid() || subject() != ofCurrent)
        return;
    const auto found = std::find(m_expanded.begin(), m_expanded.end(), row);
    if (found == m_expanded.end())
        m_expanded.push_back(row);
    else
        m_expanded.erase(found);
    askGraph();
}

void RelationsView::expandFocused() {
    const SampleId hovered = session().selection().hovered();
    expand(hovered.isValid() ? hovered : m_graph->sampleOf(m_graph->focusedNode()));
}

void RelationsView::choosePairs(const models::SampleSet& samples, SampleId first, SampleId second) {
    if (!isLinked())
        return;
    m_pair = {first, second};
    session().selection().setCurrent(first, this);
    session().selection().setSelected(samples, this);
    session().selection().setHovered(second, this);
    if (first == m_lastCentre && subject() == ofCurrent)
        askGraph(); // the same middle, another partner
}

} // namespace lpntk::views
