#pragma once

#include <core/analysis/clustering.h>
#include <core/run/run.h>

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

/// (N) class that the run's network gives each row the largest probability, ties to the smaller; empty when the run has
/// no probabilities.
std::vector<std::int32_t> predictedLabels(const run::Run& run);

/// Facts of every cluster in the order of `clusters`. `predicted` as from predictedLabels. One pass over the rows.
std::vector<ClusterFacts> clusterFacts(const ClusterAssignment& clusters, std::span<const std::int32_t> predicted);

} // namespace lpntk::analysis
