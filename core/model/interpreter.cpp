#include <core/model/interpreter_torch.h>

#include <core/base/error.h>
#include <core/model/arguments_torch.h>

#include <ATen/Context.h>
#include <ATen/functorch/BatchedFallback.h>

#include <algorithm>
#include <mutex>
#include <string_view>

namespace lpntk::model {

namespace {

using c10::IValue;
using Step = Interpreter::Step;
using Slot = Interpreter::Slot;

/// Strides at export time may differ from those at run time (attention without the flash kernel), where `view` throws
/// and `reshape` does not.
Node withoutViews(Node node) {
    if ((node.target == "aten::view" || node.target == "aten::_unsafe_view") && node.overload.empty()) {
        node.target = "aten::reshape";
        for (auto& [name, argument] : node.arguments) {
            if (name == "size")
                name = "shape";
        }
    }
    return node;
}

std::optional<c10::OperatorHandle> resolve(const Node& node, Interpreter::Writes writes, const std::string& place) {
    if (node.target.starts_with("sym::"))
        return std::nullopt;
    auto handle = c10::Dispatcher::singleton().findSchema({node.target, node.overload});
    if (!handle)
        throw base::FormatError(place + ": this libtorch has no operator " + node.target +
                                (node.overload.empty() ? "" : "." + node.overload));
    if (writes == Interpreter::Writes::refused && handle->schema().is_mutable())
        throw base::FormatError(place + " changes a tensor in place, which per-sample gradients cannot follow; use the "
                                        "operator that returns its result");
    return handle;
}

std::vector<Slot> slotsOf(const Node& node, const c10::OperatorHandle* op, at::ScalarType floating,
                          at::Device device, const std::string& place) {
    std::vector<Slot> slots;
    if (!op) {
        for (const auto& [name, argument] : node.arguments)
            slots.push_back(makeSlot(argument, c10::IntType::get(), floating, device, place));
        return slots;
    }
    std::size_t used = 0;
    for (const c10::Argument& wanted : op->schema().arguments()) {
        const auto given = std::find_if(node.arguments.begin(), node.arguments.end(),
                                        [&](const auto& argument) { return argument.first == wanted.name(); });
        if (given != node.arguments.end()) {
            slots.push_back(makeSlot(given->second, wanted.type(), floating, device, place));
            ++used;
        } else if (wanted.default_value()) {
            slots.push_back({Slot::Kind::fixed, *wanted.default_value(), {}, {}, wanted.type()});
        } else if (wanted.type()->kind() == c10::TypeKind::OptionalType) {
            slots.push_back({Slot::Kind::fixed, {}, {}, {}, wanted.type()});
        } else {
            throw base::FormatError(place + ": the argument \"" + wanted.name() + "\" is missing");
        }
    }
    if (used != node.arguments.size())
        throw base::FormatError(place + ": the operator does not know one of its arguments");
    return slots;
}

std::int64_t sizeArithmetic(const std::string& target, std::int64_t a, std::int64_t b, const std::string& place) {
    const std::string_view name = std::string_view(target).substr(5);
    if (name == "add")
        return a + b;
    if (name == "sub")
        return a - b;
    if (name == "mul")
        return a * b;
    if ((name == "floordiv" || name == "mod") && b == 0)
        throw base::ShapeError(place + " divides by zero");
    const std::int64_t quotient = b == 0 ? 0 : a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
    if (name == "floordiv")
        return quotient;
    if (name == "mod")
        return a - quotient * b;
    throw base::FormatError(place + ": sizes are computed by add, sub, mul, floordiv and mod only");
}

/// Visits every value that a step reads.
template <typename Visitor> void visitReads(const Step& step, const Visitor& visit) {
    for (const Slot& slot : step.slots) {
        for (const ValueId id : slot.ids) {
            if (id.isValid())
                visit(id);
        }
        for (const Size& size : slot.sizes) {
            if (const auto* id = std::get_if<ValueId>(&size))
                visit(*id);
        }
    }
}

/// Dropout with a generator of its own, so that a seed means the same whatever else draws random numbers.
at::Tensor dropout(const at::Tensor& x, double probability, const at::Generator& generator) {
    const double keep = 1.0 - probability;
    if (keep <= 0)
        return x * at::zeros_like(x);
    return x * at::empty_like(x).bernoulli_(keep, generator).div_(keep);
}

void trainStep(const Step& step, torch::jit::Stack& stack, const RunOptions& options) {
    if (step.target == "aten::dropout" && options.generator) {
        const at::Tensor result = dropout(stack[0].toTensor(), stack[1].toDouble(), *options.generator);
        stack.assign(1, result);
        return;
    }
    stack[*step.trainingSlot] = true;
    step.call(stack);
}

} // namespace

std::size_t Step::position(const std::string& name) const {
    const auto index = op ? op->schema().argumentIndexWithName(name) : std::nullopt;
    if (!index)
        throw base::FormatError(place + " has no argument \"" + name + "\"");
    return static_cast<std::size_t>(*index);
}

void Step::call(torch::jit::Stack& stack) const {
    if (target == "aten::sym_size" && stack.size() == 2) {
        // Asked of the tensor itself: the dispatcher has no batching rule for it, and under vmap the logical size is wanted.
        const std::int64_t size = stack[0].toTensor().size(stack[1].toInt());
        stack.assign(1, size);
        return;
    }
    if (op) {
        op->callBoxed(&stack);
        return;
    }
    if (stack.size() != 2)
        throw base::FormatError(place + " wants two sizes");
    const std::int64_t result = sizeArithmetic(target, stack[0].toInt(), stack[1].toInt(), place);
    stack.assign(1, result);
}

Interpreter::Interpreter(const Graph& graph, at::ScalarType floating, Writes writes, at::Device device)
    : m_floating(floating), m_device(device), m_values(graph.values), m_input(graph.input), m_output(graph.output),
      m_dataDependent(graph.values.size()), m_parameterDependent(graph.values.size()) {
    prepareTorch();
    m_dataDependent[static_cast<std::size_t>(m_input.value())] = true;
    for (std::size_t i = 0; i < m_values.size(); ++i)
        m_parameterDependent[i] = m_values[i].source == Value::Source::parameter;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        addStep(withoutViews(graph.nodes[i]), i, writes);
    findLastReads();
}

void Interpreter::addStep(const Node& node, std::size_t index, Writes writes) {
    Step step;
    step.node = index;
    step.place =
        "call " + std::to_string(index) + " (" + node.target + (node.module.empty() ? "" : ", " + node.module) + ")";
    step.op = resolve(node, writes, step.place);
    step.target = node.target;
    step.overload = node.overload;
    step.module = node.module;
    step.slots = slotsOf(node, step.op ? &*step.op : nullptr, m_floating, m_device, step.place);
    step.results = node.results;
    step.gradient = node.gradient;
    if (step.op) {
        for (const char* name : {"train", "training"}) {
            if (const auto position = step.op->schema().argumentIndexWithName(name))
                step.trainingSlot = static_cast<std::size_t>(*position);
        }
        // Normalises by the sample's own statistics in evaluation too.
        if (node.target == "aten::instance_norm")
            step.trainingSlot.reset();
    }
    classify(step);
    m_steps.push_back(std::move(step));
}

void Interpreter::classify(Step& step) {
    visitReads(step, [&](ValueId id) {
        step.dataDependent = step.dataDependent || m_dataDependent[static_cast<std::size_t>(id.value())];
        step.takesParameter = step.takesParameter || m_parameterDependent[static_cast<std::size_t>(id.value())];
    });
    // The batch size is read from the data but says nothing about the pixels.
    const bool sizeOnly = step.target == "aten::sym_size" || !step.op;
    for (const ValueId result : step.results) {
        const auto at = static_cast<std::size_t>(result.value());
        m_dataDependent[at] = step.dataDependent && !sizeOnly;
        m_parameterDependent[at] = step.takesParameter && !step.dataDependent && step.gradient && !sizeOnly;
    }
}

void Interpreter::findLastReads() {
    std::vector<std::int64_t> last(m_values.size(), -1);
    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        for (const ValueId result : m_steps[i].results)
            last[static_cast<std::size_t>(result.value())] = static_cast<std::int64_t>(i);
        visitReads(m_steps[i],
                   [&](ValueId id) { last[static_cast<std::size_t>(id.value())] = static_cast<std::int64_t>(i); });
    }
    for (std::size_t value = 0; value < last.size(); ++value) {
        const ValueId id(static_cast<std::int64_t>(value));
        if (last[value] >= 0 && id != m_output)
            m_steps[static_cast<std::size_t>(last[value])].released.push_back(id);
    }
}

