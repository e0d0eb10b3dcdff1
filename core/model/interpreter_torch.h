#pragma once

#include <core/model/graph.h>
#include <core/model/parameters_torch.h>

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lpntk::model {

/// How a run differs from evaluation.
struct RunOptions {
    /// Turns dropout on and lets batch norm use the batch's statistics and update the running ones in the store's
    /// buffers, in place.
    bool training = false;
    /// Where dropout draws from; without one from torch's default generator.
    std::optional<at::Generator> generator;
};

/// A Graph resolved against libtorch's dispatcher. Immutable; run() may be called from several threads at once.
/// Differences to the letter of the Graph: `view` runs as `reshape`, devices are the running one, floating dtypes that
/// the graph names as float32 are `floating`, shape assertions are left out.
class Interpreter {
public:
    /// Where one argument of a call comes from.
    struct Slot {
        enum class Kind { fixed, value, tensors, sizes };
        Kind kind = Kind::fixed;
        at::IValue fixed;
        std::vector<ValueId> ids;  ///< value: one; tensors: one each, invalid = None
        std::vector<Size> sizes;
        c10::TypePtr type;         ///< what the schema wants
    };

    /// One call, ready to run.
    struct Step {
        std::optional<c10::OperatorHandle> op; ///< none for arithmetic on sizes
        std::string target;                    ///< "aten::conv2d"
        std::string overload;
        std::string module;
        std::size_t node = 0;                  ///< index into the graph's calls
        std::string place;                     ///< "call 12 (aten::conv2d, layer1.0.conv1)"
        std::vector<Slot> slots;               ///< one per schema argument
        std::vector<ValueId> results;
        std::vector<ValueId> released;         ///< values that nobody reads after this call
        std::optional<std::size_t> trainingSlot;
        bool gradient = true;
        /// The picture's pixels reach this call / a parameter does, directly or through calls on parameters alone.
        bool dataDependent = false;
        bool takesParameter = false;

        /// A call on data that takes a parameter: what per-sample gradients are made of.
        bool isUse() const { return dataDependent && takesParameter && gradient; }
        /// Position of a schema argument, for example "stride". Throws FormatError when the schema has none.
        std::size_t position(const std::string& name) const;
        /// Runs the call: arguments on the stack are replaced by what it returns.
        void call(torch::jit::Stack& stack) const;
    };

    /// Runs one step in place of Step::call; may look at and change arguments and results.
    using Executor = std::function<void(const Step&, torch::jit::Stack&)>;

    /// Calls that change a tensor in place: gradients of single samples cannot follow them.
    enum class Writes { refused, allowed };

    /// Throws FormatError for an operator that this libtorch does not have or arguments that do not fit its schema.
    explicit Interpreter(const Graph& graph, at::ScalarType floating = at::kFloat, Writes writes = Writes::refused,
                         at::Device device = at::kCPU);

    /// input (batch, C, H, W) of the floating type -> output (batch, K). Throws ShapeError naming the call.
    at::Tensor run(const at::Tensor& input, const ParameterStore& store, const RunOptions& options = {}) const;
    at::Tensor run(const at::Tensor& input, const ParameterStore& store, const RunOptions& options,
                   const Executor& execute) const;

    /// One run, step by step.
    class Pass {
    public:
        /// What is given must outlive the pass.
        Pass(const Interpreter& interpreter, const at::Tensor& input, const ParameterStore& store);
        bool done() const { return m_next == m_interpreter.steps().size(); }
        /// Runs the next step; returns what it returned, list elements one by one. Throws ShapeError naming the call.
        const torch::jit::Stack& next(const Executor& execute);
        at::Tensor output() const;

    private:
        const Interpreter& m_interpreter;
        std::vector<at::IValue> m_values;
        torch::jit::Stack m_results;
        std::size_t m_next = 0;
    };

    const std::vector<Step>& steps() const { return m_steps; }
    at::ScalarType floating() const { return m_floating; }
    /// Index of the leaf parameter that `id` is, -1 for anything else (a value derived from parameters, data).
    std::int64_t parameterIndex(ValueId id) const;
    /// A parameter, or a value computed from parameters alone.
    bool parameterDependent(ValueId id) const { return m_parameterDependent.at(static_cast<std::size_t>(id.value())); }

private:
    using Environment = std::vector<at::IValue>;

    void addStep(const Node& node, std::size_t index, Writes writes);
    void classify(Step& step);
    void findLastReads();
    Environment environment(const at::Tensor& input, const ParameterStore& store) const;

    at::ScalarType m_floating;
    at::Device m_device;
    std::vector<Value> m_values;
    ValueId m_input;
    ValueId m_output;
    std::vector<Step> m_steps;
    std::vector<bool> m_dataDependent;
    std::vector<bool> m_parameterDependent;
};

/// Settings of libtorch that exact results need; called by everything that runs a graph, once is enough.
void prepareTorch();

} // namespace lpntk::model
