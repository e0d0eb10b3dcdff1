#include <core/gradient/winograd_tiles.h>

#include <core/base/vector_widths.h>

#include <algorithm>
#include <array>
#include <vector>

// GCC 12 vectorises these loops from -O3 on only.
#pragma GCC optimize("O3")

namespace lpntk::gradient {

namespace {

constexpr std::size_t kSide = WinogradTiles::kInputSide, kOutputSide = WinogradTiles::kOutputSide;

/// Channels that are transformed together: two registers of AVX2.
constexpr std::size_t kLanes = 8;
using Lanes = std::array<double, kLanes>;

#define LPNTK_INLINE inline __attribute__((always_inline))

/// Six numbers of a row or column of input, `step` apart, to six.
LPNTK_INLINE void inputAxis(const Lanes* in, Lanes* out, std::size_t step) {
    for (std::size_t c = 0; c < kLanes; ++c) {
        const double d0 = in[0][c], d1 = in[step][c], d2 = in[2 * step][c], d3 = in[3 * step][c], d4 = in[4 * step][c],
                     d5 = in[5 * step][c];
        const double even = d4 - 4 * d2, odd = d3 - 4 * d1, evenHalf = d4 - d2, oddHalf = 2 * (d3 - d1);
        out[0][c] = 4 * d0 - 5 * d2 + d4;
        out[step][c] = even + odd;
        out[2 * step][c] = even - odd;
        out[3 * step][c] = evenHalf + oddHalf;
        out[4 * step][c] = evenHalf - oddHalf;
        out[5 * step][c] = 4 * d1 - 5 * d3 + d5;
    }
}

/// Six products of a row or column to four pixels of output.
LPNTK_INLINE void outputAxis(const Lanes* in, Lanes* out, std::size_t step) {
    for (std::size_t c = 0; c < kLanes; ++c) {
        const double sum = in[step][c] + in[2 * step][c], difference = in[step][c] - in[2 * step][c],
                     sum2 = in[3 * step][c] + in[4 * step][c], difference2 = in[3 * step][c] - in[4 * step][c];
        out[0][c] = in[0][c] + sum + sum2;
        out[step][c] = difference + 2 * difference2;
        out[2 * step][c] = sum + 4 * sum2;
        out[3 * step][c] = difference + 8 * difference2 + in[5 * step][c];
    }
}

/// `lanes` numbers; the common case with a length that the compiler knows.
LPNTK_INLINE void copyLanes(const double* from, double* to, std::size_t lanes) {
    if (lanes == kLanes) {
        for (std::size_t c = 0; c < kLanes; ++c)
            to[c] = from[c];
    } else {
        for (std::size_t c = 0; c < lanes; ++c)
            to[c] = from[c];
    }
}

/// Where a tile begins in the output.
struct Place {
    std::size_t picture, row, column;
};

LPNTK_INLINE Place placeOf(const WinogradTiles& tiles, std::size_t tile) {
    const std::size_t within = tile % tiles.perPicture();
    return {tile / tiles.perPicture(), within / tiles.columns() * kOutputSide, within % tiles.columns() * kOutputSide};
}

} // namespace

LPNTK_WIDTHS void transformInputs(const double* pictures, const WinogradTiles& tiles, std::size_t channels,
                                  std::size_t first, std::size_t count, double* transformed) {
    const std::vector<double> zeros(channels);
    std::array<const double*, WinogradTiles::kNumbers> pixels{};
    std::array<Lanes, WinogradTiles::kNumbers> in{}, columns{}, out{};
    for (std::size_t tile = 0; tile < count; ++tile) {
        const Place place = placeOf(tiles, first + tile);
        const double* const picture = pictures + place.picture * tiles.height * tiles.width * channels;
        for (std::size_t row = 0; row < kSide; ++row) {
            for (std::size_t column = 0; column < kSide; ++column) {
                // Before the first row or column the difference wraps round to a large number.
                const std::size_t y = place.row + row - tiles.above, x = place.column + column - tiles.left;
                pixels[row * kSide + column] =
                    y < tiles.height && x < tiles.width ? picture + (y * tiles.width + x) * channels : zeros.data();
            }
        }
        for (std::size_t channel = 0; channel < channels; channel += kLanes) {
            const std::size_t lanes = std::min(kLanes, channels - channel);
            for (std::size_t i = 0; i < in.size(); ++i)
                copyLanes(pixels[i] + channel, in[i].data(), lanes);
            for (std::size_t column = 0; column < kSide; ++column)
                inputAxis(&in[column], &columns[column], kSide);
            for (std::size_t row = 0; row < kSide; ++row)
                inputAxis(&columns[row * kSide], &out[row * kSide], 1);
            for (std::size_t i = 0; i < out.size(); ++i)
                copyLanes(out[i].data(), transformed + (i * count + tile) * channels + channel, lanes);
        }
    }
}

LPNTK_WIDTHS void transformOutputs(const double* transformed, const WinogradTiles& tiles, std::size_t channels,
                                   std::size_t first, std::size_t count, double* pictures) {
    std::array<Lanes, WinogradTiles::kNumbers> in{}, columns{}, out{};
    for (std::size_t tile = 0; tile < count; ++tile) {
        const Place place = placeOf(tiles, first + tile);
        const std::size_t rowsHere = std::min(kOutputSide, tiles.outputHeight - place.row),
                          columnsHere = std::min(kOutputSide, tiles.outputWidth - place.column);
        double* const corner =
            pictures + ((place.picture * tiles.outputHeight + place.row) * tiles.outputWidth + place.column) * channels;
        for (std::size_t channel = 0; channel < channels; channel += kLanes) {
            const std::size_t lanes = std::min(kLanes, channels - channel);
            for (std::size_t i = 0; i < in.size(); ++i)
                copyLanes(transformed + (i * count + tile) * channels + channel, in[i].data(), lanes);
            for (std::size_t column = 0; column < kSide; ++column)
                outputAxis(&in[column], &columns[column], kSide);
            for (std::size_t row = 0; row < kOutputSide; ++row)
                outputAxis(&columns[row * kSide], &out[row * kSide], 1);
            for (std::size_t row = 0; row < rowsHere; ++row) {
                for (std::size_t column = 0; column < columnsHere; ++column)
                    copyLanes(out[row * kSide + column].data(),
                              corner + (row * tiles.outputWidth + column) * channels + channel, lanes);
            }
        }
    }
}

} // namespace lpntk::gradient
