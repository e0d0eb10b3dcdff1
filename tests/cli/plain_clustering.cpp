#include "plain_clustering.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace lpntk::tests {

namespace {

/// The one of `rows` with the largest kappa with `row`; ties: the first.
std::int64_t mostSimilar(const SmallRun& run, std::int64_t row, const std::vector<std::int64_t>& rows) {
    return *std::max_element(rows.begin(), rows.end(),
                             [&](std::int64_t a, std::int64_t b) { return run.kappa(row, a) < run.kappa(row, b); });
}

/// Head of each clustered row.
std::map<std::int64_t, std::int64_t> headOfEach(const SmallRun& run, const std::vector<std::int64_t>& rows,
                                                std::size_t heads) {
    std::map<std::int64_t, std::int64_t> headOf;
    const std::int64_t first = *std::max_element(
        rows.begin(), rows.end(), [&](std::int64_t a, std::int64_t b) { return run.kappa(a, a) < run.kappa(b, b); });
    for (const std::int64_t row : rows)
        headOf[row] = first;
    for (std::size_t step = 1; step < heads; ++step) {
        std::int64_t next = -1;
        for (const std::int64_t row : rows)
            if (headOf[row] != row && (next < 0 || run.kappa(headOf[row], row) < run.kappa(headOf[next], next)))
                next = row;
        headOf[next] = next;
        for (const std::int64_t row : rows)
            if (headOf[row] != row && run.kappa(next, row) > run.kappa(headOf[row], row))
                headOf[row] = next;
    }
    return headOf;
}

} // namespace

std::int64_t plainBecause(const SmallRun& run, std::int64_t row) {
    std::int64_t best = row;
    for (std::int64_t other = 0; other < SmallRun::kRows; ++other)
        if (run.kappa(row, other) > run.kappa(row, best))
            best = other;
    return best == row ? -1 : best;
}

std::vector<std::int64_t> plainCandidates(const SmallRun& run, std::int64_t label) {
    std::vector<std::int64_t> rows = run.rowsOfClass(label);
    std::erase_if(rows, [&](std::int64_t row) { return plainBecause(run, row) >= 0; });
    return rows;
}

std::vector<PlainCluster> plainClusters(const SmallRun& run, std::int64_t label, std::size_t heads) {
    const std::vector<std::int64_t> candidates = plainCandidates(run, label);
    const auto headOf = headOfEach(run, candidates, heads);
    std::map<std::int64_t, PlainCluster> byHead;
    for (const auto& [row, head] : headOf) {
        byHead[head].head = head;
        byHead[head].label = label;
        byHead[head].members.push_back(row);
    }
    for (const std::int64_t row : run.rowsOfClass(label))
        if (!headOf.contains(row))
            byHead[headOf.at(mostSimilar(run, row, candidates))].attached.push_back(row);
    std::vector<PlainCluster> clusters;
    for (auto& [head, cluster] : byHead)
        clusters.push_back(std::move(cluster));
    return clusters;
}

std::vector<PlainCluster> plainClustersForRatio(const SmallRun& run, double ratio) {
    std::vector<PlainCluster> all;
    for (std::int64_t label = 0; label < 10; ++label) {
        const auto candidates = static_cast<double>(plainCandidates(run, label).size());
        const auto clusters =
            plainClusters(run, label, static_cast<std::size_t>(std::max(1.0, std::floor(candidates * ratio))));
        all.insert(all.end(), clusters.begin(), clusters.end());
    }
    return all;
}

} // namespace lpntk::tests
