#include <core/base/error.h>
#include <core/formats/image_codecs.h>
#include <core/formats/images.h>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string_view>

namespace lpntk::formats {

using base::FormatError;

namespace {

struct Codec {
    ImageSize (*size)(std::span<const std::byte>, const std::string&);
    DecodedImage (*decode)(std::span<const std::byte>, int, const std::string&);
};

Codec codecFor(std::span<const std::byte> bytes, const std::string& where) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.starts_with("\x89PNG\r\n\x1a\n"))
        return {pngSize, decodePng};
    if (text.starts_with("\xff\xd8\xff"))
        return {jpegSize, decodeJpeg};
    if (text.starts_with("RIFF") && text.substr(std::min<std::size_t>(text.size(), 8)).starts_with("WEBP"))
        return {webpSize, decodeWebp};
    if (text.starts_with("BM"))
        return {bmpSize, decodeBmp};
    if (bytes.empty())
        throw FormatError(where + " is empty; an image was expected");
    throw FormatError(where + " is no PNG, JPEG, WebP or BMP image (unknown first bytes)");
}

} // namespace

bool hasImageEnding(const std::filesystem::path& path) {
    std::string ending = path.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const char* known : {".png", ".jpg", ".jpeg", ".webp", ".bmp"}) {
        if (ending == known)
            return true;
    }
    return false;
}

ImageSize imageSize(std::span<const std::byte> bytes, const std::string& where) {
    const ImageSize size = codecFor(bytes, where).size(bytes, where);
    if (size.height < 1 || size.width < 1 || static_cast<std::int64_t>(size.height) * size.width > kMostPixels)
        throw FormatError(fmt::format("{}: an image of {} x {} pixels; 1 to {} pixels were expected", where,
                                      size.height, size.width, kMostPixels));
    return size;
}

DecodedImage decodeImage(std::span<const std::byte> bytes, int channels, const std::string& where) {
    const ImageSize size = imageSize(bytes, where);
    return codecFor(bytes, where).decode(bytes, channels == 0 ? size.channels : channels, where);
}

std::vector<std::uint8_t> greyOf(std::span<const std::uint8_t> rgb) {
    std::vector<std::uint8_t> grey(rgb.size() / 3);
    for (std::size_t i = 0; i < grey.size(); ++i)
        grey[i] = static_cast<std::uint8_t>(
            (rgb[3 * i] * 19595u + rgb[3 * i + 1] * 38470u + rgb[3 * i + 2] * 7471u + 0x8000u) >> 16);
    return grey;
}

} // namespace lpntk::formats
