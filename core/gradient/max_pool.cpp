#include <core/gradient/max_pool.h>

#include <core/base/vector_widths.h>

#include <bit>

namespace lpntk::gradient {

namespace {

/// `from` where `chosen` is all ones, `to` where it is all zeros. A branch would be guessed wrong every other time.
std::int64_t choose(std::int64_t chosen, std::int64_t from, std::int64_t to) {
    return to ^ ((to ^ from) & chosen);
}

/// The numbers that one place of the windows of a row of windows meets: every `step`-th of a line that begins at
/// `place`.
inline void raiseMaxima(const double* line, std::size_t step, std::size_t count, std::int64_t place, double* maxima,
                        std::int64_t* places) {
    for (std::size_t i = 0; i < count; ++i) {
        const double value = line[i * step], largest = maxima[i];
        const auto larger = // what is not a number is to be seen
            -static_cast<std::int64_t>(static_cast<int>(value > largest) | static_cast<int>(value != value));
        places[i] = choose(larger, place + static_cast<std::int64_t>(i * step), places[i]);
        maxima[i] = std::bit_cast<double>(
            choose(larger, std::bit_cast<std::int64_t>(value), std::bit_cast<std::int64_t>(largest)));
    }
}

LPNTK_WIDTHS void poolPlane(const double* plane, const Windows& windows, double* maxima, std::int64_t* places) {
    const std::size_t width = windows.outputWidth, step = windows.strideAcross;
    for (std::size_t y = 0; y < windows.outputHeight; ++y, maxima += width, places += width) {
        const std::size_t corner = y * windows.strideDown * windows.width;
        for (std::size_t x = 0; x < width; ++x) {
            places[x] = static_cast<std::int64_t>(corner + x * step);
            maxima[x] = plane[corner + x * step];
        }
        for (std::size_t row = 0; row < windows.kernelHeight; ++row) {
            for (std::size_t column = row == 0 ? 1 : 0; column < windows.kernelWidth; ++column) {
                const std::size_t first = corner + row * windows.width + column;
                const auto place = static_cast<std::int64_t>(first);
                if (step == 2) // a constant, of which the compiler makes vectors
                    raiseMaxima(plane + first, 2, width, place, maxima, places);
                else
                    raiseMaxima(plane + first, step, width, place, maxima, places);
            }
        }
    }
}

} // namespace

void poolPlanes(const double* planes, std::size_t count, const Windows& windows, double* maxima, std::int64_t* places) {
    const std::size_t size = windows.outputHeight * windows.outputWidth;
    for (std::size_t i = 0; i < count; ++i)
        poolPlane(planes + i * windows.height * windows.width, windows, maxima + i * size, places + i * size);
}

} // namespace lpntk::gradient
