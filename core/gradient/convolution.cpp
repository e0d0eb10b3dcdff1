#include <core/gradient/convolution_torch.h>

#include <algorithm>

namespace lpntk::gradient {

namespace {

/// Multiply-adds per sample from which on one library call per sample wins over unfolding.
constexpr std::int64_t kDirectWork = 4'000'000;
/// Unfolded input held at a time, bytes: stays in the last-level cache.
constexpr std::int64_t kUnfoldedBytes = std::int64_t{4} << 20;

struct Geometry {
    std::vector<std::int64_t> stride, padding, dilation;
    std::int64_t groups = 1;
};

/// Schema lists of one number stand for both axes.
std::vector<std::int64_t> pair(const c10::IValue& value) {
    std::vector<std::int64_t> list = value.toIntVector();
    if (list.size() == 1)
        list.push_back(list.front());
    return list;
}

Geometry geometryOf(const model::Interpreter::Step& step, const torch::jit::Stack& stack) {
    const auto argument = [&](const char* name) -> const c10::IValue& { return stack[step.position(name)]; };
    return {pair(argument("stride")), pair(argument("padding")), pair(argument("dilation")),
            argument("groups").toInt()};
}

/// (N, pictures per sample, C, H, W).
at::Tensor asPictures(const at::Tensor& tensor) {
    return tensor.reshape({tensor.size(0), -1, tensor.size(-3), tensor.size(-2), tensor.size(-1)});
}

void put(const at::Tensor& gradient, at::Tensor row, bool accumulate) {
    if (accumulate)
        row.add_(gradient.reshape({-1}));
    else
        row.copy_(gradient.reshape({-1}));
}

/// One call of the library's weight gradient per sample.
void writeDirect(const at::Tensor& x, const at::Tensor& g, const at::Tensor& weight, const Geometry& geometry,
                 const Destination& destination) {
    for (std::int64_t n = 0; n < x.size(0); ++n) {
        const auto gradients =
            at::convolution_backward(g[n], x[n], weight, std::nullopt, geometry.stride, geometry.padding,
                                     geometry.dilation, false, {0, 0}, geometry.groups, {false, true, false});
        put(std::get<1>(gradients), destination.rows[n], destination.accumulate);
    }
}

/// Unfolded input of `count` samples from `first`, times their output gradients.
void writeUnfoldedChunk(const at::Tensor& x, const at::Tensor& g, const at::Tensor& weight, const Geometry& geometry,
                        const Destination& destination) {
    const std::int64_t samples = x.size(0), groups = geometry.groups;
    const at::Tensor columns =
        at::im2col(x, weight.sizes().slice(2), geometry.dilation, geometry.padding, geometry.stride);
    if (groups == 1) {
        productPerSample(g.flatten(2), columns.transpose(1, 2), destination);
        return;
    }
    const at::Tensor product =
        at::bmm(g.reshape({samples * groups, weight.size(0) / groups, -1}),
                columns.reshape({samples * groups, columns.size(1) / groups, -1}).transpose(1, 2));
    const at::Tensor flat = product.reshape({samples, -1});
    if (destination.accumulate)
        at::Tensor(destination.rows).add_(flat);
    else
        at::Tensor(destination.rows).copy_(flat);
}

} // namespace

bool isPlainConvolution(const Use& use) {
    const auto& step = *use.step;
    if (!step.overload.empty() || (step.target != "aten::conv2d" && step.target != "aten::convolution"))
        return false;
    const Operand* weight = weightOf(use);
    if (!weight || weight->value.dim() != 4)
        return false;
    return step.target == "aten::conv2d" || !use.arguments[step.position("transposed")].toBool();
}

Rule convolutionRule(const Use& use) {
    const at::Tensor g = asPictures(use.outputGradients[0]);
    const std::int64_t positions = g.size(1) * g.size(3) * g.size(4);
    const std::int64_t work = weightOf(use)->value.numel() * positions;
    return work >= kDirectWork || g.size(1) > 1 ? Rule::convDirect : Rule::convUnfolded;
}

void writeConvolution(const Use& use, Rule rule, const Destinations& destinations) {
    const Operand& weight = *weightOf(use);
    const auto found = destinations.find(weight.id);
    if (found == destinations.end())
        return;
    const Destination& destination = found->second;
    const Geometry geometry = geometryOf(*use.step, use.arguments);
    const at::Tensor x = asPictures(inputOf(use)->value);
    const at::Tensor g = asPictures(use.outputGradients[0]);
    if (rule == Rule::convDirect) {
        writeDirect(x, g, weight.value, geometry, destination);
        return;
    }
    const std::int64_t unfolded = weight.value.numel() / weight.value.size(0) * geometry.groups * g.size(3) *
                                  g.size(4) * static_cast<std::int64_t>(x.element_size());
    const std::int64_t chunk = std::max<std::int64_t>(1, kUnfoldedBytes / std::max<std::int64_t>(unfolded, 1));
    for (std::int64_t first = 0; first < x.size(0); first += chunk) {
        const std::int64_t count = std::min(chunk, x.size(0) - first);
        writeUnfoldedChunk(x.narrow(0, first, count).squeeze(1), g.narrow(0, first, count).squeeze(1), weight.value,
                           geometry, {destination.rows.narrow(0, first, count), destination.accumulate});
    }
}

std::optional<at::Tensor> exactConvolution(const model::Interpreter::Step& step, const torch::jit::Stack& stack,
                                           const model::VmapLevel& level) {
    if (step.target != "aten::conv2d" || !step.overload.empty() || !model::isWrapped(stack[0].toTensor()) ||
        model::isWrapped(stack[1].toTensor()) || stack[0].toTensor().dim() != 4)
        return std::nullopt;
    const at::Tensor physical = model::unwrapped(stack[0].toTensor()), weight = stack[1].toTensor();
    const Geometry geometry = geometryOf(step, stack);
    const std::int64_t samples = physical.size(0), channels = weight.size(0), groups = geometry.groups;
    const at::Tensor x = physical.flatten(0, 1);
    const auto side = [&](std::size_t axis) {
        const auto dim = static_cast<std::int64_t>(axis) + 2;
        const std::int64_t reach = geometry.dilation[axis] * (weight.size(dim) - 1) + 1;
        return (x.size(dim) + 2 * geometry.padding[axis] - reach) / geometry.stride[axis] + 1;
    };
    const std::int64_t height = side(0), width = side(1), inner = weight.numel() / channels;
    at::Tensor out = at::empty({x.size(0), channels, height * width}, x.options());
    const std::int64_t bytes = inner * groups * height * width * static_cast<std::int64_t>(x.element_size());
    const std::int64_t chunk = std::max<std::int64_t>(1, kUnfoldedBytes / std::max<std::int64_t>(bytes, 1));
    const at::Tensor rows = weight.reshape({1, groups, channels / groups, inner});
    for (std::int64_t first = 0; first < x.size(0); first += chunk) {
        const std::int64_t count = std::min(chunk, x.size(0) - first);
        const at::Tensor columns =
            at::im2col(x.narrow(0, first, count), weight.sizes().slice(2), geometry.dilation, geometry.padding,
                       geometry.stride)
                .reshape({count, groups, inner, height * width});
        at::Tensor part = out.narrow(0, first, count);
        if (channels == groups) {
            at::sum_out(part, columns.mul(rows.reshape({1, groups, inner, 1})), 2);
            continue;
        }
        at::Tensor product = part.reshape({count * groups, channels / groups, height * width});
        at::bmm_out(product, rows.expand({count, groups, channels / groups, inner}).reshape({count * groups, channels / groups, inner}),
                    columns.reshape({count * groups, inner, height * width}));
    }
    if (!stack[2].isNone())
        out.add_(stack[2].toTensor().reshape({1, channels, 1}));
    return level.wrap(out.reshape({samples, x.size(0) / samples, channels, height, width}));
}

void productPerSample(const at::Tensor& a, const at::Tensor& b, const Destination& destination) {
    const std::int64_t stride = destination.rows.stride(0);
    at::Tensor out = destination.rows.as_strided({a.size(0), a.size(1), b.size(2)}, {stride, b.size(2), 1});
    if (destination.accumulate)
        out.baddbmm_(a, b);
    else
        at::bmm_out(out, a, b);
}

} // namespace lpntk::gradient
