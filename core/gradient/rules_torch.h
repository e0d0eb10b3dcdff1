#pragma once

#include <core/gradient/capture_torch.h>

#include <cstdint>
#include <map>

namespace lpntk::gradient {

/// Where the gradients of one parameter go: (N, numel) with rows at a stride, in the grade's type.
struct Destination {
    at::Tensor rows;         ///< (N, numel), inner stride 1
    bool accumulate = false; ///< add to what is there instead of replacing it

    /// Writes a gradient (N, ...) of any shape with as many numbers.
    void put(const at::Tensor& gradient) const;
    /// The same for a parameter of this shape that was broadcast to a gradient's (N, ...): sums over the axes it lacks.
    void putSummed(const at::Tensor& gradient, at::IntArrayRef shape) const;
    /// The samples [first, first + count).
    Destination narrow(std::int64_t first, std::int64_t count) const { return {rows.narrow(0, first, count), accumulate}; }
};
using Destinations = std::map<model::ValueId, Destination>;

/// How the gradients of a use are formed. Decided once from shapes, never from timings, so that bits do not depend on
/// the machine's load.
enum class Rule {
    linearImplicit, ///< aten::linear, one row per sample: input and output gradient stay apart
    linear,         ///< aten::linear, several rows: one product per sample
    convolution,    ///< two-dimensional convolutions
    norm,           ///< batch norm with stored statistics, layer norm
    elementwise,    ///< a parameter added or multiplied
    attention,      ///< a parameter added to the scores of attention
    general         ///< any operation: exact vmap of its own backward with the parameter expanded
};

/// The rule for a captured use.
Rule ruleFor(const Use& use);

/// Writes the per-sample gradients of the parameters that `destinations` asks for.
void writeGradients(const Use& use, Rule rule, const Destinations& destinations);

/// Per-sample gradients (N, shape of the value) of every parameter value of a use, by the general rule.
std::map<model::ValueId, at::Tensor> generalGradients(const Use& use);

/// Input (N, in) and output gradient (N, out) of a linear layer with one row per sample.
at::Tensor linearInput(const Use& use);
at::Tensor linearOutputGradient(const Use& use);

/// Operands of aten::linear and convolutions by role; bias may be absent.
const Operand* inputOf(const Use& use);
const Operand* weightOf(const Use& use);
const Operand* biasOf(const Use& use);

} // namespace lpntk::gradient