std::int64_t Interpreter::parameterIndex(ValueId id) const {
    const Value& value = m_values.at(static_cast<std::size_t>(id.value()));
    return value.source == Value::Source::parameter ? value.index : -1;
}

Interpreter::Environment Interpreter::environment(const at::Tensor& input, const ParameterStore& store) const {
    Environment environment(m_values.size());
    for (std::size_t i = 0; i < m_values.size(); ++i) {
        const auto at = static_cast<std::size_t>(m_values[i].index);
        switch (m_values[i].source) {
        case Value::Source::input:
            environment[i] = input;
            break;
        case Value::Source::parameter:
            environment[i] = store.parameters.at(at);
            break;
        case Value::Source::buffer:
            environment[i] = store.buffers.at(at);
            break;
        case Value::Source::constant:
            environment[i] = store.constants.at(at);
            break;
        case Value::Source::result:
            break;
        }
    }
    return environment;
}

at::Tensor Interpreter::run(const at::Tensor& input, const ParameterStore& store, const RunOptions& options) const {
    return run(input, store, options, [&](const Step& step, torch::jit::Stack& stack) {
        if (options.training && step.trainingSlot && step.dataDependent)
            trainStep(step, stack, options);
        else
            step.call(stack);
    });
}

at::Tensor Interpreter::run(const at::Tensor& input, const ParameterStore& store, const RunOptions&,
                            const Executor& execute) const {
    Pass pass(*this, input, store);
    while (!pass.done())
        pass.next(execute);
    return pass.output();
}

