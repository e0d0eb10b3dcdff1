#include <core/kernel/layout.h>

#include <algorithm>

namespace lpntk::kernel {

Layout::Layout(const run::KernelPlan& plan, std::span<const std::int64_t> labels) {
    for (const run::RowRange& rows : plan.blocks) {
        Block block;
        block.rows = rows;
        block.firstTileRow = static_cast<int>(m_tileRows.size());
        block.firstTile = static_cast<std::int64_t>(m_tiles.size());
        block.firstSegment = static_cast<std::int64_t>(m_segments.size());
        block.firstPartial = m_partialCount;
        for (std::int64_t begin = rows.begin; begin < rows.end; begin += plan.tile) {
            TileRow tileRow{{begin, std::min(begin + plan.tile, rows.end)}, static_cast<int>(m_blocks.size())};
            cutSegments(tileRow, block, labels);
            m_tileRows.push_back(tileRow);
        }
        block.side = static_cast<int>(m_tileRows.size()) - block.firstTileRow;
        for (int row = 0; row < block.side; ++row) {
            for (int column = row; column < block.side; ++column)
                m_tiles.push_back({block.firstTileRow + row, block.firstTileRow + column});
        }
        m_partialCount += rows.size() * block.segments;
        m_blocks.push_back(block);
    }
}

void Layout::cutSegments(TileRow& tileRow, Block& block, std::span<const std::int64_t> labels) {
    tileRow.firstSegment = block.segments;
    for (std::int64_t row = tileRow.rows.begin; row < tileRow.rows.end; ++row) {
        const std::int64_t label = labels[static_cast<std::size_t>(row)];
        if (row == tileRow.rows.begin || m_segments.back().label != label) {
            m_segments.push_back({{row, row}, label});
            ++block.segments;
        }
        m_segments.back().rows.end = row + 1;
    }
    tileRow.segments = block.segments - tileRow.firstSegment;
}

std::int64_t Layout::tileNumber(int row, int column) const {
    const Block& block = m_blocks[static_cast<std::size_t>(tileRow(row).block)];
    const std::int64_t i = row - block.firstTileRow, j = column - block.firstTileRow;
    return block.firstTile + i * block.side - i * (i - 1) / 2 + (j - i);
}

std::span<const Segment> Layout::segments(const TileRow& tileRow) const {
    return blockSegments(tileRow.block)
        .subspan(static_cast<std::size_t>(tileRow.firstSegment), static_cast<std::size_t>(tileRow.segments));
}

std::span<const Segment> Layout::blockSegments(int number) const {
    const Block& block = m_blocks[static_cast<std::size_t>(number)];
    return std::span(m_segments)
        .subspan(static_cast<std::size_t>(block.firstSegment), static_cast<std::size_t>(block.segments));
}

std::int64_t Layout::partialIndex(const TileRow& of, std::int64_t row, std::int64_t segment) const {
    const Block& block = m_blocks[static_cast<std::size_t>(of.block)];
    return block.firstPartial + (row - block.rows.begin) * block.segments + segment;
}

std::int64_t Layout::largestSide() const {
    std::int64_t largest = 0;
    for (const TileRow& tileRow : m_tileRows)
        largest = std::max(largest, tileRow.rows.size());
    return largest;
}

namespace {

/// One block larger than a panel: for each panel its own triangle, then the tile rows below it one after the other.
void addPanels(const Layout& layout, const std::vector<int>& rows, std::int64_t panelRows, std::vector<Step>& steps) {
    for (std::size_t begin = 0; begin < rows.size();) {
        std::size_t end = begin;
        std::int64_t held = 0;
        while (end < rows.size() && (end == begin || held + layout.tileRow(rows[end]).rows.size() <= panelRows))
            held += layout.tileRow(rows[end++]).rows.size();
        Step panel;
        panel.resident.assign(rows.begin() + static_cast<std::ptrdiff_t>(begin), rows.begin() + static_cast<std::ptrdiff_t>(end));
        for (std::size_t i = begin; i < end; ++i) {
            for (std::size_t j = i; j < end; ++j)
                panel.tiles.push_back(layout.tileNumber(rows[i], rows[j]));
        }
        steps.push_back(panel);
        for (std::size_t j = end; j < rows.size(); ++j) {
            Step below;
            below.resident = panel.resident;
            below.resident.push_back(rows[j]);
            for (std::size_t i = begin; i < end; ++i)
                below.tiles.push_back(layout.tileNumber(rows[i], rows[j]));
            steps.push_back(below);
        }
        begin = end;
    }
}

} // namespace

std::vector<Step> stepsOf(const Layout& layout, std::int64_t panelRows) {
    std::vector<Step> steps;
    std::int64_t held = 0; // rows of the last step while blocks may still join it, 0 when none may
    int next = 0;
    for (int block = 0; block < layout.blockCount(); ++block) {
        std::vector<int> rows;
        while (next < static_cast<int>(layout.tileRows().size()) && layout.tileRow(next).block == block)
            rows.push_back(next++);
        const std::int64_t size = layout.block(block).size();
        if (size > panelRows) {
            addPanels(layout, rows, panelRows, steps);
            held = 0;
            continue;
        }
        if (held == 0 || held + size > panelRows) {
            steps.emplace_back();
            held = 0;
        }
        held += size;
        Step& step = steps.back();
        step.resident.insert(step.resident.end(), rows.begin(), rows.end());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            for (std::size_t j = i; j < rows.size(); ++j)
                step.tiles.push_back(layout.tileNumber(rows[i], rows[j]));
        }
    }
    return steps;
}

std::int64_t samplesComputed(const Layout& layout, std::span<const Step> steps) {
    std::int64_t samples = 0;
    std::vector<std::uint8_t> held(layout.tileRows().size());
    for (const Step& step : steps) {
        std::vector<std::uint8_t> needed(held.size()), next(held.size());
        for (const std::int64_t number : step.tiles) {
            const Tile& tile = layout.tile(number);
            needed[static_cast<std::size_t>(tile.row)] = needed[static_cast<std::size_t>(tile.column)] = 1;
        }
        for (const int number : step.resident) {
            const auto row = static_cast<std::size_t>(number);
            if (needed[row] && !held[row])
                samples += layout.tileRow(number).rows.size();
            next[row] = needed[row] || held[row];
        }
        held = next;
    }
    return samples;
}

} // namespace lpntk::kernel
