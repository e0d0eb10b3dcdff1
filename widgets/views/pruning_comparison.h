#pragma once

#include <core/analysis/clustering.h>
#include <core/curation/comparison.h>
#include <core/curation/pruning.h>

#include <memory>
#include <optional>
#include <vector>

namespace lpntk::views {

/// What the present subset (A) is compared with (B): a method at the same amount, or a choice that stands.
struct ComparisonQuestion {
    std::shared_ptr<const analysis::Clustering> clustering;
    std::shared_ptr<const curation::Subset> present;
    std::optional<curation::PruneOptions> method;   ///< B is this rule with as many kept as A
    std::shared_ptr<const std::vector<char>> kept;  ///< without a method: the marks of B
    std::optional<curation::PruneOptions> rankedBy; ///< without a method: the rule that B's marks came from, if any
};

/// Two choices side by side; made on a worker from snapshots.
struct ComparisonContent {
    std::shared_ptr<const analysis::Clustering> clustering;
    std::shared_ptr<const curation::Subset> present;
    std::int64_t keptA = 0, keptB = 0;
    curation::Comparison counts;
    /// (N) share of the order that is kept before the row (curation::keepRanks); empty when a side has no order.
    std::vector<float> rankA, rankB;
    double spearman = 0; ///< of the two; NaN without
};
ComparisonContent makeComparison(const ComparisonQuestion& question, const base::JobContext& context);

} // namespace lpntk::views
