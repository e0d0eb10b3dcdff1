#include <core/analysis/cluster_facts.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace lpntk::analysis {

namespace {

ClusterFacts factsOf(const ClusterAssignment::Cluster& cluster, std::span<const float> cosines,
                     std::span<const std::int32_t> predicted) {
    ClusterFacts facts;
    double sum = 0, least = std::numeric_limits<double>::infinity();
    std::map<int, std::int64_t> counts;
    for (const auto* rows : {&cluster.members, &cluster.attached}) {
        for (const auto row : *rows) {
            const auto at = static_cast<std::size_t>(row.value());
            if (!predicted.empty())
                ++counts[predicted[at]];
            if (row == cluster.head)
                continue;
            sum += static_cast<double>(cosines[at]);
            least = std::min(least, static_cast<double>(cosines[at]));
        }
    }
    facts.predicted.assign(counts.begin(), counts.end());
    std::stable_sort(facts.predicted.begin(), facts.predicted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    for (const auto& [label, count] : facts.predicted)
        facts.misclassified += label == cluster.label ? 0 : count;
    if (cluster.size() < 2) {
        facts.meanCosine = facts.leastCosine = facts.spread = std::numeric_limits<double>::quiet_NaN();
        return facts;
    }
    const auto others = static_cast<double>(cluster.size() - 1);
    facts.meanCosine = sum / others;
    facts.leastCosine = least;
    double squares = 0;
    for (const auto* rows : {&cluster.members, &cluster.attached})
        for (const auto row : *rows)
            if (row != cluster.head)
                squares +=
                    std::pow(static_cast<double>(cosines[static_cast<std::size_t>(row.value())]) - facts.meanCosine, 2);
    facts.spread = std::sqrt(squares / others);
    return facts;
}

} // namespace

std::vector<ClusterFacts> clusterFacts(const ClusterAssignment& clusters, std::span<const std::int32_t> predicted) {
    std::vector<ClusterFacts> facts;
    facts.reserve(clusters.clusters.size());
    for (const auto& cluster : clusters.clusters)
        facts.push_back(factsOf(cluster, clusters.cosineToHead, predicted));
    return facts;
}

} // namespace lpntk::analysis
