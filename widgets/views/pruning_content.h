#pragma once

#include <core/analysis/clustering.h>
#include <core/analysis/coverage.h>
#include <core/curation/pruning.h>

#include <memory>
#include <vector>

namespace lpntk::views {

/// What the galleries of the pruning view show, sorted; made on a worker from snapshots.
struct PruningContent {
    struct Group {
        curation::Reason reason = curation::Reason::kept;
        std::vector<base::RowId> rows;
    };
    std::shared_ptr<const analysis::Clustering> clustering;
    std::shared_ptr<const analysis::ClusterAssignment> clusters; ///< that the reasons speak of
    std::shared_ptr<const curation::Subset> subset;
    std::shared_ptr<const analysis::Coverage> coverage;          ///< null while it is computed
    std::vector<base::RowId> kept;     ///< those that stand for most first
    std::vector<Group> pruned;         ///< largest group first; redundant by falling ratio, else least covered first
    std::vector<std::int64_t> keptOfClass;
};

PruningContent makePruningContent(std::shared_ptr<const analysis::Clustering> clustering, std::shared_ptr<const curation::Subset> subset,
                                  std::shared_ptr<const analysis::Coverage> coverage, const base::JobContext& context);

/// One method at the same amount as the present subset.
struct MethodFigures {
    curation::Method method = curation::Method::heads;
    std::int64_t kept = 0;
    double coverage = 0, fifthPercentile = 0; ///< NaN where computing them would take too long
    double overlap = 0;                       ///< share of the present kept samples that this method keeps too
    std::int64_t smallestClass = 0;
};
std::vector<MethodFigures> compareMethods(const analysis::Clustering& clustering, const curation::Subset& subset,
                                          const curation::PruneOptions& options, const base::JobContext& context);

/// Mean coverage against the share kept, for the methods with a nested order.
struct MethodCurve {
    curation::Method method = curation::Method::heads;
    analysis::CoverageCurve curve;
};
std::vector<MethodCurve> methodCurves(const analysis::Clustering& clustering, const base::JobContext& context);

} // namespace lpntk::views
