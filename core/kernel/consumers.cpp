#include <core/kernel/consumers.h>

#include <core/kernel/loops.h>
#include <core/run/run.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>

namespace lpntk::kernel {

namespace {

std::size_t at(std::int64_t value) { return static_cast<std::size_t>(value); }

/// Merges candidates, which are used up, into a list of the largest keys, sorted from the largest. `merged` is scratch.
void keepLargest(std::span<NeighbourKey> kept, std::vector<NeighbourKey>& candidates,
                 std::vector<NeighbourKey>& merged) {
    if (candidates.empty())
        return;
    if (candidates.size() > kept.size()) {
        const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(kept.size());
        std::nth_element(candidates.begin(), end, candidates.end(), std::greater<>());
        candidates.erase(end, candidates.end());
    }
    constexpr std::size_t kFew = 6; // where making room for each costs less than merging
    if (candidates.size() <= kFew) {
        for (const NeighbourKey key : candidates) {
            const auto place = std::lower_bound(kept.begin(), kept.end(), key, std::greater<>());
            if (place == kept.end())
                continue;
            std::move_backward(place, kept.end() - 1, kept.end());
            *place = key;
        }
        return;
    }
    std::sort(candidates.begin(), candidates.end(), std::greater<>());
    // The last few of both together do not fit in, and are never looked at again.
    merged.resize(kept.size() + candidates.size());
    std::merge(kept.begin(), kept.end(), candidates.begin(), candidates.end(), merged.begin(), std::greater<>());
    std::copy_n(merged.begin(), kept.size(), kept.begin());
}

} // namespace

Consumers::Consumers(const run::KernelPlan& plan, const Layout& layout, JobState& state)
    : m_plan(plan), m_layout(layout), m_state(state), m_rowLocks(layout.tileRows().size()) {}

void Consumers::add(const Tile& tile, const TileImage& image) {
    const TileRow& rows = m_layout.tileRow(tile.row);
    const TileRow& columns = m_layout.tileRow(tile.column);
    {
        const std::lock_guard lock(m_rowLocks[at(tile.row)]);
        addRows(rows, columns, image.kappa());
    }
    if (!tile.diagonal()) {
        const std::lock_guard lock(m_rowLocks[at(tile.column)]);
        addRows(columns, rows, image.transposed());
    }
    addHistogram(tile, image.cosine());
    addAudit(tile, image.kappa());
    m_state.tileCosines[at(m_layout.tileNumber(tile.row, tile.column))] = image.statistics();
}

void Consumers::addRows(const TileRow& of, const TileRow& others, std::span<const float> kappa) {
    const std::span<const Segment> segments = m_layout.segments(others);
    const std::size_t width = at(others.rows.size());
    std::vector<NeighbourKey> found;
    for (std::int64_t row = of.rows.begin; row < of.rows.end; ++row) {
        const auto values = kappa.subspan(at(row - of.rows.begin) * width, width);
        const std::int64_t first = m_layout.partialIndex(of, row, others.firstSegment);
        for (std::size_t s = 0; s < segments.size(); ++s)
            m_state.partialSums[at(first) + s] = sumOf(
                values.subspan(at(segments[s].rows.begin - others.rows.begin), at(segments[s].rows.size())));
        addNeighbours(row, others, values, found);
    }
}

void Consumers::addNeighbours(std::int64_t row, const TileRow& others, std::span<const float> values,
                              std::vector<NeighbourKey>& found) {
    const auto k = at(m_plan.top);
    const auto top = std::span(m_state.top).subspan(at(row) * k, k);
    const auto bottom = std::span(m_state.bottom).subspan(at(row) * k, k);
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const float above = top.back() ? valueOf(top.back()) : -infinity;
    const float below = bottom.back() ? -valueOf(bottom.back()) : infinity;
    thread_local std::vector<NeighbourKey> negative, merged;
    found.clear();
    negative.clear();
    constexpr std::size_t kStretch = 64;
    for (std::size_t begin = 0; begin < values.size(); begin += kStretch) {
        const auto stretch = values.subspan(begin, std::min(kStretch, values.size() - begin));
        if (!anyOutside(stretch, below, above))
            continue;
        for (std::size_t i = 0; i < stretch.size(); ++i) {
            const std::int64_t other = others.rows.begin + static_cast<std::int64_t>(begin + i);
            if (other == row)
                continue;
            if (stretch[i] >= above)
                found.push_back(neighbourKey(stretch[i], other));
            if (stretch[i] <= below)
                negative.push_back(neighbourKey(-stretch[i], other));
        }
    }
    keepLargest(top, found, merged);
    keepLargest(bottom, negative, merged);
}

void Consumers::addHistogram(const Tile& tile, std::span<const float> cosine) {
    const TileRow& rows = m_layout.tileRow(tile.row);
    const TileRow& columns = m_layout.tileRow(tile.column);
    const bool byClass = m_plan.classes <= run::kMostHistogramClasses;
    const std::int64_t width = columns.rows.size();
    std::array<std::uint32_t, run::kHistogramBins> counts;
    for (const Segment& a : m_layout.segments(rows)) {
        for (const Segment& b : m_layout.segments(columns)) {
            if (b.rows.end <= a.rows.begin)
                continue; // below the diagonal
            counts.fill(0);
            for (std::int64_t row = a.rows.begin; row < a.rows.end; ++row) {
                const std::int64_t begin = tile.diagonal() ? std::max(b.rows.begin, row + 1) : b.rows.begin;
                if (begin < b.rows.end)
                    countBins(cosine.subspan(at((row - rows.rows.begin) * width + (begin - columns.rows.begin)),
                                             at(b.rows.end - begin)),
                              counts);
            }
            const std::int64_t first = byClass ? (a.label * m_plan.classes + b.label) * run::kHistogramBins : 0;
            const std::lock_guard lock(m_histogramLock);
            for (std::size_t bin = 0; bin < counts.size(); ++bin)
                m_state.histogram[at(first) + bin] += counts[bin];
        }
    }
}

void Consumers::addAudit(const Tile& tile, std::span<const float> kappa) {
    const run::RowRange rows = m_layout.tileRow(tile.row).rows, columns = m_layout.tileRow(tile.column).rows;
    const auto& audit = m_state.auditRows;
    for (std::size_t i = 0; i < audit.size(); ++i) {
        for (std::size_t j = 0; rows.contains(audit[i]) && j < audit.size(); ++j) {
            if (!columns.contains(audit[j]))
                continue;
            const float value = kappa[at((audit[i] - rows.begin) * columns.size() + (audit[j] - columns.begin))];
            m_state.auditKappa[i * audit.size() + j] = m_state.auditKappa[j * audit.size() + i] = value;
        }
    }
}

} // namespace lpntk::kernel
