#include <core/kernel/cross_store.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/hash.h>
#include <core/base/page_cache.h>
#include <core/formats/npy.h>
#include <core/kernel/cross_state.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace lpntk::kernel {

namespace fs = std::filesystem;

namespace {

std::size_t at(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

formats::DType typeOf(const CrossPlan& plan) {
    return plan.store == run::StoreType::f32 ? formats::DType::f32 : formats::DType::f16;
}

} // namespace

CrossStore::CrossStore(const fs::path& folder, const CrossPlan& plan)
    : m_path(folder / "kernel.npy"), m_plan(plan),
      m_header(formats::npyHeaderBytes(typeOf(plan), std::vector<std::int64_t>{plan.rows, plan.columns})),
      m_elementBytes(static_cast<std::int64_t>(formats::sizeOf(typeOf(plan)))) {}

std::int64_t CrossStore::diskBytes(const CrossPlan& plan) {
    const std::int64_t kernel = plan.rows * plan.columns * (plan.store == run::StoreType::f32 ? 4 : 2);
    // What is written at the end is about what the saved state took until then.
    return kernel + 2 * CrossState::bytes(plan) + 16 * (plan.rows + plan.columns) + (std::int64_t{1} << 20);
}

std::int64_t CrossStore::offsetOf(std::int64_t row, std::int64_t column) const {
    return static_cast<std::int64_t>(m_header.size()) + (row * m_plan.columns + column) * m_elementBytes;
}

void CrossStore::create() const {
    const base::File file = base::File::create(m_path);
    file.allocate(fileBytes());
    file.writeAt(0, m_header);
}

void CrossStore::checkSize() const {
    const std::int64_t size = base::File::openRead(m_path).size();
    if (size != fileBytes())
        throw base::FormatError(fmt::format("{} has {} bytes; the plan of this kernel makes {}: the folder is damaged, "
                                            "delete it and start again",
                                            base::quoted(m_path), size, fileBytes()));
}

void CrossStore::write(const run::RowRange& rows, const run::RowRange& columns, std::span<const std::byte> bytes,
                       std::int64_t stride) const {
    const base::File file = base::File::openWrite(m_path);
    const std::int64_t rowBytes = columns.size() * m_elementBytes;
    if (columns.size() == m_plan.columns && stride == rowBytes) {
        file.writeAt(offsetOf(rows.begin, 0), bytes.first(at(rows.size() * rowBytes)));
        return;
    }
    for (std::int64_t row = 0; row < rows.size(); ++row)
        file.writeAt(offsetOf(rows.begin + row, columns.begin), bytes.subspan(at(row * stride), at(rowBytes)));
}

std::vector<std::uint32_t> CrossStore::checksums(int band, int tiles) const {
    std::vector<std::uint32_t> sums(at(tiles));
    if (tiles == 0)
        return sums;
    const base::File file = base::File::openRead(m_path);
    std::vector<std::byte> line(at(m_plan.tileColumns(tiles - 1).end * m_elementBytes));
    const run::RowRange rows = m_plan.band(band);
    for (std::int64_t row = rows.begin; row < rows.end; ++row) {
        file.readAt(offsetOf(row, 0), line);
        for (int tile = 0; tile < tiles; ++tile) {
            const run::RowRange columns = m_plan.tileColumns(tile);
            const auto bytes =
                std::span(line).subspan(at(columns.begin * m_elementBytes), at(columns.size() * m_elementBytes));
            sums[at(tile)] = base::crc32(bytes, sums[at(tile)]);
        }
    }
    return sums;
}

void CrossStore::releasePages(const run::RowRange& rows) const {
    try {
        base::releasePages(base::File::openWrite(m_path), offsetOf(rows.begin, 0),
                           offsetOf(rows.end, 0) - offsetOf(rows.begin, 0));
    } catch (const base::Error&) {
        // A file that cannot be opened any more is reported by whoever writes next.
    }
}

void CrossStore::sync() const {
    base::File::openWrite(m_path).sync();
}

std::size_t CrossJournal::placeOf(int band, int columnTile) const {
    return at(std::int64_t{band} * m_plan.columnTiles() + columnTile);
}

std::string CrossJournal::lineOf(int band, int columnTile, std::uint32_t checksum) {
    return fmt::format("piece {} {} {:08x}\n", band, columnTile, checksum);
}

CrossJournal::Checksums CrossJournal::read() const {
    Checksums checksums(at(m_plan.pieces()), -1);
    std::error_code code;
    if (!fs::exists(m_path, code))
        return checksums;
    const std::string text = base::readTextFile(m_path, std::int64_t{1} << 30);
    for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
        // Only whole lines count; what a crash tore is computed again.
        const std::string line = text.substr(begin, end - begin);
        int band = -1, columnTile = -1;
        unsigned crc = 0;
        if (std::sscanf(line.c_str(), "piece %d %d %8x", &band, &columnTile, &crc) == 3 && band >= 0 &&
            band < m_plan.bands() && columnTile >= 0 && columnTile < m_plan.columnTiles())
            checksums[placeOf(band, columnTile)] = crc;
    }
    return checksums;
}

void CrossJournal::rewrite(const Checksums& checksums) const {
    std::string text;
    for (int band = 0; band < m_plan.bands(); ++band) {
        for (int columnTile = 0; columnTile < m_plan.columnTiles(); ++columnTile) {
            if (const std::int64_t crc = checksums[placeOf(band, columnTile)]; crc >= 0)
                text += lineOf(band, columnTile, static_cast<std::uint32_t>(crc));
        }
    }
    base::writeFileAtomically(m_path, text);
}

void CrossJournal::append(const std::string& lines) const {
    const int descriptor = ::open(m_path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    const bool written =
        descriptor >= 0 && ::write(descriptor, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size());
    const int problem = errno;
    if (descriptor >= 0)
        ::close(descriptor);
    if (!written)
        throw base::IoError(
            fmt::format("{}: cannot write: {}; free some space and give the command again with --resume",
                        base::quoted(m_path), std::strerror(problem)));
}

} // namespace lpntk::kernel
