#include <core/base/checked.h>
#include <core/base/error.h>
#include <core/base/files.h>
#include <core/formats/gzip.h>
#include <core/formats/idx.h>

#include <fmt/format.h>

#include <array>

namespace lpntk::formats {

using base::FormatError;

namespace {

constexpr int kMostDimensions = 4;
constexpr std::int64_t kLargest = std::int64_t{16} << 30;

/// Dimensions from the four magic bytes 0, 0, 8 (unsigned byte), n. Throws FormatError.
int dimensionsOf(std::span<const std::byte> magic, const std::string& where) {
    const auto at = [&](std::size_t i) { return static_cast<int>(magic[i]); };
    if (magic.size() < 4)
        throw FormatError(fmt::format("{} ends at byte {}, inside the IDX header: the file is truncated; get it again",
                                      where, magic.size()));
    if (at(0) != 0 || at(1) != 0 || at(3) < 1 || at(3) > kMostDimensions)
        throw FormatError(
            fmt::format("{} is not an IDX file: it starts with {:02x} {:02x} {:02x} {:02x}; 00 00 08 and the "
                        "number of dimensions were expected",
                        where, at(0), at(1), at(2), at(3)));
    if (at(2) != 8)
        throw FormatError(fmt::format("{}: IDX element type 0x{:02x}; only unsigned bytes (0x08) are images or labels",
                                      where, at(2)));
    return at(3);
}

std::vector<std::int64_t> shapeOf(std::span<const std::byte> header, int dimensions) {
    std::vector<std::int64_t> shape;
    for (int d = 0; d < dimensions; ++d) {
        std::int64_t size = 0;
        for (std::size_t i = 0; i < 4; ++i)
            size = size << 8 | static_cast<std::int64_t>(header[4 + 4 * static_cast<std::size_t>(d) + i]);
        shape.push_back(size);
    }
    return shape;
}

std::int64_t checkedSize(std::span<const std::int64_t> shape, const std::string& where) {
    const std::int64_t size = base::checkedProduct(shape, where);
    if (size > kLargest)
        throw FormatError(
            fmt::format("{}: the IDX header claims {} bytes; at most {} were expected", where, size, kLargest));
    return size;
}

IdxArray readGzip(const std::filesystem::path& path, const std::string& where) {
    GzipReader reader(path);
    std::array<std::byte, 4 + 4 * kMostDimensions> header{};
    const std::size_t got = reader.read(std::span(header).first(4));
    const int dimensions = dimensionsOf(std::span(header).first(got), where);
    const std::span<std::byte> sizes = std::span(header).subspan(4, 4 * static_cast<std::size_t>(dimensions));
    if (reader.read(sizes) != sizes.size())
        throw FormatError(where + " ends inside the IDX header: the file is truncated; get it again");
    IdxArray array;
    array.shape = shapeOf(header, dimensions);
    auto bytes = std::make_shared<std::vector<std::byte>>(reader.readExactly(checkedSize(array.shape, where)));
    std::byte more{};
    if (reader.read(std::span(&more, 1)) != 0)
        throw FormatError(where + " holds more data than its IDX header says: the file is damaged; get it again");
    array.bytes = *bytes;
    array.owner = std::move(bytes);
    return array;
}

} // namespace

IdxArray readIdx(const std::filesystem::path& path) {
    const std::string where = base::quoted(path);
    auto file = base::MappedFile::open(path);
    if (isGzip(file->bytes()))
        return readGzip(path, where);
    const std::span<const std::byte> bytes = file->bytes();
    const int dimensions = dimensionsOf(bytes.first(std::min<std::size_t>(bytes.size(), 4)), where);
    const std::size_t headerSize = 4 + 4 * static_cast<std::size_t>(dimensions);
    if (bytes.size() < headerSize)
        throw FormatError(fmt::format("{} ends at byte {}, inside the IDX header: the file is truncated; get it again",
                                      where, bytes.size()));
    IdxArray array;
    array.shape = shapeOf(bytes, dimensions);
    const std::int64_t expected = checkedSize(array.shape, where);
    const auto present = static_cast<std::int64_t>(bytes.size() - headerSize);
    if (present != expected)
        throw FormatError(fmt::format("{} has {} bytes of data; its IDX header says {}: the file is {}; get it again",
                                      where, present, expected, present < expected ? "truncated" : "damaged"));
    array.bytes = bytes.subspan(headerSize);
    array.owner = std::move(file);
    return array;
}

bool looksLikeIdx(const std::filesystem::path& path, int dimensions) {
    try {
        std::array<std::byte, 4> magic{};
        const base::File file = base::File::openRead(path);
        file.readAt(0, magic);
        if (isGzip(magic))
            GzipReader(path).read(magic);
        return dimensionsOf(magic, "") == dimensions;
    } catch (const base::Error&) {
        return false;
    }
}

void writeIdx(const std::filesystem::path& path, std::span<const std::int64_t> shape,
              std::span<const std::byte> bytes) {
    const std::string where = base::quoted(path);
    if (shape.empty() || shape.size() > kMostDimensions ||
        base::checkedProduct(shape, where) != static_cast<std::int64_t>(bytes.size()))
        throw base::ShapeError(fmt::format("{}: {} bytes do not fit the given IDX shape", where, bytes.size()));
    std::vector<std::byte> all{std::byte{0}, std::byte{0}, std::byte{8}, static_cast<std::byte>(shape.size())};
    for (const std::int64_t size : shape) {
        if (size > 0xffffffffll)
            throw base::ShapeError(fmt::format("{}: IDX cannot hold a dimension of {}", where, size));
        for (int shift = 24; shift >= 0; shift -= 8)
            all.push_back(static_cast<std::byte>(size >> shift & 0xff));
    }
    all.insert(all.end(), bytes.begin(), bytes.end());
    base::writeFileAtomically(path, all);
}

} // namespace lpntk::formats
