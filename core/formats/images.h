#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lpntk::formats {

struct ImageSize {
    int channels = 0; ///< 1 for grey, else 3
    int height = 0;
    int width = 0;
};

/// 8-bit pixels, rows top to bottom, channels interleaved.
struct DecodedImage {
    ImageSize size;
    std::vector<std::uint8_t> pixels;
};

/// True for the file name endings of PNG, JPEG, WebP and BMP, any case.
bool hasImageEnding(const std::filesystem::path& path);

/// Size from the header alone; the kind is told by the first bytes. Throws FormatError (unknown, damaged, more than
/// 2^27 pixels).
ImageSize imageSize(std::span<const std::byte> bytes, const std::string& where);

/// Decodes a whole picture into `channels` (1 or 3; 0: as stored). Transparency is dropped as Pillow's convert("RGB")
/// does, 16 bits become 8. Throws FormatError, also for pictures that are cut off.
DecodedImage decodeImage(std::span<const std::byte> bytes, int channels, const std::string& where);

/// The bytes of a PNG file, lossless. `pixels` holds height * width * channels values. Throws ShapeError, IoError.
std::vector<std::byte> encodePng(const ImageSize& size, std::span<const std::uint8_t> pixels);

} // namespace lpntk::formats
