#include <widgets/views/relations_view.h>

#include <core/analysis/class_pairs.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_histogram.h>
#include <widgets/views/parts_panel.h>
#include <widgets/views/parts_relation.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/relation_graph.h>
#include <widgets/views/relation_header.h>
#include <widgets/views/relation_layout.h>
#include <widgets/views/relation_pair_delegate.h>
#include <widgets/views/relation_pairs.h>
#include <widgets/views/sample_actions.h>

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QShortcut>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace lpntk::views {

using analysis::Relation;
using models::Change;
using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

constexpr std::size_t kPairs = 5000;        ///< rows of the table at most
constexpr std::pair<int, int> kNeighbours[] = {{4, 5}, {8, 10}, {12, 15}, {20, 24}};

} // namespace

RelationsView::RelationsView(models::Session& session, QWidget* parent)
    : SessionView(session, parent), m_empty(new EmptyState(this)), m_samples(new SampleActions(session, this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_toolBar = makeToolBar());
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->setHandleWidth(1);
    splitter->addWidget(makeGraphPart());
    splitter->addWidget(makePairPart());
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 0);
    splitter->setSizes({600, theme().dock("contradictions")});
    splitter->setChildrenCollapsible(false);
    layout->addWidget(m_content = splitter, 1);
    layout->addWidget(m_empty, 1);
    m_empty->show(QStringLiteral("relations"), tr("No relations yet"), tr("They need a run: open one or compute a kernel."));
    openRun();
}

QWidget* RelationsView::makeToolBar() {
    auto* bar = new ViewToolBar(this);
    m_subject = new Segment({tr("Current sample"), tr("Selection")}, true, bar);
    m_subject->setCurrent(0);
    m_subject->setShortTexts({tr("Sample"), tr("Selection")});
    bar->addWidget(m_subject);
    m_neighbours = new QComboBox(bar);
    for (const auto& [plus, minus] : kNeighbours)
        m_neighbours->addItem(QStringLiteral("%1 + %2").arg(plus).arg(minus));
    m_neighbours->setCurrentIndex(1);
    m_neighbours->setToolTip(tr("Interchangeable and contradictory neighbours shown"));
    QLabel* neighbours = bar->addLabel(tr("Neighbours"), m_neighbours);
    bar->addWidget(m_neighbours);
    m_layout = new QComboBox(bar);
    m_layout->addItems({tr("Sides by sign"), tr("Force")});
    QLabel* layout = bar->addLabel(tr("Layout"), m_layout);
    bar->addWidget(m_layout);
    bar->addStretch();
    m_classes = new QComboBox(bar);
    m_classes->setAccessibleName(tr("Classes of neighbours"));
    m_classes->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    bar->addWidget(m_classes);
    m_expand = new KeyButton(QStringLiteral("add"), tr("Expand"), QStringLiteral("E"), bar);
    m_expand->setProperty("quiet", true);
    m_expand->setToolTip(tr("Show the neighbours of the node under the pointer or last clicked"));
    bar->addWidget(m_expand);
    auto* fit = new QToolButton(bar);
    fit->setIcon(theme().icon(QStringLiteral("zoom-fit")));
    fit->setToolTip(tr("Fit the graph (F)"));
    fit->setAccessibleName(fit->toolTip());
    bar->addWidget(fit);
    bar->dropWhenNarrow(layout);
    bar->dropWhenNarrow(neighbours);
    bar->shortenWhenNarrow([this](bool narrow) { m_expand->setShort(narrow); });
    bar->shortenWhenNarrow([this](bool narrow) { m_subject->setShort(narrow); });
    bar->shortenWhenNarrow([bar](bool narrow) {
        bar->row().setSpacing(narrow ? 4 : 8);
        bar->row().setContentsMargins(narrow ? 8 : 12, 0, narrow ? 8 : 12, 1);
    });
    bar->dropWhenNarrow(fit);

    const auto again = [this] {
        m_expanded.clear();
        askGraph();
    };
    connect(m_subject, &Segment::chosen, this, [this, again] {
        // A selection has no middle that sides could be taken of.
        m_layout->setEnabled(!showsSelection());
        m_layout->setToolTip(showsSelection() ? tr("A selection is always laid out by force") : QString());
        again();
    });
    connect(m_neighbours, &QComboBox::currentIndexChanged, this, again);
    connect(m_layout, &QComboBox::currentIndexChanged, this, [this] { askGraph(); });
    connect(m_classes, &QComboBox::currentIndexChanged, this, again);
    connect(m_expand, &QPushButton::clicked, this, &RelationsView::expandFocused);
    connect(fit, &QToolButton::clicked, this, [this] { m_graph->fit(); });
    auto* key = new QShortcut(Qt::Key_E, this);
    key->setContext(Qt::WidgetWithChildrenShortcut);
    connect(key, &QShortcut::activated, this, &RelationsView::expandFocused);
    return bar;
}

