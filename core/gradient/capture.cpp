#include <core/gradient/capture_torch.h>

#include <core/base/error.h>
#include <core/gradient/exact_calls_torch.h>
#include <core/gradient/winograd_torch.h>
#include <core/model/vmap_torch.h>

#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace lpntk::gradient {

namespace {

using model::Interpreter;
using model::ValueId;
using Step = Interpreter::Step;

/// What the backward pass must deliver: the gradient of returned tensor `output` of use `use`.
struct Target {
    std::size_t use;
    std::size_t output;
    torch::autograd::Edge edge;
};

/// The graph's values behind the tensors of a step's arguments, in the order in which withTensors visits them.
std::vector<ValueId> tensorIds(const Step& step, const torch::jit::Stack& stack) {
    std::vector<ValueId> ids;
    for (std::size_t i = 0; i < step.slots.size(); ++i) {
        std::vector<ValueId> given;
        for (const ValueId id : step.slots[i].ids) {
            if (id.isValid())
                given.push_back(id);
        }
        std::size_t element = 0;
        withTensors(stack[i], [&](const at::Tensor& tensor) {
            ids.push_back(element < given.size() ? given[element] : ValueId());
            ++element;
            return tensor;
        });
    }
    return ids;
}

/// Pieces of memory, by which views are known too. It does not keep them, and no later one passes for one that is gone.
class Memory {
public:
    void add(const at::Tensor& tensor) {
        const auto storage = model::unwrapped(tensor).storage().getWeakStorageImpl();
        m_pieces.emplace(storage._unsafe_get_target(), storage);
    }
    bool has(const at::Tensor& tensor) const {
        return m_pieces.contains(model::unwrapped(tensor).storage().unsafeGetStorageImpl());
    }

private:
    std::unordered_map<const c10::StorageImpl*, c10::weak_intrusive_ptr<c10::StorageImpl>> m_pieces;
};

/// Runs beside a capture in float64, call by call.
class Follower {
public:
    Follower(const Guide& guide, const at::Tensor& input, const model::VmapLevel& level)
        : m_level(level), m_winograd(guide.winograd), m_pass(guide.interpreter, level.wrap(input), guide.store) {}

    /// The capture's next call, and its results replaced by the float64 ones, rounded.
    void call(const Step& step, torch::jit::Stack& stack) {
        const std::vector<const void*> before = memoryOf(stack);
        m_maxima.reset();
        const torch::jit::Stack& exact = m_pass.next([&](const Step& same, torch::jit::Stack& doubles) {
            const at::NoGradGuard noGradients;
            callExactly(same, doubles);
        });
        if (exact.size() == 1 && exact[0].isTensor()) {
            if (const auto result = withResult(step, stack, exact[0].toTensor(), m_level)) {
                stack.assign(1, *result);
                m_rounded.add(*result);
                return;
            }
        }
        if (m_maxima) {
            stack.assign(1, withMaxima(stack, *m_maxima, m_level));
            m_rounded.add(stack[0].toTensor());
            return;
        }
        // Of numbers that are float64 results, rounded, it gives what it would give in float64, rounded.
        const bool right = step.target == "aten::relu" && m_rounded.has(stack[0].toTensor());
        step.call(stack);
        if (right)
            m_rounded.add(stack[0].toTensor());
        else if (step.dataDependent)
            correct(before, stack, exact);
    }

private:
    void callExactly(const Step& step, torch::jit::Stack& stack) {
        if (const auto result = exactResult(step, stack, m_level, &m_winograd)) {
            stack.assign(1, *result);
        } else if (const auto joined = joinedChannels(step, stack, m_level)) {
            stack.assign(1, *joined);
        } else if (step.target == "aten::max_pool2d" && step.dataDependent && model::isWrapped(stack[0].toTensor())) {
            m_maxima = exactMaxima(stack, m_level);
            stack.assign(1, m_maxima->values);
        } else {
            step.call(stack);
        }
    }

