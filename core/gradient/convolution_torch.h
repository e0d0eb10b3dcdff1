#pragma once

#include <core/gradient/rules_torch.h>
#include <core/model/vmap_torch.h>

#include <optional>

namespace lpntk::gradient {

/// A two-dimensional convolution that is not transposed and whose padding is given in pixels.
bool isPlainConvolution(const Use& use);

/// Unfolded for layers with little work per sample, direct for the others (measured, libtorch.md section 4).
Rule convolutionRule(const Use& use);

/// Gradients of the weight, for both rules; any stride, padding, dilation and number of groups.
void writeConvolution(const Use& use, Rule rule, const Destinations& destinations);

/// aten::conv2d of float64 pictures in a batch under vmap, arguments as on its stack; libtorch's own takes ten times as
/// long. Nothing where the call is of another kind.
std::optional<at::Tensor> exactConvolution(const model::Interpreter::Step& step, const torch::jit::Stack& stack,
                                           const model::VmapLevel& level);

/// destination[n] (+)= a[n] b[n] for a (N, p, q) and b (N, q, r); rows of the destination are p * r long.
void productPerSample(const at::Tensor& a, const at::Tensor& b, const Destination& destination);

} // namespace lpntk::gradient
