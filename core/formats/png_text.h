#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace lpntk::formats {

/// One text chunk of a PNG file.
struct PngText {
    std::string key;  ///< 1 to 79 Latin-1 letters, ASCII here
    std::string text; ///< UTF-8
    bool operator==(const PngText&) const = default;
};

/// The texts of a PNG (tEXt, zTXt, iTXt) in the order of the file, as UTF-8. Check sums are verified; a text of more
/// than 64 MB is refused. Throws FormatError: no PNG, damaged, cut off.
std::vector<PngText> readPngText(std::span<const std::byte> png, const std::string& where);

/// The same PNG with `texts` as chunks after its header, uncompressed, so that any program finds them: tEXt where the
/// text is ASCII, else iTXt. Throws FormatError when `png` is none.
std::vector<std::byte> withPngText(std::span<const std::byte> png, std::span<const PngText> texts);

} // namespace lpntk::formats
