#pragma once

#include <core/analysis/clustering.h>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace lpntk::analysis {

/// What a list of clusters says of one of them beside its size.
struct ClusterFacts {
    double meanCosine = 0; ///< to the head, over all others; NaN for a cluster of one, like the next two
    double leastCosine = 0;
    double spread = 0;              ///< standard deviation of those cosines
    std::int64_t misclassified = 0; ///< members whose predicted class is not the cluster's
    /// Members by predicted class, most first, ties by label; empty without predictions.
    std::vector<std::pair<int, std::int64_t>> predicted;
};

/// Facts of every cluster in the order of `clusters`. `predicted` as from predictedLabels (predictions.h). One pass
/// over the rows.
std::vector<ClusterFacts> clusterFacts(const ClusterAssignment& clusters, std::span<const std::int32_t> predicted);

} // namespace lpntk::analysis