QWidget* RelationsView::makeGraphPart() {
    auto* part = new QWidget(this);
    auto* row = new QHBoxLayout(part);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(m_header = new RelationGraphHeader(part));
    column->addWidget(m_graph = new RelationGraphWidget(session(), part), 1);
    row->addLayout(column, 1);
    auto* strip = new SideStrip(part);
    row->addWidget(strip);
    m_histogram = new HistogramPart(strip);
    m_legend = new RelationLegend(strip);
    strip->content()->addWidget(m_histogram, 1);
    strip->content()->addWidget(m_legend);
    connect(m_histogram, &HistogramPart::thresholdsChanged, this,
            [this](analysis::Thresholds thresholds) { session().setThresholds(thresholds); });
    connect(m_graph, &vtk::VtkHost::painted, this, &RelationsView::maybeReady);
    connect(m_graph, &RelationGraphWidget::expandWanted, this, &RelationsView::expand);
    m_samples->attachMenu(m_graph, [this](QPoint place) {
        const SampleId sample = m_graph->sampleAt(place);
        if (isLinked() && sample.isValid() && !session().selection().selected().contains(sample))
            session().selection().click(sample, false, this);
    });
    connect(m_graph, &RelationGraphWidget::hovered, this, [this](SampleId sample) {
        if (isLinked())
            session().selection().setHovered(sample, this);
    });
    connect(m_graph, &RelationGraphWidget::clicked, this, [this](SampleId sample, Qt::KeyboardModifiers modifiers) {
        if (isLinked())
            session().selection().click(sample, modifiers & (Qt::ControlModifier | Qt::ShiftModifier), this);
    });
    return part;
}

QWidget* RelationsView::makePairPart() {
    QWidget* part = makePanel(this);
    auto* layout = new QVBoxLayout(part);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(12, 4, 12, 4);
    m_pairTitle = new QLabel(part);
    m_filter = new QLineEdit(part);
    m_filter->setPlaceholderText(tr("Class or number"));
    m_filter->setAccessibleName(tr("Filter pairs by class or number"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(theme().icon(QStringLiteral("filter")), QLineEdit::LeadingPosition);
    top->addWidget(m_pairTitle);
    top->addStretch(1);
    top->addWidget(m_filter);
    layout->addLayout(top);

    m_pairs = new RelationPairModel(session(), this);
    m_proxy = new RelationPairFilter(this);
    m_proxy->setSourceModel(m_pairs);
    m_delegate = new RelationPairDelegate(session(), this);
    m_table = new QTableView(part);
    m_table->setModel(m_proxy);
    m_table->setItemDelegate(m_delegate);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setMouseTracking(true);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setSortingEnabled(true);
    m_table->setAccessibleName(tr("Contradictory pairs"));
    m_table->sortByColumn(RelationPairModel::cosine, Qt::AscendingOrder);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setMinimumSectionSize(40);
    const auto fit = [this] {
        // The two samples share what the figures and the buttons leave.
        constexpr int kWidths[] = {56, 0, 0, 84, 68, 84, 80};
        for (int column = 0; column < RelationPairModel::columns; ++column)
            if (kWidths[column] > 0)
                m_table->setColumnWidth(column, qRound(kWidths[column] * theme().textScale()));
            else
                m_table->horizontalHeader()->setSectionResizeMode(column, QHeaderView::Stretch);
        m_table->verticalHeader()->setDefaultSectionSize(theme().row("table"));
        m_filter->setFixedWidth(qRound(180 * theme().textScale()));
    };
    connect(&theme(), &models::Theme::changed, this, fit);
    fit();
    layout->addWidget(m_table, 1);

    connect(m_filter, &QLineEdit::textChanged, m_proxy, &RelationPairFilter::setText);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& index) { choosePair(index); });
    connect(m_delegate, &RelationPairDelegate::labelsWanted, this, &RelationsView::popUpLabels);
    connect(m_delegate, &RelationPairDelegate::reviewWanted, this, &RelationsView::markReview);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_table, &QWidget::customContextMenuRequested, this, [this](const QPoint& place) {
        const QModelIndex index = m_table->indexAt(place).isValid() ? m_table->indexAt(place) : m_table->currentIndex();
        if (index.isValid())
            popUpLabels(index, m_table->viewport()->mapToGlobal(place));
    });
    return part;
}

