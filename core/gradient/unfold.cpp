#include <core/gradient/unfold.h>

#include <core/base/vector_widths.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

// GCC 12 vectorises these loops from -O3 on only.
#pragma GCC optimize("O3")

namespace lpntk::gradient {

namespace {

/// `run` numbers lie side by side; kRun says how many where the compiler is to know, else 0.
template <std::size_t kRun>
inline __attribute__((always_inline)) void copyWindows(const double* pictures, std::size_t count,
                                                       const Windows& windows, std::size_t run, double* rows) {
    const std::size_t line = windows.width * windows.channels;
    const std::size_t runs = windows.kernelWidth * windows.channels / run;
    for (std::size_t picture = 0; picture < count; ++picture) {
        for (std::size_t y = 0; y < windows.outputHeight; ++y) {
            for (std::size_t x = 0; x < windows.outputWidth; ++x) {
                const double* const corner = pictures + (picture * windows.height + y * windows.strideDown) * line +
                                             x * windows.strideAcross * windows.channels;
                for (std::size_t row = 0; row < windows.kernelHeight; ++row) {
                    const double* from = corner + row * windows.dilationDown * line;
                    for (std::size_t i = 0; i < runs; ++i) {
                        if constexpr (kRun > 0) {
                            for (std::size_t j = 0; j < kRun; ++j)
                                rows[j] = from[j];
                        } else {
                            std::memcpy(rows, from, run * sizeof(double));
                        }
                        rows += run;
                        from += windows.dilationAcross * windows.channels;
                    }
                }
            }
        }
    }
}

/// The numbers that one place of the windows of a row of windows meets: those of `line`, from `first` on, every
/// `step`-th, with zeros before its begin and after its end.
template <typename T>
inline __attribute__((always_inline)) void copyLine(const T* line, std::size_t width, std::ptrdiff_t first,
                                                    std::size_t step, T* to, std::size_t count) {
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

template <typename T>
inline __attribute__((always_inline)) void copyPlanes(const T* pictures, std::size_t count, const PlaneWindows& windows,
                                                      T* columns) {
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

} // namespace

LPNTK_WIDTHS void unfold(const double* pictures, std::size_t count, const Windows& windows, double* rows) {
    // Without gaps a row of a window is one run. The first layers' are short: of one or three channels.
    const std::size_t run = windows.channels * (windows.dilationAcross == 1 ? windows.kernelWidth : 1);
    switch (run) {
    case 3:
        return copyWindows<3>(pictures, count, windows, run, rows);
    case 5:
        return copyWindows<5>(pictures, count, windows, run, rows);
    case 7:
        return copyWindows<7>(pictures, count, windows, run, rows);
    case 9:
        return copyWindows<9>(pictures, count, windows, run, rows);
    case 15:
        return copyWindows<15>(pictures, count, windows, run, rows);
    case 21:
        return copyWindows<21>(pictures, count, windows, run, rows);
    case 30:
        return copyWindows<30>(pictures, count, windows, run, rows);
    default:
        return copyWindows<0>(pictures, count, windows, run, rows);
    }
}

LPNTK_WIDTHS void unfoldPlanes(const float* pictures, std::size_t count, const PlaneWindows& windows, float* columns) {
    copyPlanes(pictures, count, windows, columns);
}

LPNTK_WIDTHS void unfoldPlanes(const double* pictures, std::size_t count, const PlaneWindows& windows,
                               double* columns) {
    copyPlanes(pictures, count, windows, columns);
}

} // namespace lpntk::gradient
