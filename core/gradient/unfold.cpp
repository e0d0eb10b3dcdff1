#include <core/gradient/unfold.h>

#include <core/base/vector_widths.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace lpntk::gradient {

namespace {

/// Those of `count` positions, `first` and every `step`-th after it, that lie within [0, size).
struct Inside {
    std::size_t begin = 0, end = 0;

    Inside(std::ptrdiff_t first, std::size_t step, std::size_t count, std::size_t size) {
        const auto firstAtOrAfter = [&](std::ptrdiff_t position) {
            const std::ptrdiff_t away = position - first;
            return away <= 0 ? 0 : std::min((static_cast<std::size_t>(away) + step - 1) / step, count);
        };
        begin = firstAtOrAfter(0);
        end = firstAtOrAfter(static_cast<std::ptrdiff_t>(size));
    }
    std::size_t size() const { return end - begin; }
};

/// Lines of some numbers, for which a call each takes longer than the copy.
LPNTK_WIDTHS void copyLines(const std::byte* from, std::size_t fromStride, std::byte* to, std::size_t toStride,
                            std::size_t bytes, std::size_t lines) {
    constexpr std::size_t kBlock = 64, kHalf = 32, kNumber = sizeof(float);
    for (std::size_t line = 0; line < lines; ++line, from += fromStride, to += toStride) {
        // The last block overlaps the one before it.
        if (bytes >= kBlock) {
            for (std::size_t at = 0; at + kBlock < bytes; at += kBlock)
                std::memcpy(to + at, from + at, kBlock);
            std::memcpy(to + bytes - kBlock, from + bytes - kBlock, kBlock);
        } else if (bytes >= kHalf) {
            std::memcpy(to, from, kHalf);
            std::memcpy(to + bytes - kHalf, from + bytes - kHalf, kHalf);
        } else {
            for (std::size_t at = 0; at < bytes; at += kNumber)
                std::memcpy(to + at, from + at, kNumber);
        }
    }
}

/// What every window of a plane has at one of its places, which the first window has at (firstRow, firstColumn).
template <typename T>
void unfoldPlace(const T* plane, const PlaneWindows& windows, std::ptrdiff_t firstRow, std::ptrdiff_t firstColumn,
                 T* to) {
    const Inside rows(firstRow, windows.strideDown, windows.outputHeight, windows.height),
        columns(firstColumn, windows.strideAcross, windows.outputWidth, windows.width);
    if (rows.size() < windows.outputHeight || columns.size() < windows.outputWidth)
        std::fill_n(to, windows.outputHeight * windows.outputWidth, T(0));
    if (rows.size() == 0 || columns.size() == 0)
        return;
    const auto at = [](std::ptrdiff_t first, std::size_t step, std::size_t number) {
        return static_cast<std::size_t>(first + static_cast<std::ptrdiff_t>(step * number));
    };
    const T* from = plane + at(firstRow, windows.strideDown, rows.begin) * windows.width +
                    at(firstColumn, windows.strideAcross, columns.begin);
    to += rows.begin * windows.outputWidth + columns.begin;
    const std::size_t stride = windows.strideDown * windows.width;
    if (windows.strideAcross == 1) {
        copyLines(reinterpret_cast<const std::byte*>(from), stride * sizeof(T), reinterpret_cast<std::byte*>(to),
                  windows.outputWidth * sizeof(T), columns.size() * sizeof(T), rows.size());
        return;
    }
    for (std::size_t row = 0; row < rows.size(); ++row, from += stride, to += windows.outputWidth) {
        for (std::size_t column = 0; column < columns.size(); ++column)
            to[column] = from[column * windows.strideAcross];
    }
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
        for (std::size_t row = 0; row < windows.kernelHeight; ++row) {
            for (std::size_t column = 0; column < windows.kernelWidth; ++column) {
                unfoldPlace(pictures + plane * windows.height * windows.width, windows,
                            static_cast<std::ptrdiff_t>(row * windows.dilationDown) -
                                static_cast<std::ptrdiff_t>(windows.above),
                            static_cast<std::ptrdiff_t>(column * windows.dilationAcross) -
                                static_cast<std::ptrdiff_t>(windows.left),
                            columns);
                columns += windows.outputHeight * windows.outputWidth;
            }
        }
    }
}

template void unfoldPlanes(const float*, std::size_t, const PlaneWindows&, float*);
template void unfoldPlanes(const double*, std::size_t, const PlaneWindows&, double*);

} // namespace lpntk::gradient
