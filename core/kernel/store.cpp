#include <core/kernel/store.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/hash.h>
#include <core/base/page_cache.h>
#include <core/formats/npy.h>
#include <core/run/run.h>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace lpntk::kernel {

namespace fs = std::filesystem;
using formats::DType;

namespace {

std::vector<std::byte> header(DType type, std::int64_t planes, std::int64_t side) {
    const std::vector<std::int64_t> shape =
        planes == 1 ? std::vector<std::int64_t>{side, side} : std::vector<std::int64_t>{planes, side, side};
    return formats::npyHeaderBytes(type, shape);
}

std::string lineOf(const Tile& tile, std::int64_t checksum) {
    return fmt::format("tile {} {} {:08x}\n", tile.row, tile.column, checksum);
}

std::string lineOf(int tileRow) {
    return fmt::format("band {}\n", tileRow);
}

DType typeOf(run::StoreType store) { return store == run::StoreType::f32 ? DType::f32 : DType::f16; }

} // namespace

Store::Store(fs::path folder, const run::KernelPlan& plan, const Layout& layout, std::span<const std::int64_t> labels)
    : m_folder(std::move(folder)), m_layout(layout) {
    const bool full = plan.blockKind == run::Blocks::full;
    for (const run::RowRange& block : plan.blocks) {
        Array array;
        array.path = m_folder / (full ? std::string("kernel.npy")
                                      : fmt::format("kernel_class_{}.npy", labels[static_cast<std::size_t>(block.begin)]));
        array.side = block.size();
        array.elementBytes = static_cast<std::int64_t>(formats::sizeOf(typeOf(plan.store)));
        array.dataOffset = static_cast<std::int64_t>(header(typeOf(plan.store), 1, array.side).size());
        m_blocks.push_back(array);
    }
    if (!full)
        return;
    const int tileLevel = std::countr_zero(static_cast<unsigned>(plan.tile));
    for (const int level : run::pyramidLevels(plan.rows)) {
        Array array;
        array.path = m_folder / "pyramid" / fmt::format("level_{}.npy", level);
        array.side = ((plan.rows - 1) >> level) + 1;
        array.planes = 3;
        array.elementBytes = 2;
        array.dataOffset = static_cast<std::int64_t>(header(DType::f16, 3, array.side).size());
        m_levels[level] = array;
        if (level <= tileLevel)
            m_tileLevels.push_back(level);
    }
}

std::int64_t Store::diskBytes(const run::KernelPlan& plan) {
    std::int64_t bytes = 0;
    for (const run::RowRange& block : plan.blocks)
        bytes += block.size() * block.size() * (plan.store == run::StoreType::f32 ? 4 : 2) + 128;
    if (plan.blockKind == run::Blocks::full) {
        for (const int level : run::pyramidLevels(plan.rows)) {
            const std::int64_t cells = ((plan.rows - 1) >> level) + 1;
            bytes += cells * cells * 6 + 128;
        }
    }
    const std::int64_t perRow = 8 * 2 + 4 * 2 + 16 * std::int64_t{plan.top} + 8 + 8 * std::int64_t{plan.classes} +
                                4 * std::int64_t{plan.classes};
    return bytes + plan.rows * perRow + (std::int64_t{1} << 20);
}

void Store::create() const {
    const auto make = [](const Array& array, DType type) {
        const base::File file = base::File::create(array.path);
        file.allocate(array.fileBytes());
        file.writeAt(0, header(type, array.planes, array.side));
    };
    for (const Array& array : m_blocks)
        make(array, array.elementBytes == 4 ? DType::f32 : DType::f16);
    if (!m_levels.empty())
        fs::create_directories(m_folder / "pyramid");
    for (const auto& [level, array] : m_levels)
        make(array, DType::f16);
}

void Store::checkSizes() const {
    const auto check = [](const Array& array) {
        const std::int64_t size = base::File::openRead(array.path).size();
        if (size != array.fileBytes())
            throw base::FormatError(fmt::format("{} has {} bytes; the plan of this run makes {}: the folder is damaged, "
                                                "delete it and start again",
                                                base::quoted(array.path), size, array.fileBytes()));
    };
    for (const Array& array : m_blocks)
        check(array);
    for (const auto& [level, array] : m_levels)
        check(array);
}

void Store::restoreSizes() const {
    const auto restore = [](const Array& array, DType type) {
        std::error_code code;
        const base::File file =
            fs::exists(array.path, code) ? base::File::openWrite(array.path) : base::File::create(array.path);
        if (file.size() != array.fileBytes()) {
            file.resize(array.fileBytes());
            file.allocate(array.fileBytes());
        }
        file.writeAt(0, header(type, array.planes, array.side));
    };
    for (const Array& array : m_blocks)
        restore(array, array.elementBytes == 4 ? DType::f32 : DType::f16);
    for (const int level : m_tileLevels)
        restore(m_levels.at(level), DType::f16);
    checkSizes();
}

