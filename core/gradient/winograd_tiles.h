#pragma once

#include <cstddef>

namespace lpntk::gradient {

/// How pictures, channels last, are cut into tiles for a 3 x 3 convolution with stride 1: four by four output pixels,
/// made of six by six input pixels, row by row and picture by picture. The last ones may reach over the edge.
struct WinogradTiles {
    static constexpr std::size_t kOutputSide = 4, kInputSide = 6, kNumbers = kInputSide * kInputSide;

    std::size_t height = 0, width = 0;             ///< of an input picture
    std::size_t outputHeight = 0, outputWidth = 0; ///< of an output picture
    std::size_t above = 0, left = 0;               ///< pixels of zeros before the picture

    std::size_t rows() const { return (outputHeight + kOutputSide - 1) / kOutputSide; }
    std::size_t columns() const { return (outputWidth + kOutputSide - 1) / kOutputSide; }
    std::size_t perPicture() const { return rows() * columns(); }
};

/// Tiles `first` to `first + count` of the pictures (N, height, width, channels), transformed: (36, count, channels).
void transformInputs(const double* pictures, const WinogradTiles& tiles, std::size_t channels, std::size_t first,
                     std::size_t count, double* transformed);

/// And back: from (36, count, channels) into the same tiles of the pictures (N, outputHeight, outputWidth, channels).
void transformOutputs(const double* transformed, const WinogradTiles& tiles, std::size_t channels, std::size_t first,
                      std::size_t count, double* pictures);

} // namespace lpntk::gradient
