#include <core/kernel/consumers.h>

#include <core/kernel/loops.h>
#include <core/kernel/neighbours.h>
#include <core/run/run.h>

#include <algorithm>
#include <array>

namespace lpntk::kernel {

namespace {

std::size_t at(std::int64_t value) { return static_cast<std::size_t>(value); }

run::RowRange common(const run::RowRange& a, const run::RowRange& b) {
    return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

} // namespace

Consumers::Consumers(const run::KernelPlan& plan, const Layout& layout, JobState& state, const KnownPairs* known)
    : m_plan(plan), m_layout(layout), m_state(state), m_known(known), m_rowLocks(layout.tileRows().size()) {
    for (const TileRow& tileRow : layout.tileRows()) {
        if (known)
            m_newRows.push_back(known->newRows(tileRow));
    }
}

void Consumers::add(const Tile& tile, const TileImage& image) {
    {
        const std::lock_guard lock(m_rowLocks[at(tile.row)]);
        addRows(tile.row, tile.column, image.kappa());
    }
    if (!tile.diagonal()) {
        const std::lock_guard lock(m_rowLocks[at(tile.column)]);
        addRows(tile.column, tile.row, image.transposed());
    }
    addHistogram(tile, image.cosine());
    addAudit(tile, image.kappa());
    m_state.tileCosines[at(m_layout.tileNumber(tile.row, tile.column))] = image.statistics();
}

/// The columns of a tile whose pairs with the row count.
std::span<const run::RowRange> Consumers::columnsOf(std::int64_t row, int others) const {
    if (m_known && m_known->knows(row))
        return m_newRows[at(others)];
    return {&m_layout.tileRow(others).rows, 1};
}

void Consumers::addRows(int ofNumber, int othersNumber, std::span<const float> kappa) {
    const TileRow& of = m_layout.tileRow(ofNumber);
    const TileRow& others = m_layout.tileRow(othersNumber);
    const std::span<const Segment> segments = m_layout.segments(others);
    const std::size_t width = at(others.rows.size());
    const auto k = at(m_plan.top);
    NeighbourFinder finder;
    for (std::int64_t row = of.rows.begin; row < of.rows.end; ++row) {
        const auto values = kappa.subspan(at(row - of.rows.begin) * width, width);
        const std::int64_t first = m_layout.partialIndex(of, row, others.firstSegment);
        const auto valuesOf = [&](run::RowRange columns) {
            return values.subspan(at(columns.begin - others.rows.begin), at(columns.size()));
        };
        for (std::size_t s = 0; s < segments.size(); ++s) {
            double sum = 0;
            for (const run::RowRange& columns : columnsOf(row, othersNumber)) {
                const run::RowRange both = common(columns, segments[s].rows);
                sum += both.size() > 0 ? sumOf(valuesOf(both)) : 0.0;
            }
            m_state.partialSums[at(first) + s] = sum;
        }
        for (const run::RowRange& columns : columnsOf(row, othersNumber))
            finder.add(
                {std::span(m_state.top).subspan(at(row) * k, k), std::span(m_state.bottom).subspan(at(row) * k, k)},
                row, columns.begin, valuesOf(columns));
    }
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
                for (const run::RowRange& visited : columnsOf(row, tile.column)) {
                    const run::RowRange both = common(visited, {begin, b.rows.end});
                    if (both.size() > 0)
                        countBins(
                            cosine.subspan(at((row - rows.rows.begin) * width + (both.begin - columns.rows.begin)),
                                           at(both.size())),
                            counts);
                }
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
            if (!columns.contains(audit[j]) || (m_known && m_known->knows(audit[i]) && m_known->knows(audit[j])))
                continue;
            const float value = kappa[at((audit[i] - rows.begin) * columns.size() + (audit[j] - columns.begin))];
            m_state.auditKappa[i * audit.size() + j] = m_state.auditKappa[j * audit.size() + i] = value;
        }
    }
}

} // namespace lpntk::kernel
