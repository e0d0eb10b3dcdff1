#pragma once

#include <core/gradient/rules_torch.h>
#include <core/gradient/unfold.h>

#include <vector>

namespace lpntk::gradient {

/// Geometry of a two-dimensional convolution; every list has two entries, rows before columns.
struct ConvolutionGeometry {
    std::vector<std::int64_t> stride, padding, dilation;
    std::int64_t groups = 1;

    /// From the arguments of aten::conv2d or aten::convolution.
    static ConvolutionGeometry of(const model::Interpreter::Step& step, const torch::jit::Stack& stack);
    /// One pixel in, one pixel out: a product of matrices.
    bool isPointwise(const at::Tensor& weight) const;
    /// One output channel per input channel.
    bool isDepthwise(const at::Tensor& weight) const;
    /// Length of the output along `axis` (0 rows, 1 columns) for an input of this length.
    std::int64_t outputSide(std::size_t axis, std::int64_t input, const at::Tensor& weight) const;
    /// The pixels of `padded` (N, C, H, W) that tap (row, column) of the weight meets, for an output of this size.
    at::Tensor window(const at::Tensor& padded, std::int64_t row, std::int64_t column, std::int64_t height,
                      std::int64_t width) const;
    /// As unfold.h takes them; picture, kernel and output (height, width).
    Windows windows(at::IntArrayRef picture, std::int64_t channels, at::IntArrayRef kernel,
                    at::IntArrayRef output) const;
    at::Tensor pad(const at::Tensor& pictures) const;
};

/// A two-dimensional convolution that is not transposed and whose padding is given in pixels.
bool isPlainConvolution(const Use& use);

/// Gradients of the weight; any stride, padding, dilation and number of groups.
void writeConvolution(const Use& use, const Destinations& destinations);

/// Whether a sample's windows, one for each of `positions` output pixels, stay in the second cache with what they are
/// multiplied by: then a product for each sample is best, where there is a library that is quick at small ones.
bool isSmallProduct(const at::Tensor& weight, const ConvolutionGeometry& geometry, std::int64_t positions);

/// x (N, C, H, W), output (H', W'): (N, C kh kw, H' W'), what every window has at each of its places.
at::Tensor unfolded(const at::Tensor& x, at::IntArrayRef output, const at::Tensor& weight,
                    const ConvolutionGeometry& geometry);

/// destination[n] (+)= a[n] b[n] for a (N, p, q) and b (N, q, r); rows of the destination are p * r long.
void productPerSample(const at::Tensor& a, const at::Tensor& b, const Destination& destination);

} // namespace lpntk::gradient
