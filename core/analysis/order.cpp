#include <core/analysis/order.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace lpntk::analysis {

using base::RowId;

namespace {

/// Cosines of all rows to `row`; where there are none, less than any cosine.
std::vector<float> cosinesTo(const run::Run& run, RowId row) {
    std::vector<float> cosines(static_cast<std::size_t>(run.rows()));
    run.cosineRow(row, {0, run.rows()}, cosines);
    for (float& cosine : cosines) {
        if (std::isnan(cosine))
            cosine = -2;
    }
    return cosines;
}

auto byFalling(const std::vector<float>& cosines) {
    return [&cosines](RowId a, RowId b) {
        const float x = cosines[static_cast<std::size_t>(a.value())], y = cosines[static_cast<std::size_t>(b.value())];
        return x != y ? x > y : a < b;
    };
}

} // namespace

RowOrder orderFromRows(const run::Run& run, std::vector<RowId> rows, std::vector<RowBand> clusters) {
    RowOrder order;
    order.positionOf.resize(rows.size());
    for (std::size_t position = 0; position < rows.size(); ++position) {
        const auto row = static_cast<std::size_t>(rows[position].value());
        const auto place = static_cast<std::int64_t>(position);
        order.positionOf[row] = static_cast<std::int32_t>(position);
        order.isIdentity = order.isIdentity && row == position;
        const std::int64_t label = run.labelOf(rows[position]);
        if (order.classes.empty() || order.classes.back().id != label) {
            order.keepsClasses = order.keepsClasses && (order.classes.empty() || order.classes.back().id < label);
            order.classes.push_back({place, place, label});
        }
        order.classes.back().end = place + 1;
    }
    order.rowAt = std::move(rows);
    order.clusters = std::move(clusters);
    return order;
}

RowOrder classOrder(const run::Run& run) {
    std::vector<RowId> rows;
    rows.reserve(static_cast<std::size_t>(run.rows()));
    for (std::int64_t i = 0; i < run.rows(); ++i)
        rows.emplace_back(i);
    return orderFromRows(run, std::move(rows));
}

RowOrder clusterOrder(const run::Run& run, const ClusterAssignment& clusters) {
    std::vector<std::vector<std::size_t>> byClass(static_cast<std::size_t>(run.classes()));
    for (std::size_t id = 0; id < clusters.clusters.size(); ++id)
        byClass[static_cast<std::size_t>(clusters.clusters[id].label)].push_back(id);
    std::vector<RowId> rows;
    rows.reserve(static_cast<std::size_t>(run.rows()));
    std::vector<RowBand> bands;
    for (const auto& ofClass : byClass) {
        for (const std::size_t id : ofClass) {
            const ClusterAssignment::Cluster& cluster = clusters.clusters[id];
            // Head first, then members and attached ones together.
            const std::int64_t begin = std::ssize(rows);
            rows.insert(rows.end(), cluster.members.begin(), cluster.members.end());
            rows.insert(rows.end(), cluster.attached.begin(), cluster.attached.end());
            std::sort(rows.begin() + begin + 1, rows.end(), byFalling(clusters.cosineToHead));
            bands.push_back({begin, std::ssize(rows), static_cast<std::int64_t>(id)});
        }
    }
    return orderFromRows(run, std::move(rows), std::move(bands));
}

RowOrder similarityOrder(const run::Run& run, RowId row) {
    const std::vector<float> cosines = cosinesTo(run, row);
    std::vector<RowId> rows = classOrder(run).rowAt;
    for (int label = 0; label < run.classes(); ++label) {
        const run::RowRange range = run.classRange(label);
        std::sort(rows.begin() + range.begin, rows.begin() + range.end, byFalling(cosines));
    }
    return orderFromRows(run, std::move(rows));
}

RowOrder overallSimilarityOrder(const run::Run& run, RowId row) {
    std::vector<float> cosines = cosinesTo(run, row);
    cosines[static_cast<std::size_t>(row.value())] = 2; // before its copies, and before all when its norm is 0
    std::vector<RowId> rows = classOrder(run).rowAt;
    std::sort(rows.begin(), rows.end(), byFalling(cosines));
    return orderFromRows(run, std::move(rows));
}

} // namespace lpntk::analysis
