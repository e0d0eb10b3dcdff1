#include <core/base/error.h>
#include <core/curation/comparison.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace lpntk::curation {

namespace {

std::vector<double> ranksOf(std::span<const float> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t begin = 0; begin < order.size();) {
        std::size_t end = begin + 1;
        while (end < order.size() && values[order[end]] == values[order[begin]])
            ++end;
        for (std::size_t i = begin; i < end; ++i)
            ranks[order[i]] = (static_cast<double>(begin) + static_cast<double>(end) - 1) / 2;
        begin = end;
    }
    return ranks;
}

} // namespace

double Comparison::Counts::overlap() const {
    const std::int64_t any = both + onlyA + onlyB;
    return any > 0 ? static_cast<double>(both) / static_cast<double>(any) : 1;
}

double Comparison::Counts::agreement() const {
    const std::int64_t total = both + onlyA + onlyB + neither;
    return total > 0 ? static_cast<double>(both + neither) / static_cast<double>(total) : 1;
}

Comparison compareKept(const run::Run& run, std::span<const char> a, std::span<const char> b) {
    if (std::ssize(a) != run.rows() || std::ssize(b) != run.rows())
        throw base::ShapeError(
            fmt::format("comparison: {} and {} kept marks were given for {} rows", a.size(), b.size(), run.rows()));
    Comparison result;
    result.ofClass.resize(static_cast<std::size_t>(run.classes()));
    const auto labels = run.labels();
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto& counts = result.ofClass[static_cast<std::size_t>(labels[i])];
        const base::RowId row(static_cast<std::int64_t>(i));
        if (a[i] && b[i]) {
            ++counts.both;
        } else if (a[i]) {
            ++counts.onlyA;
            result.onlyA.push_back(row);
        } else if (b[i]) {
            ++counts.onlyB;
            result.onlyB.push_back(row);
        } else {
            ++counts.neither;
        }
    }
    for (const auto& counts : result.ofClass) {
        result.all.both += counts.both;
        result.all.onlyA += counts.onlyA;
        result.all.onlyB += counts.onlyB;
        result.all.neither += counts.neither;
    }
    return result;
}

double spearman(std::span<const float> a, std::span<const float> b) {
    if (a.size() != b.size())
        throw base::ShapeError(fmt::format("rank correlation: {} values against {}", a.size(), b.size()));
    if (a.size() < 2)
        return std::numeric_limits<double>::quiet_NaN();
    const auto x = ranksOf(a), y = ranksOf(b);
    const double middle = static_cast<double>(a.size() - 1) / 2; // ties keep the sum of ranks
    double xy = 0, xx = 0, yy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xy += (x[i] - middle) * (y[i] - middle);
        xx += (x[i] - middle) * (x[i] - middle);
        yy += (y[i] - middle) * (y[i] - middle);
    }
    return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : std::numeric_limits<double>::quiet_NaN();
}

} // namespace lpntk::curation
