#include <core/analysis/checked_row.h>
#include <core/analysis/relations.h>
#include <core/base/parallel.h>

#include <algorithm>
#include <limits>
#include <mutex>

namespace lpntk::analysis {

using base::RowId;

namespace {

bool before(const Pair& a, const Pair& b) {
    if (a.cosine != b.cosine)
        return a.cosine < b.cosine;
    return a.a != b.a ? a.a < b.a : a.b < b.b;
}

/// The `limit` first pairs seen so far; the last of them is on top of the heap.
class FirstPairs {
public:
    FirstPairs(std::size_t limit, float bound) : m_limit(limit), m_bound(bound) {}

    /// Largest cosine that still matters.
    float bound() const { return m_bound; }

    void add(const Pair& pair) {
        if (m_pairs.size() == m_limit) {
            if (!before(pair, m_pairs.front()))
                return;
            std::pop_heap(m_pairs.begin(), m_pairs.end(), before);
            m_pairs.pop_back();
        }
        m_pairs.push_back(pair);
        std::push_heap(m_pairs.begin(), m_pairs.end(), before);
        if (m_pairs.size() == m_limit)
            m_bound = std::min(m_bound, m_pairs.front().cosine);
    }

    const std::vector<Pair>& pairs() const { return m_pairs; }

private:
    std::size_t m_limit;
    float m_bound;
    std::vector<Pair> m_pairs;
};

/// A cosine that at least `limit` pairs do not exceed, from the lists of most negative neighbours; the whole matrix then
/// needs to be looked at only where something can lie below. +infinity when the lists hold too few pairs.
float boundFromLists(const run::Run& run, std::size_t limit, float threshold) {
    std::vector<float> cosines;
    for (std::int64_t i = 0; i < run.rows(); ++i) {
        const auto indices = run.bottomIndex(RowId(i));
        for (const std::int32_t j : indices) {
            if (j < 0)
                break;
            if (j < i) { // each pair once: from its later row, or from its earlier one when only that lists it
                const auto mirrored = run.bottomIndex(RowId(j));
                if (std::find(mirrored.begin(), mirrored.end(), static_cast<std::int32_t>(i)) != mirrored.end())
                    continue;
            }
            const float cosine = run.cosine(RowId(i), RowId(j));
            if (cosine <= threshold)
                cosines.push_back(cosine);
        }
    }
    if (cosines.size() < limit)
        return std::numeric_limits<float>::infinity();
    const auto nth = cosines.begin() + static_cast<std::ptrdiff_t>(limit) - 1;
    std::nth_element(cosines.begin(), nth, cosines.end());
    return *nth;
}

/// Column ranges of a strip of rows that can hold a cosine at or below the bound, by the minima of the pyramid.
class Strips {
public:
    explicit Strips(const run::Run& run) : m_run(run) {
        for (const int level : run.levels()) {
            if (level >= 4 && level <= 8)
                m_level = level;
        }
    }

    std::int64_t height() const { return m_level ? std::int64_t{1} << m_level : 64; }

    std::vector<run::RowRange> columns(run::RowRange rows, float bound) const {
        if (!m_run.hasFull()) {
            // Of a class-block run: from the strip's first row to the end of its last row's class.
            return {{rows.begin, m_run.classRange(m_run.labelOf(RowId(rows.end - 1))).end}};
        }
        if (!m_level)
            return {{rows.begin, m_run.rows()}};
        // A stored minimum may be rounded (float16, or 8 bits); far less than this.
        constexpr float kRounding = 0.01f;
        const std::int64_t strip = rows.begin / height(), cells = m_run.cells(m_level);
        std::vector<float> minima(static_cast<std::size_t>(cells - strip));
        m_run.cells(m_level, run::CellStatistic::minimum, {strip, strip + 1}, {strip, cells}, minima);
        std::vector<run::RowRange> ranges;
        for (std::int64_t cell = strip; cell < cells; ++cell) {
            if (minima[static_cast<std::size_t>(cell - strip)] > bound + kRounding)
                continue;
            const std::int64_t begin = cell * height(), end = std::min(m_run.rows(), begin + height());
            if (!ranges.empty() && ranges.back().end == begin)
                ranges.back().end = end;
            else
                ranges.push_back({begin, end});
        }
        return ranges;
    }

private:
    const run::Run& m_run;
    int m_level = 0;
};

void collectRow(const run::Run& run, std::int64_t i, run::RowRange columns, FirstPairs& first, std::vector<float>& buffer) {
    columns.begin = std::max(columns.begin, i + 1);
    if (!run.hasFull())
        columns.end = std::min(columns.end, run.classRange(run.labelOf(RowId(i))).end);
    if (columns.size() <= 0)
        return;
    buffer.resize(static_cast<std::size_t>(columns.size()));
    checkedCosineRow(run, RowId(i), columns, buffer);
    for (std::size_t j = 0; j < buffer.size(); ++j) {
        if (buffer[j] <= first.bound())
            first.add({RowId(i), RowId(columns.begin + static_cast<std::int64_t>(j)), 0, buffer[j]});
    }
}

} // namespace

std::vector<Pair> contradictoryPairs(const run::Run& run, Thresholds thresholds, std::size_t limit,
                                     const base::JobContext& context) {
    thresholds.check();
    if (limit == 0 || run.rows() < 2)
        return {};
    const float threshold = -thresholds.minus;
    const float bound = std::min(threshold, boundFromLists(run, limit, threshold));
    const Strips strips(run);
    const std::int64_t height = strips.height(), count = (run.rows() + height - 1) / height;
    const int threads = base::availableThreads();
    std::vector<FirstPairs> found(static_cast<std::size_t>(threads), FirstPairs(limit, bound));
    std::mutex mutex;
    std::int64_t done = 0;
    base::parallelFor(count, threads, context, [&](std::int64_t strip, int worker) {
        const run::RowRange rows{strip * height, std::min(run.rows(), (strip + 1) * height)};
        FirstPairs& first = found[static_cast<std::size_t>(worker)];
        std::vector<float> buffer;
        for (const run::RowRange columns : strips.columns(rows, first.bound())) {
            for (std::int64_t i = rows.begin; i < rows.end; ++i) {
                context.throwIfCancelled();
                collectRow(run, i, columns, first, buffer);
            }
        }
        const std::lock_guard lock(mutex);
        context.progress("contradictory pairs", static_cast<double>(++done * height), static_cast<double>(run.rows()), "rows");
    });
    std::vector<Pair> pairs;
    for (const FirstPairs& first : found)
        pairs.insert(pairs.end(), first.pairs().begin(), first.pairs().end());
    std::sort(pairs.begin(), pairs.end(), before);
    pairs.resize(std::min(pairs.size(), limit));
    for (Pair& pair : pairs)
        pair.kappa = run.kappa(pair.a, pair.b);
    return pairs;
}

} // namespace lpntk::analysis
