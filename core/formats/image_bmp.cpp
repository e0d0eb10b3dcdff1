#include <core/base/error.h>
#include <core/formats/image_codecs.h>

#include <fmt/format.h>

#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_MAX_DIMENSIONS 65535
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>

#include <climits>
#include <cstdlib>
#include <memory>

namespace lpntk::formats {

using base::FormatError;

namespace {

struct Header {
    ImageSize size;
    std::int64_t pixelsAt = 0;
    std::int64_t rowBytes = 0; ///< rows are padded to four bytes
};

/// stb_image reads zeros where a file ends, so what must be there is worked out here.
Header readHeader(std::span<const std::byte> bytes, const std::string& where) {
    const auto number = [&](std::size_t at, int count) {
        std::uint32_t value = 0;
        for (int i = count; i-- > 0;)
            value = value << 8 | static_cast<std::uint32_t>(bytes[at + static_cast<std::size_t>(i)]);
        return value;
    };
    if (bytes.size() < 26 || bytes.size() > INT_MAX)
        throw FormatError(where + ": the BMP ends inside its header: the file is truncated; get it again");
    const std::uint32_t headerSize = number(14, 4);
    Header header;
    header.pixelsAt = number(10, 4);
    std::int64_t bits = 0, width = 0, height = 0;
    if (headerSize == 12) {
        width = number(18, 2);
        height = number(20, 2);
        bits = number(24, 2);
    } else {
        if (bytes.size() < 54 || headerSize < 40)
            throw FormatError(where + ": the BMP ends inside its header or has an unknown one");
        width = static_cast<std::int32_t>(number(18, 4));
        height = static_cast<std::int32_t>(number(22, 4));
        bits = number(28, 2);
    }
    height = height < 0 ? -height : height; // negative: rows top to bottom
    if (width < 1 || height < 1 || width > 65535 || height > 65535 || bits > 32)
        throw FormatError(
            fmt::format("{}: the BMP header has absurd sizes ({} x {}, {} bits)", where, height, width, bits));
    header.size = {3, static_cast<int>(height), static_cast<int>(width)};
    header.rowBytes = (width * bits + 31) / 32 * 4;
    return header;
}

} // namespace

ImageSize bmpSize(std::span<const std::byte> bytes, const std::string& where) {
    return readHeader(bytes, where).size;
}

DecodedImage decodeBmp(std::span<const std::byte> bytes, int channels, const std::string& where) {
    const Header header = readHeader(bytes, where);
    // The padding of the last row may be missing.
    if (header.pixelsAt + header.rowBytes * header.size.height - 3 > static_cast<std::int64_t>(bytes.size()))
        throw FormatError(
            fmt::format("{}: the BMP ends at byte {}, before its last row: the file is truncated; get it again", where,
                        bytes.size()));
    int width = 0, height = 0, stored = 0;
    const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
        stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()), static_cast<int>(bytes.size()), &width,
                              &height, &stored, 3),
        std::free);
    if (!pixels || width != header.size.width || height != header.size.height)
        throw FormatError(fmt::format("{}: damaged BMP, or of a kind that is not read ({})", where,
                                      pixels ? "sizes" : stbi_failure_reason()));
    DecodedImage result{{channels, height, width}, {}};
    result.pixels.assign(pixels.get(),
                         pixels.get() + static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    if (channels == 1)
        result.pixels = greyOf(result.pixels);
    return result;
}

} // namespace lpntk::formats
