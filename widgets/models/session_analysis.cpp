// What every view shares about the current run: clusters, subset, coverage. Each step is computed on a worker from
// snapshots and starts the next one; a newer question supersedes the older.
#include <widgets/models/prune_scores.h>
#include <widgets/models/session.h>

#include <core/base/parallel.h>
#include <core/curation/hand_clusters.h>

#include <algorithm>

namespace lpntk::models {

namespace {

/// From this many rows on the nearest kept samples come in a second step, so that a dragged slider stays live.
constexpr std::int64_t kTwoStepRows = 5000;
/// Multiply-adds of a coverage that deserves a line in the Jobs list and its cancel button.
constexpr double kListedCoverage = 6e10;

} // namespace

void Session::setThresholds(analysis::Thresholds thresholds) {
    if (thresholds == m_thresholds)
        return;
    thresholds.check();
    m_thresholds = thresholds;
    emitLater(Change::thresholds);
}

void Session::setMode(analysis::Mode mode) {
    if (mode == m_mode)
        return;
    m_mode = mode;
    recluster();
}

void Session::setClusterRatio(double ratio) {
    ratio = std::clamp(ratio, 0.0, 1.0);
    if (ratio == m_clusterRatio)
        return;
    m_clusterRatio = ratio;
    emitLater(Change::clustering);
    reassign();
    using curation::Method;
    const auto method = m_pruneOptions.method;
    m_pruneOptions.clusterRatio = ratio;
    if (method == Method::thinLargest || method == Method::dropSmall)
        resubset();
}

void Session::setPruneOptions(const curation::PruneOptions& options) {
    m_pruneOptions = options;
    emitLater(Change::subset);
    resubset();
}

void Session::recluster() {
    if (!m_run)
        return;
    m_jobs->cancel(m_clusterTicket);
    using Result = std::shared_ptr<const analysis::Clustering>;
    m_clusterTicket = m_jobs->start<Result>(
        tr("Cluster"), m_run->rows() > kTwoStepRows, this,
        [run = m_run, mode = m_mode](const base::JobContext& context) {
            auto redundancy = std::make_shared<const analysis::Redundancy>(analysis::findRedundant(*run, mode, context));
            return analysis::Clustering::compute(run, mode, std::move(redundancy), base::availableThreads(), context);
        },
        [this](Result clustering) {
            m_clustering = std::move(clustering);
            emitLater(Change::clustering);
            reassign();
            resubset();
        });
    emitLater(Change::clustering); // busy now
}

void Session::reassign() {
    if (!m_clustering)
        return;
    // A replay cannot be cancelled midway: the latest ratio waits for the running one instead of piling up behind it.
    if (m_assigning) {
        m_assignAgain = true;
        return;
    }
    m_assigning = true;
    m_assignAgain = false;
    using Result = std::shared_ptr<const analysis::ClusterAssignment>;
    m_jobs->start<Result>(
        tr("Assign clusters"), false, this,
        [clustering = m_clustering, ratio = m_clusterRatio, hand = m_handHeads](const base::JobContext&) {
            return std::make_shared<const analysis::ClusterAssignment>(
                curation::HandClusters(clustering->run(), hand)
                    .applied(clustering->assign(clustering->headsForRatio(ratio))));
        },
        [this, clustering = m_clustering](Result clusters) {
            m_assigning = false;
            if (clustering == m_clustering) {
                m_clusters = std::move(clusters);
                emitLater(Change::clustering);
            }
            if (m_assignAgain || clustering != m_clustering)
                reassign();
        },
        [this](const QString& sentence) {
            m_assigning = false;
            addIssue(Issue::Severity::error, sentence);
        });
}

void Session::resubset() {
    if (!m_clustering)
        return;
    m_jobs->cancel(m_subsetTicket);
    m_jobs->cancel(m_coverageTicket);
    using Result = std::shared_ptr<const curation::Subset>;
    // Copied once: of 60,000 decisions each of the copies that functions take on their way costs 10 ms.
    const auto options = std::make_shared<const curation::PruneOptions>(m_pruneOptions);
    const auto decisions = std::make_shared<const curation::Decisions>(m_decisions);
    const auto compute = [clustering = m_clustering, options, decisions](bool nearest,
                                                                         const base::JobContext& context) {
        return std::make_shared<const curation::Subset>(
            curation::prune(*clustering, withScores(*options, clustering->run()), *decisions, nearest,
                            base::availableThreads(), context));
    };
    const auto publish = [this](Result subset) {
        m_subset = std::move(subset);
        m_coverage.reset();
        emitLater(Change::subset);
    };
    const auto complete = [this, compute, publish] {
        m_subsetTicket = m_jobs->start<Result>(
            tr("Nearest kept samples"), false, this, [compute](const base::JobContext& context) { return compute(true, context); },
            [this, publish](Result subset) {
                publish(std::move(subset));
                cover();
            });
    };
    if (m_run->rows() <= kTwoStepRows) {
        complete();
        return;
    }
    m_subsetTicket = m_jobs->start<Result>(
        tr("Prune"), false, this, [compute](const base::JobContext& context) { return compute(false, context); },
        [publish, complete](Result subset) {
            publish(std::move(subset));
            complete();
        });
}

void Session::cover() {
    m_jobs->cancel(m_coverageTicket);
    using Result = std::shared_ptr<const analysis::Coverage>;
    m_coverageTicket = m_jobs->start<Result>(
        tr("Coverage"), analysis::coverageOperations(*m_run, m_subset->kept) > kListedCoverage, this,
        [run = m_run, subset = m_subset](const base::JobContext& context) {
            return std::make_shared<const analysis::Coverage>(analysis::coverage(*run, subset->kept, base::availableThreads(), context));
        },
        [this](Result coverage) {
            m_coverage = std::move(coverage);
            emitLater(Change::subset);
        });
}

} // namespace lpntk::models
