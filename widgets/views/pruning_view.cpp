#include <widgets/views/pruning_view.h>

#include <core/curation/keep_rank.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/pruning_amount.h>
#include <widgets/views/pruning_card.h>
#include <widgets/views/pruning_charts.h>
#include <widgets/views/pruning_compare.h>
#include <widgets/views/pruning_coverage_chart.h>
#include <widgets/views/pruning_detail.h>
#include <widgets/views/pruning_methods.h>

#include <QComboBox>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStackedWidget>

#include <algorithm>
#include <optional>
#include <utility>

namespace lpntk::views {

using models::Change;
using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

std::vector<SampleId> toSamples(const run::Run& run, const std::vector<base::RowId>& rows) {
    std::vector<SampleId> result;
    result.reserve(rows.size());
    for (const auto row : rows)
        result.push_back(run.sampleFromRow(row));
    return result;
}

/// Heading and key of a group of pruned samples.
GallerySection sectionOf(const models::Session& session, const PruningContent& content,
                         const PruningContent::Group& group) {
    GallerySection section;
    switch (content.sort) {
    case PrunedSort::reason:
        section.key = QString::fromLatin1(curation::nameOf(group.reason));
        section.title = headingOf(group.reason);
        break;
    case PrunedSort::ofClass:
        section.key = QStringLiteral("class-%1").arg(group.label);
        section.title = session.className(group.label);
        section.note = content.coverage
                           ? PruningView::tr("mean coverage %1")
                                 .arg(format::share(content.coverageOfClass[static_cast<std::size_t>(group.label)]))
                           : QString();
        break;
    case PrunedSort::worstCovered:
        section.key = QStringLiteral("worst-covered");
        section.title = content.coverage
                            ? PruningView::tr("Worst covered first")
                            : PruningView::tr("Least similar kept sample first, until the coverage is there");
        break;
    }
    section.count = format::count(std::ssize(group.rows));
    section.samples = toSamples(content.clustering->run(), group.rows);
    return section;
}

} // namespace

PruningView::~PruningView() = default;

void PruningView::sessionChanged(models::Changes what) {
    if (what & Change::run) {
        fillMethods();
        fillClasses();
    }
    if (!(what & (models::Changes(Change::run) | Change::subset | Change::clustering | Change::data)))
        return;
    refreshControls();
    m_comparison->refresh();
    const bool there = session().subset() && session().clustering();
    m_content->setVisible(there);
    m_detail->setVisible(there);
    m_empty->setVisible(!there);
    if (!there) {
        const bool working = session().isClustering() || session().isPruning();
        m_empty->show(QStringLiteral("prune"), working ? tr("Choosing what to keep") : tr("Nothing to prune yet"),
                      working ? tr("Clusters and nearest kept samples are being computed.") : tr("Open a run or compute a kernel."));
        m_shown.reset();
        m_kept->setSections({});
        m_pruned->setSections({});
        m_detail->setContent({});
        m_busy->follow(session().clusterTicket(), tr("Clustering"));
        return;
    }
    m_busy->follow(session().isPruning() ? session().subsetTicket() : session().coverageTicket(), session().isPruning() ? tr("Nearest kept samples") : tr("Coverage"));
    askContent();
}

void PruningView::selectionChanged(int parts) {
    if (parts & currentPart)
        m_detail->refresh();
}

void PruningView::askContent() {
    const auto subset = session().subset();
    if (!subset || !session().clustering())
        return;
    ContentQuestion question{
        session().clustering(), {}, subset, session().coverage(), static_cast<PrunedSort>(m_sort->current()),
        m_edits->isChecked()};
    if (m_shown && m_shown->subset == subset) {
        if (m_shown->coverage == question.coverage && m_shown->sort == question.sort &&
            m_shown->byHandOnly == question.byHandOnly)
            return;
        question.clusters = m_shown->clusters;
    }
    m_ready = false;
    // The clusters of a content cannot be cancelled midway: while the slider is dragged the latest question waits for
    // the running one instead of piling up behind it.
    if (session().jobs().isRunning(m_contentTicket))
        return;
    using Result = std::shared_ptr<const PruningContent>;
    m_contentTicket = session().jobs().ask<Result>(
        "pruning content", this,
        [question](const base::JobContext& context) {
            return std::make_shared<const PruningContent>(makePruningContent(question, context));
        },
        [this](Result content) { showContent(std::move(content)); });
}

void PruningView::showContent(std::shared_ptr<const PruningContent> content) {
    const auto run = session().run();
    if (!run || &content->clustering->run() != run.get()) {
        askContent(); // of the run that came meanwhile
        return;
    }
    m_shown = std::move(content);
    m_cards->setContent(m_shown);
    m_detail->setContent(m_shown);
    const std::int64_t kept = m_shown->subset->keptCount, pruned = run->rows() - kept;
    std::vector<GallerySection> sections;
    for (const auto& group : m_shown->pruned)
        sections.push_back(sectionOf(session(), *m_shown, group));
    m_kept->setSections({{QStringLiteral("kept"), {}, {}, {}, toSamples(*run, m_shown->kept)}});
    m_pruned->setSections(std::move(sections));
    m_keptCount->setText(m_shown->byHandOnly ? tr("%1 by hand").arg(format::countOf(m_kept->count(), kept))
                                             : format::count(kept));
    m_prunedCount->setText(m_shown->byHandOnly ? tr("%1 by hand").arg(format::countOf(m_pruned->count(), pruned))
                                               : format::count(pruned));
    refreshSummary();
    askContent(); // what was asked for meanwhile
    checkReady();
}

