#include <widgets/views/pruning_view.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/pruning_card.h>
#include <widgets/views/pruning_charts.h>
#include <widgets/views/pruning_methods.h>
#include <widgets/views/sample_actions.h>

#include <QComboBox>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSlider>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace lpntk::views {

using curation::Method;
using models::Change;
using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

constexpr int kLargestSmall = 50; ///< drop-small: members at the right end of the slider

std::vector<SampleId> toSamples(const run::Run& run, const std::vector<base::RowId>& rows) {
    std::vector<SampleId> result;
    result.reserve(rows.size());
    for (const auto row : rows)
        result.push_back(run.sampleFromRow(row));
    return result;
}

} // namespace

PruningView::~PruningView() = default;

void PruningView::connectParts() {
    setFocusProxy(m_pruned);
    connect(m_method, &QComboBox::currentIndexChanged, this, [this] { chooseMethod(static_cast<Method>(m_method->currentData().toInt())); });
    connect(m_amount, &QSlider::valueChanged, this, &PruningView::chooseAmount);
    connect(m_methods, &MethodsTable::methodChosen, this, &PruningView::chooseMethod);
    connect(m_export, &QPushButton::clicked, this, &PruningView::exportRequested);
    connect(m_compare, &QPushButton::toggled, this, [this](bool shown) {
        m_summary->setVisible(shown);
        if (shown)
            refreshSummary();
        checkReady();
    });
    for (auto* gallery : {m_kept, m_pruned})
        connect(gallery, &Gallery::contextMenuRequested, this, [this, gallery](QPoint global) { m_samples->popUp(global, gallery); });
    m_compareSoon.setSingleShot(true);
    m_compareSoon.setInterval(150); // not while the slider is dragged
    connect(&m_compareSoon, &QTimer::timeout, this, &PruningView::askComparison);
    fillMethods();
}

// --- choices --------------------------------------------------------------------------------------------------------

void PruningView::chooseMethod(Method method) {
    auto options = session().pruneOptions();
    if (method == options.method)
        return;
    options.method = method;
    options.scores.clear();
    if (const auto subset = session().subset(); subset && session().run() && subset->keptCount > 0)
        options.keep = static_cast<double>(subset->keptCount) / static_cast<double>(session().run()->rows()); // the same amount
    session().setPruneOptions(options);
    refreshControls();
}

void PruningView::chooseAmount(int value) {
    auto options = session().pruneOptions();
    const double share = value / 1000.0;
    if (options.method == Method::thinLargest)
        options.thinShare = share;
    else if (options.method == Method::dropSmall)
        options.smallMembers = std::max(1, static_cast<int>(std::lround(share * kLargestSmall)));
    else
        options.keep = share;
    session().setPruneOptions(options);
    refreshControls();
}

void PruningView::refreshControls() {
    const QSignalBlocker blockMethod(m_method), blockAmount(m_amount);
    const auto& options = session().pruneOptions();
    m_method->setCurrentIndex(m_method->findData(static_cast<int>(options.method)));
    double share = options.keep;
    QString label = tr("Keep");
    if (options.method == Method::thinLargest) {
        share = options.thinShare;
        label = tr("Thin by");
    } else if (options.method == Method::dropSmall) {
        share = static_cast<double>(options.smallMembers) / kLargestSmall;
        label = tr("Up to %1 members").arg(format::count(options.smallMembers));
    }
    m_amountLabel->setText(label);
    m_amount->setAccessibleName(label);
    m_amount->setEnabled(options.method != Method::redundant && session().clustering());
    m_amount->setToolTip(options.method == Method::redundant ? tr("How many are redundant is not a choice") : QString());
    m_amount->setValue(static_cast<int>(std::lround(share * 1000)));
    const auto subset = session().subset();
    const auto run = session().run();
    m_export->setEnabled(subset != nullptr);
    m_method->setEnabled(session().clustering() != nullptr);
    if (subset && run && run->rows() > 0) {
        const QString percent = format::share(static_cast<double>(subset->keptCount) / static_cast<double>(run->rows()));
        const QString counts = format::countOf(subset->keptCount, run->rows());
        m_amountText->setText(percent);
        m_amountCounts->setText(counts);
        m_amount->setAccessibleDescription(percent + QStringLiteral(", ") + counts);
        m_edits->setText(format::counted(subset->handEdits, tr("1 edit by hand"), tr("%1 edits by hand")));
    } else {
        m_amountText->clear();
        m_amountCounts->clear();
        m_edits->clear();
    }
}

// --- what is shown --------------------------------------------------------------------------------------------------