    /// What lies in the memory of the call's arguments is a view of something that was corrected already.
    void correct(const std::vector<const void*>& before, const torch::jit::Stack& results,
                 const torch::jit::Stack& exact) {
        const at::NoGradGuard noGradients;
        std::size_t next = 0;
        for (const c10::IValue& result : results) {
            withTensors(result, [&](const at::Tensor& tensor) {
                const c10::IValue& right = exact.at(next++);
                const bool known = std::find(before.begin(), before.end(), memoryOf(tensor)) != before.end();
                // Not through autograd: what the backward pass has kept of the result is meant to change with it.
                if (tensor.defined() && !known && right.isTensor() && model::isWrapped(tensor)) {
                    model::unwrapped(tensor).variable_data().copy_(model::unwrapped(right.toTensor()));
                    m_rounded.add(tensor);
                }
                return tensor;
            });
        }
    }

    static const void* memoryOf(const at::Tensor& tensor) {
        return tensor.defined() ? model::unwrapped(tensor).storage().unsafeGetStorageImpl() : nullptr;
    }

    static std::vector<const void*> memoryOf(const torch::jit::Stack& stack) {
        std::vector<const void*> memory;
        for (const c10::IValue& argument : stack)
            withTensors(argument, [&](const at::Tensor& tensor) {
                memory.push_back(memoryOf(tensor));
                return tensor;
            });
        return memory;
    }

    const model::VmapLevel& m_level;
    const WinogradWeights& m_winograd;
    Interpreter::Pass m_pass;
    std::optional<Maxima> m_maxima; ///< where the call is a pooling
    Memory m_rounded;               ///< of float32 tensors that hold float64 results, rounded, and of views of them
};

/// Steps through the graph for capture(): records uses, and starts autograd at the output of each use whose input
/// needs no gradient, so that the first convolution computes none for the pixels.
class Recorder {
public:
    Recorder(const Interpreter& interpreter, const model::VmapLevel& level, Follower* follower)
        : m_interpreter(interpreter), m_level(level), m_follower(follower) {}

    void execute(const Step& step, torch::jit::Stack& stack) {
        if (!step.isUse()) {
            call(step, stack);
            return;
        }
        Use use = recordArguments(step, stack);
        call(step, stack);
        for (std::size_t i = 0; i < stack.size(); ++i) {
            std::size_t element = 0;
            stack[i] =
                withTensors(stack[i], [&](const at::Tensor& tensor) { return recordOutput(tensor, i + element++); });
        }
        use.outputGradients.resize(std::max(stack.size(), m_outputs));
        m_outputs = 0;
        m_capture.uses.push_back(std::move(use));
    }

    Capture& result() { return m_capture; }
    const std::vector<Target>& targets() const { return m_targets; }

private:
    void call(const Step& step, torch::jit::Stack& stack) const {
        if (m_follower) {
            m_follower->call(step, stack);
            return;
        }
        if (m_interpreter.floating() == at::kDouble) {
            if (const auto result = exactResult(step, stack, m_level)) {
                stack.assign(1, withResult(step, stack, *result, m_level).value());
                return;
            }
        }
        step.call(stack);
    }

    Use recordArguments(const Step& step, torch::jit::Stack& stack) {
        Use use;
        use.step = &step;
        // Only the places of tensors are kept; the tensors themselves would hold on to memory and autograd history.
        for (const c10::IValue& argument : stack)
            use.arguments.push_back(withTensors(argument, [](const at::Tensor&) { return at::Tensor(); }));
        const std::vector<ValueId> ids = tensorIds(step, stack);
        std::size_t next = 0;
        for (c10::IValue& argument : stack) {
            argument = withTensors(argument, [&](const at::Tensor& tensor) {
                const ValueId id = ids[next++];
                const bool parameter = id.isValid() && m_interpreter.parameterDependent(id);
                if (parameter && m_interpreter.parameterIndex(id) < 0)
                    m_capture.derived.emplace(id, tensor);
                use.operands.push_back({model::unwrapped(tensor).detach(), model::isWrapped(tensor), id, parameter});
                return parameter ? tensor.detach() : tensor;
            });
        }
        return use;
    }

