#include <core/gradient/max_pool.h>

#include <core/base/vector_widths.h>

namespace lpntk::gradient {

namespace {

/// The numbers that one place of the windows of a row of windows meets: every `step`-th of a line that begins at
/// `place`.
LPNTK_WIDTHS void raiseMaxima(const double* line, std::size_t step, std::size_t count, std::int64_t place,
                              double* maxima, std::int64_t* places) {
    const auto raise = [&](std::size_t i, std::size_t at) {
        const double value = line[at];
        const bool larger = value > maxima[i] || value != value; // what is not a number is to be seen
        places[i] = larger ? place + static_cast<std::int64_t>(at) : places[i];
        maxima[i] = larger ? value : maxima[i];
    };
    if (step == 2) { // a constant, of which the compiler makes vectors
        for (std::size_t i = 0; i < count; ++i)
            raise(i, 2 * i);
    } else {
        for (std::size_t i = 0; i < count; ++i)
            raise(i, step * i);
    }
}

} // namespace

void poolPlanes(const double* planes, std::size_t count, const Windows& windows, double* maxima, std::int64_t* places) {
    const std::size_t width = windows.outputWidth;
    for (std::size_t plane = 0; plane < count; ++plane, planes += windows.height * windows.width) {
        for (std::size_t y = 0; y < windows.outputHeight; ++y, maxima += width, places += width) {
            const std::size_t corner = y * windows.strideDown * windows.width;
            for (std::size_t x = 0; x < width; ++x) {
                places[x] = static_cast<std::int64_t>(corner + x * windows.strideAcross);
                maxima[x] = planes[places[x]];
            }
            for (std::size_t row = 0; row < windows.kernelHeight; ++row) {
                for (std::size_t column = row == 0 ? 1 : 0; column < windows.kernelWidth; ++column) {
                    const std::size_t first = corner + row * windows.width + column;
                    raiseMaxima(planes + first, windows.strideAcross, width, static_cast<std::int64_t>(first), maxima,
                                places);
                }
            }
        }
    }
}

} // namespace lpntk::gradient
