#pragma once

#include <core/model/interpreter_torch.h>

#include <ATen/ATen.h>

#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace lpntk::gradient {

class WinogradWeights;

/// A tensor argument of a captured call, detached from autograd.
struct Operand {
    at::Tensor value;       ///< (N, ...) when batched, else as the call saw it
    bool batched = false;
    model::ValueId id;      ///< which value of the graph it is
    bool parameter = false; ///< a leaf parameter, or a value derived from parameters alone
};

/// One call on data that takes parameters, with what the gradients of its parameters are made of.
struct Use {
    const model::Interpreter::Step* step = nullptr;
    torch::jit::Stack arguments;             ///< one per schema argument; tensors are replaced by operands in order
    std::vector<Operand> operands;           ///< every tensor of the arguments, lists included, in order
    std::vector<at::Tensor> outputGradients; ///< (N, ...) per returned tensor; undefined where the output has none

    /// The operand at a schema position that holds one tensor; nullptr for None.
    const Operand* operandAt(std::size_t position) const;
    /// Distinct parameter values this call takes, in order.
    std::vector<model::ValueId> parameterValues() const;
    /// Lets the tensors go.
    void release();
};

/// Everything of one batch: logits and, for each use, inputs and output gradients of every sample.
struct Capture {
    at::Tensor logits;     ///< (N, K)
    std::vector<Use> uses; ///< in the order of the graph
    /// Values derived from parameters alone that a use takes, with their autograd history to the leaves.
    std::map<model::ValueId, at::Tensor> derived;
};

/// From logits (N, K) the vectors (N, K) that seed the backward pass.
using Seeds = std::function<at::Tensor(const at::Tensor& logits)>;

/// The same network in float64, whose forward pass a float32 capture follows: after every call the float32 results are
/// replaced by the float64 ones, rounded. A ReLU or a pooling maximum then never falls on the other side because of
/// rounding further up, which would put a sample's gradient off by up to 1e-3.
struct Guide {
    const model::Interpreter& interpreter;
    const model::ParameterStore& store;
    const WinogradWeights& winograd;
};

/// Runs the graph on `input` (N, C, H, W), N >= 2, under one vmap level with a logical batch of one and one backward
/// pass on the recorded edges (libtorch.md section 3): samples are never merged into another axis, parameters stay
/// unbatched and get no gradients themselves. `store` holds leaf parameters that want gradients.
Capture capture(const model::Interpreter& interpreter, const model::ParameterStore& store, const at::Tensor& input,
                const Seeds& seeds, const Guide* guide = nullptr);

/// `value` with every tensor in it (also in lists) replaced by what `replace` returns, in order.
c10::IValue withTensors(const c10::IValue& value, const std::function<at::Tensor(const at::Tensor&)>& replace);

} // namespace lpntk::gradient
