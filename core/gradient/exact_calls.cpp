#include <core/gradient/exact_calls_torch.h>

#include <core/gradient/channels_last_torch.h>
#include <core/gradient/convolution_torch.h>
#include <core/gradient/exact_products_torch.h>
#include <core/gradient/max_pool.h>

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

namespace lpntk::gradient {

namespace {

using model::Interpreter;

enum class Kind { convolution, batchNorm, linear, other };

Kind kindOf(const Interpreter::Step& step) {
    if (!step.overload.empty())
        return Kind::other;
    return step.target == "aten::conv2d"       ? Kind::convolution
           : step.target == "aten::batch_norm" ? Kind::batchNorm
           : step.target == "aten::linear"     ? Kind::linear
                                               : Kind::other;
}

at::Tensor optionalTensor(const c10::IValue& value) { return value.isNone() ? at::Tensor() : value.toTensor(); }

/// Only the input is a batch of samples, and only it may want a gradient.
bool isPlainCall(const Interpreter::Step& step, const torch::jit::Stack& stack, Kind kind) {
    if (kind == Kind::other || (kind == Kind::batchNorm && stack[step.position("training")].toBool()))
        return false;
    for (std::size_t i = 1; i < stack.size(); ++i) {
        if (!stack[i].isTensor())
            continue;
        const at::Tensor& tensor = stack[i].toTensor();
        if (tensor.defined() && (model::isWrapped(tensor) || tensor.requires_grad()))
            return false;
    }
    const at::Tensor& input = stack[0].toTensor();
    if (!model::isWrapped(input) || !input.is_floating_point())
        return false;
    return kind == Kind::convolution ? input.dim() == 4
           : kind == Kind::batchNorm ? input.dim() >= 2 && !stack[step.position("running_mean")].isNone()
                                     : stack[1].toTensor().dim() == 2;
}

at::Tensor exactConvolution(const Interpreter::Step& step, const torch::jit::Stack& stack,
                            const WinogradWeights* winograd) {
    const at::Tensor physical = model::unwrapped(stack[0].toTensor());
    const at::Tensor x = physical.flatten(0, 1), weight = stack[1].toTensor(), bias = optionalTensor(stack[2]);
    const auto geometry = ConvolutionGeometry::of(step, stack);
    const at::Tensor out = isBestBySample(x, weight, geometry)
                               ? convolutionBySample(x, weight, bias, geometry)
                               : channelsLastConvolution(x, weight, bias, geometry, winograd);
    return out.unflatten(0, physical.sizes().slice(0, 2));
}

at::Tensor exactLinear(const torch::jit::Stack& stack) {
    const at::Tensor x = model::unwrapped(stack[0].toTensor()), weight = stack[1].toTensor().contiguous();
    std::vector<std::int64_t> shape = x.sizes().vec();
    shape.back() = weight.size(0);
    const at::Tensor out = at::empty(shape, x.options());
    multiplyExactly(x.reshape({-1, weight.size(1)}).contiguous(), weight, out.view({-1, weight.size(0)}));
    if (const at::Tensor bias = optionalTensor(stack[2]); bias.defined())
        out.add_(bias);
    return out;
}

/// x times scale / sqrt(variance + eps), channel by channel, and shifted; x (N, pictures, C, ...).
at::Tensor normalized(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, const at::Tensor& mean,
                      const at::Tensor& variance, double epsilon) {
    return std::get<0>(at::native_batch_norm(x.flatten(0, 1), scale, shift, mean, variance, /*training=*/false, 0, epsilon))
        .reshape(x.sizes());
}

/// To the input of a convolution whose output gradient is g.
at::Tensor convolutionInputGradient(const at::Tensor& g, const at::Tensor& x, const at::Tensor& weight,
                                    const ConvolutionGeometry& geometry) {
    // For float64 libtorch goes through the groups one by one.
    if (geometry.groups == 1 || x.scalar_type() == at::kFloat || !x.is_cpu())
        return std::get<0>(at::convolution_backward(g, x, weight, std::nullopt, geometry.stride, geometry.padding,
                                                    geometry.dilation, false, {0, 0}, geometry.groups,
                                                    {true, false, false}));
    const std::int64_t count = g.size(0), groups = geometry.groups, channels = weight.size(0) / groups;
    const at::Tensor columns = at::bmm(weight.reshape({1, groups, channels, -1})
                                           .expand({count, groups, channels, weight.numel() / weight.size(0)})
                                           .reshape({count * groups, channels, -1})
                                           .transpose(1, 2),
                                       g.reshape({count * groups, channels, -1}));
    return at::col2im(columns.reshape({count, -1, g.size(2) * g.size(3)}), x.sizes().slice(2), weight.sizes().slice(2),
                      geometry.dilation, geometry.padding, geometry.stride);
}

struct Pooling {
    std::vector<std::int64_t> kernel, stride, padding, dilation;
    bool ceil;

