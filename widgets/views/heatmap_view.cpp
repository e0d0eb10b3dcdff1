#include <widgets/views/heatmap_view.h>

#include <core/analysis/class_pairs.h>
#include <core/curation/pruning.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/heatmap_canvas.h>
#include <widgets/views/heatmap_map.h>
#include <widgets/views/heatmap_orders.h>
#include <widgets/views/heatmap_range_box.h>
#include <widgets/views/parts_class_matrix.h>
#include <widgets/views/parts_histogram.h>
#include <widgets/views/parts_panel.h>
#include <widgets/views/parts_relation.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/sample_actions.h>

#include <QAction>
#include <QComboBox>
#include <QInputDialog>
#include <QLabel>
#include <QRegularExpression>
#include <QToolButton>
#include <QVBoxLayout>

namespace lpntk::views {

using models::Change;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

QComboBox* makeCombo(const QStringList& texts, QWidget* parent) {
    auto* combo = new QComboBox(parent);
    combo->addItems(texts);
    combo->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    return combo;
}

} // namespace

HeatmapView::HeatmapView(models::Session& session, QWidget* parent)
    : SessionView(session, parent), m_canvas(new HeatmapCanvas(session, this)), m_empty(new EmptyState(this)),
      m_samples(new SampleActions(session, this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_toolBar = makeToolBar());
    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_canvas, 1);
    middle->addWidget(m_strip = makeStrip());
    layout->addLayout(middle, 1);
    layout->addWidget(m_empty, 1);
    m_empty->show(QStringLiteral("heatmap"), tr("No kernel yet"),
                  tr("Open a run, or compute the kernel of a data set and a network."));
    connectCanvas();
    connectOrders();
    openRun();
}

QWidget* HeatmapView::keysGoTo() {
    return &m_canvas->map();
}

QWidget* HeatmapView::makeToolBar() {
    auto* bar = new ViewToolBar(this);
    m_quantity = new Segment({tr("Cosine"), tr("κ")}, true, bar);
    m_quantity->setCurrent(0);
    m_quantity->setAccessibleName(tr("Quantity"));
    bar->addWidget(m_quantity);
    QComboBox* orders = makeCombo({}, bar);
    orders->setToolTip(tr("Order of the samples on both axes"));
    m_orders = new HeatmapOrders(session(), orders, this);
    QLabel* order = bar->addLabel(tr("Order"), orders);
    bar->addWidget(orders);
    m_range = new HeatmapRangeBox(bar);
    QLabel* range = bar->addLabel(tr("Range"), m_range);
    bar->addWidget(m_range);
    m_blocks = makeCombo({tr("Mean"), tr("Min"), tr("Max")}, bar);
    m_blocks->setToolTip(tr("What a block of several pairs shows; Min finds rare contradictions that the mean hides"));
    QLabel* blocks = bar->addLabel(tr("Blocks"), m_blocks);
    bar->addWidget(m_blocks);
    bar->addStretch();
    auto* goTo = new KeyButton(QStringLiteral("search"), tr("Go to"), QStringLiteral("G"), bar);
    goTo->setProperty("quiet", true);
    bar->addWidget(goTo);
    const auto makeTool = [&](const char* icon, const QString& words) {
        auto* button = new QToolButton(bar);
        button->setIcon(theme().icon(QString::fromLatin1(icon)));
        button->setToolTip(words);
        button->setAccessibleName(words);
        bar->addWidget(button);
        return button;
    };
    m_box = makeTool("box-select", tr("Select a box of rows and columns (B)"));
    m_box->setCheckable(true);
    QToolButton* fit = makeTool("zoom-fit", tr("Fit the whole map (F)"));
    m_scale = new QLabel(bar);
    m_scale->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_scale->setMinimumWidth(104);
    bar->addWidget(m_scale);
    for (QLabel* label : {range, order, blocks})
        bar->dropWhenNarrow(label);
    bar->shortenWhenNarrow([goTo](bool narrow) { goTo->setShort(narrow); });
    bar->dropWhenNarrow(m_scale);

    connect(goTo, &QPushButton::clicked, this, &HeatmapView::askGoTo);
    connect(m_box, &QToolButton::toggled, this, [this](bool on) { m_canvas->map().setBoxMode(on); });
    connect(fit, &QToolButton::clicked, this, [this] { m_canvas->map().fit(); });
    connect(m_range, &QComboBox::currentIndexChanged, this, [this] { applyRange(); });
    connect(m_blocks, &QComboBox::currentIndexChanged, this,
            [this](int index) { m_canvas->setStatistic(static_cast<run::CellStatistic>(index)); });
    connect(m_quantity, &Segment::chosen, this, [this](int index) {
        m_canvas->setQuantity(static_cast<Quantity>(index));
        fillRanges();
        showScale();
    });
    const auto addKey = [this](const QString& words, const QKeySequence& key, auto run) {
        auto* action = new QAction(words, this);
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        addAction(action);
        connect(action, &QAction::triggered, this, run);
    };
    addKey(tr("Go to a sample or a pair"), Qt::Key_G, [this] { askGoTo(); });
    addKey(tr("Select a box of rows and columns"), Qt::Key_B, [this] { m_box->toggle(); });
    return bar;
}

