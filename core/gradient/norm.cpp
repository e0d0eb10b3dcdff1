#include <core/gradient/norm_torch.h>

#include <ATen/ATen.h>

#include <array>
#include <tuple>
#include <utility>
#include <vector>

namespace lpntk::gradient {

namespace {

const char* const kBatchNorm = "aten::batch_norm";
const char* const kBatchNormDecomposed = "aten::_native_batch_norm_legit_no_training";
const char* const kLayerNorm = "aten::layer_norm";

void put(const at::Tensor& gradient, const Operand* operand, const Destinations& destinations) {
    const auto found = operand ? destinations.find(operand->id) : destinations.end();
    if (found != destinations.end())
        found->second.put(gradient);
}

/// Scale and shift gradients of every sample and channel, (N, C) each; x and g (N, C, positions).
std::pair<at::Tensor, at::Tensor> channelSums(const at::Tensor& x, const at::Tensor& g, const at::Tensor& mean,
                                              const at::Tensor& variance, double epsilon) {
    constexpr std::int64_t kManyPositions = 64;
    if (x.size(2) < kManyPositions) {
        const at::Tensor centered = x - mean.unsqueeze(1);
        return {(g * centered).sum(2) * at::rsqrt(variance + epsilon), g.sum(2)};
    }
    // The library's own sums per channel, with samples times channels as the channels of one picture.
    const std::int64_t channels = x.size(0) * x.size(1);
    const auto asOne = [&](const at::Tensor& tensor) { return tensor.reshape({1, channels, -1}).contiguous(); };
    const auto repeated = [&](const at::Tensor& tensor) { return tensor.repeat({x.size(0)}); };
    const auto sums = at::native_batch_norm_backward(asOne(g), asOne(x), at::ones({channels}, x.options()), repeated(mean),
                                                     repeated(variance), {}, {}, /*train=*/false, epsilon,
                                                     std::array<bool, 3>{false, true, true});
    return {std::get<1>(sums), std::get<2>(sums)};
}

void writeBatchNorm(const Use& use, const Destinations& destinations) {
    const auto& step = *use.step;
    const at::Tensor& mean = use.operandAt(step.position("running_mean"))->value;
    const at::Tensor& variance = use.operandAt(step.position("running_var"))->value;
    const double epsilon = use.arguments[step.position("eps")].toDouble();
    const at::Tensor &x = inputOf(use)->value, &g = use.outputGradients[0];
    if (x.numel() == x.size(0) * x.size(1) * mean.size(0)) {
        // Rows of channels, summed as they lie.
        const auto asRows = [&](const at::Tensor& tensor) { return tensor.reshape({x.size(0), -1, mean.size(0)}); };
        const at::Tensor gradient = asRows(g);
        put((asRows(x) - mean).mul_(gradient).sum(1) * at::rsqrt(variance + epsilon), weightOf(use), destinations);
        put(gradient.sum(1), biasOf(use), destinations);
        return;
    }
    // (N, C, positions): a sample may hold several pictures.
    const auto perChannel = [&](const at::Tensor& tensor) {
        return tensor.reshape({tensor.size(0), tensor.size(1), mean.size(0), -1}).transpose(1, 2).flatten(2);
    };
    const auto [scale, shift] = channelSums(perChannel(x), perChannel(g), mean, variance, epsilon);
    put(scale, weightOf(use), destinations);
    put(shift, biasOf(use), destinations);
}

void writeLayerNorm(const Use& use, const Destinations& destinations) {
    const auto& step = *use.step;
    const at::Tensor &x = inputOf(use)->value, &g = use.outputGradients[0];
    const std::vector<std::int64_t> shape = use.arguments[step.position("normalized_shape")].toIntVector();
    const at::Tensor normalized =
        std::get<0>(at::native_layer_norm(x, shape, {}, {}, use.arguments[step.position("eps")].toDouble()));
    const std::int64_t width = c10::multiply_integers(shape);
    const auto summed = [&](const at::Tensor& tensor) { return tensor.reshape({x.size(0), -1, width}).sum(1); };
    put(summed(g * normalized), weightOf(use), destinations);
    put(summed(g), biasOf(use), destinations);
}

/// (N, pictures, C, ...).
bool holdsPictures(const Use& use) {
    const Operand* input = inputOf(use);
    return input && input->batched && input->value.dim() >= 3;
}

} // namespace

bool isPlainNorm(const Use& use) {
    const auto& step = *use.step;
    if (!step.overload.empty())
        return false;
    if (step.target == kLayerNorm)
        return true;
    if (step.target == kBatchNorm && use.arguments[step.position("training")].toBool())
        return false;
    if (step.target != kBatchNorm && step.target != kBatchNormDecomposed)
        return false;
    const auto statistic = [&](const char* name) {
        const Operand* operand = use.operandAt(step.position(name));
        return operand && !operand->batched && !operand->parameter;
    };
    return holdsPictures(use) && statistic("running_mean") && statistic("running_var");
}

void writeNorm(const Use& use, const Destinations& destinations) {
    if (use.step->target == kLayerNorm)
        writeLayerNorm(use, destinations);
    else
        writeBatchNorm(use, destinations);
}

} // namespace lpntk::gradient
