#include <core/kernel/check.h>

#include <core/gradient/position_signals_torch.h>
#include <core/kernel/audit.h>
#include <core/kernel/device.h>
#include <core/kernel/products.h>
#include <core/model/accelerator_torch.h>
#include <core/model/network.h>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>

#include <cmath>
#include <vector>

namespace lpntk::kernel {

namespace {

using gradient::SignalComputer;
using run::Precision;

at::Generator generator() { return at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{7}); }

/// Largest difference of cosines between two kernels of `rows` samples, on and above the diagonal.
double cosineError(std::span<const double> found, std::span<const double> expected, std::int64_t rows) {
    const auto cosine = [&](std::span<const double> kappa, std::int64_t i, std::int64_t j) {
        const auto entry = [&](std::int64_t a, std::int64_t b) { return kappa[static_cast<std::size_t>(a * rows + b)]; };
        return entry(i, j) / std::sqrt(entry(i, i) * entry(j, j));
    };
    double worst = 0;
    for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t j = i; j < rows; ++j) {
            const double difference = std::fabs(cosine(found, i, j) - cosine(expected, i, j));
            worst = std::isfinite(difference) ? std::max(worst, difference) : 1e300;
        }
    }
    return worst;
}

std::vector<double> contracted(const Device& device, const SignalRows& rows, std::int64_t count,
                               const base::JobContext& context) {
    std::vector<double> kappa(static_cast<std::size_t>(count * count));
    device.worker()->contract(rows, count, rows, count, context, kappa);
    return kappa;
}

/// Products of signals that are made up: an explicit layer over several column chunks, an implicit one, and one at the
/// positions of a convolution.
double productError(const std::string& name, const Arithmetic& arithmetic, const base::JobContext& context) {
    constexpr std::int64_t rows = 128, wide = 9000, left = 300, right = 40;
    gradient::Positions convolution =
        gradient::Positions::ofConvolution({{3, 3}, {2, 2}, {3, 3}, {2, 2}, {1, 1}, {1, 1}});
    convolution.inputDepth = 32;
    convolution.outputDepth = 16;
    convolution.bias = true;
    std::vector<gradient::SignalLayer> layers(3);
    layers[0].leftWidth = wide;
    layers[1] = {"", "", true, left * right, left, right};
    const at::Generator random = generator();
    // Samples of very different length, as gradients are.
    const at::Tensor length = at::exp(at::randn({rows, 1}, random, at::kDouble) * 4);
    const at::Tensor
        a = (at::randn({rows, wide}, random, at::kDouble) * length).to(at::kFloat),
        b = (at::randn({rows, left}, random, at::kDouble) * length).to(at::kFloat),
        c = (at::randn({rows, right}, random, at::kDouble) / length).to(at::kFloat),
        x = at::randn({rows, convolution.inputs, convolution.inputDepth}, random, at::kDouble).to(at::kFloat),
        g = (at::randn({rows, convolution.outputs, convolution.outputDepth}, random, at::kDouble) * length.unsqueeze(2))
                .to(at::kFloat);
    layers[2] = {"", "", true, 0, x[0].numel(), g[0].numel()};
    layers[2].positions = std::make_shared<const gradient::Positions>(convolution);
    const auto device = makeDevice(name, arithmetic, layers);
    const auto signals = device->allocate(rows);
    const auto targets = signals->targets(0, rows);
    const at::TensorOptions options =
        at::TensorOptions(arithmetic.precision == Precision::fp64 ? at::kDouble : at::kFloat)
            .device(model::openDevice(name));
    const auto put = [&](void* to, std::int64_t stride, const at::Tensor& from) {
        at::from_blob(to, from.sizes(), {stride, 1}, options).copy_(from);
    };
    put(targets[0].left, targets[0].leftStride, a);
    put(targets[1].left, targets[1].leftStride, b);
    put(targets[1].right, targets[1].rightStride, c);
    put(targets[2].left, targets[2].leftStride, x.flatten(1));
    put(targets[2].right, targets[2].rightStride, g.flatten(1));
    std::vector<double> self(rows);
    signals->keep(0, self);
    const auto gram = [](const at::Tensor& of) { return at::mm(of.to(at::kDouble), of.to(at::kDouble).t()); };
    const at::Tensor weights = gradient::weightGradients(convolution, x.to(at::kDouble), g.to(at::kDouble)),
                     biases = g.to(at::kDouble).sum(1);
    const at::Tensor expected = (gram(a) + gram(b) * gram(c) + gram(weights) + gram(biases)).contiguous();
    return cosineError(contracted(*device, *signals, rows, context),
                       {expected.const_data_ptr<double>(), static_cast<std::size_t>(expected.numel())}, rows);
}

