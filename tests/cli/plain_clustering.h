#pragma once

#include "small_run.h"

#include <cstdint>
#include <vector>

namespace lpntk::tests {

/// A cluster of farthest-point clustering by rows of the run.
struct PlainCluster {
    std::int64_t label = 0;
    std::int64_t head = 0;
    std::vector<std::int64_t> members;  ///< those that were clustered, the head among them, ascending
    std::vector<std::int64_t> attached; ///< redundant ones, ascending
    std::size_t size() const { return members.size() + attached.size(); }
};

/// Row of the sample with the largest kappa above the row's own, -1 when the row is not redundant.
std::int64_t plainBecause(const SmallRun& run, std::int64_t row);

/// Farthest-point clustering of one class as the paper defines it, step by step without any clever order: first head
/// the largest diagonal, next head the clustered sample least similar to its own head, who is strictly more similar to
/// the new head moves there. Redundant samples follow the clustered sample of their class that they are most similar
/// to. `heads` must not be more than the class has samples that are not redundant.
std::vector<PlainCluster> plainClusters(const SmallRun& run, std::int64_t label, std::size_t heads);

/// Rows of a class that are not redundant.
std::vector<std::int64_t> plainCandidates(const SmallRun& run, std::int64_t label);

/// max(1, floor(candidates * ratio)) heads in every class, all clusters by ascending head.
std::vector<PlainCluster> plainClustersForRatio(const SmallRun& run, double ratio);

} // namespace lpntk::tests
