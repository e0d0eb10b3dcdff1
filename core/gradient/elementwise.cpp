#include <core/gradient/elementwise_torch.h>

#include <utility>
#include <vector>

namespace lpntk::gradient {

namespace {

bool isProduct(const Use& use) { return use.step->target == "aten::mul"; }

/// Parameter and data.
std::pair<const Operand*, const Operand*> roles(const Use& use) {
    const Operand *first = &use.operands[0], *second = &use.operands[1];
    return first->parameter ? std::pair(first, second) : std::pair(second, first);
}

/// (N, ...) with ones put in after the samples, so that the remaining axes line up with those of `rank` axes.
at::Tensor aligned(const at::Tensor& tensor, std::int64_t rank) {
    std::vector<std::int64_t> shape = tensor.sizes().vec();
    shape.insert(shape.begin() + 1, static_cast<std::size_t>(rank - tensor.dim()), 1);
    return tensor.reshape(shape);
}

} // namespace

bool isElementwise(const Use& use) {
    const auto& step = *use.step;
    if (step.overload != "Tensor" || (step.target != "aten::mul" && step.target != "aten::add") || use.operands.size() != 2 ||
        use.outputGradients.size() != 1 || !use.outputGradients[0].defined())
        return false;
    if (!isProduct(use) && use.arguments[step.position("alpha")].toScalar().toDouble() != 1)
        return false;
    const auto [parameter, data] = roles(use);
    return parameter->parameter && !parameter->batched && data->batched && !data->parameter &&
           data->value.dim() <= use.outputGradients[0].dim();
}

void writeElementwise(const Use& use, const Destinations& destinations) {
    const auto [parameter, data] = roles(use);
    const auto found = destinations.find(parameter->id);
    if (found == destinations.end())
        return;
    const at::Tensor& g = use.outputGradients[0];
    const at::Tensor full = isProduct(use) ? g * aligned(data->value, g.dim()) : g;
    found->second.putSummed(full, parameter->value.sizes());
}

} // namespace lpntk::gradient