void HeatmapView::choosePair(SampleId row, SampleId column, Qt::KeyboardModifiers modifiers) {
    if (!isLinked())
        return;
    models::SampleSet samples;
    if (modifiers & (Qt::ControlModifier | Qt::ShiftModifier))
        samples = session().selection().selected();
    samples.insert(row);
    samples.insert(column);
    session().selection().setCurrent(row, this);
    session().selection().setSelected(std::move(samples), this);
}

QWidget* HeatmapView::makeStrip() {
    auto* strip = new SideStrip(this);
    m_histogram = new HistogramPart(strip);
    m_histogram->setTitle(tr("Cosine, pairs"));
    m_legend = new RelationLegend(strip);
    m_matrix = new ClassMatrixPart(strip);
    strip->content()->addWidget(m_histogram, 3);
    strip->content()->addWidget(m_legend);
    strip->content()->addWidget(m_matrix, 2);
    connect(m_histogram, &HistogramPart::thresholdsChanged, this,
            [this](analysis::Thresholds thresholds) { session().setThresholds(thresholds); });
    connect(m_matrix, &ClassMatrixPart::chosen, m_canvas, &HeatmapCanvas::showClassPair);
    return strip;
}

void HeatmapView::connectCanvas() {
    connect(m_canvas, &HeatmapCanvas::viewChanged, this, &HeatmapView::showScale);
    connect(m_canvas, &HeatmapCanvas::completed, this, [this] {
        if (isReady())
            Q_EMIT ready();
    });
    connect(m_canvas, &HeatmapCanvas::failed, this,
            [this](const QString& sentence) { session().addIssue(models::Issue::Severity::error, sentence); });
    connect(m_canvas, &HeatmapCanvas::pairHovered, this, [this](SampleId, SampleId column) {
        if (isLinked())
            session().selection().setHovered(column, this);
    });
    connect(m_canvas, &HeatmapCanvas::pairClicked, this, &HeatmapView::choosePair);
    m_samples->attachMenu(&m_canvas->map(), [this](QPoint place) {
        const auto cell = m_canvas->map().view().cellAt(place);
        const SampleId row = cell ? m_canvas->sampleAt(cell->row) : SampleId();
        if (row.isValid() && !session().selection().selected().contains(row))
            choosePair(row, m_canvas->sampleAt(cell->column), {});
    });
    connect(m_canvas, &HeatmapCanvas::boxSelected, this,
            [this](const models::SampleSet& samples, qint64 rows, qint64 columns) {
                m_scale->setText(tr("%1 × %2 pairs").arg(format::count(rows), format::count(columns)));
                if (isLinked())
                    session().selection().setSelected(samples, this);
            });
}

bool HeatmapView::isReady() const {
    return m_run && m_run == session().run() && !m_orders->isWaiting() && m_canvas->isComplete();
}

void HeatmapView::openRun() {
    m_run = session().run();
    const bool there = m_run != nullptr;
    m_canvas->setVisible(there && vtk::VtkHost::isUsable());
    m_strip->setVisible(there);
    m_toolBar->setEnabled(there);
    m_empty->setVisible(!there || !vtk::VtkHost::isUsable());
    m_canvas->setRun(m_run);
    m_orders->setRun(m_run);
    showKept();
    if (!there)
        return;
    if (!vtk::VtkHost::isUsable())
        m_empty->show(QStringLiteral("heatmap"), tr("No OpenGL here"),
                      tr("This window system cannot show OpenGL; start the program under X11."));
    m_histogram->setBins({m_run->histogram().begin(), m_run->histogram().end()});
    std::vector<QString> names;
    for (int label = 0; label < m_run->classes(); ++label)
        names.push_back(session().className(label));
    const analysis::ClassPairMeans means = analysis::classPairMeans(*m_run);
    m_matrix->setMeans(means.cosine, names);
    m_matrix->setVisible(!means.cosine.empty());
    fillRanges();
    showScale();
}