void PruningView::sessionChanged(models::Changes what) {
    if (what & Change::run)
        fillMethods();
    if (!(what & (models::Changes(Change::run) | Change::subset | Change::clustering | Change::data)))
        return;
    refreshControls();
    const bool there = session().subset() && session().clustering();
    m_content->setVisible(there);
    m_empty->setVisible(!there);
    if (!there) {
        const bool working = session().isClustering() || session().isPruning();
        m_empty->show(QStringLiteral("prune"), working ? tr("Choosing what to keep") : tr("Nothing to prune yet"),
                      working ? tr("Clusters and nearest kept samples are being computed.") : tr("Open a run or compute a kernel."));
        m_shown.reset();
        m_kept->setSections({});
        m_pruned->setSections({});
        m_busy->follow(session().clusterTicket(), tr("Clustering"));
        return;
    }
    m_busy->follow(session().isPruning() ? session().subsetTicket() : session().coverageTicket(), session().isPruning() ? tr("Nearest kept samples") : tr("Coverage"));
    askContent();
}

void PruningView::askContent() {
    const auto subset = session().subset();
    const auto coverage = session().coverage();
    if (m_shown && m_shown->subset == subset && m_shown->coverage == coverage)
        return;
    m_ready = false;
    using Result = std::shared_ptr<const PruningContent>;
    session().jobs().ask<Result>(
        "pruning content", this,
        [clustering = session().clustering(), subset, coverage](const base::JobContext& context) {
            return std::make_shared<const PruningContent>(makePruningContent(clustering, subset, coverage, context));
        },
        [this](Result content) { showContent(std::move(content)); });
}

void PruningView::showContent(std::shared_ptr<const PruningContent> content) {
    const auto run = session().run();
    if (!run || &content->clustering->run() != run.get())
        return;
    m_shown = std::move(content);
    m_cards->setContent(m_shown);
    m_keptCount->setText(format::count(m_shown->subset->keptCount));
    m_prunedCount->setText(format::count(run->rows() - m_shown->subset->keptCount));
    m_kept->setSections({{QStringLiteral("kept"), {}, {}, {}, toSamples(*run, m_shown->kept)}});
    std::vector<GallerySection> sections;
    for (const auto& group : m_shown->pruned)
        sections.push_back({QString::fromLatin1(curation::nameOf(group.reason)), headingOf(group.reason),
                            format::count(std::ssize(group.rows)), {}, toSamples(*run, group.rows)});
    m_pruned->setSections(std::move(sections));
    refreshSummary();
    checkReady();
}

void PruningView::refreshSummary() {
    if (!m_shown || !m_compare->isChecked() || !session().run())
        return;
    m_balance->setKept(m_shown->keptOfClass);
    const auto& coverage = m_shown->coverage;
    m_coverageText->setText(coverage ? format::share(coverage->mean) : QString());
    m_chart->setPresent(m_shown->subset->options.method, static_cast<double>(m_shown->subset->keptCount) / static_cast<double>(session().run()->rows()),
                        coverage ? std::optional(coverage->mean) : std::nullopt);
    m_methods->setPresent(m_shown->subset->options.method);
    if (m_curvesOf != m_shown->clustering)
        askCurves();
    if (m_compared != m_shown->subset && coverage)
        m_compareSoon.start();
}

void PruningView::askCurves() {
    m_curvesOf = m_shown->clustering;
    m_curvesThere = false;
    session().jobs().ask<std::vector<MethodCurve>>(
        "pruning curves", this, [clustering = m_curvesOf](const base::JobContext& context) { return methodCurves(*clustering, context); },
        [this](std::vector<MethodCurve> curves) {
            m_chart->setCurves(std::move(curves), m_curvesOf->run().rows());
            m_curvesThere = true;
            checkReady();
        });
}

void PruningView::askComparison() {
    if (!m_shown)
        return;
    using Result = std::vector<MethodFigures>;
    session().jobs().ask<Result>(
        "pruning comparison", this,
        [clustering = m_shown->clustering, subset = m_shown->subset, options = session().pruneOptions()](const base::JobContext& context) {
            return compareMethods(*clustering, *subset, options, context);
        },
        [this, subset = m_shown->subset](Result figures) {
            m_compared = subset;
            m_methodsTitle->setText(tr("Methods at %1 kept").arg(format::count(subset->keptCount)));
            m_methods->figures().setFigures(std::move(figures));
            m_methods->setPresent(subset->options.method);
            checkReady();
        });
}

void PruningView::checkReady() {
    const bool summary = !m_compare->isChecked() || (m_curvesThere && m_shown && m_compared == m_shown->subset);
    const bool now = m_shown && m_shown->coverage && m_shown->subset == session().subset() && summary;
    if (now && !std::exchange(m_ready, true))
        Q_EMIT ready();
}

void PruningView::paintEvent(QPaintEvent*) {
    QPainter(this).fillRect(rect(), theme().colour(Role::panel));
}

} // namespace lpntk::views
