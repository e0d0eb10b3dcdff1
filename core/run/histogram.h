#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace lpntk::run {

/// Bins of histogram.npy: 400 of width 0.005 over [-1, 1], symmetric around 0: bin 200 + b holds cosines in
/// [b/200, (b+1)/200), bin 199 - b holds (-(b+1)/200, -b/200]; so a threshold that is a multiple of 0.005 counts exactly.
/// (0 itself is in bin 200.)
inline constexpr int kHistogramBins = 400;

/// Lower edges of the bins of |cosine|: a cosine and a threshold are compared as floats, so the edges are floats too.
inline constexpr auto kHistogramEdges = [] {
    std::array<float, kHistogramBins / 2 + 1> edges{};
    for (std::size_t b = 0; b < edges.size(); ++b)
        edges[b] = static_cast<float>(static_cast<double>(b) / (kHistogramBins / 2));
    return edges;
}();

inline int histogramBin(float cosine) {
    constexpr int half = kHistogramBins / 2;
    const float magnitude = std::fabs(cosine);
    // NaN, which a damaged kernel may hold, has no integer; here it ends in the last bin.
    const float inside = magnitude < 1.0f ? magnitude : 1.0f;
    int bin = static_cast<int>(inside * half);
    bin = bin < half ? bin : half - 1;
    // The product may round across an edge; the edges themselves decide.
    bin -= magnitude < kHistogramEdges[static_cast<std::size_t>(bin)];
    bin += bin < half - 1 && magnitude >= kHistogramEdges[static_cast<std::size_t>(bin + 1)];
    return cosine < 0.0f ? half - 1 - bin : half + bin;
}

} // namespace lpntk::run
