#pragma once

#include <core/analysis/clustering.h>
#include <core/analysis/coverage.h>
#include <core/curation/pruning.h>

#include <memory>
#include <vector>

namespace lpntk::views {

/// How the pruned samples stand in their gallery.
enum class PrunedSort { reason, worstCovered, ofClass };

/// What the galleries of the pruning view show, sorted; made on a worker from snapshots.
struct PruningContent {
    struct Group {
        curation::Reason reason = curation::Reason::kept; ///< sorted by reason
        int label = -1;                                   ///< sorted by class
        std::vector<base::RowId> rows;
    };
    PrunedSort sort = PrunedSort::reason;
    bool byHandOnly = false;
    std::shared_ptr<const analysis::Clustering> clustering;
    std::shared_ptr<const analysis::ClusterAssignment> clusters; ///< that the reasons speak of
    std::shared_ptr<const curation::Subset> subset;
    std::shared_ptr<const analysis::Coverage> coverage;          ///< null while it is computed
    std::vector<base::RowId> kept;     ///< those that stand for most first
    /// By reason: largest group first; redundant by falling ratio, else least covered first. Otherwise least covered
    /// first in each group.
    std::vector<Group> pruned;
    std::vector<std::int64_t> keptOfClass;
    std::vector<double> coverageOfClass; ///< mean over the dropped rows of the class, NaN where none is; empty without
};

/// Which of the subset's samples the galleries show and in what order.
struct ContentQuestion {
    std::shared_ptr<const analysis::Clustering> clustering;
    std::shared_ptr<const analysis::ClusterAssignment> clusters; ///< of this subset when they are there already, else null
    std::shared_ptr<const curation::Subset> subset;
    std::shared_ptr<const analysis::Coverage> coverage;
    PrunedSort sort = PrunedSort::reason;
    bool byHandOnly = false;
};
PruningContent makePruningContent(ContentQuestion question, const base::JobContext& context);

/// One method at the same amount as the present subset.
struct MethodFigures {
    curation::Method method = curation::Method::heads;
    std::int64_t kept = 0;
    double coverage = 0, fifthPercentile = 0; ///< NaN where computing them would take too long
    double overlap = 0;                       ///< share of the present kept samples that this method keeps too
    std::int64_t smallestClass = 0;
};
/// `coverage`: of the present subset, null while it is computed.
std::vector<MethodFigures> compareMethods(const analysis::Clustering& clustering, const curation::Subset& subset,
                                          const analysis::Coverage* coverage, const curation::PruneOptions& options,
                                          const base::JobContext& context);

/// Coverage against the share kept of a method with a nested order.
struct MethodCurve {
    curation::Method method = curation::Method::heads;
    analysis::CoverageCurve curve;
};
/// How far curves go: the share kept at their last point.
struct CurveReach {
    double automatic = 0; ///< what is computed unasked, in some seconds at most
    double whole = 0;     ///< what memory allows; at most kWholeCurve
};
inline constexpr double kWholeCurve = 0.95; ///< beyond it hardly any sample is dropped
CurveReach curveReach(const run::Run& run);
/// Exact, up to `reach` of all samples. `options`: seed and what else the orders depend on.
std::vector<MethodCurve> methodCurves(const analysis::Clustering& clustering, const curation::PruneOptions& options,
                                      const std::vector<curation::Method>& methods, double reach, const base::JobContext& context);

} // namespace lpntk::views