Store::Cells Store::Cells::atLevel(int level) const {
    const auto count = [level](std::int64_t cells) { return ((cells - 1) >> level) + 1; };
    return {row >> level, count(rows), column >> level, count(columns)};
}

/// Of the kernel, in rows of its block.
Store::Cells Store::cellsOf(const Tile& tile) const {
    const TileRow& a = m_layout.tileRow(tile.row);
    const TileRow& b = m_layout.tileRow(tile.column);
    const std::int64_t base = m_layout.block(a.block).begin;
    return {a.rows.begin - base, a.rows.size(), b.rows.begin - base, b.rows.size()};
}

Store::Place Store::place(const Array& array, std::int64_t plane, const Cells& cells, bool inRows) {
    const std::int64_t band = plane * array.side * array.side + cells.row * array.side;
    const std::int64_t element = band + (inRows ? cells.column : cells.rows * cells.column);
    return {&array.path, array.dataOffset + element * array.elementBytes,
            (inRows ? array.side : cells.columns) * array.elementBytes, cells.rows, cells.columns * array.elementBytes};
}

/// function(array, level or 0) for everything that tiles of a block fill.
template <typename Function> void Store::forEachArray(int block, const Function& function) const {
    function(m_blocks[static_cast<std::size_t>(block)], 0);
    for (const int level : m_tileLevels)
        function(m_levels.at(level), level);
}

/// In the order of TileBytes.
std::vector<Store::Place> Store::places(const Tile& tile, TileOrder order) const {
    std::vector<Place> places;
    forEachArray(m_layout.tileRow(tile.row).block, [&](const Array& array, int level) {
        const Cells cells = cellsOf(tile).atLevel(level);
        for (std::int64_t plane = 0; plane < array.planes; ++plane) {
            places.push_back(place(array, plane, cells, order.tileInRows));
            if (!tile.diagonal())
                places.push_back(place(array, plane, cells.transposed(), order.transposeInRows));
        }
    });
    return places;
}

std::uint32_t Store::write(const Tile& tile, TileOrder order, const TileBytes& bytes) const {
    std::uint32_t crc = 0;
    std::size_t number = 0;
    for (const Place& where : places(tile, order)) {
        const std::span<const std::byte> from = bytes[number++];
        const base::File file = base::File::openWrite(*where.path);
        const auto rowBytes = static_cast<std::size_t>(where.rowBytes);
        if (where.inOnePiece())
            file.writeAt(where.offset, from);
        for (std::int64_t row = 0; row < where.rows && !where.inOnePiece(); ++row)
            file.writeAt(where.offset + row * where.stride,
                         from.subspan(static_cast<std::size_t>(row) * rowBytes, rowBytes));
        crc = base::crc32(from, crc);
    }
    return crc;
}

std::uint32_t Store::checksum(const Tile& tile, TileOrder order) const {
    std::uint32_t crc = 0;
    std::vector<std::byte> row;
    for (const Place& where : places(tile, order)) {
        const base::File file = base::File::openRead(*where.path);
        row.resize(static_cast<std::size_t>(where.rowBytes));
        for (std::int64_t i = 0; i < where.rows; ++i) {
            file.readAt(where.offset + i * where.stride, row);
            crc = base::crc32(row, crc);
        }
    }
    return crc;
}

void Store::putIntoRows(int tileRow, std::span<std::byte> scratch) const {
    const int block = m_layout.tileRow(tileRow).block;
    forEachArray(block, [&](const Array& array, int level) {
        const base::File file = base::File::openWrite(array.path);
        for (std::int64_t plane = 0; plane < array.planes; ++plane) {
            const Place whole = bandOf(array, plane, level, tileRow);
            const std::span<std::byte> band = scratch.first(static_cast<std::size_t>(whole.rows * whole.rowBytes)),
                                       rest = scratch.subspan(band.size());
            std::size_t column = 0; // bytes
            for (std::size_t other = 0; other < m_layout.tileRows().size(); ++other) {
                if (m_layout.tileRows()[other].block != block)
                    continue;
                const Cells cells = cellsOf({tileRow, static_cast<int>(other)}).atLevel(level);
                const Place from = place(array, plane, cells, false);
                const auto width = static_cast<std::size_t>(from.rowBytes);
                const std::span<std::byte> piece = rest.first(static_cast<std::size_t>(from.rows) * width);
                file.readAt(from.offset, piece);
                for (std::size_t row = 0; row < static_cast<std::size_t>(from.rows); ++row)
                    std::memcpy(band.data() + row * static_cast<std::size_t>(whole.rowBytes) + column,
                                piece.data() + row * width, width);
                column += width;
            }
            file.writeAt(whole.offset, band);
        }
    });
}