Interpreter::Pass::Pass(const Interpreter& interpreter, const at::Tensor& input, const ParameterStore& store)
    : m_interpreter(interpreter), m_values(interpreter.environment(input, store)) {}

at::Tensor Interpreter::Pass::output() const {
    return m_values[static_cast<std::size_t>(m_interpreter.m_output.value())].toTensor();
}

const torch::jit::Stack& Interpreter::Pass::next(const Executor& execute) {
    const Step& step = m_interpreter.m_steps[m_next++];
    torch::jit::Stack stack;
    stack.reserve(step.slots.size());
    try {
        for (const Slot& slot : step.slots)
            stack.push_back(fillSlot(slot, m_values));
        const at::AutoGradMode mode(step.gradient && at::GradMode::is_enabled());
        execute(step, stack);
    } catch (const c10::OutOfMemoryError&) {
        throw; // not the call's fault
    } catch (const c10::Error& error) {
        throw base::ShapeError(step.place + " failed: " + error.what_without_backtrace());
    } catch (const base::Error&) {
        throw;
    } catch (const base::Cancelled&) {
        throw;
    } catch (const std::exception& error) { // from a library below libtorch
        throw base::ShapeError(step.place + " failed: " + error.what());
    }
    if (stack.size() == 1 && stack[0].isTensorList()) {
        const auto list = stack[0].toTensorVector();
        stack.assign(list.begin(), list.end());
    }
    if (stack.size() < step.results.size())
        throw base::FormatError(step.place + " returns " + std::to_string(stack.size()) + " values, " +
                                std::to_string(step.results.size()) + " are expected");
    m_results = std::move(stack);
    for (std::size_t i = 0; i < step.results.size(); ++i)
        m_values[static_cast<std::size_t>(step.results[i].value())] = m_results[i];
    for (const ValueId id : step.released)
        m_values[static_cast<std::size_t>(id.value())] = {};
    return m_results;
}

void prepareTorch() {
    static std::once_flag once;
    std::call_once(once, [] {
        // Flash attention has no batching rule and is not differentiable in its mask.
        at::globalContext().setSDPUseFlash(false);
        at::globalContext().setSDPUseMemEfficient(false);
        at::functorch::setVmapFallbackWarningEnabled(false);
    });
}

} // namespace lpntk::model
