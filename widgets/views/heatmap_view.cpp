#include <widgets/views/heatmap_view.h>

#include <core/analysis/class_pairs.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/heatmap_canvas.h>
#include <widgets/views/heatmap_map.h>
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
#include <QShortcut>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using models::Change;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

enum Order { classes, clusters, similarity };

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
    openRun();
}

QWidget* HeatmapView::makeToolBar() {
    auto* bar = new ViewToolBar(this);
    m_quantity = new Segment({tr("Cosine"), tr("κ")}, true, bar);
    m_quantity->setCurrent(0);
    m_quantity->setAccessibleName(tr("Quantity"));
    bar->addWidget(m_quantity);
    m_order = makeCombo({tr("Class"), tr("Class, cluster"), tr("Class, similarity")}, bar);
    m_order->setToolTip(tr("Order within each class: as in the data, by cluster, or by cosine to the current sample"));
    QLabel* order = bar->addLabel(tr("Order"), m_order);
    bar->addWidget(m_order);
    m_range = new QComboBox(bar);
    m_range->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_range->setToolTip(tr("Range of the colours"));
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
    connect(m_order, &QComboBox::currentIndexChanged, this, [this] { applyOrder(); });
    connect(m_range, &QComboBox::currentIndexChanged, this, [this] { applyRange(); });
    connect(m_blocks, &QComboBox::currentIndexChanged, this,
            [this](int index) { m_canvas->setStatistic(static_cast<run::CellStatistic>(index)); });
    connect(m_quantity, &Segment::chosen, this, [this](int index) {
        m_canvas->setQuantity(static_cast<Quantity>(index));
        fillRanges();
        showScale();
    });
    const auto addKey = [this](const QKeySequence& key, auto action) {
        auto* shortcut = new QShortcut(key, this);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, this, action);
    };
    addKey(Qt::Key_G, [this] { askGoTo(); });
    addKey(Qt::Key_B, [this] { m_box->toggle(); });
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

bool HeatmapView::isReady() const { return m_run && m_run == session().run() && !m_orderWanted && m_canvas->isComplete(); }

void HeatmapView::openRun() {
    m_run = session().run();
    m_orderWanted = false;
    const bool there = m_run != nullptr;
    m_canvas->setVisible(there && vtk::VtkHost::isUsable());
    m_strip->setVisible(there);
    m_toolBar->setEnabled(there);
    m_empty->setVisible(!there || !vtk::VtkHost::isUsable());
    m_canvas->setRun(m_run);
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
    applyOrder();
    showScale();
}

void HeatmapView::applyOrder() {
    if (!m_run)
        return;
    const int order = m_order->currentIndex();
    auto clustered = session().clusters();
    SampleId current = session().selection().current();
    if (!current.isValid())
        current = m_run->sampleFromRow(base::RowId(0));
    const base::RowId row = m_run->rowFromSample(current);
    m_orderWanted = order == clusters && !clustered;
    if (m_orderWanted || (order == similarity && !row.isValid()))
        return;
    m_orderClusters = order == clusters ? clustered : nullptr;
    using Made = std::shared_ptr<const analysis::RowOrder>;
    m_orderWanted = true;
    session().jobs().ask<Made>(
        "heatmap order", this,
        [run = m_run, order, clustered, row](const base::JobContext&) -> Made {
            return std::make_shared<const analysis::RowOrder>(order == clusters     ? analysis::clusterOrder(*run, *clustered)
                                                              : order == similarity ? analysis::similarityOrder(*run, row)
                                                                                    : analysis::classOrder(*run));
        },
        [this, run = m_run](Made made) {
            if (run != m_run)
                return;
            m_orderWanted = false;
            m_canvas->setOrder(std::move(made));
            selectionChanged(selectedPart | currentPart);
        });
}

double HeatmapView::automaticRange() const {
    const double cosine = analysis::defaultRange(*m_run);
    if (m_quantity->current() == 0)
        return cosine;
    // kappa = cosine times both norms; the median norm makes a range of the same meaning, in two figures.
    std::vector<float> norms(m_run->norms().begin(), m_run->norms().end());
    const auto middle = norms.begin() + static_cast<std::ptrdiff_t>(norms.size() / 2);
    std::nth_element(norms.begin(), middle, norms.end());
    const double range = std::max(cosine * static_cast<double>(*middle) * static_cast<double>(*middle), 1e-12);
    const double unit = std::pow(10, std::floor(std::log10(range)) - 1);
    return std::ceil(range / unit) * unit;
}

void HeatmapView::fillRanges() {
    if (!m_run)
        return;
    const QSignalBlocker blocker(m_range);
    m_range->clear();
    const double automatic = automaticRange();
    const bool cosine = m_quantity->current() == 0;
    const auto add = [&](double range) {
        m_range->addItem(QStringLiteral("±") + (cosine ? format::number(range, 2) : QString::number(range, 'g', 3)), range);
    };
    if (cosine) {
        for (const double range : {0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0})
            if (std::abs(range - automatic) > 0.01)
                add(range);
    } else {
        for (const double factor : {0.1, 0.25, 0.5, 2.0, 4.0})
            add(automatic * factor);
    }
    int place = 0;
    while (place < m_range->count() && m_range->itemData(place).toDouble() < automatic)
        ++place;
    m_range->insertItem(place, QStringLiteral("±") + (cosine ? format::number(automatic, 2) : QString::number(automatic, 'g', 3)),
                        automatic);
    m_range->setCurrentIndex(place);
    applyRange();
}

void HeatmapView::applyRange() {
    const auto range = static_cast<float>(m_range->currentData().toDouble());
    if (range <= 0)
        return;
    m_canvas->setRange(range);
    const auto cosineRange = m_quantity->current() == 0 ? range : static_cast<float>(analysis::defaultRange(*m_run));
    m_histogram->setRange(cosineRange);
    m_matrix->setRange(cosineRange);
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
    const bool exact = isExact(m_canvas->question(), m_canvas->map().scene().level());
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
    if ((what & Change::clustering) && m_order->currentIndex() == clusters && session().clusters() != m_orderClusters)
        applyOrder();
    if (what & models::Changes(Change::data))
        m_canvas->update();
}

void HeatmapView::selectionChanged(int parts) {
    if (parts & (selectedPart | currentPart))
        m_canvas->setMarks(session().selection().selected(), session().selection().current());
    if ((parts & currentPart) && m_order->currentIndex() == similarity && !m_orderWanted && !m_canvas->map().hasFocus())
        applyOrder();
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