bool RelationsView::isReady() const {
    return m_run && m_run == session().run() && !m_graphAsked && !m_pairsAsked && m_graph->isComplete();
}

void RelationsView::maybeReady() {
    if (isReady())
        Q_EMIT ready();
}

bool RelationsView::showsSelection() const { return m_subject->current() == 1; }

SampleId RelationsView::centre() const {
    const SampleId current = isLinked() || !m_lastCentre.isValid() ? session().selection().current() : m_lastCentre;
    if (m_run && !m_run->rowFromSample(current).isValid() && m_run->rows() > 0) {
        // Nothing chosen yet: the sample of the worst pair says most.
        if (m_pairs->rowCount() > 0)
            return m_pairs->sample(0, true);
        return m_run->sampleFromRow(base::RowId(0));
    }
    return current;
}

void RelationsView::openRun() {
    m_run = session().run();
    m_expanded.clear();
    m_lastCentre = {};
    m_pairs->setPairs(nullptr, {});
    m_graph->setGraph(nullptr, nullptr, {});
    const bool there = m_run != nullptr && vtk::VtkHost::isUsable();
    m_content->setVisible(there);
    m_toolBar->setEnabled(there);
    m_empty->setVisible(!there);
    if (m_run && !there)
        m_empty->show(QStringLiteral("relations"), tr("No OpenGL here"),
                      tr("This window system cannot show OpenGL; start the program under X11."));
    const QSignalBlocker blocker(m_classes);
    m_classes->clear();
    m_classes->addItem(theme().icon(QStringLiteral("filter")), tr("All classes"));
    for (int label = 0; m_run && label < m_run->classes(); ++label)
        m_classes->addItem(session().className(label));
}

void RelationsView::askGraph() {
    if (!m_run || !isVisible())
        return;
    RelationGraphOptions options;
    const auto& [plus, minus] = kNeighbours[std::max(0, m_neighbours->currentIndex())];
    options.interchangeable = plus;
    options.contradictory = minus;
    options.label = m_classes->currentIndex() - 1;
    options.thresholds = session().thresholds();
    options.expanded = m_expanded;
    m_lastCentre = centre();
    const base::RowId row = m_run->rowFromSample(m_lastCentre);
    std::vector<base::RowId> rows;
    if (showsSelection())
        for (const SampleId sample : session().selection().selected().toVector())
            if (const base::RowId selected = m_run->rowFromSample(sample); selected.isValid())
                rows.push_back(selected);
    if (showsSelection() ? rows.empty() : !row.isValid()) {
        m_graphAsked = false;
        return m_graph->setGraph(m_run, std::make_shared<const RelationGraph>(), {});
    }
    const bool selection = showsSelection(), force = selection || m_layout->currentIndex() == 1;
    const double node = theme().thumbnail("node") + 8;
    using Made = std::pair<std::shared_ptr<const RelationGraph>, std::vector<QPointF>>;
    m_graphAsked = true;
    session().jobs().ask<Made>(
        "relation graph", this,
        [run = m_run, row, rows, options, selection, force, node, size = QSizeF(m_graph->size())](const base::JobContext& context) {
            Made made;
            made.first = std::make_shared<const RelationGraph>(selection ? selectionGraph(*run, rows, options, context)
                                                                         : egoGraph(*run, row, options, context));
            if (force)
                made.second = byForce(*made.first, size, node, [&] { return context.cancelled(); });
            return made;
        },
        [this, run = m_run](Made made) {
            if (run != m_run)
                return;
            m_graphAsked = false;
            showGraph(std::move(made.first), std::move(made.second));
        });
}

