#include <core/analysis/pair_query.h>

#include <core/analysis/checked_row.h>
#include <core/base/error.h>
#include <core/base/parallel.h>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <mutex>

namespace lpntk::analysis {

using base::RowId;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// The order of a list as one number: the cosine itself for contradictory pairs, its negative for interchangeable ones,
/// so that the first pair always has the smallest key.
float keyOf(float cosine, Relation relation) {
    return relation == Relation::contradictory ? cosine : -cosine;
}

/// Whether the filter by kept samples lets a pair through.
bool isWanted(const PairQuery& query, RowId a, RowId b) {
    if (query.want == PairQuery::Want::any)
        return true;
    const bool both =
        query.kept[static_cast<std::size_t>(a.value())] && query.kept[static_cast<std::size_t>(b.value())];
    return both == (query.want == PairQuery::Want::bothKept);
}

bool countClasses(const run::Run& run, const PairQuery& query, RowId a, RowId b) {
    return query.classPairs.empty() ||
           query.classPairs[static_cast<std::size_t>(run.labelOf(a) * run.classes() + run.labelOf(b))];
}

/// The largest key that is of the relation at all.
float thresholdOf(const PairQuery& query) {
    return query.relation == Relation::contradictory ? -query.thresholds.minus : -query.thresholds.plus;
}

/// The `limit` first pairs seen so far; the last of them is on top of the heap.
class FirstPairs {
public:
    FirstPairs(const PairQuery& query, float bound) : m_query(query), m_bound(bound) {}

    /// Largest key that still matters.
    float bound() const { return m_bound; }

    void add(const Pair& pair) {
        if (!isWanted(m_query, pair.a, pair.b))
            return;
        const auto first = [this](const Pair& a, const Pair& b) { return before(a, b); };
        if (m_pairs.size() == m_query.limit) {
            if (!before(pair, m_pairs.front()))
                return;
            std::pop_heap(m_pairs.begin(), m_pairs.end(), first);
            m_pairs.pop_back();
        }
        m_pairs.push_back(pair);
        std::push_heap(m_pairs.begin(), m_pairs.end(), first);
        if (m_pairs.size() == m_query.limit)
            m_bound = std::min(m_bound, keyOf(m_pairs.front().cosine, m_query.relation));
    }

    bool before(const Pair& a, const Pair& b) const {
        if (a.cosine != b.cosine)
            return keyOf(a.cosine, m_query.relation) < keyOf(b.cosine, m_query.relation);
        return a.a != b.a ? a.a < b.a : a.b < b.b;
    }

