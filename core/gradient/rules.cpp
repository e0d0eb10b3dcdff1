#include <core/gradient/rules_torch.h>

#include <core/base/error.h>
#include <core/gradient/attention_torch.h>
#include <core/gradient/convolution_torch.h>
#include <core/gradient/elementwise_torch.h>
#include <core/gradient/norm_torch.h>
#include <core/model/vmap_torch.h>

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

namespace lpntk::gradient {

namespace {

using model::ValueId;

bool isLinear(const Use& use) {
    return use.step->target == "aten::linear" && use.step->overload.empty();
}

/// Only the plain roles: data in `input`, parameters (or nothing) in weight and bias.
bool plainRoles(const Use& use) {
    const Operand* input = inputOf(use);
    const Operand* weight = weightOf(use);
    const Operand* bias = biasOf(use);
    const auto defined = std::count_if(use.outputGradients.begin(), use.outputGradients.end(),
                                       [](const at::Tensor& gradient) { return gradient.defined(); });
    return defined == 1 && use.outputGradients[0].defined() && input && input->batched && !input->parameter &&
           !(weight && weight->batched) && !(bias && bias->batched) && !(bias && weight && bias->id == weight->id);
}

/// (N, rows, features).
at::Tensor asRows(const at::Tensor& tensor) {
    return tensor.reshape({tensor.size(0), -1, tensor.size(-1)});
}

void writeLinear(const Use& use, const Destinations& destinations) {
    const at::Tensor x = asRows(inputOf(use)->value);
    const at::Tensor g = asRows(use.outputGradients[0]);
    if (const auto weight = destinations.find(weightOf(use)->id); weight != destinations.end())
        productPerSample(g.transpose(1, 2), x, weight->second);
    const Operand* bias = biasOf(use);
    if (!bias)
        return;
    if (const auto found = destinations.find(bias->id); found != destinations.end())
        found->second.put(g.sum(1));
}

} // namespace

void Destination::put(const at::Tensor& gradient) const {
    const at::Tensor same = gradient.reshape(rows.sizes());
    if (accumulate)
        rows.add_(same);
    else
        rows.copy_(same);
}

void Destination::putSummed(const at::Tensor& gradient, at::IntArrayRef shape) const {
    std::vector<std::int64_t> full = shape.vec();
    full.insert(full.begin(), static_cast<std::size_t>(gradient.dim() - 1) - shape.size(), 1);
    full.insert(full.begin(), gradient.size(0));
    put(gradient.sum_to_size(full));
}

const Operand* inputOf(const Use& use) {
    return use.operandAt(use.step->position("input"));
}

const Operand* weightOf(const Use& use) {
    return use.operandAt(use.step->position("weight"));
}

const Operand* biasOf(const Use& use) {
    return use.operandAt(use.step->position("bias"));
}

Rule ruleFor(const Use& use) {
    if (isLinear(use) && plainRoles(use))
        return asRows(inputOf(use)->value).size(1) == 1 ? Rule::linearImplicit : Rule::linear;
    if (isPlainConvolution(use) && plainRoles(use))
        return Rule::convolution;
    if (isElementwise(use))
        return Rule::elementwise;
    if (isPlainNorm(use) && plainRoles(use))
        return Rule::norm;
    if (isBiasedAttention(use))
        return Rule::attention;
    return Rule::general;
}

at::Tensor linearInput(const Use& use) {
    const at::Tensor& x = inputOf(use)->value;
    return x.reshape({x.size(0), -1});
}

at::Tensor linearOutputGradient(const Use& use) {
    const at::Tensor& g = use.outputGradients[0];
    return g.reshape({g.size(0), -1});
}

std::map<ValueId, at::Tensor> generalGradients(const Use& use) {
    const at::AutoGradMode gradients(true);
    std::int64_t samples = 0;
    for (const Operand& operand : use.operands)
        samples = operand.batched ? operand.value.size(0) : samples;
    std::vector<at::Tensor> outputs, outputGradients, expanded;
    const std::vector<ValueId> values = use.parameterValues();
    {
        const model::VmapLevel level(samples);
        std::map<ValueId, at::Tensor> wrapped;
        torch::jit::Stack stack;
        std::size_t next = 0;
        for (const c10::IValue& argument : use.arguments) {
            stack.push_back(withTensors(argument, [&](const at::Tensor&) {
                const Operand& operand = use.operands[next++];
                if (!operand.parameter)
                    return operand.batched ? level.wrap(operand.value) : operand.value;
                const auto [found, added] = wrapped.try_emplace(operand.id);
                if (added) {
                    std::vector<std::int64_t> shape = operand.value.sizes().vec();
                    shape.insert(shape.begin(), samples);
                    expanded.push_back(operand.value.unsqueeze(0).expand(shape).requires_grad_());
                    found->second = level.wrap(expanded.back());
                }
                return found->second;
            }));
        }
        use.step->call(stack);
        std::size_t output = 0;
        for (const c10::IValue& returned : stack) {
            withTensors(returned, [&](const at::Tensor& tensor) {
                const at::Tensor gradient =
                    output < use.outputGradients.size() ? use.outputGradients[output] : at::Tensor();
                ++output;
                const at::Tensor physical = tensor.defined() ? model::unwrapped(tensor) : tensor;
                if (gradient.defined() && physical.defined() && physical.requires_grad()) {
                    outputs.push_back(physical);
                    outputGradients.push_back(gradient);
                }
                return tensor;
            });
        }
    }
    std::map<ValueId, at::Tensor> result;
    std::vector<at::Tensor> found(values.size());
    if (!outputs.empty())
        found =
            torch::autograd::grad(outputs, expanded, outputGradients, /*retain_graph=*/false, /*create_graph=*/false,
                                  /*allow_unused=*/true);
    for (std::size_t i = 0; i < values.size(); ++i)
        result[values[i]] = found[i].defined() ? found[i] : at::zeros_like(expanded[i], at::MemoryFormat::Contiguous);
    return result;
}

void writeGradients(const Use& use, Rule rule, const Destinations& destinations) {
    switch (rule) {
    case Rule::linearImplicit:
    case Rule::linear:
        writeLinear(use, destinations);
        return;
    case Rule::convolution: {
        writeConvolution(use, destinations);
        const Operand* bias = biasOf(use);
        if (!bias)
            return;
        if (const auto found = destinations.find(bias->id); found != destinations.end()) {
            const at::Tensor& g = use.outputGradients[0];
            // (N, rows, channels, positions): a sample may hold several pictures.
            found->second.put(g.reshape({g.size(0), -1, bias->value.size(0), g.size(-1) * g.size(-2)}).sum({1, 3}));
        }
        return;
    }
    case Rule::norm:
        writeNorm(use, destinations);
        return;
    case Rule::elementwise:
        writeElementwise(use, destinations);
        return;
    case Rule::attention:
        writeAttention(use, destinations);
        return;
    case Rule::general:
        for (const auto& [id, gradient] : generalGradients(use)) {
            if (const auto found = destinations.find(id); found != destinations.end())
                found->second.put(gradient);
        }
        return;
    }
}

} // namespace lpntk::gradient