    explicit Pooling(const torch::jit::Stack& stack)
        : kernel(stack[1].toIntVector()), stride(stack[2].toIntVector()), padding(stack[3].toIntVector()),
          dilation(stack[4].toIntVector()), ceil(stack[5].toBool()) {}
};

/// x (pictures, C, H, W). What is unusual, or wrong, is left to libtorch.
std::tuple<at::Tensor, at::Tensor> pooled(const at::Tensor& x, const Pooling& pooling) {
    using Sides = std::array<std::int64_t, 2>; // down and across
    const auto isAll = [](const std::vector<std::int64_t>& numbers, std::int64_t value) {
        return std::all_of(numbers.begin(), numbers.end(), [=](std::int64_t number) { return number == value; });
    };
    const auto sides = [](const std::vector<std::int64_t>& numbers, const Sides& ifNone) {
        return numbers.empty() ? ifNone : Sides{numbers.front(), numbers.back()};
    };
    const Sides kernel = sides(pooling.kernel, {0, 0}), stride = sides(pooling.stride, kernel);
    const bool inside = kernel[0] >= 1 && kernel[0] <= x.size(2) && kernel[1] >= 1 && kernel[1] <= x.size(3) &&
                        stride[0] >= 1 && stride[1] >= 1;
    if (!inside || !x.is_cpu() || x.scalar_type() != at::kDouble || !x.is_contiguous() || pooling.ceil ||
        !isAll(pooling.padding, 0) || !isAll(pooling.dilation, 1))
        return at::max_pool2d_with_indices(x, pooling.kernel, pooling.stride, pooling.padding, pooling.dilation,
                                           pooling.ceil);
    const std::int64_t height = (x.size(2) - kernel[0]) / stride[0] + 1,
                       width = (x.size(3) - kernel[1]) / stride[1] + 1;
    const auto size = [](std::int64_t number) { return static_cast<std::size_t>(number); };
    const Windows windows{.height = size(x.size(2)),
                          .width = size(x.size(3)),
                          .channels = 1,
                          .outputHeight = size(height),
                          .outputWidth = size(width),
                          .kernelHeight = size(kernel[0]),
                          .kernelWidth = size(kernel[1]),
                          .strideDown = size(stride[0]),
                          .strideAcross = size(stride[1])};
    at::Tensor maxima = at::empty({x.size(0), x.size(1), height, width}, x.options());
    at::Tensor places = at::empty(maxima.sizes(), x.options().dtype(at::kLong));
    poolPlanes(x.const_data_ptr<double>(), size(x.size(0) * x.size(1)), windows, maxima.mutable_data_ptr<double>(),
               places.mutable_data_ptr<std::int64_t>());
    return {maxima, places};
}

/// The gradient of one of a call's inputs.
using Backward = std::function<at::Tensor(std::size_t input, const at::Tensor& outputGradient)>;

/// A call in autograd's graph, of which only the way back is known. (torch::autograd::Function does not work under vmap.)
class CallNode : public torch::autograd::Node {
public:
    explicit CallNode(Backward backward) : m_backward(std::move(backward)) {}
    torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
        torch::autograd::variable_list found(num_outputs());
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (task_should_compute_output(i))
                found[i] = m_backward(i, gradients.at(0));
        }
        return found;
    }
    void release_variables() override { m_backward = {}; }

private:
    Backward m_backward;
};

/// `result` rounded to the type of a call's inputs, as what the call made of them. The backward pass and the rules are
/// fastest with whole channels side by side.
at::Tensor joined(at::TensorList inputs, const at::Tensor& result, Backward backward) {
    at::Tensor out;
    {
        const at::NoGradGuard noGradients;
        out = result.to(inputs[0].scalar_type(), /*non_blocking=*/false, /*copy=*/true, at::MemoryFormat::Contiguous);
    }
    if (std::any_of(inputs.begin(), inputs.end(), [](const at::Tensor& input) { return input.requires_grad(); })) {
        const std::shared_ptr<torch::autograd::Node> node(new CallNode(std::move(backward)), torch::autograd::deleteNode);
        node->set_next_edges(torch::autograd::collect_next_edges(inputs));
        torch::autograd::create_gradient_edge(out, node);
    }
    return out;
}

/// Matrices of one sample with matrices of the same sample, none repeated.
bool isProduct(const Interpreter::Step& step, const torch::jit::Stack& stack) {
    if (step.target != "aten::matmul" || !step.overload.empty())
        return false;
    const at::Tensor &left = stack[0].toTensor(), &right = stack[1].toTensor();
    return model::isWrapped(left) && model::isWrapped(right) && left.is_floating_point() && left.dim() >= 3 &&
           left.dim() == right.dim() && left.sizes().slice(0, left.dim() - 2) == right.sizes().slice(0, left.dim() - 2);
}

Backward productBackward(const at::Tensor& left, const at::Tensor& right) {
    return [left = left.detach(), right = right.detach()](std::size_t input, const at::Tensor& g) {
        return input == 0 ? at::matmul(g, right.transpose(-2, -1)) : at::matmul(left.transpose(-2, -1), g);
    };
}

Backward convolutionBackward(const at::Tensor& x, const at::Tensor& weight, const ConvolutionGeometry& geometry) {
    return [x = x.detach(), weight, geometry](std::size_t, const at::Tensor& g) {
        return convolutionInputGradient(g.flatten(0, 1).contiguous(), x.flatten(0, 1), weight, geometry).reshape(x.sizes());
    };
}