    at::Tensor recordOutput(const at::Tensor& tensor, std::size_t output) {
        m_outputs = std::max(m_outputs, output + 1);
        if (!tensor.defined() || !tensor.is_floating_point())
            return tensor;
        at::Tensor physical = model::unwrapped(tensor);
        if (!model::isWrapped(tensor)) {
            std::vector<std::int64_t> shape = tensor.sizes().vec();
            shape.insert(shape.begin(), m_level.samples());
            physical = tensor.detach().unsqueeze(0).expand(shape).contiguous();
        }
        if (!physical.requires_grad())
            physical = physical.detach().requires_grad_();
        m_targets.push_back({m_capture.uses.size(), output, torch::autograd::impl::gradient_edge(physical)});
        // Wrapped anew: what follows must go through this very tensor for its edge to lie on the way back.
        return m_level.wrap(physical);
    }

    const Interpreter& m_interpreter;
    const model::VmapLevel& m_level;
    Follower* m_follower;
    Capture m_capture;
    std::vector<Target> m_targets;
    std::size_t m_outputs = 0;
};

/// One backward pass from the seeded logits to all recorded edges; no parameter gets a gradient.
void backward(const at::Tensor& logits, const at::Tensor& seeds, const std::vector<Target>& targets, Capture& capture) {
    if (targets.empty() || !logits.requires_grad())
        return;
    torch::autograd::edge_list edges;
    for (const Target& target : targets)
        edges.push_back(target.edge);
    auto gradients = torch::autograd::Engine::get_default_engine().execute(
        {torch::autograd::impl::gradient_edge(logits)}, {seeds.reshape(logits.sizes())}, /*keep_graph=*/false,
        /*create_graph=*/false, /*accumulate_grad=*/false, edges);
    for (std::size_t i = 0; i < targets.size(); ++i)
        capture.uses[targets[i].use].outputGradients[targets[i].output] = std::move(gradients[i]);
}

} // namespace

c10::IValue withTensors(const c10::IValue& value, const std::function<at::Tensor(const at::Tensor&)>& replace) {
    if (value.isTensor())
        return replace(value.toTensor());
    if (value.isTensorList()) {
        c10::List<at::Tensor> list;
        for (const at::Tensor& tensor : value.toTensorVector())
            list.push_back(replace(tensor));
        return list;
    }
    if (value.isOptionalTensorList()) {
        c10::List<std::optional<at::Tensor>> list;
        for (const std::optional<at::Tensor>& tensor : value.toOptionalTensorVector())
            list.push_back(tensor ? std::optional(replace(*tensor)) : std::nullopt);
        return list;
    }
    return value;
}

const Operand* Use::operandAt(std::size_t position) const {
    std::size_t before = 0;
    for (std::size_t i = 0; i < position; ++i) {
        withTensors(arguments[i], [&](const at::Tensor& tensor) {
            ++before;
            return tensor;
        });
    }
    return arguments[position].isTensor() ? &operands[before] : nullptr;
}

std::vector<ValueId> Use::parameterValues() const {
    std::vector<ValueId> values;
    for (const Operand& operand : operands) {
        if (operand.parameter && std::find(values.begin(), values.end(), operand.id) == values.end())
            values.push_back(operand.id);
    }
    return values;
}

void Use::release() {
    arguments.clear();
    operands.clear();
    outputGradients.clear();
}

Capture capture(const Interpreter& interpreter, const model::ParameterStore& store, const at::Tensor& input,
                const Seeds& seeds, const Guide* guide) {
    const at::AutoGradMode gradients(true);
    at::Tensor logits;
    std::optional<Recorder> recorder;
    {
        const model::VmapLevel level(input.size(0));
        std::optional<Follower> follower;
        if (guide)
            follower.emplace(*guide, input.unsqueeze(1).to(guide->interpreter.floating()), level);
        recorder.emplace(interpreter, level, follower ? &*follower : nullptr);
        const at::Tensor output =
            interpreter.run(level.wrap(input.unsqueeze(1)), store, {},
                            [&](const Step& step, torch::jit::Stack& stack) { recorder->execute(step, stack); });
        logits = model::unwrapped(output);
    }
    Capture& result = recorder->result();
    result.logits = logits.detach().reshape({input.size(0), -1});
    backward(logits, seeds(result.logits), recorder->targets(), result);
    return std::move(result);
}

} // namespace lpntk::gradient
