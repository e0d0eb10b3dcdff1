#pragma once

#include <core/gradient/positions.h>
#include <core/gradient/rules_torch.h>

#include <optional>

namespace lpntk::gradient {

/// The positions of a convolution or a linear layer whose kernel is cheaper from them than from the weight's gradients;
/// from shapes alone. Nothing for other uses.
std::optional<Positions> positionsOf(const Use& use, Rule rule);

/// (N, inputs, inputDepth) and (N, outputs, outputDepth), views where possible.
at::Tensor inputAtPositions(const Use& use, const Positions& positions);
at::Tensor outputGradientAtPositions(const Use& use, const Positions& positions);

/// Gradients of a weight of this shape from what the two above gave: (N, numel). For checks.
at::Tensor weightGradients(const Positions& positions, const at::Tensor& inputs, const at::Tensor& outputs);

} // namespace lpntk::gradient
