#include <core/gradient/convolution_torch.h>

#include <core/gradient/exact_products_torch.h>

#include <algorithm>

namespace lpntk::gradient {

namespace {

/// Unfolded input held at a time, bytes: stays in the last-level cache, or keeps a card busy.
constexpr std::int64_t kUnfoldedBytes = std::int64_t{4} << 20, kUnfoldedDeviceBytes = std::int64_t{512} << 20;

/// Ways to the weight's gradients. Which is best was measured on shapes of ResNet, MobileNet, RegNet and ConvNeXt; the
/// slowest of them takes ten times as long on the wrong one.
enum class Way {
    product,  ///< pointwise: output gradient times input
    unfolded, ///< output gradient times unfolded input
    shifted,  ///< depthwise: one weighted sum per tap
    grouped,  ///< one library call with the samples as groups
    direct    ///< one library call per sample
};

/// From shapes alone, so that bits do not depend on the machine's load. x (N, pictures, C, H, W), g likewise.
Way wayFor(const at::Tensor& x, const at::Tensor& g, const at::Tensor& weight, const ConvolutionGeometry& geometry) {
    constexpr std::int64_t kFewPositions = 4, kManyPositions = 128, kShiftedPositions = 64, kSmallWeight = 65536;
    const std::int64_t positions = g.size(3) * g.size(4);
    const bool libraryIsFast = x.scalar_type() == at::kFloat;
    if (g.size(1) > 1)
        return Way::direct;
    if (geometry.isPointwise(weight))
        return Way::product;
    if (!x.is_cpu())
        return Way::unfolded; // few large launches
    if (geometry.isDepthwise(weight) && positions >= kShiftedPositions && (!libraryIsFast || weight.size(2) > 3))
        return Way::shifted;
    if (isSmallProduct(weight, geometry, positions))
        return Way::unfolded; // a small product takes OpenBLAS a microsecond, and a call of libtorch twenty
    const bool worthACall = positions >= (geometry.groups == 1 ? kManyPositions : kFewPositions + 1);
    if (!libraryIsFast || !worthACall)
        return Way::unfolded;
    return weight.numel() <= kSmallWeight ? Way::grouped : Way::direct;
}

/// Schema lists of one number stand for both axes.
std::vector<std::int64_t> pair(const c10::IValue& value) {
    std::vector<std::int64_t> list = value.toIntVector();
    if (list.size() == 1)
        list.push_back(list.front());
    return list;
}

/// (N, pictures per sample, C, H, W).
at::Tensor asPictures(const at::Tensor& tensor) {
    return tensor.reshape({tensor.size(0), -1, tensor.size(-3), tensor.size(-2), tensor.size(-1)});
}

at::Tensor libraryGradient(const at::Tensor& x, const at::Tensor& g, const at::Tensor& weight,
                           const ConvolutionGeometry& geometry, std::int64_t groups) {
    return std::get<1>(at::convolution_backward(g, x, weight, std::nullopt, geometry.stride, geometry.padding,
                                                geometry.dilation, false, {0, 0}, groups, {false, true, false}));
}

void writeDirect(const at::Tensor& x, const at::Tensor& g, const at::Tensor& weight,
                 const ConvolutionGeometry& geometry, const Destination& destination) {
    for (std::int64_t n = 0; n < x.size(0); ++n)
        destination.narrow(n, 1).put(libraryGradient(x[n], g[n], weight, geometry, geometry.groups));
}

void writeGrouped(const at::Tensor& x, const at::Tensor& g, const at::Tensor& weight,
                  const ConvolutionGeometry& geometry, const Destination& destination) {
    const std::int64_t samples = x.size(0);
    const auto asGroups = [](const at::Tensor& tensor) {
        return tensor.reshape({1, -1, tensor.size(-2), tensor.size(-1)});
    };
    std::vector<std::int64_t> repeats(4, 1);
    repeats[0] = samples;
    destination.put(
        libraryGradient(asGroups(x), asGroups(g), weight.repeat(repeats), geometry, samples * geometry.groups));
}

void writeShifted(const at::Tensor& x, const at::Tensor& g, const at::Tensor& weight,
                  const ConvolutionGeometry& geometry, const Destination& destination) {
    const at::Tensor padded = geometry.pad(x.squeeze(1)), gradient = g.squeeze(1);
    const std::int64_t height = weight.size(2), width = weight.size(3), channels = weight.size(0);
    at::Tensor sums = at::empty({x.size(0), channels, height, width}, x.options());
    for (std::int64_t row = 0; row < height; ++row) {
        for (std::int64_t column = 0; column < width; ++column) {
            const at::Tensor met = geometry.window(padded, row, column, gradient.size(2), gradient.size(3));
            sums.select(3, column).select(2, row).copy_((gradient * met).sum({2, 3}));
        }
    }
    destination.put(sums);
}

void writeUnfolded(const at::Tensor& x, const at::Tensor& g, const at::Tensor& weight,
                   const ConvolutionGeometry& geometry, const Destination& destination) {
    const std::int64_t samples = x.size(0), groups = geometry.groups;
    const at::Tensor columns = unfolded(x, g.sizes().slice(2), weight, geometry);
    if (groups == 1) {
        productPerSample(g.flatten(2), columns.transpose(1, 2), destination);
        return;
    }
    destination.put(at::bmm(g.reshape({samples * groups, weight.size(0) / groups, -1}),
                            columns.reshape({samples * groups, columns.size(1) / groups, -1}).transpose(1, 2)));
}

} // namespace

ConvolutionGeometry ConvolutionGeometry::of(const model::Interpreter::Step& step, const torch::jit::Stack& stack) {
    const auto argument = [&](const char* name) -> const c10::IValue& { return stack[step.position(name)]; };
    return {pair(argument("stride")), pair(argument("padding")), pair(argument("dilation")),
            argument("groups").toInt()};
}

bool ConvolutionGeometry::isPointwise(const at::Tensor& weight) const {
    const auto all = [](const std::vector<std::int64_t>& values, std::int64_t wanted) {
        return std::all_of(values.begin(), values.end(), [&](std::int64_t value) { return value == wanted; });
    };
    return groups == 1 && weight.size(2) == 1 && weight.size(3) == 1 && all(stride, 1) && all(padding, 0);
}

bool ConvolutionGeometry::isDepthwise(const at::Tensor& weight) const {
    return groups > 1 && weight.size(0) == groups && weight.size(1) == 1;
}

std::int64_t ConvolutionGeometry::outputSide(std::size_t axis, std::int64_t input, const at::Tensor& weight) const {
    const std::int64_t reach = dilation[axis] * (weight.size(static_cast<std::int64_t>(axis) + 2) - 1) + 1;
    return (input + 2 * padding[axis] - reach) / stride[axis] + 1;
}

at::Tensor ConvolutionGeometry::window(const at::Tensor& padded, std::int64_t row, std::int64_t column,
                                       std::int64_t height, std::int64_t width) const {
    const std::int64_t top = row * dilation[0], left = column * dilation[1];
    return padded.slice(2, top, top + (height - 1) * stride[0] + 1, stride[0])
        .slice(3, left, left + (width - 1) * stride[1] + 1, stride[1]);
}

Windows ConvolutionGeometry::windows(at::IntArrayRef picture, std::int64_t channels, at::IntArrayRef kernel,
                                     at::IntArrayRef output) const {
    const auto size = [](std::int64_t number) { return static_cast<std::size_t>(number); };
    return {size(picture[0]), size(picture[1]), size(channels),  size(output[0]),   size(output[1]),  size(kernel[0]),
            size(kernel[1]),  size(stride[0]),  size(stride[1]), size(dilation[0]), size(dilation[1])};
}

at::Tensor ConvolutionGeometry::pad(const at::Tensor& pictures) const {
    return padding[0] == 0 && padding[1] == 0
               ? pictures
               : at::constant_pad_nd(pictures, {padding[1], padding[1], padding[0], padding[0]});
}

bool isSmallProduct(const at::Tensor& weight, const ConvolutionGeometry& geometry, std::int64_t positions) {
    constexpr std::int64_t kCachedBytes = 160 << 10;
    const std::int64_t bytes =
        weight.numel() / weight.size(0) * positions * static_cast<std::int64_t>(weight.element_size());
    return geometry.groups == 1 && bytes <= kCachedBytes && !exactProducts().empty();
}

bool isPlainConvolution(const Use& use) {
    const auto& step = *use.step;
    if (!step.overload.empty() || (step.target != "aten::conv2d" && step.target != "aten::convolution"))
        return false;
    const Operand* weight = weightOf(use);
    if (!weight || weight->value.dim() != 4)
        return false;
    return step.target == "aten::conv2d" || !use.arguments[step.position("transposed")].toBool();
}

void writeConvolution(const Use& use, const Destinations& destinations) {
    const at::Tensor& weight = weightOf(use)->value;
    const auto found = destinations.find(weightOf(use)->id);
    if (found == destinations.end())
        return;
    const Destination& destination = found->second;
    const ConvolutionGeometry geometry = ConvolutionGeometry::of(*use.step, use.arguments);
    const at::Tensor x = asPictures(inputOf(use)->value);
    const at::Tensor g = asPictures(use.outputGradients[0]);
    switch (wayFor(x, g, weight, geometry)) {
    case Way::product:
        productPerSample(g.squeeze(1).flatten(2), x.squeeze(1).flatten(2).transpose(1, 2), destination);
        return;
    case Way::shifted:
        writeShifted(x, g, weight, geometry, destination);
        return;
    case Way::grouped:
        writeGrouped(x, g, weight, geometry, destination);
        return;
    case Way::direct:
        writeDirect(x, g, weight, geometry, destination);
        return;
    case Way::unfolded:
        break;
    }
    const std::int64_t unfolded = weight.numel() / weight.size(0) * geometry.groups * g.size(3) * g.size(4) *
                                  static_cast<std::int64_t>(x.element_size());
    const std::int64_t chunk = std::max<std::int64_t>(1, (x.is_cpu() ? kUnfoldedBytes : kUnfoldedDeviceBytes) / std::max<std::int64_t>(unfolded, 1));
    for (std::int64_t first = 0; first < x.size(0); first += chunk) {
        const std::int64_t count = std::min(chunk, x.size(0) - first);
        writeUnfolded(x.narrow(0, first, count).squeeze(1), g.narrow(0, first, count).squeeze(1), weight, geometry,
                      destination.narrow(first, count));
    }
}

at::Tensor unfolded(const at::Tensor& x, at::IntArrayRef output, const at::Tensor& weight,
                    const ConvolutionGeometry& geometry) {
    if (!x.is_cpu() || (x.scalar_type() != at::kFloat && x.scalar_type() != at::kDouble))
        return at::im2col(x, weight.sizes().slice(2), geometry.dilation, geometry.padding, geometry.stride);
    const PlaneWindows windows{geometry.windows(x.sizes().slice(2), x.size(1), weight.sizes().slice(2), output),
                               static_cast<std::size_t>(geometry.padding[0]),
                               static_cast<std::size_t>(geometry.padding[1])};
    const auto count = static_cast<std::size_t>(x.size(0));
    const at::Tensor pictures = x.contiguous();
    const at::Tensor columns =
        at::empty({x.size(0), x.size(1) * weight.size(2) * weight.size(3), output[0] * output[1]}, x.options());
    if (x.scalar_type() == at::kFloat)
        unfoldPlanes(pictures.const_data_ptr<float>(), count, windows, columns.mutable_data_ptr<float>());
    else
        unfoldPlanes(pictures.const_data_ptr<double>(), count, windows, columns.mutable_data_ptr<double>());
    return columns;
}

void productPerSample(const at::Tensor& a, const at::Tensor& b, const Destination& destination) {
    const std::int64_t stride = destination.rows.stride(0);
    multiplyEach(a, b, destination.rows.as_strided({a.size(0), a.size(1), b.size(2)}, {stride, b.size(2), 1}),
                 destination.accumulate);
}

} // namespace lpntk::gradient
