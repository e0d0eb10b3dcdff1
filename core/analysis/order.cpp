#include <core/analysis/order.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lpntk::analysis {

using base::RowId;

namespace {

RowOrder orderFrom(std::vector<RowId> rowAt) {
    RowOrder order;
    order.positionOf.resize(rowAt.size());
    for (std::size_t position = 0; position < rowAt.size(); ++position) {
        const auto row = static_cast<std::size_t>(rowAt[position].value());
        order.positionOf[row] = static_cast<std::int32_t>(position);
        order.isIdentity = order.isIdentity && row == position;
    }
    order.rowAt = std::move(rowAt);
    return order;
}

} // namespace

RowOrder classOrder(const run::Run& run) {
    std::vector<RowId> rows;
    rows.reserve(static_cast<std::size_t>(run.rows()));
    for (std::int64_t i = 0; i < run.rows(); ++i)
        rows.emplace_back(i);
    return orderFrom(std::move(rows));
}

RowOrder clusterOrder(const run::Run& run, const ClusterAssignment& clusters) {
    std::vector<std::vector<const ClusterAssignment::Cluster*>> byClass(static_cast<std::size_t>(run.classes()));
    for (const auto& cluster : clusters.clusters)
        byClass[static_cast<std::size_t>(cluster.label)].push_back(&cluster);
    std::vector<RowId> rows;
    rows.reserve(static_cast<std::size_t>(run.rows()));
    for (const auto& ofClass : byClass) {
        for (const auto* cluster : ofClass) {
            // Head first, then members and attached ones together.
            const std::size_t begin = rows.size();
            rows.insert(rows.end(), cluster->members.begin(), cluster->members.end());
            rows.insert(rows.end(), cluster->attached.begin(), cluster->attached.end());
            std::sort(rows.begin() + static_cast<std::ptrdiff_t>(begin) + 1, rows.end(), [&](RowId a, RowId b) {
                const float x = clusters.cosineToHead[static_cast<std::size_t>(a.value())];
                const float y = clusters.cosineToHead[static_cast<std::size_t>(b.value())];
                return x != y ? x > y : a < b;
            });
        }
    }
    return orderFrom(std::move(rows));
}

RowOrder similarityOrder(const run::Run& run, RowId row) {
    std::vector<float> cosines(static_cast<std::size_t>(run.rows()));
    run.cosineRow(row, {0, run.rows()}, cosines);
    for (float& cosine : cosines) {
        if (std::isnan(cosine)) // a class without values for this row stays as stored
            cosine = -2;
    }
    std::vector<RowId> rows = classOrder(run).rowAt;
    for (int label = 0; label < run.classes(); ++label) {
        const run::RowRange range = run.classRange(label);
        std::sort(rows.begin() + range.begin, rows.begin() + range.end, [&](RowId a, RowId b) {
            const float x = cosines[static_cast<std::size_t>(a.value())], y = cosines[static_cast<std::size_t>(b.value())];
            return x != y ? x > y : a < b;
        });
    }
    return orderFrom(std::move(rows));
}

} // namespace lpntk::analysis