    const std::vector<Pair>& pairs() const { return m_pairs; }

private:
    const PairQuery& m_query;
    float m_bound;
    std::vector<Pair> m_pairs;
};

/// Columns whose pairs with rows of a class count, neighbouring ranges joined.
std::vector<run::RowRange> columnsOf(const run::Run& run, const PairQuery& query, int label) {
    if (query.classPairs.empty())
        return {{0, run.rows()}};
    std::vector<run::RowRange> ranges;
    for (int other = 0; other < run.classes(); ++other) {
        const run::RowRange range = run.classRange(other);
        if (!query.classPairs[static_cast<std::size_t>(label * run.classes() + other)] || range.size() <= 0)
            continue;
        if (!ranges.empty() && ranges.back().end == range.begin)
            ranges.back().end = range.end;
        else
            ranges.push_back(range);
    }
    return ranges;
}

/// A key that at least `limit` pairs do not exceed, from the lists of the strongest neighbours; the whole matrix then
/// needs to be looked at only where something can lie below. kInfinity when the lists hold too few pairs. The kernel
/// itself is not touched: millions of single reads would fetch all of its pages.
float boundFromLists(const run::Run& run, const PairQuery& query, const base::JobContext& context) {
    const bool negative = query.relation == Relation::contradictory;
    const auto indices = [&](std::int64_t row) {
        return negative ? run.bottomIndex(RowId(row)) : run.topIndex(RowId(row));
    };
    const float threshold = thresholdOf(query);
    std::vector<float> keys;
    for (std::int64_t i = 0; i < run.rows(); ++i) {
        if (i % 1024 == 0)
            context.throwIfCancelled();
        const auto list = indices(i);
        const auto values = negative ? run.bottomValue(RowId(i)) : run.topValue(RowId(i));
        for (std::size_t k = 0; k < list.size() && list[k] >= 0; ++k) {
            const std::int32_t j = list[k];
            const float cosine = run::cosineOf(values[k], run.norms()[static_cast<std::size_t>(i)],
                                               run.norms()[static_cast<std::size_t>(j)]);
            const float key = keyOf(cosine, query.relation);
            if (!(key <= threshold) || !isWanted(query, RowId(i), RowId(j)) ||
                !countClasses(run, query, RowId(i), RowId(j)))
                continue;
            if (j < i) { // each pair once: from its later row, or from its earlier one when only that lists it
                const auto mirrored = indices(j);
                if (std::find(mirrored.begin(), mirrored.end(), static_cast<std::int32_t>(i)) != mirrored.end())
                    continue;
            }
            keys.push_back(key);
        }
    }
    if (keys.size() < query.limit)
        return kInfinity;
    const auto nth = keys.begin() + static_cast<std::ptrdiff_t>(query.limit) - 1;
    std::nth_element(keys.begin(), nth, keys.end());
    // Stored cosines may be rounded to float16; the lists are not.
    constexpr float kHalfRounding = 0.001f;
    return *nth + kHalfRounding;
}

/// Column ranges of a strip of rows that can hold a key at or below the bound, by the extremes of the pyramid.
class Strips {
public:
    Strips(const run::Run& run, Relation relation) : m_run(run), m_relation(relation) {
        // The finest level that still is small beside the kernel: extreme pairs are few, and a row of a cell is a page.
        const std::vector<int> levels = run.levels();
        if (std::find(levels.begin(), levels.end(), kLevel) != levels.end())
            m_level = kLevel;
    }

    std::int64_t height() const { return m_level ? std::int64_t{1} << m_level : 64; }

