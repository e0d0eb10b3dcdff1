#pragma once

#include <core/kernel/layout.h>
#include <core/kernel/store.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace lpntk::kernel {

/// Memory of groups that were written, for those that come: new memory costs more than what is written into it.
class GroupMemory {
public:
    std::unique_ptr<std::byte[]> take(std::size_t bytes);
    void giveBack(std::unique_ptr<std::byte[]> memory, std::size_t bytes);

private:
    struct Spare {
        std::unique_ptr<std::byte[]> memory;
        std::size_t bytes = 0;
    };
    std::mutex m_mutex;
    std::vector<Spare> m_spare;
};

/// Tiles of a square of the matrix, gathered in memory, so that a row of the square reaches its file in one piece: a
/// single tile's rows are shorter than a page. Filled by several threads.
class TileGroup {
public:
    TileGroup(const Store& store, const Layout& layout, std::vector<std::int64_t> tiles, GroupMemory& memory);
    ~TileGroup();
    TileGroup(const TileGroup&) = delete;
    TileGroup& operator=(const TileGroup&) = delete;

    /// Takes what is stored of the `index`-th tile; each once. True for the last one, after which write() may be
    /// called.
    bool put(std::size_t index, const TileBytes& bytes);
    /// Writes all tiles, then their lines of the journal.
    void write(Journal& journal) const;
    /// The same of the tiles that are there, for a job that stops before the square is full; slower.
    void writePart(Journal& journal) const;

    /// Tiles along the side of a square, so that rows of a square take some pages of the kernel's file, two squares
    /// take a part of the budget only, and a crash loses seconds of work.
    static int sideFor(const run::KernelPlan& plan);
    /// What a square of the plan's side holds.
    static std::int64_t bytes(const run::KernelPlan& plan);
    /// Tiles in the order of squares with `side` tiles along each side.
    static std::vector<std::vector<std::int64_t>> groupsOf(const Layout& layout, std::span<const std::int64_t> tiles,
                                                           int side);

private:
    /// Neighbouring places of a file, as one.
    struct Run {
        Store::Place place;
        std::size_t start = 0; ///< in m_bytes
    };
    /// Where a place of a tile is in a run.
    struct Piece {
        std::size_t run = 0, column = 0;
    };
    void open();

    const Store& m_store;
    const Layout& m_layout;
    std::vector<std::int64_t> m_tiles;
    GroupMemory& m_memory;
    std::vector<Run> m_runs;
    std::vector<std::vector<Piece>> m_pieces; ///< by tile and place
    std::vector<std::uint32_t> m_checksums;
    std::vector<std::uint8_t> m_there; ///< by tile
    std::once_flag m_opened;
    std::unique_ptr<std::byte[]> m_bytes;
    std::size_t m_size = 0;
    std::atomic<std::size_t> m_missing;
};

} // namespace lpntk::kernel
