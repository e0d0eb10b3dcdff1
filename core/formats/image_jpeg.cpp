#include <core/base/error.h>
#include <core/formats/image_codecs.h>

#include <fmt/format.h>
#include <turbojpeg.h>

#include <memory>
#include <string_view>

namespace lpntk::formats {

using base::FormatError;

namespace {

struct Closer {
    void operator()(void* handle) const { tjDestroy(handle); }
};
using Decoder = std::unique_ptr<void, Closer>;

struct Header {
    ImageSize size;
    bool fourInks = false;
};

Decoder makeDecoder(const std::string& where) {
    Decoder decoder(tjInitDecompress());
    if (!decoder)
        throw base::BudgetError(where + ": not enough memory to decode");
    return decoder;
}

const unsigned char* data(std::span<const std::byte> bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Header readHeader(tjhandle decoder, std::span<const std::byte> bytes, const std::string& where) {
    int width = 0, height = 0, subsampling = 0, colours = 0;
    if (tjDecompressHeader3(decoder, data(bytes), bytes.size(), &width, &height, &subsampling, &colours) != 0 &&
        tjGetErrorCode(decoder) == TJERR_FATAL)
        throw FormatError(fmt::format("{}: damaged JPEG ({})", where, tjGetErrorStr2(decoder)));
    return {{colours == TJCS_GRAY ? 1 : 3, height, width}, colours == TJCS_CMYK || colours == TJCS_YCCK};
}

/// Some pictures of the big data sets have surplus bytes or odd markers, which every viewer ignores; any other warning
/// (an early end, missing tables, damaged data) means that pixels are made up.
bool isHarmless(std::string_view warning) {
    for (const char* known :
         {"extraneous bytes before marker", "Invalid SOS parameters", "Unknown Adobe color transform"}) {
        if (warning.find(known) != std::string_view::npos)
            return true;
    }
    return false;
}

void decompress(tjhandle decoder, std::span<const std::byte> bytes, const ImageSize& size, int format,
                std::uint8_t* out, const std::string& where) {
    if (tjDecompress2(decoder, data(bytes), bytes.size(), out, size.width, 0, size.height, format, TJFLAG_LIMITSCANS) ==
        0)
        return;
    const std::string_view message = tjGetErrorStr2(decoder);
    if (tjGetErrorCode(decoder) == TJERR_FATAL || !isHarmless(message))
        throw FormatError(fmt::format("{}: damaged JPEG ({})", where, message));
}

/// Adobe stores inks inverted: 255 is no ink.
std::vector<std::uint8_t> rgbFromInks(std::span<const std::uint8_t> inks) {
    std::vector<std::uint8_t> rgb(inks.size() / 4 * 3);
    for (std::size_t i = 0; i < inks.size() / 4; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            rgb[3 * i + c] = static_cast<std::uint8_t>((inks[4 * i + c] * inks[4 * i + 3] + 127) / 255);
    return rgb;
}

} // namespace

ImageSize jpegSize(std::span<const std::byte> bytes, const std::string& where) {
    const Decoder decoder = makeDecoder(where);
    return readHeader(decoder.get(), bytes, where).size;
}

DecodedImage decodeJpeg(std::span<const std::byte> bytes, int channels, const std::string& where) {
    const Decoder decoder = makeDecoder(where);
    const Header header = readHeader(decoder.get(), bytes, where);
    const std::size_t count =
        static_cast<std::size_t>(header.size.height) * static_cast<std::size_t>(header.size.width);
    DecodedImage result{{channels, header.size.height, header.size.width}, {}};
    if (header.fourInks) {
        std::vector<std::uint8_t> inks(count * 4);
        decompress(decoder.get(), bytes, header.size, TJPF_CMYK, inks.data(), where);
        result.pixels = rgbFromInks(inks);
        if (channels == 1)
            result.pixels = greyOf(result.pixels);
        return result;
    }
    result.pixels.resize(count * static_cast<std::size_t>(channels));
    decompress(decoder.get(), bytes, header.size, channels == 1 ? TJPF_GRAY : TJPF_RGB, result.pixels.data(), where);
    return result;
}

} // namespace lpntk::formats