/// The rows of a tile row, across the array.
Store::Place Store::bandOf(const Array& array, std::int64_t plane, int level, int tileRow) const {
    const Cells cells = cellsOf({tileRow, tileRow}).atLevel(level);
    return place(array, plane, {cells.row, cells.rows, 0, array.side}, true);
}

std::int64_t Store::bandBytes(const run::KernelPlan& plan) {
    std::int64_t longest = 0;
    for (const run::RowRange& block : plan.blocks)
        longest = std::max(longest, block.size());
    const std::int64_t tile = std::min<std::int64_t>(plan.tile, longest);
    return tile * (longest + tile) * (plan.store == run::StoreType::f32 ? 4 : 2);
}

Store::Place Store::pieceOf(const Tile& tile, int tileRow) const {
    const Cells cells = cellsOf(tile);
    return place(m_blocks[static_cast<std::size_t>(m_layout.tileRow(tileRow).block)], 0,
                 tileRow == tile.row ? cells : cells.transposed(), false);
}

void Store::releasePages(const Place& place) const {
    try {
        base::releasePages(base::File::openWrite(*place.path), place.offset, place.rows * place.rowBytes);
    } catch (const base::Error&) {
        // A file that cannot be opened any more is reported by whoever writes next.
    }
}

void Store::releaseBand(int tileRow) const {
    forEachArray(m_layout.tileRow(tileRow).block, [&](const Array& array, int level) {
        for (std::int64_t plane = 0; plane < array.planes; ++plane)
            releasePages(bandOf(array, plane, level, tileRow));
    });
}

void Store::beginWriting(int tileRow) const {
    const Array& array = m_blocks[static_cast<std::size_t>(m_layout.tileRow(tileRow).block)];
    const Place band = bandOf(array, 0, 0, tileRow);
    base::beginWriting(base::File::openWrite(array.path), band.offset, band.rows * band.rowBytes);
}

void Store::writeLevel(int level, std::span<const formats::Half> values) const {
    const Array& array = m_levels.at(level);
    base::File::openWrite(array.path).writeAt(array.dataOffset, std::as_bytes(values));
}

void Store::sync() const {
    for (const Array& array : m_blocks)
        base::File::openWrite(array.path).sync();
    for (const auto& [level, array] : m_levels)
        base::File::openWrite(array.path).sync();
}

Journal::Content Journal::read(const Layout& layout) const {
    Content content{std::vector<std::int64_t>(layout.tiles().size(), -1),
                    std::vector<std::uint8_t>(layout.tileRows().size(), 0)};
    std::error_code code;
    if (!fs::exists(m_path, code))
        return content;
    const std::string text = base::readTextFile(m_path, std::int64_t{1} << 30);
    const int tileRows = static_cast<int>(layout.tileRows().size());
    for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
        // Only whole lines count; what a crash tore is computed again.
        const std::string line = text.substr(begin, end - begin);
        int row = -1, column = -1;
        unsigned crc = 0;
        if (std::sscanf(line.c_str(), "tile %d %d %8x", &row, &column, &crc) == 3 && row >= 0 && row <= column &&
            column < tileRows && layout.tileRow(row).block == layout.tileRow(column).block)
            content.checksums[static_cast<std::size_t>(layout.tileNumber(row, column))] = crc;
        else if (std::sscanf(line.c_str(), "band %d", &row) == 1 && row >= 0 && row < tileRows)
            content.inRows[static_cast<std::size_t>(row)] = 1;
    }
    return content;
}

void Journal::rewrite(const Layout& layout, const Content& content) {
    std::string text;
    for (std::size_t row = 0; row < content.inRows.size(); ++row) {
        if (content.inRows[row])
            text += lineOf(static_cast<int>(row));
    }
    for (std::size_t number = 0; number < content.checksums.size(); ++number) {
        if (content.checksums[number] >= 0)
            text += lineOf(layout.tiles()[number], content.checksums[number]);
    }
    base::writeFileAtomically(m_path, text);
}

void Journal::append(const Tile& tile, std::uint32_t checksum) {
    append(lineOf(tile, checksum));
}
void Journal::appendBand(int tileRow) {
    append(lineOf(tileRow));
}

void Journal::append(const std::string& line) {
    const std::lock_guard lock(m_mutex);
    const int descriptor = ::open(m_path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    const bool written =
        descriptor >= 0 && ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    const int problem = errno;
    if (descriptor >= 0)
        ::close(descriptor);
    if (!written)
        throw base::IoError(fmt::format("{}: cannot write: {}; free some space and give the command again with --resume",
                                        base::quoted(m_path), std::strerror(problem)));
}

} // namespace lpntk::kernel