    std::vector<run::RowRange> columns(run::RowRange rows, float bound) const {
        if (!m_run.hasFull()) {
            // Of a class-block run: from the strip's first row to the end of its last row's class.
            return {{rows.begin, m_run.classRange(m_run.labelOf(RowId(rows.end - 1))).end}};
        }
        if (!m_level)
            return {{rows.begin, m_run.rows()}};
        // A stored extreme may be rounded (float16, or 8 bits); far less than this.
        constexpr float kRounding = 0.01f;
        const auto statistic =
            m_relation == Relation::contradictory ? run::CellStatistic::minimum : run::CellStatistic::maximum;
        const std::int64_t strip = rows.begin / height(), cells = m_run.cells(m_level);
        std::vector<float> extremes(static_cast<std::size_t>(cells - strip));
        m_run.cells(m_level, statistic, {strip, strip + 1}, {strip, cells}, extremes);
        std::vector<run::RowRange> ranges;
        for (std::int64_t cell = strip; cell < cells; ++cell) {
            if (keyOf(extremes[static_cast<std::size_t>(cell - strip)], m_relation) > bound + kRounding)
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
    static constexpr int kLevel = 5;
    const run::Run& m_run;
    Relation m_relation;
    int m_level = 0;
};

void collectRow(const run::Run& run, std::int64_t i, run::RowRange columns, Relation relation, FirstPairs& first,
                std::vector<float>& buffer) {
    columns.begin = std::max(columns.begin, i + 1);
    if (!run.hasFull())
        columns.end = std::min(columns.end, run.classRange(run.labelOf(RowId(i))).end);
    if (columns.size() <= 0)
        return;
    buffer.resize(static_cast<std::size_t>(columns.size()));
    checkedCosineRow(run, RowId(i), columns, buffer);
    for (std::size_t j = 0; j < buffer.size(); ++j) {
        if (keyOf(buffer[j], relation) <= first.bound())
            first.add({RowId(i), RowId(columns.begin + static_cast<std::int64_t>(j)), 0, buffer[j]});
    }
}

} // namespace

void PairQuery::check(const run::Run& run) const {
    thresholds.check();
    const auto square = static_cast<std::size_t>(run.classes()) * static_cast<std::size_t>(run.classes());
    if (relation == Relation::unrelated)
        throw base::OptionError(
            "unrelated pairs are nearly all pairs and have no order; list contradictory or interchangeable ones");
    if (!classPairs.empty() && classPairs.size() != square)
        throw base::OptionError(fmt::format("the choice of class pairs has {} entries; {} classes need {}",
                                            classPairs.size(), run.classes(), square));
    if (want != Want::any && kept.size() != static_cast<std::size_t>(run.rows()))
        throw base::OptionError(
            fmt::format("the list of kept rows has {} entries; the run has {} rows", kept.size(), run.rows()));
}

std::vector<Pair> findPairs(const run::Run& run, const PairQuery& query, const base::JobContext& context) {
    query.check(run);
    if (query.limit == 0 || run.rows() < 2)
        return {};
    std::vector<std::vector<run::RowRange>> allowed;
    for (int label = 0; label < run.classes(); ++label)
        allowed.push_back(columnsOf(run, query, label));
    const float bound = std::min(thresholdOf(query), boundFromLists(run, query, context));
    const Strips strips(run, query.relation);
    const std::int64_t height = strips.height(), count = (run.rows() + height - 1) / height;
    const int threads = base::availableThreads();
    std::vector<FirstPairs> found(static_cast<std::size_t>(threads), FirstPairs(query, bound));
    std::mutex mutex;
    std::int64_t done = 0;
    base::parallelFor(count, threads, context, [&](std::int64_t strip, int worker) {
        const run::RowRange rows{strip * height, std::min(run.rows(), (strip + 1) * height)};
        FirstPairs& first = found[static_cast<std::size_t>(worker)];
        std::vector<float> buffer;
        bool any = false;
        for (int label = run.labelOf(RowId(rows.begin)); label <= run.labelOf(RowId(rows.end - 1)); ++label)
            any = any || !allowed[static_cast<std::size_t>(label)].empty();
        for (const run::RowRange columns : any ? strips.columns(rows, first.bound()) : std::vector<run::RowRange>()) {
            for (std::int64_t i = rows.begin; i < rows.end; ++i) {
                context.throwIfCancelled();
                for (const run::RowRange& part : allowed[static_cast<std::size_t>(run.labelOf(RowId(i)))])
                    collectRow(run, i, {std::max(columns.begin, part.begin), std::min(columns.end, part.end)},
                               query.relation, first, buffer);
            }
        }
        const std::lock_guard lock(mutex);
        context.progress("pairs", static_cast<double>(std::min(run.rows(), ++done * height)),
                         static_cast<double>(run.rows()), "rows");
    });
    std::vector<Pair> pairs;
    for (const FirstPairs& first : found)
        pairs.insert(pairs.end(), first.pairs().begin(), first.pairs().end());
    std::sort(pairs.begin(), pairs.end(), [&](const Pair& a, const Pair& b) { return found.front().before(a, b); });
    pairs.resize(std::min(pairs.size(), query.limit));
    for (Pair& pair : pairs)
        pair.kappa = run.kappa(pair.a, pair.b);
    return pairs;
}

std::vector<Pair> contradictoryPairs(const run::Run& run, Thresholds thresholds, std::size_t limit,
                                     const base::JobContext& context) {
    PairQuery query;
    query.thresholds = thresholds;
    query.limit = limit;
    return findPairs(run, query, context);
}

} // namespace lpntk::analysis
