#include <core/gradient/attention_torch.h>

#include <cmath>

namespace lpntk::gradient {

namespace {

const Operand* operandOf(const Use& use, const char* name) {
    return use.operandAt(use.step->position(name));
}

bool isData(const Operand* operand) {
    return operand && operand->batched && !operand->parameter;
}

} // namespace

bool isBiasedAttention(const Use& use) {
    const auto& step = *use.step;
    if (step.target != "aten::scaled_dot_product_attention" || !step.overload.empty() ||
        use.outputGradients.size() != 1 || !use.outputGradients[0].defined())
        return false;
    const auto argument = [&](const char* name) -> const c10::IValue& { return use.arguments[step.position(name)]; };
    if (argument("dropout_p").toDouble() != 0 || argument("is_causal").toBool() || argument("enable_gqa").toBool())
        return false;
    const Operand* mask = operandOf(use, "attn_mask");
    return mask && mask->parameter && !mask->batched && isData(operandOf(use, "query")) &&
           isData(operandOf(use, "key")) && isData(operandOf(use, "value"));
}

/// The scores are computed anew: with P their softmax and D the gradient of P, theirs is P (D - the sum of P D along a
/// row).
void writeAttention(const Use& use, const Destinations& destinations) {
    const Operand& mask = *operandOf(use, "attn_mask");
    const auto found = destinations.find(mask.id);
    if (found == destinations.end())
        return;
    const at::Tensor &query = operandOf(use, "query")->value, &key = operandOf(use, "key")->value,
                     &value = operandOf(use, "value")->value;
    const c10::IValue& given = use.arguments[use.step->position("scale")];
    const double scale =
        given.isNone() ? 1 / std::sqrt(static_cast<double>(query.size(-1))) : given.toScalar().toDouble();
    const at::Tensor scores = at::matmul(query * scale, key.transpose(-2, -1)).add_(mask.value);
    const at::Tensor weights = at::_safe_softmax(scores, -1);
    const at::Tensor weightGradients = at::matmul(use.outputGradients[0], value.transpose(-2, -1));
    found->second.putSummed(at::_softmax_backward_data(weightGradients, weights, -1, weights.scalar_type()),
                            mask.value.sizes());
}

} // namespace lpntk::gradient