Backward poolingBackward(const at::Tensor& x, const at::Tensor& places, const Pooling& pooling) {
    return [x = x.detach(), places, pooling](std::size_t, const at::Tensor& g) {
        return at::max_pool2d_with_indices_backward(g.flatten(0, -4), x.flatten(0, -4), pooling.kernel, pooling.stride,
                                                    pooling.padding, pooling.dilation, pooling.ceil,
                                                    places.flatten(0, -4))
            .reshape(x.sizes());
    };
}

Backward batchNormBackward(const at::Tensor& scale, const at::Tensor& variance, double epsilon) {
    return [=](std::size_t, const at::Tensor& g) {
        return normalized(g.contiguous(), scale, {}, at::zeros_like(variance), variance, epsilon);
    };
}

Backward linearBackward(const at::Tensor& weight) {
    return [=](std::size_t, const at::Tensor& g) { return at::matmul(g, weight); };
}

} // namespace

std::optional<at::Tensor> exactResult(const Interpreter::Step& step, const torch::jit::Stack& stack,
                                      const model::VmapLevel& level, const WinogradWeights* winograd) {
    const Kind kind = kindOf(step);
    if (kind == Kind::other || !isPlainCall(step, stack, kind) || !model::unwrapped(stack[0].toTensor()).is_cpu())
        return std::nullopt;
    const at::NoGradGuard noGradients;
    if (kind == Kind::convolution)
        return level.wrap(exactConvolution(step, stack, winograd));
    if (kind == Kind::linear)
        return level.wrap(exactLinear(stack));
    const auto tensor = [&](const char* name) { return optionalTensor(stack[step.position(name)]); };
    return level.wrap(normalized(model::unwrapped(stack[0].toTensor()), tensor("weight"), tensor("bias"),
                                 tensor("running_mean"), tensor("running_var"), stack[step.position("eps")].toDouble()));
}

Maxima exactMaxima(const torch::jit::Stack& stack, const model::VmapLevel& level) {
    const at::NoGradGuard noGradients;
    const at::Tensor physical = model::unwrapped(stack[0].toTensor());
    const auto [values, places] = pooled(physical.flatten(0, -4), Pooling(stack));
    const auto unflattened = [&](const at::Tensor& tensor) {
        return level.wrap(tensor.unflatten(0, physical.sizes().slice(0, static_cast<std::size_t>(physical.dim() - 3))));
    };
    return {unflattened(values), unflattened(places)};
}

at::Tensor withMaxima(const torch::jit::Stack& stack, const Maxima& maxima, const model::VmapLevel& level) {
    const at::Tensor x = model::unwrapped(stack[0].toTensor());
    return level.wrap(joined({x}, model::unwrapped(maxima.values),
                             poolingBackward(x, model::unwrapped(maxima.places), Pooling(stack))));
}

std::optional<at::Tensor> joinedChannels(const Interpreter::Step& step, const torch::jit::Stack& stack,
                                         const model::VmapLevel& level) {
    if (step.target != "aten::cat" || !step.overload.empty() || (stack[1].toInt() != 1 && stack[1].toInt() != -3))
        return std::nullopt;
    std::vector<at::Tensor> pictures;
    for (const at::Tensor& tensor : stack[0].toTensorVector()) {
        if (!model::isWrapped(tensor) || tensor.dim() != 4)
            return std::nullopt;
        pictures.push_back(model::unwrapped(tensor).flatten(0, 1));
    }
    const at::NoGradGuard noGradients;
    return level.wrap(at::cat(pictures, 1).unflatten(0, {level.samples(), -1}));
}

std::optional<at::Tensor> withResult(const Interpreter::Step& step, const torch::jit::Stack& stack,
                                     const at::Tensor& result, const model::VmapLevel& level) {
    if (isProduct(step, stack) && model::isWrapped(result)) {
        const at::Tensor left = model::unwrapped(stack[0].toTensor()), right = model::unwrapped(stack[1].toTensor());
        return level.wrap(joined({left, right}, model::unwrapped(result), productBackward(left, right)));
    }
    const Kind kind = kindOf(step);
    if (kind == Kind::other || !isPlainCall(step, stack, kind) || !model::isWrapped(result))
        return std::nullopt;
    const at::Tensor x = model::unwrapped(stack[0].toTensor());
    const at::Tensor exact = model::unwrapped(result);
    const auto tensor = [&](const char* name) { return optionalTensor(stack[step.position(name)]); };
    switch (kind) {
    case Kind::convolution:
        return level.wrap(
            joined({x}, exact, convolutionBackward(x, tensor("weight"), ConvolutionGeometry::of(step, stack))));
    case Kind::batchNorm:
        return level.wrap(
            joined({x}, exact,
                   batchNormBackward(tensor("weight"), tensor("running_var"), stack[step.position("eps")].toDouble())));
    default:
        return level.wrap(joined({x}, exact, linearBackward(tensor("weight"))));
    }
}

} // namespace lpntk::gradient
