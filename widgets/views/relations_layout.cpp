// The parts of the relations view and where they stand.
#include <widgets/views/relations_view.h>

#include <widgets/models/theme.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/parts_histogram.h>
#include <widgets/views/parts_panel.h>
#include <widgets/views/parts_relation.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/relation_class_map.h>
#include <widgets/views/relation_filter.h>
#include <widgets/views/relation_graph.h>
#include <widgets/views/relation_header.h>
#include <widgets/views/relation_table.h>
#include <widgets/views/sample_actions.h>

#include <QComboBox>
#include <QLabel>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace lpntk::views {

using models::SampleId;
using models::theme;

namespace {

constexpr int kMostNeighbours[][2] = {{4, 5}, {8, 10}, {12, 15}, {20, 24}, {40, 50}};

} // namespace

void RelationsView::makeLayout() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_toolBar = makeToolBar());
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->setHandleWidth(1);
    splitter->addWidget(makeGraphPart());
    splitter->addWidget(makeTable());
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 0);
    splitter->setSizes({600, theme().dock("contradictions")});
    splitter->setChildrenCollapsible(false);
    m_busy = new BusyLine(session().jobs(), m_pictures);
    layout->addWidget(m_content = splitter, 1);
    layout->addWidget(m_empty, 1);
}

QWidget* RelationsView::makeToolBar() {
    auto* bar = new ViewToolBar(this);
    m_subject = new Segment({tr("Current sample"), tr("Selection"), tr("Class pairs")}, true, bar);
    m_subject->setCurrent(ofCurrent);
    m_subject->setShortTexts({tr("Sample"), tr("Selection"), tr("Classes")});
    bar->addWidget(m_subject);
    m_measure = new QComboBox(bar);
    m_measure->setObjectName(QStringLiteral("measure"));
    m_measure->addItems({tr("Contradictory pairs"), tr("Interchangeable pairs"), tr("Mean cosine")});
    m_measure->setAccessibleName(tr("What the cells say"));
    bar->addWidget(m_measure);
    m_neighbours = new QComboBox(bar);
    for (const auto& [plus, minus] : kMostNeighbours)
        m_neighbours->addItem(QStringLiteral("%1 + %2").arg(plus).arg(minus), QPoint(plus, minus));
    m_neighbours->setCurrentIndex(1);
    m_neighbours->setToolTip(tr("Interchangeable and contradictory neighbours shown"));
    m_neighboursLabel = bar->addLabel(tr("Neighbours"), m_neighbours);
    bar->addWidget(m_neighbours);
    m_layout = new QComboBox(bar);
    m_layout->setObjectName(QStringLiteral("layout"));
    m_layout->addItems({tr("Sides by sign"), tr("Force")});
    m_layoutLabel = bar->addLabel(tr("Layout"), m_layout);
    bar->addWidget(m_layout);
    bar->addStretch();
    m_filter = new RelationFilterButton(bar);
    bar->addWidget(m_filter);
    m_back = new QToolButton(bar);
    m_back->setIcon(theme().icon(QStringLiteral("back")));
    m_back->setToolTip(tr("The sample before (Backspace)"));
    m_back->setAccessibleName(m_back->toolTip());
    bar->addWidget(m_back);
    m_expand = new KeyButton(QStringLiteral("add"), tr("Expand"), QStringLiteral("E"), bar);
    m_expand->setProperty("quiet", true);
    m_expand->setToolTip(tr("Show the neighbours of the node under the pointer or last clicked"));
    bar->addWidget(m_expand);
    m_fit = new QToolButton(bar);
    m_fit->setIcon(theme().icon(QStringLiteral("zoom-fit")));
    m_fit->setToolTip(tr("Fit the graph (F)"));
    m_fit->setAccessibleName(m_fit->toolTip());
    bar->addWidget(m_fit);
    // What belongs to the graph is hidden beside the map of classes, too.
    const auto drop = [this, bar](QWidget* widget) {
        bar->shortenWhenNarrow([this, widget](bool narrow) {
            widget->setProperty("dropped", narrow);
            widget->setVisible(!narrow && subject() != ofClasses);
        });
    };
    bar->shortenWhenNarrow([this](bool narrow) { m_expand->setShort(narrow); });
    bar->shortenWhenNarrow([this](bool narrow) { m_subject->setShort(narrow); });
    drop(m_layoutLabel);
    drop(m_neighboursLabel);
    bar->shortenWhenNarrow([this](bool narrow) { m_filter->setShort(narrow); });
    bar->shortenWhenNarrow([bar](bool narrow) {
        bar->row().setSpacing(narrow ? 4 : 8);
        bar->row().setContentsMargins(narrow ? 8 : 12, 0, narrow ? 8 : 12, 1);
    });
    drop(m_fit);
    drop(m_back);
    connectToolBar();
    return bar;
}

