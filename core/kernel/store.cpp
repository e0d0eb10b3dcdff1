#include <core/kernel/store.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/hash.h>
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

Store::Place Store::place(const Array& array, std::int64_t plane, std::int64_t row, std::int64_t rows, std::int64_t column,
                          std::int64_t columns) {
    const std::int64_t element = (plane * array.side + row) * array.side + column;
    return {&array.path, array.dataOffset + element * array.elementBytes, array.side * array.elementBytes, rows,
            columns * array.elementBytes};
}

std::vector<Store::Place> Store::places(const Tile& tile) const {
    const TileRow& a = m_layout.tileRow(tile.row);
    const TileRow& b = m_layout.tileRow(tile.column);
    const std::int64_t base = m_layout.block(a.block).begin;
    const Array& block = m_blocks[static_cast<std::size_t>(a.block)];
    const std::int64_t row = a.rows.begin - base, column = b.rows.begin - base;
    std::vector<Place> places{place(block, 0, row, a.rows.size(), column, b.rows.size())};
    if (!tile.diagonal())
        places.push_back(place(block, 0, column, b.rows.size(), row, a.rows.size()));
    for (const int level : m_tileLevels) {
        const Array& array = m_levels.at(level);
        const std::int64_t rows = ((a.rows.size() - 1) >> level) + 1, columns = ((b.rows.size() - 1) >> level) + 1;
        for (std::int64_t plane = 0; plane < array.planes; ++plane) {
            places.push_back(place(array, plane, row >> level, rows, column >> level, columns));
            if (!tile.diagonal())
                places.push_back(place(array, plane, column >> level, columns, row >> level, rows));
        }
    }
    return places;
}

std::uint32_t Store::checksum(const Tile& tile) const {
    std::uint32_t crc = 0;
    std::vector<std::byte> row;
    for (const Place& where : places(tile)) {
        const base::File file = base::File::openRead(*where.path);
        row.resize(static_cast<std::size_t>(where.rowBytes));
        for (std::int64_t i = 0; i < where.rows; ++i) {
            file.readAt(where.offset + i * where.stride, row);
            crc = base::crc32(row, crc);
        }
    }
    return crc;
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

std::vector<std::int64_t> Journal::read(const Layout& layout) const {
    std::vector<std::int64_t> checksums(layout.tiles().size(), -1);
    std::error_code code;
    if (!fs::exists(m_path, code))
        return checksums;
    const std::string text = base::readTextFile(m_path, std::int64_t{1} << 30);
    const int tileRows = static_cast<int>(layout.tileRows().size());
    for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
        int row = -1, column = -1;
        unsigned crc = 0;
        // Only whole lines count; what a crash tore is computed again.
        if (std::sscanf(text.substr(begin, end - begin).c_str(), "tile %d %d %8x", &row, &column, &crc) == 3 && row >= 0 &&
            row <= column && column < tileRows && layout.tileRow(row).block == layout.tileRow(column).block)
            checksums[static_cast<std::size_t>(layout.tileNumber(row, column))] = crc;
    }
    return checksums;
}

void Journal::rewrite(const Layout& layout, std::span<const std::int64_t> checksums) {
    std::string text;
    for (std::size_t number = 0; number < checksums.size(); ++number) {
        const Tile& tile = layout.tiles()[number];
        if (checksums[number] >= 0)
            text += lineOf(tile, checksums[number]);
    }
    base::writeFileAtomically(m_path, text);
}

void Journal::append(const Layout& layout, std::span<const std::int64_t> tiles,
                     std::span<const std::uint32_t> checksums) {
    std::string lines;
    for (std::size_t i = 0; i < tiles.size(); ++i)
        lines += lineOf(layout.tile(tiles[i]), checksums[i]);
    const std::lock_guard lock(m_mutex);
    const int descriptor = ::open(m_path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    const bool written =
        descriptor >= 0 && ::write(descriptor, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size());
    const int problem = errno;
    if (descriptor >= 0)
        ::close(descriptor);
    if (!written)
        throw base::IoError(fmt::format("{}: cannot write: {}; free some space and give the command again with --resume",
                                        base::quoted(m_path), std::strerror(problem)));
}

} // namespace lpntk::kernel
