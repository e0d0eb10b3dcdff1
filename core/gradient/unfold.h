#pragma once

#include <cstddef>

namespace lpntk::gradient {

/// How windows lie in pictures with their channels last, which are as large as the zeros around them make them.
struct Windows {
    std::size_t height = 0, width = 0, channels = 0;  ///< of a picture
    std::size_t outputHeight = 0, outputWidth = 0;    ///< windows down and across
    std::size_t kernelHeight = 0, kernelWidth = 0;    ///< pixels of a window
    std::size_t strideDown = 1, strideAcross = 1;     ///< from window to window
    std::size_t dilationDown = 1, dilationAcross = 1; ///< from pixel to pixel of a window
};

/// The windows of `count` pictures, one after the other, each with its pixels row by row: (count * H' * W', kh * kw *
/// C).
void unfold(const double* pictures, std::size_t count, const Windows& windows, double* rows);

/// Windows of pictures whose pixels of a channel lie side by side, with zeros around them.
struct PlaneWindows : Windows {
    std::size_t above = 0, left = 0; ///< rows and columns of zeros before a picture
};

/// Of `count` pictures (C, H, W): (C * kh * kw, H' * W') each, what every window has at one of its places.
template <typename T> // float or double
void unfoldPlanes(const T* pictures, std::size_t count, const PlaneWindows& windows, T* columns);

} // namespace lpntk::gradient
