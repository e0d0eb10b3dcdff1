#include <core/analysis/checked_row.h>
#include <core/analysis/relations.h>
#include <core/base/parallel.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

namespace lpntk::analysis {

using base::RowId;

namespace {

constexpr int kHalf = run::kHistogramBins / 2;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Bins at or above `upper` are interchangeable, bins below `lower` contradictory.
struct BinCut {
    int upper = 0;
    int lower = 0;
};

BinCut nearestCut(Thresholds thresholds) {
    return {kHalf + static_cast<int>(std::lround(thresholds.plus * kHalf)),
            kHalf - static_cast<int>(std::lround(thresholds.minus * kHalf))};
}

/// The cut that gives exactly the counts of relationOf, when there is one: the binning is monotonous, so it is enough
/// that the two floats on either side of each threshold fall on either side of the cut.
std::optional<BinCut> exactCut(Thresholds thresholds) {
    const BinCut cut = nearestCut(thresholds);
    const float below = std::nextafter(thresholds.plus, -kInfinity);
    const float above = std::nextafter(-thresholds.minus, kInfinity);
    const bool plusFits = run::histogramBin(thresholds.plus) >= cut.upper && run::histogramBin(below) < cut.upper;
    const bool minusFits = run::histogramBin(-thresholds.minus) < cut.lower && run::histogramBin(above) >= cut.lower;
    return plusFits && minusFits ? std::optional(cut) : std::nullopt;
}

RelationCounts countBins(std::span<const std::int64_t> bins, BinCut cut) {
    RelationCounts counts;
    for (int bin = 0; bin < run::kHistogramBins; ++bin) {
        const std::int64_t pairs = bins[static_cast<std::size_t>(bin)];
        if (bin >= cut.upper)
            counts.interchangeable += pairs;
        else if (bin < cut.lower)
            counts.contradictory += pairs;
        else
            counts.unrelated += pairs;
    }
    return counts;
}

RelationSummary countFromHistograms(const run::Run& run, BinCut cut) {
    RelationSummary summary;
    summary.overall = countBins(run.histogram(), cut);
    const auto byClass = run.classHistogram();
    for (std::size_t at = 0; at < byClass.size(); at += run::kHistogramBins)
        summary.byClassPair.push_back(countBins(byClass.subspan(at, run::kHistogramBins), cut));
    return summary;
}

/// A loop without branches, so that the compiler makes vector instructions of it.
RelationCounts countCosines(std::span<const float> cosines, Thresholds thresholds) {
    std::int32_t plus = 0, minus = 0;
    for (const float cosine : cosines) {
        const int interchangeable = cosine >= thresholds.plus;
        plus += interchangeable;
        minus += (cosine <= -thresholds.minus) & (interchangeable ^ 1);
    }
    return {plus, static_cast<std::int64_t>(cosines.size()) - plus - minus, minus};
}

RelationSummary countByStreaming(const run::Run& run, Thresholds thresholds, const base::JobContext& context) {
    const int classes = run.classes();
    const auto square = static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes);
    const int threads = base::availableThreads();
    std::vector<std::vector<RelationCounts>> partial(static_cast<std::size_t>(threads), std::vector<RelationCounts>(square));
    const auto countRow = [&](std::int64_t i, std::vector<float>& cosines, std::vector<RelationCounts>& counts) {
        const int own = run.labelOf(RowId(i));
        const std::int64_t end = run.hasFull() ? run.rows() : run.classRange(own).end;
        cosines.resize(static_cast<std::size_t>(end - i - 1));
        checkedCosineRow(run, RowId(i), {i + 1, end}, cosines);
        for (int other = own; other < classes; ++other) {
            const run::RowRange range = run.classRange(other);
            const std::int64_t from = std::max(range.begin, i + 1), to = std::min(range.end, end);
            if (from < to)
                counts[static_cast<std::size_t>(own * classes + other)] += countCosines(
                    std::span(cosines).subspan(static_cast<std::size_t>(from - i - 1), static_cast<std::size_t>(to - from)),
                    thresholds);
        }
    };
    constexpr std::int64_t kChunk = 64;
    const auto work = [&](std::int64_t chunk, int worker) {
        std::vector<float> cosines;
        for (std::int64_t i = chunk * kChunk; i < std::min(run.rows(), (chunk + 1) * kChunk); ++i) {
            context.throwIfCancelled();
            countRow(i, cosines, partial[static_cast<std::size_t>(worker)]);
        }
    };
    base::parallelFor((run.rows() + kChunk - 1) / kChunk, threads, context, work);

    RelationSummary summary;
    summary.byClassPair.resize(square);
    for (int a = 0; a < classes; ++a) {
        for (int b = a; b < classes; ++b) {
            RelationCounts sum;
            for (const auto& counts : partial)
                sum += counts[static_cast<std::size_t>(a * classes + b)];
            summary.byClassPair[static_cast<std::size_t>(a * classes + b)] = sum;
            summary.byClassPair[static_cast<std::size_t>(b * classes + a)] = sum;
            summary.overall += sum;
        }
    }
    return summary;
}

/// The `top` first of `all` by `before`, sorted.
template <typename Before>
void keepFirst(std::vector<Neighbour>& all, std::size_t top, Before before) {
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(std::min(top, all.size()));
    std::partial_sort(all.begin(), middle, all.end(), before);
    all.erase(middle, all.end());
}

} // namespace

