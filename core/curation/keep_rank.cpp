#include <core/analysis/class_pairs.h>
#include <core/curation/keep_rank.h>
#include <core/curation/keep_values.h>
#include <core/curation/shuffle.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lpntk::curation {

using base::RowId;

namespace {

/// The groups of rows that a method orders each by itself, every one in the order in which its rows are kept.
std::vector<std::vector<RowId>> keepOrders(const analysis::Clustering& clustering, const PruneOptions& options) {
    const run::Run& run = clustering.run();
    options.check(run.rows());
    Shuffler shuffler(options.seed);
    std::vector<std::vector<RowId>> orders;
    const auto shuffled = [&](run::RowRange range) {
        std::vector<RowId> rows = rowsOf(range);
        shuffler.shuffle(rows);
        return rows;
    };
    switch (options.method) {
    case Method::heads:
        for (int label = 0; label < run.classes(); ++label) {
            const auto order = clustering.keepOrder(label);
            orders.emplace_back(order.begin(), order.end());
        }
        break;
    case Method::classRandom:
        for (int label = 0; label < run.classes(); ++label)
            orders.push_back(shuffled(run.classRange(label)));
        break;
    case Method::random:
        orders.push_back(shuffled({0, run.rows()}));
        break;
    case Method::average:
        orders.push_back(rowsByValue(averageValues(analysis::averageKappa(run).ownClass, options)));
        break;
    case Method::el2n:
    case Method::grand:
    case Method::forgetting:
        orders.push_back(rowsByValue(options.scores));
        break;
    case Method::randomMember:
    case Method::thinLargest:
    case Method::dropSmall:
    case Method::redundant:
        break;
    }
    return orders;
}

} // namespace

std::vector<RowId> rowsOf(run::RowRange range) {
    std::vector<RowId> rows;
    for (std::int64_t i = range.begin; i < range.end; ++i)
        rows.emplace_back(i);
    return rows;
}

std::int64_t countToKeep(double keep, std::int64_t size) {
    return size == 0 ? 0 : std::max<std::int64_t>(1, std::llround(keep * static_cast<double>(size)));
}

std::vector<float> averageValues(std::vector<float> means, const PruneOptions& options) {
    // A class of one sample has no mean; it has no like either, so it is the last to go.
    for (float& mean : means) {
        if (options.averageDropHighest)
            mean = -mean;
        if (std::isnan(mean))
            mean = std::numeric_limits<float>::infinity();
    }
    return means;
}

std::vector<RowId> rowsByValue(const std::vector<float>& values) {
    std::vector<RowId> rows = rowsOf({0, std::ssize(values)});
    const auto value = [&](RowId row) { return values[static_cast<std::size_t>(row.value())]; };
    std::stable_sort(rows.begin(), rows.end(), [&](RowId a, RowId b) { return value(a) > value(b); });
    return rows;
}

bool isNested(Method method) {
    switch (method) {
    case Method::heads:
    case Method::average:
    case Method::random:
    case Method::classRandom:
    case Method::el2n:
    case Method::grand:
    case Method::forgetting:
        return true;
    case Method::randomMember:
    case Method::thinLargest:
    case Method::dropSmall:
    case Method::redundant:
        break;
    }
    return false;
}

std::vector<float> keepRanks(const analysis::Clustering& clustering, const PruneOptions& options) {
    const auto orders = keepOrders(clustering, options);
    if (orders.empty())
        return {};
    std::vector<float> ranks(static_cast<std::size_t>(clustering.run().rows()));
    for (const auto& order : orders)
        for (std::size_t place = 0; place < order.size(); ++place)
            ranks[static_cast<std::size_t>(order[place].value())] =
                static_cast<float>(place) / static_cast<float>(order.size());
    return ranks;
}

analysis::NestedOrder nestedOrder(const analysis::Clustering& clustering, const PruneOptions& options, double maxShare,
                                  int points) {
    const run::Run& run = clustering.run();
    const auto orders = keepOrders(clustering, options);
    if (orders.empty())
        throw base::OptionError(
            fmt::format("the method {} has no order of the samples that a curve could follow", nameOf(options.method)));
    analysis::NestedOrder result;
    result.rows.resize(static_cast<std::size_t>(run.classes()));
    result.counts.assign(static_cast<std::size_t>(run.classes()),
                         std::vector<std::int64_t>(static_cast<std::size_t>(points), 0));
    for (const auto& order : orders) {
        std::size_t place = 0;
        for (int point = 1; point <= points; ++point) {
            const auto count = static_cast<std::size_t>(countToKeep(maxShare * point / points, std::ssize(order)));
            for (; place < std::min(count, order.size()); ++place)
                result.rows[static_cast<std::size_t>(run.labelOf(order[place]))].push_back(order[place]);
            for (std::size_t label = 0; label < result.rows.size(); ++label)
                if (orders.size() == 1 || (!order.empty() && static_cast<int>(label) == run.labelOf(order.front())))
                    result.counts[label][static_cast<std::size_t>(point - 1)] = std::ssize(result.rows[label]);
        }
        for (; place < order.size(); ++place)
            result.rows[static_cast<std::size_t>(run.labelOf(order[place]))].push_back(order[place]);
    }
    return result;
}

} // namespace lpntk::curation
