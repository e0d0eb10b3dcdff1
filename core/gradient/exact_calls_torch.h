#pragma once

#include <core/gradient/winograd_torch.h>
#include <core/model/interpreter_torch.h>
#include <core/model/vmap_torch.h>

#include <optional>

namespace lpntk::gradient {

/// The float64 result of a convolution, batch norm or linear layer in a batch under vmap, arguments as on its stack;
/// libtorch's own takes up to ten times as long. Nothing where the call is of another kind.
std::optional<at::Tensor> exactResult(const model::Interpreter::Step& step, const torch::jit::Stack& stack,
                                      const model::VmapLevel& level, const WinogradWeights* winograd = nullptr);

/// The maxima of a pooling in float64 and where in their planes they are found; under vmap, arguments as on its stack.
struct Maxima {
    at::Tensor values, places;
};
Maxima exactMaxima(const torch::jit::Stack& stack, const model::VmapLevel& level);

/// The pooling on `stack` with these maxima, rounded to the stack's type, and the backward pass to their places: values
/// that differ may be equal once rounded.
at::Tensor withMaxima(const torch::jit::Stack& stack, const Maxima& maxima, const model::VmapLevel& level);

/// Pictures in a batch under vmap, joined by their channels and laid out as exactResult's are; libtorch knows that layout
/// in four dimensions only, and turns a batch's five into rows of single channels. Nothing where the call is another.
std::optional<at::Tensor> joinedChannels(const model::Interpreter::Step& step, const torch::jit::Stack& stack,
                                         const model::VmapLevel& level);

/// The call on `stack` with `result`, rounded to the stack's type, in place of what it would compute, and the backward
/// pass to its input. For convolutions, batch norm, linear layers and products of matrices, whose backward pass needs
/// no more than arguments; nothing for other calls, or where a parameter wants a gradient too.
std::optional<at::Tensor> withResult(const model::Interpreter::Step& step, const torch::jit::Stack& stack,
                                     const at::Tensor& result, const model::VmapLevel& level);

} // namespace lpntk::gradient