void PruningView::refreshSummary() {
    if (!m_shown || !session().run())
        return;
    m_balance->setKept(m_shown->keptOfClass);
    const auto& coverage = m_shown->coverage;
    const int label = m_chart->shownClass();
    const auto shown =
        coverage ? std::optional(label < 0 ? coverage->mean : m_shown->coverageOfClass[static_cast<std::size_t>(label)])
                 : std::nullopt;
    m_coverageText->setText(shown ? format::share(*shown) : QString());
    m_chart->setPresent(m_shown);
    m_methods->setPresent(m_shown->subset->options.method);
    askCurves();
    if (m_compared != m_shown->subset && coverage)
        m_compareSoon.start();
}

// --- curves ---------------------------------------------------------------------------------------------------------

std::vector<curation::Method> PruningView::curveMethods() const {
    using curation::Method;
    std::vector<Method> methods{Method::heads, Method::classRandom, Method::el2n};
    const Method present = m_shown->subset->options.method;
    if (curation::isNested(present) && std::find(methods.begin(), methods.end(), present) == methods.end())
        methods.push_back(present);
    return methods;
}

void PruningView::askCurves() {
    if (m_curvesOf != m_shown->clustering) {
        session().jobs().cancel(m_wholeTicket);
        m_curvesOf = m_shown->clustering;
        m_curves.clear();
        m_reach = curveReach(m_curvesOf->run());
    }
    const auto wanted = curveMethods();
    // Those of a method that is left are forgotten: its scores may be others the next time.
    std::erase_if(m_curves, [&](const MethodCurve& curve) {
        return std::find(wanted.begin(), wanted.end(), curve.method) == wanted.end();
    });
    std::vector<curation::Method> missing;
    for (const auto method : wanted)
        if (std::none_of(m_curves.begin(), m_curves.end(),
                         [&](const MethodCurve& curve) { return curve.method == method; }))
            missing.push_back(method);
    m_curvesThere = missing.empty();
    if (m_curvesThere) {
        takeCurves({});
        return;
    }
    if (session().jobs().isRunning(m_curvesTicket) && missing == m_missingCurves)
        return;
    m_missingCurves = missing;
    m_curvesTicket = session().jobs().ask<std::vector<MethodCurve>>(
        "pruning curves", this,
        [clustering = m_curvesOf, options = m_shown->subset->options, missing, reach = m_reach.automatic](
            const base::JobContext& context) { return methodCurves(*clustering, options, missing, reach, context); },
        [this](std::vector<MethodCurve> curves) { takeCurves(std::move(curves)); });
}

void PruningView::askWholeCurves() {
    if (!m_shown || !m_curvesOf)
        return;
    m_wholeTicket = session().jobs().start<std::vector<MethodCurve>>(
        tr("Coverage curves"), true, this,
        [clustering = m_curvesOf, options = m_shown->subset->options, methods = curveMethods(), reach = m_reach.whole](
            const base::JobContext& context) { return methodCurves(*clustering, options, methods, reach, context); },
        [this](std::vector<MethodCurve> curves) {
            m_curves.clear();
            takeCurves(std::move(curves));
        });
    refreshWhole();
}

void PruningView::takeCurves(std::vector<MethodCurve> curves) {
    for (auto& curve : curves) {
        std::erase_if(m_curves, [&](const MethodCurve& other) { return other.method == curve.method; });
        m_curves.push_back(std::move(curve));
    }
    std::sort(m_curves.begin(), m_curves.end(), [](const auto& a, const auto& b) { return a.method < b.method; });
    m_chart->setCurves(m_curves, m_curvesOf->run().rows());
    m_curvesThere = true;
    refreshWhole();
    checkReady();
}

/// The button is there while a curve ends early; where and why stands in its tooltip.
void PruningView::refreshWhole() {
    const bool running = session().jobs().isRunning(m_wholeTicket);
    double reached = m_reach.whole;
    for (const auto& curve : m_curves)
        if (!curve.curve.share.empty())
            reached = std::min(reached, curve.curve.share.back());
    m_whole->setVisible(m_reach.whole - reached >
                        0.02); // the last point keeps whole samples, so not that share exactly
    m_whole->setEnabled(!running);
    const QString limit = m_reach.whole < kWholeCurve ? tr(" More would take too much memory.") : QString();
    m_whole->setToolTip(
        tr("The curves are exact and end at %1 kept. Compute them up to %2, with progress in the Jobs list.%3")
            .arg(format::share(reached, 0), format::share(m_reach.whole, 0), limit));
}

// --- other methods --------------------------------------------------------------------------------------------------

void PruningView::askComparison() {
    if (!m_shown)
        return;
    using Result = std::vector<MethodFigures>;
    session().jobs().ask<Result>(
        "pruning comparison", this,
        [clustering = m_shown->clustering, subset = m_shown->subset, coverage = m_shown->coverage,
         options = session().pruneOptions()](const base::JobContext& context) {
            return compareMethods(*clustering, *subset, coverage.get(), options, context);
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
    const bool compared = !m_compare->isChecked() || m_comparison->isReady();
    const bool now = m_shown && m_shown->coverage && m_shown->subset == session().subset() && m_curvesThere &&
                     m_compared == m_shown->subset && compared;
    if (now && !std::exchange(m_ready, true))
        Q_EMIT ready();
}

void PruningView::paintEvent(QPaintEvent*) {
    QPainter(this).fillRect(rect(), theme().colour(Role::panel));
}

} // namespace lpntk::views
