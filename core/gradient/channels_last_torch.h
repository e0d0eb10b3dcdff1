#pragma once

#include <core/gradient/winograd_torch.h>

namespace lpntk::gradient {

/// Convolution of x (N, C, H, W) in float64 with a weight (K, C / groups, kh, kw) and a bias (K) or none: (N, K, H',
/// W'), the channels of a pixel side by side in memory. Cheapest where x and weight lie so too: then a 1 x 1
/// convolution is one product, and others copy whole runs of channels. libtorch's own goes sample by sample and group
/// by group for float64, and takes two to ten times as long. With `winograd`, its weights are taken where it has some
/// for the call.
at::Tensor channelsLastConvolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                   const ConvolutionGeometry& geometry, const WinogradWeights* winograd = nullptr);

/// The same with a sample's channels one after the other, of one group: better where there are so few that those of a
/// pixel fill no vector, or windows so small that Winograd's algorithm saves nothing.
at::Tensor convolutionBySample(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                               const ConvolutionGeometry& geometry);
/// Whether the latter is best.
bool isBestBySample(const at::Tensor& x, const at::Tensor& weight, const ConvolutionGeometry& geometry);

} // namespace lpntk::gradient