void RelationsView::showGraph(std::shared_ptr<const RelationGraph> graph, std::vector<QPointF> forced) {
    const analysis::Thresholds thresholds = session().thresholds();
    m_histogram->setThresholds(thresholds);
    if (showsSelection()) {
        m_histogram->setTitle(tr("Cosine, pairs"));
        m_histogram->setBins({m_run->histogram().begin(), m_run->histogram().end()});
        m_legend->setCounts(analysis::countRelationsFromHistogram(*m_run, thresholds).overall, thresholds);
        const auto shown = static_cast<std::int64_t>(graph->nodes.size());
        m_header->setTexts(graph->left > 0 ? tr("%1 of the selection, strongest relations")
                                                 .arg(format::countOf(shown, shown + graph->left))
                                           : tr("%1 selected, strongest relations").arg(format::count(shown)),
                           {});
    } else {
        const analysis::RelationCounts& counts = graph->around.counts;
        const auto shown = [&](Relation relation) {
            return std::count_if(graph->nodes.begin(), graph->nodes.end(), [&](const RelationGraph::Node& node) {
                return node.parent == 0 && node.relation == relation;
            });
        };
        m_histogram->setTitle(tr("Cosine with %1").arg(format::sample(m_lastCentre)));
        m_histogram->setBins({graph->around.histogram.begin(), graph->around.histogram.end()});
        m_legend->setCounts(counts, thresholds);
        m_header->setTexts(
            tr("Interchangeable, %1").arg(format::countOf(shown(Relation::interchangeable), counts.interchangeable)),
            tr("Contradictory, %1").arg(format::countOf(shown(Relation::contradictory), counts.contradictory)));
    }
    m_graph->setGraph(m_run, std::move(graph), std::move(forced));
    m_graph->setMarked(session().selection().current(), session().selection().hovered());
}

void RelationsView::askPairs() {
    if (!m_run)
        return;
    const analysis::Thresholds thresholds = session().thresholds();
    const std::int64_t total = analysis::countRelationsFromHistogram(*m_run, thresholds).overall.contradictory;
    m_pairTitle->setText(QStringLiteral("<b>%1</b>&nbsp; <span style='color:%2'>%3</span>")
                             .arg(tr("Contradictory pairs"), theme().colour(Role::text2).name(),
                                  total > static_cast<std::int64_t>(kPairs)
                                      ? tr("%1, the worst %2 listed").arg(format::count(total), format::count(kPairs))
                                      : format::count(total)));
    using Made = std::vector<analysis::Pair>;
    m_pairsAsked = true;
    session().jobs().ask<Made>(
        "contradictory pairs", this,
        [run = m_run, thresholds](const base::JobContext& context) {
            return analysis::contradictoryPairs(*run, thresholds, kPairs, context);
        },
        [this, run = m_run](Made made) {
            if (run != m_run)
                return;
            m_pairsAsked = false;
            m_pairs->setPairs(m_run, std::move(made));
            if (!session().selection().current().isValid())
                askGraph();
            else
                maybeReady();
        });
}

void RelationsView::sessionChanged(models::Changes what) {
    const bool other = session().run() != m_run;
    if (other)
        openRun();
    if (!m_run)
        return;
    const auto range = static_cast<float>(analysis::defaultRange(*m_run));
    m_histogram->setRange(range);
    if (other || (what & (models::Changes(Change::run) | Change::thresholds))) {
        m_histogram->setThresholds(session().thresholds());
        askPairs();
        askGraph();
    }
    if (what & (models::Changes(Change::data) | Change::decisions)) {
        m_pairs->refresh();
        m_graph->applyTheme();
    }
}

