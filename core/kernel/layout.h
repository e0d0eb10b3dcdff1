#pragma once

#include <core/run/plan.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// Rows of one tile side; the same row ranges serve as columns. Numbered over all blocks.
struct TileRow {
    run::RowRange rows;
    int block = 0;
    std::int64_t firstSegment = 0; ///< number of its first segment in its block
    std::int64_t segments = 0;
};

/// Rows of one class within a tile row.
struct Segment {
    run::RowRange rows;
    std::int64_t label = 0;
};

/// Tile (row, column) of tile rows, row <= column, both of one block.
struct Tile {
    int row = 0;
    int column = 0;
    bool diagonal() const { return row == column; }
};

/// The geometry that follows from a plan and the labels of its rows: tile rows, tiles in canonical order (block by
/// block, row by row of the upper triangle) and class segments.
class Layout {
public:
    Layout(const run::KernelPlan& plan, std::span<const std::int64_t> labels);

    const std::vector<TileRow>& tileRows() const { return m_tileRows; }
    const TileRow& tileRow(int number) const { return m_tileRows[static_cast<std::size_t>(number)]; }
    const std::vector<Tile>& tiles() const { return m_tiles; }
    const Tile& tile(std::int64_t number) const { return m_tiles[static_cast<std::size_t>(number)]; }
    std::int64_t tileNumber(int row, int column) const;
    const run::RowRange& block(int number) const { return m_blocks[static_cast<std::size_t>(number)].rows; }
    int blockCount() const { return static_cast<int>(m_blocks.size()); }
    std::span<const Segment> segments(const TileRow& tileRow) const;
    std::span<const Segment> blockSegments(int block) const;

    /// Place of the partial sum of (row, segment of its block) in the array of all, which has partialCount() entries.
    std::int64_t partialIndex(const TileRow& of, std::int64_t row, std::int64_t segment) const;
    std::int64_t partialCount() const { return m_partialCount; }
    /// Longest side of a tile.
    std::int64_t largestSide() const;

private:
    struct Block {
        run::RowRange rows;
        int firstTileRow = 0;
        int side = 0;                   ///< tile rows
        std::int64_t firstTile = 0;
        std::int64_t firstSegment = 0;  ///< in m_segments
        std::int64_t segments = 0;
        std::int64_t firstPartial = 0;
    };
    void cutSegments(TileRow& tileRow, Block& block, std::span<const std::int64_t> labels);

    std::vector<Block> m_blocks;
    std::vector<TileRow> m_tileRows;
    std::vector<Tile> m_tiles;
    std::vector<Segment> m_segments;
    std::int64_t m_partialCount = 0;
};

/// A stretch of the work: which tiles, and whose signals stay in memory while it lasts.
struct Step {
    std::vector<int> resident;      ///< tile rows that the step may read
    std::vector<std::int64_t> tiles;
};

/// Cuts the tiles into steps that hold at most `panelRows` rows, and beside a panel one tile row more. Blocks that fit
/// together into a panel share a step.
std::vector<Step> stepsOf(const Layout& layout, std::int64_t panelRows);

/// How many samples' signals these steps compute, one after the other: of every tile row that a step's tiles read, unless
/// the step before held it already.
std::int64_t samplesComputed(const Layout& layout, std::span<const Step> steps);

} // namespace lpntk::kernel
