#pragma once

#include <core/formats/images.h>

#include <span>
#include <string>

namespace lpntk::formats {

// One size query and one decoder per kind, behind images.h. Sizes are checked by the caller before decoding.

constexpr std::int64_t kMostPixels = std::int64_t{1} << 27;

ImageSize pngSize(std::span<const std::byte> bytes, const std::string& where);
DecodedImage decodePng(std::span<const std::byte> bytes, int channels, const std::string& where);

ImageSize jpegSize(std::span<const std::byte> bytes, const std::string& where);
DecodedImage decodeJpeg(std::span<const std::byte> bytes, int channels, const std::string& where);

ImageSize webpSize(std::span<const std::byte> bytes, const std::string& where);
DecodedImage decodeWebp(std::span<const std::byte> bytes, int channels, const std::string& where);

ImageSize bmpSize(std::span<const std::byte> bytes, const std::string& where);
DecodedImage decodeBmp(std::span<const std::byte> bytes, int channels, const std::string& where);

/// `rgb` to one channel by the luma of ITU-R BT.601 in whole numbers, as Pillow's convert("L").
std::vector<std::uint8_t> greyOf(std::span<const std::uint8_t> rgb);

} // namespace lpntk::formats
