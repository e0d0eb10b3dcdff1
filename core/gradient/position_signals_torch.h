#pragma once

#include <core/gradient/positions.h>
#include <core/gradient/rules_torch.h>

#include <optional>

namespace lpntk::gradient {

/// The positions of a convolution or a linear layer whose kernel is cheaper from them than from the weight's gradients;
/// from shapes alone. Nothing for other uses.
std::optional<Positions> positionsOf(const Use& use, Rule rule);

/// (N, inputs, channels or features) and the same of outputs, views where possible; not yet filled up to the depth of
/// Positions.
at::Tensor inputAtPositions(const Use& use, const Positions& positions);
at::Tensor outputGradientAtPositions(const Use& use, const Positions& positions);

/// Gradients of the weight from inputs and output gradients as above: (N, numel). For checks.
at::Tensor weightGradients(const Positions& positions, const at::Tensor& inputs, const at::Tensor& outputs);

} // namespace lpntk::gradient