void RelationsView::connectToolBar() {
    const auto again = [this] {
        m_expanded.clear();
        m_known.clear();
        askGraph();
    };
    connect(m_subject, &Segment::chosen, this, [this] { showSubject(); });
    connect(m_neighbours, &QComboBox::currentIndexChanged, this, again);
    connect(m_layout, &QComboBox::currentIndexChanged, this, [this] {
        m_known.clear();
        askGraph();
    });
    connect(m_measure, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_classMap->setMeasure(static_cast<RelationClassMap::Measure>(index));
        // The list below follows what the cells count.
        if (m_classMap->measure() != RelationClassMap::Measure::meanCosine)
            m_table->setList(index == 0 ? RelationList::contradictory : RelationList::interchangeable);
        showHeader();
    });
    connect(m_filter, &RelationFilterButton::filterChanged, this, [this, again] {
        m_table->setFilter(m_filter->filter());
        again();
    });
    connect(m_expand, &QPushButton::clicked, this, &RelationsView::expandFocused);
    connect(m_fit, &QToolButton::clicked, this, [this] { m_graph->fit(); });
    connect(m_back, &QToolButton::clicked, this, &RelationsView::goBack);
    auto* key = new QShortcut(Qt::Key_E, this);
    key->setContext(Qt::WidgetWithChildrenShortcut);
    connect(key, &QShortcut::activated, this, &RelationsView::expandFocused);
}

QWidget* RelationsView::makeGraphPart() {
    auto* part = new QWidget(this);
    auto* row = new QHBoxLayout(part);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(m_header = new RelationGraphHeader(part));
    column->addWidget(m_pictures = new QStackedWidget(part), 1);
    m_pictures->addWidget(m_graph = new RelationGraphWidget(session(), part));
    m_pictures->addWidget(m_classMap = new RelationClassMap(part));
    row->addLayout(column, 1);
    auto* strip = new SideStrip(part);
    row->addWidget(strip);
    m_histogram = new HistogramPart(strip);
    m_legend = new RelationLegend(strip);
    strip->content()->addWidget(m_histogram, 1);
    strip->content()->addWidget(m_legend);
    connect(m_histogram, &HistogramPart::thresholdsChanged, this,
            [this](analysis::Thresholds thresholds) { session().setThresholds(thresholds); });
    connect(m_graph, &RelationGraphWidget::completed, this, &RelationsView::maybeReady);
    connect(m_graph, &RelationGraphWidget::expandWanted, this, &RelationsView::expand);
    connect(m_graph, &RelationGraphWidget::backWanted, this, &RelationsView::goBack);
    connect(m_classMap, &RelationClassMap::lookedAt, this, [this](int a, int b) { showStripOf(a, b); });
    connect(m_classMap, &RelationClassMap::chosen, this, &RelationsView::chooseClasses);
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

QWidget* RelationsView::makeTable() {
    m_table = new RelationTable(session(), this);
    connect(m_table, &RelationTable::chosen, this, &RelationsView::choosePairs);
    connect(m_table, &RelationTable::classPairChanged, this, [this] {
        m_classMap->setChosen(-1, -1);
        showStrip();
    });
    connect(m_table, &RelationTable::listed, this, [this] {
        // Nothing is current yet: the worst pair says where to begin.
        if (!session().selection().current().isValid() && subject() == ofCurrent)
            askGraph();
        else
            maybeReady();
    });
    return m_table;
}

} // namespace lpntk::views