void HeatmapView::connectOrders() {
    connect(m_orders, &HeatmapOrders::made, this,
            [this](const HeatmapOrders::Order& order, const HeatmapOrders::Clusters& clusters) {
                m_canvas->setOrder(order, clusters);
                selectionChanged(selectedPart | currentPart);
                showScale();
            });
    connect(m_orders, &HeatmapOrders::started, m_canvas, &HeatmapCanvas::followOrdering);
    connect(m_orders, &HeatmapOrders::failed, this,
            [this](const QString& sentence) { session().addIssue(models::Issue::Severity::error, sentence); });
}

void HeatmapView::fillRanges() {
    if (!m_run)
        return;
    m_range->fill(*m_run, static_cast<Quantity>(m_quantity->current()));
    applyRange();
}

void HeatmapView::applyRange() {
    if (m_range->range() <= 0)
        return;
    m_canvas->setRange(static_cast<float>(m_range->range()));
    m_histogram->setRange(static_cast<float>(m_range->cosineRange()));
    m_matrix->setRange(static_cast<float>(m_range->cosineRange()));
}

void HeatmapView::showKept() {
    const auto subset = session().subset();
    m_canvas->setKept(subset && m_run ? std::span<const char>(subset->kept) : std::span<const char>());
}

void HeatmapView::showScale() {
    if (!m_run)
        return m_scale->clear();
    const auto& view = m_canvas->map().view();
    const double scale = view.scale();
    QString text = scale >= 1 ? tr("%1 px per sample").arg(format::number(scale, scale < 10 ? 1 : 0))
                              : QStringLiteral("1:%1").arg(format::number(1 / scale, 1 / scale < 10 ? 1 : 0));
    if (view.isFit())
        text = tr("fit, %1").arg(scale >= 1 ? QStringLiteral("%1:1").arg(format::number(scale, 1)) : text);
    // Gathered coarse cells look at a part of the pairs.
    const TileQuestion& question = m_canvas->question();
    const bool exact = !question.order || isExact(question, m_canvas->map().scene().level());
    m_scale->setText(exact ? text : text + tr(", estimated"));
    const auto [row, column] = m_canvas->classesInMiddle();
    m_matrix->setCurrent(row, column);
}

void HeatmapView::showCounts() {
    if (!m_run)
        return;
    const analysis::Thresholds thresholds = session().thresholds();
    m_histogram->setThresholds(thresholds);
    m_legend->setCounts(analysis::countRelationsFromHistogram(*m_run, thresholds).overall, thresholds);
}

void HeatmapView::sessionChanged(models::Changes what) {
    if (session().run() != m_run)
        openRun();
    if (what & (models::Changes(Change::run) | Change::thresholds))
        showCounts();
    if (what & Change::clustering)
        m_orders->clusteringChanged();
    if (what & models::Changes(Change::subset))
        showKept();
    if (what & models::Changes(Change::data))
        m_canvas->update();
}

void HeatmapView::selectionChanged(int parts) {
    if (parts & (selectedPart | currentPart))
        m_canvas->setMarks(session().selection().selected(), session().selection().current());
    // A click into the map must not move the map away from under it.
    if (parts & currentPart)
        m_orders->currentChanged(!m_canvas->map().hasFocus());
}

void HeatmapView::themeChanged() {
    m_canvas->applyTheme();
    update();
}

void HeatmapView::hideEvent(QHideEvent* event) {
    m_canvas->setActive(false);
    SessionView::hideEvent(event);
}

void HeatmapView::showEvent(QShowEvent* event) {
    SessionView::showEvent(event);
    m_canvas->setActive(true);
}

bool HeatmapView::goTo(const QString& text) {
    static const QRegularExpression numbers(QStringLiteral("\\d+"));
    std::vector<SampleId> samples;
    for (auto match = numbers.globalMatch(text); match.hasNext();)
        samples.emplace_back(match.next().captured().toLongLong());
    if (samples.empty() || samples.size() > 2)
        return false;
    for (const SampleId sample : samples)
        if (m_canvas->positionOf(sample) < 0)
            return false;
    m_canvas->goTo(samples.front(), samples.back(), 24);
    m_canvas->setShownPair(samples.front(), samples.back());
    if (isLinked()) {
        models::SampleSet set;
        for (const SampleId sample : samples)
            set.insert(sample);
        session().selection().setCurrent(samples.front(), this);
        session().selection().setSelected(std::move(set), this);
    }
    return true;
}

void HeatmapView::askGoTo() {
    if (!m_run)
        return;
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Go to"));
    dialog->setLabelText(tr("Number of a sample, or of two for their pair (865, 1389)"));
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString& text) {
        if (!goTo(text))
            session().addIssue(models::Issue::Severity::note,
                               tr("Go to: \"%1\" names no sample of this run; give one or two original indices of its %2 samples")
                                   .arg(text, format::count(m_run->rows())));
    });
    dialog->open();
}

} // namespace lpntk::views
