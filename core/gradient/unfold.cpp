#include <core/gradient/unfold.h>

#include <algorithm>
#include <cstring>

namespace lpntk::gradient {

namespace {

/// The numbers that one place of the windows of a row of windows meets: those of `line`, from `first` on, every
/// `step`-th, with zeros before its begin and after its end.
template <typename T>
void copyLine(const T* line, std::size_t width, std::ptrdiff_t first, std::size_t step, T* to, std::size_t count) {
    const auto before =
        static_cast<std::size_t>(first < 0 ? (-first + static_cast<std::ptrdiff_t>(step) - 1) : 0) / step;
    const std::size_t begin = std::min(before, count);
    const auto from = static_cast<std::size_t>(first + static_cast<std::ptrdiff_t>(begin * step));
    const std::size_t end = begin + (from < width ? std::min(count - begin, (width - from - 1) / step + 1) : 0);
    std::fill(to, to + begin, T(0));
    if (step == 1) {
        std::copy(line + from, line + from + (end - begin), to + begin);
    } else {
        for (std::size_t i = begin; i < end; ++i)
            to[i] = line[from + (i - begin) * step];
    }
    std::fill(to + end, to + count, T(0));
}

} // namespace

void unfold(const double* pictures, std::size_t count, const Windows& windows, double* rows) {
    // Without gaps a row of a window is one run.
    const std::size_t run = windows.channels * (windows.dilationAcross == 1 ? windows.kernelWidth : 1);
    const std::size_t runs = windows.kernelWidth * windows.channels / run, line = windows.width * windows.channels;
    for (std::size_t picture = 0; picture < count; ++picture) {
        for (std::size_t y = 0; y < windows.outputHeight; ++y) {
            for (std::size_t x = 0; x < windows.outputWidth; ++x) {
                const double* const corner = pictures + (picture * windows.height + y * windows.strideDown) * line +
                                             x * windows.strideAcross * windows.channels;
                for (std::size_t row = 0; row < windows.kernelHeight; ++row) {
                    const double* from = corner + row * windows.dilationDown * line;
                    for (std::size_t i = 0; i < runs;
                         ++i, rows += run, from += windows.dilationAcross * windows.channels)
                        std::memcpy(rows, from, run * sizeof(double));
                }
            }
        }
    }
}

template <typename T> void unfoldPlanes(const T* pictures, std::size_t count, const PlaneWindows& windows, T* columns) {
    for (std::size_t plane = 0; plane < count * windows.channels; ++plane) {
        const T* const lines = pictures + plane * windows.height * windows.width;
        for (std::size_t row = 0; row < windows.kernelHeight; ++row) {
            for (std::size_t column = 0; column < windows.kernelWidth; ++column) {
                const auto first = static_cast<std::ptrdiff_t>(column * windows.dilationAcross) -
                                   static_cast<std::ptrdiff_t>(windows.left);
                for (std::size_t y = 0; y < windows.outputHeight; ++y) {
                    // Above the picture the difference wraps round to a large number.
                    const std::size_t line = y * windows.strideDown + row * windows.dilationDown - windows.above;
                    if (line < windows.height)
                        copyLine(lines + line * windows.width, windows.width, first, windows.strideAcross, columns,
                                 windows.outputWidth);
                    else
                        std::fill(columns, columns + windows.outputWidth, T(0));
                    columns += windows.outputWidth;
                }
            }
        }
    }
}

template void unfoldPlanes(const float*, std::size_t, const PlaneWindows&, float*);
template void unfoldPlanes(const double*, std::size_t, const PlaneWindows&, double*);

} // namespace lpntk::gradient