const char* nameOf(Relation relation) {
    switch (relation) {
    case Relation::interchangeable: return "interchangeable";
    case Relation::unrelated: return "unrelated";
    case Relation::contradictory: break;
    }
    return "contradictory";
}

void Thresholds::check() const {
    if (!(plus >= 0 && plus <= 1))
        throw base::OptionError(fmt::format("the threshold for interchangeable is {}; a cosine from 0 to 1 is needed", plus));
    if (!(minus >= 0 && minus <= 1))
        throw base::OptionError(fmt::format("the threshold for contradictory is {}; write it without sign, as a number from "
                                            "0 to 1 (0.1 means cosines of -0.1 and less)", minus));
}

Relation relationOf(float cosine, Thresholds thresholds) {
    if (cosine >= thresholds.plus)
        return Relation::interchangeable;
    return cosine <= -thresholds.minus ? Relation::contradictory : Relation::unrelated;
}

double angleOf(double cosine) {
    return std::acos(std::clamp(cosine, -1.0, 1.0)) * 180.0 / std::numbers::pi;
}

RelationCounts& RelationCounts::operator+=(const RelationCounts& other) {
    interchangeable += other.interchangeable;
    unrelated += other.unrelated;
    contradictory += other.contradictory;
    return *this;
}

RelationSummary countRelations(const run::Run& run, Thresholds thresholds, const base::JobContext& context) {
    thresholds.check();
    const std::optional<BinCut> cut = exactCut(thresholds);
    if (cut && !run.classHistogram().empty())
        return countFromHistograms(run, *cut);
    return countByStreaming(run, thresholds, context);
}

RelationSummary countRelationsFromHistogram(const run::Run& run, Thresholds thresholds) {
    thresholds.check();
    return countFromHistograms(run, nearestCut(thresholds));
}

namespace {

/// Where cosines are stored as float16, the lists of the strongest neighbours still hold kappa in float32.
void takeExactNeighbours(const run::Run& run, RowId row, run::RowRange columns, std::vector<float>& cosines,
                         std::vector<float>& kappas) {
    const auto take = [&](std::span<const std::int32_t> others, std::span<const float> values) {
        for (std::size_t k = 0; k < others.size(); ++k) {
            if (!columns.contains(others[k]) || !std::isfinite(values[k]))
                continue;
            const auto j = static_cast<std::size_t>(others[k] - columns.begin);
            kappas[j] = values[k];
            cosines[j] = run::cosineOf(values[k], run.norms()[static_cast<std::size_t>(row.value())],
                                       run.norms()[static_cast<std::size_t>(others[k])]);
        }
    };
    take(run.topIndex(row), run.topValue(row));
    take(run.bottomIndex(row), run.bottomValue(row));
}

} // namespace

Neighbourhood neighbourhood(const run::Run& run, RowId row, Thresholds thresholds, std::size_t top) {
    thresholds.check();
    const run::RowRange columns = run.hasFull() ? run::RowRange{0, run.rows()} : run.classRange(run.labelOf(row));
    std::vector<float> cosines(static_cast<std::size_t>(columns.size()));
    std::vector<float> kappas(cosines.size());
    checkedCosineRow(run, row, columns, cosines);
    checkedKappaRow(run, row, columns, kappas);
    takeExactNeighbours(run, row, columns, cosines, kappas);
    Neighbourhood result;
    std::vector<Neighbour> others;
    for (std::size_t j = 0; j < cosines.size(); ++j) {
        const RowId other(columns.begin + static_cast<std::int64_t>(j));
        if (other == row)
            continue;
        const Neighbour neighbour{other, kappas[j], cosines[j]};
        ++result.histogram[static_cast<std::size_t>(run::histogramBin(cosines[j]))];
        switch (relationOf(cosines[j], thresholds)) {
        case Relation::interchangeable: ++result.counts.interchangeable; break;
        case Relation::unrelated: ++result.counts.unrelated; break;
        case Relation::contradictory: ++result.counts.contradictory; break;
        }
        if (cosines[j] > 0)
            result.interchangeable.push_back(neighbour);
        else if (cosines[j] < 0)
            result.contradictory.push_back(neighbour);
        others.push_back(neighbour);
    }
    keepFirst(result.interchangeable, top, [](const Neighbour& a, const Neighbour& b) {
        return a.cosine != b.cosine ? a.cosine > b.cosine : a.row < b.row;
    });
    keepFirst(result.contradictory, top, [](const Neighbour& a, const Neighbour& b) {
        return a.cosine != b.cosine ? a.cosine < b.cosine : a.row < b.row;
    });
    keepFirst(others, top, [](const Neighbour& a, const Neighbour& b) {
        return std::abs(a.cosine) != std::abs(b.cosine) ? std::abs(a.cosine) < std::abs(b.cosine) : a.row < b.row;
    });
    result.unrelated = std::move(others);
    return result;
}

} // namespace lpntk::analysis
