#pragma once

#include <core/formats/half.h>
#include <core/kernel/layout.h>
#include <core/run/plan.h>

#include <cstddef>
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

/// Whether the places of a tile and of its transpose lie in bands that are in rows.
struct TileOrder {
    bool tileInRows = false, transposeInRows = false;
};

/// The large files of a run folder: kernel and pyramid, allocated before the work and filled by tiles, which write
/// disjoint places. The rows of one tile row, across their block, are a band of a file. As long as tiles of it are
/// missing each lies in it in one piece, because a tile's own rows are shorter than a page; when all are there it is
/// put into the order of rows, in place.
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
    /// Gives files that are missing or of another size their full one again, filled with nothing where nothing was.
    /// Throws FormatError for levels coarser than a tile, whose content cannot be had from tiles.
    void restoreSizes() const;

    /// Levels whose cells lie within one tile.
    const std::vector<int>& tileLevels() const { return m_tileLevels; }
    /// Writes a tile and gives the CRC-32 of what was written, the same in either order. From several threads.
    std::uint32_t write(const Tile& tile, TileOrder order, const TileBytes& bytes) const;
    /// The same of what is stored.
    std::uint32_t checksum(const Tile& tile, TileOrder order) const;
    /// Puts the band of a tile row, whose tiles are all there, into the order of rows. `scratch`: bandBytes().
    void putIntoRows(int tileRow, std::span<std::byte> scratch) const;
    static std::int64_t bandBytes(const run::KernelPlan& plan);
    /// Fills a level that is coarser than the tiles: (3, cells, cells) as binary16.
    void writeLevel(int level, std::span<const formats::Half> values) const;
    void sync() const;

    /// A rectangle of a file: `rows` stretches of `rowBytes`, `stride` apart.
    struct Place {
        const std::filesystem::path* path;
        std::int64_t offset, stride, rows, rowBytes;
        bool inOnePiece() const { return stride == rowBytes; }
    };
    /// Where a tile's entries of the kernel lie in the band of one of its tile rows that is not in rows.
    Place pieceOf(const Tile& tile, int tileRow) const;
    /// Gives the system's cache of a place in one piece back.
    void releasePages(const Place& place) const;
    void releaseBand(int tileRow) const;
    /// Has the system begin to write a band, for a shorter sync().
    void beginWriting(int tileRow) const;

private:
    struct Array {
        std::filesystem::path path;
        std::int64_t dataOffset = 0;
        std::int64_t side = 0;    ///< rows and columns
        std::int64_t planes = 1;
        std::int64_t elementBytes = 4;
        std::int64_t fileBytes() const { return dataOffset + planes * side * side * elementBytes; }
    };
    /// A rectangle of an array, in cells.
    struct Cells {
        std::int64_t row, rows, column, columns;
        Cells transposed() const { return {column, columns, row, rows}; }
        Cells atLevel(int level) const;
    };
    Cells cellsOf(const Tile& tile) const;
    static Place place(const Array& array, std::int64_t plane, const Cells& cells, bool inRows);
    std::vector<Place> places(const Tile& tile, TileOrder order) const;
    Place bandOf(const Array& array, std::int64_t plane, int level, int tileRow) const;
    template <typename Function> void forEachArray(int block, const Function& function) const;

    std::filesystem::path m_folder;
    const Layout& m_layout;
    std::vector<Array> m_blocks;      ///< by block
    std::map<int, Array> m_levels;    ///< by pyramid level
    std::vector<int> m_tileLevels;
};

/// The journal: one line "tile ROW COLUMN CRC" per stored tile, and "band ROW" for a tile row that is in rows. Appended
/// while the job runs, read on resume, written again in canonical order at the end, when all bands are in rows.
class Journal {
public:
    explicit Journal(std::filesystem::path folder) : m_path(std::move(folder) / "journal") {}

    struct Content {
        std::vector<std::int64_t> checksums; ///< by tile number; -1 where there is none
        std::vector<std::uint8_t> inRows;    ///< by tile row
    };
    /// What is there; a torn last line is left out.
    Content read(const Layout& layout) const;
    /// Starts the file anew, in canonical order.
    void rewrite(const Layout& layout, const Content& content);
    /// From several threads.
    void append(const Tile& tile, std::uint32_t checksum);
    void appendBand(int tileRow);

private:
    void append(const std::string& line);

    std::filesystem::path m_path;
    std::mutex m_mutex;
};

} // namespace lpntk::kernel
