#include <core/base/error.h>
#include <core/formats/image_codecs.h>

#include <fmt/format.h>
#include <png.h>

#include <cstring>

namespace lpntk::formats {

using base::FormatError;

namespace {

/// libpng's simplified interface, freed whatever happens.
struct Png {
    png_image image{};
    Png() { image.version = PNG_IMAGE_VERSION; }
    ~Png() { png_image_free(&image); }
    Png(const Png&) = delete;
    Png& operator=(const Png&) = delete;
};

void begin(Png& png, std::span<const std::byte> bytes, const std::string& where) {
    if (!png_image_begin_read_from_memory(&png.image, bytes.data(), bytes.size()))
        throw FormatError(fmt::format("{}: damaged PNG ({})", where, png.image.message));
    // 16-bit files without gamma are sRGB like all others, not linear light.
    png.image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
}

} // namespace

ImageSize pngSize(std::span<const std::byte> bytes, const std::string& where) {
    const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(bytes[i]); };
    if (bytes.size() < 33 || std::memcmp(bytes.data() + 12, "IHDR", 4) != 0)
        throw FormatError(
            where + ": the PNG ends inside its header or has none: the file is truncated or damaged; get it again");
    const auto number = [&](std::size_t i) { return at(i) << 24 | at(i + 1) << 16 | at(i + 2) << 8 | at(i + 3); };
    const std::uint32_t width = number(16), height = number(20);
    if (width > 0x7fffffffu || height > 0x7fffffffu)
        throw FormatError(where + ": the PNG header has absurd sizes");
    const bool grey = at(25) == 0 || at(25) == 4;
    return {grey ? 1 : 3, static_cast<int>(height), static_cast<int>(width)};
}

DecodedImage decodePng(std::span<const std::byte> bytes, int channels, const std::string& where) {
    const ImageSize stored = pngSize(bytes, where);
    Png png;
    begin(png, bytes, where);
    // Read with alpha and dropped by hand: libpng itself would lay the picture over a background.
    const bool grey = stored.channels == 1;
    const bool alpha = (png.image.format & PNG_FORMAT_FLAG_ALPHA) != 0;
    png.image.format = grey ? (alpha ? PNG_FORMAT_GA : PNG_FORMAT_GRAY) : (alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB);
    std::vector<std::uint8_t> raw(PNG_IMAGE_SIZE(png.image));
    if (!png_image_finish_read(&png.image, nullptr, raw.data(), 0, nullptr))
        throw FormatError(fmt::format("{}: damaged PNG ({})", where, png.image.message));
    const std::size_t from = (grey ? 1u : 3u) + (alpha ? 1u : 0u), kept = grey ? 1u : 3u;
    const std::size_t count = raw.size() / from;
    DecodedImage result{{channels, stored.height, stored.width}, {}};
    std::vector<std::uint8_t> plain(count * kept);
    for (std::size_t i = 0; i < count; ++i)
        std::memcpy(plain.data() + i * kept, raw.data() + i * from, kept);
    if (static_cast<int>(kept) == channels) {
        result.pixels = std::move(plain);
    } else if (channels == 1) {
        result.pixels = greyOf(plain);
    } else {
        result.pixels.resize(count * 3);
        for (std::size_t i = 0; i < count; ++i)
            std::memset(result.pixels.data() + 3 * i, plain[i], 3);
    }
    return result;
}

std::vector<std::byte> encodePng(const ImageSize& size, std::span<const std::uint8_t> pixels) {
    if ((size.channels != 1 && size.channels != 3) || size.height < 1 || size.width < 1 ||
        static_cast<std::size_t>(size.channels) * static_cast<std::size_t>(size.height) *
                static_cast<std::size_t>(size.width) !=
            pixels.size())
        throw base::ShapeError(fmt::format("a PNG of {} x {} x {} cannot be made from {} values", size.channels,
                                           size.height, size.width, pixels.size()));
    Png png;
    png.image.width = static_cast<png_uint_32>(size.width);
    png.image.height = static_cast<png_uint_32>(size.height);
    png.image.format = size.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    png_alloc_size_t length = PNG_IMAGE_PNG_SIZE_MAX(png.image);
    std::vector<std::byte> bytes(length);
    if (!png_image_write_to_memory(&png.image, bytes.data(), &length, 0, pixels.data(), 0, nullptr))
        throw base::IoError(fmt::format("a PNG could not be written ({})", png.image.message));
    bytes.resize(length);
    return bytes;
}

} // namespace lpntk::formats
