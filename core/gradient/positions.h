#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace lpntk::gradient {

/// A layer that applies one weight at several positions: a convolution at its output pixels, a linear layer at its
/// tokens. Output position p meets, at tap t of the weight, one input position a(p, t) or the padding. Its part of
/// kappa is
///   sum over p and q of  <g_i(p), g_j(q)> * (bias + sum over t of <x_i(a(p, t)), x_j(a(q, t))>)
/// with x the input and g the output gradient at a position: two Gram matrices of positions and sums of shifted
/// entries, and never the gradient of the weight. With few positions that is far less than the weight has numbers. (R.
/// Novak, J. Sohl-Dickstein, S. Schoenholz, "Fast Finite Width Neural Tangent Kernel", ICML 2022, section 3.)
struct Positions {
    std::int64_t inputs = 0, outputs = 0;         ///< how many there are
    std::int64_t inputDepth = 0, outputDepth = 0; ///< numbers at each: channels or features, then zeros
    bool bias = false;
    std::int64_t taps = 0;
    std::vector<std::int32_t> met;    ///< (taps, outputs): a(p, t), -1 for padding
    std::vector<std::int64_t> pixels; ///< (inputs): which pixel of the input picture, row by row, each of them is

    /// Two entries each, rows before columns.
    struct Convolution {
        std::array<std::int64_t, 2> input, output, kernel, stride, padding, dilation;
    };
    /// Only pixels that some output meets become positions. Depths and bias are left to the caller.
    static Positions ofConvolution(const Convolution& geometry);
    /// A weight that meets every position by itself.
    static Positions ofRows(std::int64_t rows);

    std::int32_t at(std::int64_t tap, std::int64_t output) const {
        return met[static_cast<std::size_t>(tap * outputs + output)];
    }
    /// Entries of the input's Gram matrix that are summed for a pair of samples.
    std::int64_t sumsPerPair() const;
    /// Multiply-adds for a pair of samples, a sum counted as one.
    std::int64_t macsPerPair() const;
};

/// A sample's part of kappa with itself, in float64: inputs (inputs, inputDepth), outputs (outputs, outputDepth).
double squaredGradient(const Positions& positions, const float* inputs, const float* outputs);
double squaredGradient(const Positions& positions, const double* inputs, const double* outputs);

} // namespace lpntk::gradient
