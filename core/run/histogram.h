#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

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

/// Their bits: floats that are not negative have the order of their bits.
inline constexpr auto kHistogramEdgeBits = [] {
    std::array<std::int32_t, kHistogramEdges.size()> bits{};
    for (std::size_t b = 0; b < bits.size(); ++b)
        bits[b] = std::bit_cast<std::int32_t>(kHistogramEdges[b]);
    return bits;
}();

/// Without branches, so that a loop over many cosines is vectorised: on integers, because comparisons of floats are
/// not, where they might trap.
inline int histogramBin(float cosine) {
    constexpr std::int32_t half = kHistogramBins / 2, last = half - 1;
    constexpr auto one = std::bit_cast<std::int32_t>(1.0f),
                   infinity = std::bit_cast<std::int32_t>(std::numeric_limits<float>::infinity());
    const std::int32_t* const edges = kHistogramEdgeBits.data();
    const auto bits = std::bit_cast<std::int32_t>(cosine);
    const std::int32_t magnitude = bits & std::numeric_limits<std::int32_t>::max();
    const std::int32_t inside = magnitude < one ? magnitude : one;
    auto bin = static_cast<std::int32_t>(std::bit_cast<float>(inside) * half);
    bin = bin < last ? bin : last;
    // The product may round across an edge; the edges themselves decide.
    bin -= static_cast<std::int32_t>(inside < edges[bin]);
    bin += static_cast<std::int32_t>(inside >= edges[bin + 1]);
    bin = bin < last ? bin : last;
    // NaN, which a damaged kernel may hold, ends in the last bin.
    const int negative =
        static_cast<int>(bits < 0) & static_cast<int>(magnitude != 0) & static_cast<int>(magnitude <= infinity);
    return negative ? last - bin : half + bin;
}

} // namespace lpntk::run
