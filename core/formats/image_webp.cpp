#include <core/base/error.h>
#include <core/formats/image_codecs.h>

#include <fmt/format.h>
#include <webp/decode.h>

namespace lpntk::formats {

using base::FormatError;

ImageSize webpSize(std::span<const std::byte> bytes, const std::string& where) {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), &features) != VP8_STATUS_OK)
        throw FormatError(where + ": damaged WebP header: the file is truncated or damaged; get it again");
    if (features.has_animation)
        throw FormatError(where + ": is an animated WebP; a still image was expected");
    return {3, features.height, features.width};
}

DecodedImage decodeWebp(std::span<const std::byte> bytes, int channels, const std::string& where) {
    const ImageSize stored = webpSize(bytes, where);
    DecodedImage result{{channels, stored.height, stored.width},
                        std::vector<std::uint8_t>(static_cast<std::size_t>(stored.height) *
                                                  static_cast<std::size_t>(stored.width) * 3)};
    if (!WebPDecodeRGBInto(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), result.pixels.data(),
                           result.pixels.size(), stored.width * 3))
        throw FormatError(where + ": damaged WebP data: the file is truncated or damaged; get it again");
    if (channels == 1)
        result.pixels = greyOf(result.pixels);
    return result;
}

} // namespace lpntk::formats