void RelationsView::selectionChanged(int parts) {
    m_graph->setMarked(session().selection().current(), session().selection().hovered());
    if (showsSelection()) {
        if (parts & selectedPart)
            askGraph();
        return;
    }
    if ((parts & currentPart) && centre() != m_lastCentre) {
        m_expanded.clear();
        askGraph();
    }
}

void RelationsView::themeChanged() {
    m_graph->applyTheme();
    if (m_run)
        askPairs();
    update();
}

void RelationsView::expand(SampleId sample) {
    const base::RowId row = m_run ? m_run->rowFromSample(sample) : base::RowId();
    if (!row.isValid() || showsSelection())
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

// --- pairs ------------------------------------------------------------------------------------------------------------

void RelationsView::choosePair(const QModelIndex& index) {
    if (!index.isValid() || !isLinked())
        return;
    const SampleId first(index.data(RelationPairModel::FirstSampleRole).toLongLong());
    const SampleId second(index.data(RelationPairModel::SecondSampleRole).toLongLong());
    models::SampleSet both;
    both.insert(first);
    both.insert(second);
    session().selection().setCurrent(first, this);
    session().selection().setSelected(std::move(both), this);
    session().selection().setHovered(second, this);
}

void RelationsView::relabel(SampleId sample, int label) {
    curation::Edit edit;
    edit.kind = curation::Edit::Kind::relabel;
    edit.samples = {sample};
    edit.label = label;
    edit.reason = "contradictory pair";
    session().decide(std::move(edit), tr("Relabel %1 as %2").arg(format::sample(sample), session().className(label)));
}

void RelationsView::popUpLabels(const QModelIndex& index, const QPoint& global) {
    const SampleId first(index.data(RelationPairModel::FirstSampleRole).toLongLong());
    const SampleId second(index.data(RelationPairModel::SecondSampleRole).toLongLong());
    const int firstLabel = session().labelOf(first), secondLabel = session().labelOf(second);
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto add = [&](SampleId sample, int label) {
        menu->addAction(theme().icon(QStringLiteral("relabel")),
                        tr("Relabel %1 as %2").arg(format::sample(sample), session().className(label)), this,
                        [this, sample, label] { relabel(sample, label); });
    };
    if (firstLabel != secondLabel) {
        add(first, secondLabel);
        add(second, firstLabel);
        menu->addAction(theme().icon(QStringLiteral("relabel")), tr("Swap the labels of both"), this, [=, this] {
            relabel(first, secondLabel);
            relabel(second, firstLabel);
        });
    } else {
        for (const SampleId sample : {first, second})
            if (const int prediction = session().predictionOf(sample); prediction >= 0 && prediction != firstLabel)
                add(sample, prediction);
    }
    for (const SampleId sample : {first, second})
        if (session().decisions().of(sample).relabel >= 0)
            menu->addAction(theme().icon(QStringLiteral("undo")), tr("Label of %1 as in the data").arg(format::sample(sample)), this,
                            [this, sample] { relabel(sample, -1); });
    menu->addSeparator();
    menu->addAction(theme().icon(QStringLiteral("review")), tr("Mark both for review"), this,
                    [this, persistent = QPersistentModelIndex(index)] { markReview(persistent); });
    menu->popup(global);
}

void RelationsView::markReview(const QModelIndex& index) {
    if (!index.isValid())
        return;
    curation::Edit edit;
    edit.samples = {SampleId(index.data(RelationPairModel::FirstSampleRole).toLongLong()),
                    SampleId(index.data(RelationPairModel::SecondSampleRole).toLongLong())};
    const bool already = std::all_of(edit.samples.begin(), edit.samples.end(),
                                     [this](SampleId sample) { return session().decisions().of(sample).review; });
    edit.kind = already ? curation::Edit::Kind::clearReview : curation::Edit::Kind::review;
    edit.reason = "contradictory pair";
    session().decide(std::move(edit), already ? tr("Clear two review marks") : tr("Mark two samples for review"));
}

} // namespace lpntk::views
