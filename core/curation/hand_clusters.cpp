#include <core/curation/hand_clusters.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace lpntk::curation {

using base::RowId;

namespace {

std::size_t at(RowId row) {
    return static_cast<std::size_t>(row.value());
}

} // namespace

HandClusters::HandClusters(const run::Run& run, const HandHeads& heads) : m_run(run) {
    for (const auto& [sample, head] : heads) {
        const RowId row = run.rowFromSample(sample);
        const RowId headRow = run.rowFromSample(head);
        if (row.isValid() && headRow.isValid() && run.labelOf(row) == run.labelOf(headRow))
            m_headOf.emplace(row, headRow);
    }
    // Edits of a file that lead in a circle name no head.
    std::erase_if(m_headOf, [named = m_headOf](const auto& entry) {
        RowId head = entry.first;
        for (std::size_t steps = 0; steps <= named.size(); ++steps) {
            const auto next = named.find(head);
            if (next == named.end() || next->second == head)
                return false;
            head = next->second;
        }
        return true;
    });
    // Whoever was named is a head, also where the run would put it into another cluster.
    std::vector<RowId> named;
    for (const auto& entry : m_headOf)
        named.push_back(follow(entry.second));
    for (const RowId head : named)
        m_headOf.emplace(head, head);
}

RowId HandClusters::follow(RowId row) const {
    for (auto next = m_headOf.find(row); next != m_headOf.end() && next->second != row; next = m_headOf.find(row))
        row = next->second;
    return row;
}

bool HandClusters::isGivenAway(RowId row) const {
    return follow(row) != row;
}

analysis::ClusterAssignment HandClusters::applied(analysis::ClusterAssignment clusters) const {
    if (isEmpty())
        return clusters;
    analysis::ClusterAssignment result;
    result.clusterOf.resize(clusters.clusterOf.size());
    result.cosineToHead = std::move(clusters.cosineToHead);
    std::unordered_map<RowId, std::size_t> clusterAt;
    const auto clusterFor = [&](RowId head) -> analysis::ClusterAssignment::Cluster& {
        const auto [place, added] = clusterAt.emplace(head, result.clusters.size());
        if (added) {
            result.clusters.push_back({head, m_run.labelOf(head), {head}, {}});
            result.cosineToHead[at(head)] = 1;
        }
        return result.clusters[place->second];
    };
    for (const auto& cluster : clusters.clusters) {
        for (const auto* rows : {&cluster.members, &cluster.attached}) {
            for (const RowId row : *rows) {
                const auto given = m_headOf.find(row);
                const RowId head = follow(given == m_headOf.end() ? cluster.head : given->second);
                auto& own = clusterFor(head);
                if (row == head)
                    continue;
                if (head != cluster.head)
                    result.cosineToHead[at(row)] = m_run.cosine(head, row);
                (rows == &cluster.members ? own.members : own.attached).push_back(row);
            }
        }
    }
    analysis::finishAssignment(result, m_run.classes());
    return result;
}

std::vector<RowId> HandClusters::keepOrder(std::span<const RowId> order) const {
    std::vector<RowId> rows(order.begin(), order.end());
    if (isEmpty())
        return rows;
    std::unordered_set<RowId> named;
    for (const auto& entry : m_headOf)
        named.insert(follow(entry.first));
    const auto group = [&](RowId row) { return isGivenAway(row) ? 2 : named.count(row) ? 0 : 1; };
    std::stable_sort(rows.begin(), rows.end(), [&](RowId a, RowId b) { return group(a) < group(b); });
    return rows;
}

} // namespace lpntk::curation