/// Kernel of a few random pictures.
std::vector<double> kernelOf(const std::shared_ptr<const model::Network>& network, const std::string& name,
                             const Arithmetic& arithmetic, const at::Tensor& pictures,
                             const base::JobContext& context) {
    const std::int64_t rows = pictures.size(0);
    const auto computer = SignalComputer::create(network, gradeOf(arithmetic.precision), run::KernelKind::lpntk, name);
    const auto device = makeDevice(name, arithmetic, computer->layers());
    const auto signals = device->allocate(rows);
    std::vector<std::int64_t> labels;
    for (std::int64_t row = 0; row < rows; ++row)
        labels.push_back(row % network->classes());
    computer->compute({pictures.const_data_ptr<float>(), static_cast<std::size_t>(pictures.numel())}, labels,
                      signals->targets(0, rows), {});
    std::vector<double> self(static_cast<std::size_t>(rows));
    signals->keep(0, self);
    return contracted(*device, *signals, rows, context);
}

std::vector<std::string> backendsOf(const std::string& device, Precision precision) {
    if (!hasBackends(device, precision))
        return {"mm"};
    std::vector<std::string> names;
    for (const Products* products : knownProducts())
        names.push_back(products->name());
    return names;
}

struct Example {
    const char* model;
    data::ImageShape input;
};

void addNetwork(engine::CheckReport& report, const Example& example, const std::vector<Precision>& precisions,
                const base::JobContext& context) {
    constexpr std::int64_t rows = 6;
    const auto network = model::Network::load({example.model, {}, 0}, example.input, 10, context);
    const at::Tensor pictures = at::randn({rows, example.input.channels, example.input.height, example.input.width},
                                          generator());
    const std::vector<double> expected = kernelOf(network, "cpu", {Precision::fp64}, pictures, context);
    for (const Precision precision : precisions) {
        context.throwIfCancelled();
        const std::vector<double> found =
            kernelOf(network, report.device, {precision, kColumnChunk, usualBackend(report.device, precision)},
                     pictures, context);
        report.lines.push_back({fmt::format("kernel of {}", example.model), run::nameOf(precision),
                                cosineError(found, expected, rows), promisedCosineError(precision), 0});
    }
}

} // namespace

engine::CheckReport checkDevice(const std::string& device, const base::JobContext& context) {
    const OneThread one;
    engine::CheckReport report;
    report.device = device;
    report.description = model::describeDevice(model::openDevice(device));
    const std::vector<Precision> precisions =
        device == "cpu" ? std::vector{Precision::fp32, Precision::fp64}
                        : std::vector{Precision::fp16, Precision::fp16x3, Precision::tf32, Precision::fp32, Precision::fp64};
    for (const Precision precision : precisions) {
        for (const std::string& backend : backendsOf(device, precision)) {
            context.throwIfCancelled();
            const Arithmetic arithmetic{precision, kColumnChunk, backend};
            const double rate = makeDevice(device, arithmetic, {})->probeRate();
            report.lines.push_back({backend == "mm" ? "matrix products" : "matrix products, " + backend,
                                    run::nameOf(precision), productError(device, arithmetic, context),
                                    promisedCosineError(precision), 2 * rate});
        }
    }
    constexpr Example examples[] = {{"lenet5", {1, 28, 28}},        {"resnet20", {3, 32, 32}},
                                    {"resnet18-nobn", {3, 32, 32}}, {"vgg11-bn-cifar", {3, 32, 32}},
                                    {"convnet", {3, 32, 32}},       {"resnet18", {3, 64, 64}}};
    double done = 0;
    for (const Example& example : examples) {
        context.progress("check", done++, static_cast<double>(std::size(examples)), "networks");
        addNetwork(report, example, precisions, context);
    }
    return report;
}

} // namespace lpntk::kernel
