#pragma once

#include <core/formats/half.h>
#include <core/kernel/layout.h>
#include <core/run/plan.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// What is stored of one tile, in the order in which Store names the places: the tile, its transpose (not on the
/// diagonal), then per pyramid level the three statistics of the tile and of its transpose.
using TileBytes = std::vector<std::span<const std::byte>>;

/// The large files of a run folder: kernel and pyramid, allocated before the work and filled by groups of tiles
/// (TileGroup), which write disjoint places.
class Store {
public:
    Store(std::filesystem::path folder, const run::KernelPlan& plan, const Layout& layout,
          std::span<const std::int64_t> labels);

    /// Bytes of all files of a finished run.
    static std::int64_t diskBytes(const run::KernelPlan& plan);
    /// Creates the files in their full size. Throws IoError when the disk is full.
    void create() const;
    /// Throws FormatError when a file is missing or of another size.
    void checkSizes() const;

    /// Levels whose cells lie within one tile.
    const std::vector<int>& tileLevels() const { return m_tileLevels; }
    /// CRC-32 of what is stored for a tile.
    std::uint32_t checksum(const Tile& tile) const;
    /// Fills a level that is coarser than the tiles: (3, cells, cells) as binary16.
    void writeLevel(int level, std::span<const formats::Half> values) const;
    void sync() const;

    /// A rectangle of a file: `rows` stretches of `rowBytes`, `stride` apart.
    struct Place {
        const std::filesystem::path* path;
        std::int64_t offset, stride, rows, rowBytes;
    };
    /// Where the bytes of a tile go, in the order of TileBytes.
    std::vector<Place> places(const Tile& tile) const;

private:
    struct Array {
        std::filesystem::path path;
        std::int64_t dataOffset = 0;
        std::int64_t side = 0;    ///< rows and columns
        std::int64_t planes = 1;
        std::int64_t elementBytes = 4;
        std::int64_t fileBytes() const { return dataOffset + planes * side * side * elementBytes; }
    };
    static Place place(const Array& array, std::int64_t plane, std::int64_t row, std::int64_t rows, std::int64_t column,
                       std::int64_t columns);

    std::filesystem::path m_folder;
    const Layout& m_layout;
    std::vector<Array> m_blocks;      ///< by block
    std::map<int, Array> m_levels;    ///< by pyramid level
    std::vector<int> m_tileLevels;
};

/// The journal: one line "tile ROW COLUMN CRC" per stored tile. Appended while the job runs, read on resume, written
/// again in canonical order at the end.
class Journal {
public:
    explicit Journal(std::filesystem::path folder) : m_path(std::move(folder) / "journal") {}

    /// Reads what is there (a torn last line is left out) into checksums by tile number; -1 where there is none.
    std::vector<std::int64_t> read(const Layout& layout) const;
    /// Starts the file anew with these tiles, in canonical order.
    void rewrite(const Layout& layout, std::span<const std::int64_t> checksums);
    /// A line for each of these tiles. From several threads.
    void append(const Layout& layout, std::span<const std::int64_t> tiles, std::span<const std::uint32_t> checksums);

private:
    std::filesystem::path m_path;
    std::mutex m_mutex;
};

} // namespace lpntk::kernel
