#include "oracle.h"

#include <core/base/error.h>
#include <core/gradient/exact_products_torch.h>
#include <core/gradient/signal_computer_torch.h>
#include <core/model/graph.h>
#include <core/model/network.h>
#include <core/model/parameters_torch.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <QtTest>

#include <cmath>
#include <thread>

using namespace lpntk;
using namespace lpntk::tests;
using model::Argument;
using model::Graph;
using model::Size;
using model::Value;
using model::ValueId;

namespace {

using Arguments = std::vector<std::pair<std::string, Argument>>;

/// Writes a Graph by hand.
struct Writer {
    Graph graph;

    Writer() { graph.input = graph.addValue(Value::Source::input, 0, "input"); }
    ValueId parameter(const std::string& name, std::vector<std::int64_t> shape) {
        graph.parameters.push_back({name, std::move(shape), {model::Initialisation::Kind::uniform, 0.7}});
        return graph.addValue(Value::Source::parameter, static_cast<std::int64_t>(graph.parameters.size()) - 1, name);
    }
    ValueId call(const std::string& target, const std::string& overload, Arguments arguments) {
        const ValueId result = graph.addValue(Value::Source::result, 0, target);
        graph.nodes.push_back({target, overload, std::move(arguments), {result}, "", true});
        return result;
    }
    std::shared_ptr<const model::Network> network(ValueId output, data::ImageShape shape, int classes) {
        graph.output = output;
        auto store = std::make_shared<model::ParameterStore>(model::ParameterStore::fromSeed(graph, 5));
        return model::Network::fromGraph("hand-made", std::make_shared<const Graph>(graph), store, shape, classes);
    }
};

std::vector<Size> sizes(std::initializer_list<std::int64_t> values) {
    return {values.begin(), values.end()};
}

/// Parameters of exotic uses: tied weights, a derived weight, a shared bias, grouped and dilated convolutions, rows in
/// a linear layer, layer norm, a plain scale, a list, a computed batch size and a list of results.
std::shared_ptr<const model::Network> exotic() {
    Writer w;
    const ValueId stem = w.parameter("stem.weight", {4, 2, 3, 3}), bias = w.parameter("shared.bias", {4});
    const ValueId grouped = w.parameter("grouped.weight", {4, 2, 3, 3});
    const ValueId tied = w.parameter("tied.weight", {5, 5}), gain = w.parameter("norm.weight", {5});
    const ValueId shift = w.parameter("norm.bias", {5}), token = w.parameter("token", {1, 1, 5});
    const ValueId scale = w.parameter("scale", {5}), head = w.parameter("head.weight", {3, 5});
    const ValueId raw = w.parameter("raw", {4, 4});
    ValueId x = w.call("aten::conv2d", "",
                       {{"input", w.graph.input},
                        {"weight", stem},
                        {"bias", bias},
                        {"stride", sizes({2, 1})},
                        {"padding", sizes({1, 1})}});
    x = w.call("aten::tanh", "", {{"self", x}});
    x = w.call("aten::conv2d", "",
               {{"input", x},
                {"weight", grouped},
                {"bias", bias},
                {"padding", sizes({2})},
                {"dilation", sizes({2, 2})},
                {"groups", std::int64_t{2}}});
    const ValueId batch = w.call("aten::sym_size", "int", {{"self", x}, {"dim", std::int64_t{0}}});
    x = w.call("aten::view", "", {{"self", x}, {"size", std::vector<Size>{batch, std::int64_t{-1}, std::int64_t{4}}}});
    // A weight that is computed from a parameter.
    const ValueId square = w.call("aten::mul", "Tensor", {{"self", raw}, {"other", raw}});
    const ValueId derived = w.call("aten::add", "Tensor", {{"self", square}, {"other", 0.5}});
    x = w.call("aten::matmul", "", {{"self", x}, {"other", derived}});
    const ValueId padded = w.call("aten::constant_pad_nd", "", {{"self", x}, {"pad", sizes({0, 1})}, {"value", 1.0}});
    const ValueId tokens = w.call(
        "aten::expand", "", {{"self", token}, {"size", std::vector<Size>{batch, std::int64_t{-1}, std::int64_t{-1}}}});
    x = w.call("aten::cat", "", {{"tensors", std::vector<ValueId>{tokens, padded}}, {"dim", std::int64_t{1}}});
    x = w.call("aten::linear", "", {{"input", x}, {"weight", tied}});
    x = w.call("aten::layer_norm", "",
               {{"input", x}, {"normalized_shape", sizes({5})}, {"weight", gain}, {"bias", shift}});
    x = w.call("aten::gelu", "", {{"self", x}});
    x = w.call("aten::linear", "", {{"input", x}, {"weight", tied}});
    x = w.call("aten::mul", "Tensor", {{"self", x}, {"other", scale}});
    x = w.call("aten::mean", "dim", {{"self", x}, {"dim", sizes({1})}});
    x = w.call("aten::linear", "", {{"input", x}, {"weight", head}});
    return w.network(x, {2, 7, 6}, 3);
}

at::Tensor exoticForward(const Weights& w, const at::Tensor& pictures) {
    at::Tensor x = at::tanh(at::conv2d(pictures, w.at("stem.weight"), w.at("shared.bias"), {2, 1}, {1, 1}));
    x = at::conv2d(x, w.at("grouped.weight"), w.at("shared.bias"), {1, 1}, {2, 2}, {2, 2}, 2);
    x = at::matmul(x.reshape({x.size(0), -1, 4}), w.at("raw") * w.at("raw") + 0.5);
    x = at::cat({x, at::ones({x.size(0), x.size(1), 1}, x.options())}, 2);
    x = at::matmul(at::cat({w.at("token").expand({x.size(0), 1, 5}), x}, 1), w.at("tied.weight").t());
    x = at::gelu(at::layer_norm(x, {5}, w.at("norm.weight"), w.at("norm.bias")));
    x = at::matmul(x, w.at("tied.weight").t()) * w.at("scale");
    return at::matmul(x.mean(1), w.at("head.weight").t());
}

at::Tensor pictures(std::int64_t count, data::ImageShape shape) {
    return at::randn({count, shape.channels, shape.height, shape.width},
                     at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{4}));
}

std::span<const float> pixels(const at::Tensor& tensor) {
    return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

using Grade = gradient::SignalComputer::Grade;

/// (N, numel) for each parameter of the graph.
std::vector<at::Tensor> parameterGradients(const gradient::TorchSignalComputer& computer, const model::Network& network,
                                           std::span<const float> inputs, std::span<const std::int64_t> labels) {
    const gradient::SampleGradients signals = computer.gradientsOf(inputs, labels);
    std::vector<at::Tensor> gradients;
    for (std::size_t i = 0; i < network.graph().parameters.size(); ++i) {
        std::vector<at::Tensor> samples;
        for (std::size_t sample = 0; sample < labels.size(); ++sample)
            samples.push_back(signals.of(i, static_cast<std::int64_t>(sample)));
        gradients.push_back(at::stack(samples));
    }
    return gradients;
}

} // namespace

class TestCapture : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void exoticParametersAgainstOracle();
    void sharedParametersAreOneLayer();
    void severalPicturesPerSample();
    void roundingDecidesNoJumps();
    void kindsSeedAsTheySay();
    void threadsGiveTheSameBits();
    void workingMemoryGrowsWithTheBatch();
    void wrongInputIsRefused();
    void trainingModeIsRefused();
};

void TestCapture::exoticParametersAgainstOracle() {
    const auto network = exotic();
    QVERIFY(gradient::checkGradients(*network) < 1e-12);
    const at::Tensor x = pictures(6, network->input());
    const std::vector<std::int64_t> labels{0, 1, 2, 2, 1, 0};
    const at::Tensor phi =
        oracleSignals(exoticForward, *network, x, lpntkSeeds(at::zeros({6, 3}, at::kDouble), labels));
    const at::Tensor expected = at::mm(phi, phi.t());
    const double error64 = relativeError(kernelOf(*network, x, labels, true), expected);
    QVERIFY2(error64 < 1e-10, qPrintable(QString::number(error64)));
    const double error32 = cosineError(kernelOf(*network, x, labels, false), expected);
    QVERIFY2(error32 < 2e-6, qPrintable(QString::number(error32)));
}

void TestCapture::sharedParametersAreOneLayer() {
    const auto computer = gradient::SignalComputer::create(exotic(), Grade::float32, run::KernelKind::lpntk);
    std::int64_t parameters = 0;
    QStringList names;
    for (const auto& layer : computer->layers()) {
        parameters += layer.parameters;
        names << QString::fromStdString(layer.name);
        QCOMPARE(layer.implicit, layer.name == "head");
        QCOMPARE(layer.rightWidth == 0, !layer.implicit);
    }
    QCOMPARE(parameters, exotic()->info().parameters);
    for (const char* name : {"stem", "shared.bias", "grouped", "raw", "token", "tied.weight", "norm", "scale", "head"})
        QCOMPARE(names.count(name), 1);
}

/// A convolution over patches: each sample holds several pictures by the time it comes.
void TestCapture::severalPicturesPerSample() {
    Writer w;
    const ValueId weight = w.parameter("patch.weight", {3, 1, 2, 2}), bias = w.parameter("patch.bias", {3});
    ValueId x = w.call("aten::reshape", "", {{"self", w.graph.input}, {"shape", sizes({-1, 1, 4, 4})}});
    x = w.call("aten::conv2d", "", {{"input", x}, {"weight", weight}, {"bias", bias}});
    x = w.call("aten::reshape", "", {{"self", x}, {"shape", sizes({-1, 3, 9, 3})}});
    x = w.call("aten::sin", "", {{"self", x}});
    x = w.call("aten::sum", "dim_IntList", {{"self", x}, {"dim", sizes({2, 3})}});
    const auto network = w.network(x, {3, 4, 4}, 3);
    QVERIFY(network->info().logitError < 1e-5);
    QVERIFY(gradient::checkGradients(*network) < 1e-12);
}

/// Pictures of 1e8, 1, -1e8 and 2^-30: float32 takes the sum of the first three for 0 and not 1, so that a ReLU lets no
/// gradient through; and 1 + 2^-30 for 1, so that the other one of two values is the larger.
void TestCapture::roundingDecidesNoJumps() {
    Writer w;
    const ValueId gain = w.parameter("gain", {1}), pair = w.parameter("pair", {2}), head = w.parameter("head", {2, 2});
    const auto pixel = [&](std::int64_t index) {
        return w.call("aten::slice", "Tensor",
                      {{"self", w.graph.input}, {"dim", std::int64_t{3}}, {"start", index}, {"end", index + 1}});
    };
    const auto add = [&](ValueId a, ValueId b) { return w.call("aten::add", "Tensor", {{"self", a}, {"other", b}}); };
    const ValueId one = add(add(pixel(0), pixel(1)), pixel(2));
    const ValueId lit = w.call("aten::relu", "", {{"self", w.call("aten::mul", "Tensor", {{"self", one}, {"other", gain}})}});
    const ValueId both = w.call(
        "aten::cat", "", {{"tensors", std::vector<ValueId>{pixel(1), add(pixel(1), pixel(3))}}, {"dim", std::int64_t{3}}});
    const ValueId scaled = w.call("aten::mul", "Tensor", {{"self", both}, {"other", pair}});
    const ValueId larger = w.call("aten::max_pool2d", "", {{"self", scaled}, {"kernel_size", sizes({1, 2})}});
    const ValueId x = w.call("aten::cat", "", {{"tensors", std::vector<ValueId>{lit, larger}}, {"dim", std::int64_t{3}}});
    w.graph.output = w.call("aten::linear", "", {{"input", w.call("aten::flatten", "using_ints", {{"self", x}, {"start_dim", std::int64_t{1}}})}, {"weight", head}});
    auto store = std::make_shared<model::ParameterStore>(model::ParameterStore::fromSeed(w.graph, 5));
    store->parameters[0].fill_(0.5);
    store->parameters[1].fill_(0.5);
    const auto network =
        model::Network::fromGraph("jumps", std::make_shared<const Graph>(w.graph), store, {1, 1, 4}, 2);

    std::vector<float> inputs;
    for (int sample = 0; sample < 3; ++sample)
        inputs.insert(inputs.end(), {1e8F, 1.0F, -1e8F, std::ldexp(1.0F, -30)});
    const std::vector<std::int64_t> labels{0, 1, 0};
    const auto gradients = [&](Grade grade) {
        return parameterGradients(gradient::TorchSignalComputer(network, grade, run::KernelKind::lpntk), *network,
                                  inputs, labels);
    };
    const auto exact = gradients(Grade::float64), found = gradients(Grade::float32);
    QVERIFY((exact[0] != 0).all().item<bool>());
    QVERIFY((exact[1].select(1, 0) == 0).all().item<bool>());
    for (std::size_t i = 0; i < exact.size(); ++i)
        QVERIFY2(at::allclose(found[i].to(at::kDouble), exact[i], 1e-6, 1e-9), std::to_string(i).c_str());
    const auto capture = [&](Grade grade) {
        return std::string(gradient::SignalComputer::create(network, grade, run::KernelKind::lpntk)->capture());
    };
    const std::string by = gradient::exactProducts().empty() ? "" : " by " + gradient::exactProducts();
    QCOMPARE(capture(Grade::float32), "guided" + by);
    QCOMPARE(capture(Grade::float64), "float64" + by);
    QCOMPARE(std::string(gradient::SignalComputer::create(exotic(), Grade::float32, run::KernelKind::lpntk)->capture()),
             "float32" + by);
}

void TestCapture::kindsSeedAsTheySay() {
    const auto network = model::Network::load({"lenet5", {}, 2}, {1, 28, 28}, 10);
    const at::Tensor x = pictures(3, network->input());
    const std::vector<std::int64_t> labels{3, 0, 9};
    const at::Tensor logits = lenet5Forward(weightsOf(*network), x.to(at::kDouble)).detach();
    at::Tensor loss = at::softmax(logits, 1);
    for (std::int64_t i = 0; i < 3; ++i)
        loss[i][labels[static_cast<std::size_t>(i)]] -= 1;
    const std::pair<run::KernelKind, at::Tensor> kinds[] = {
        {run::KernelKind::lpntk, lpntkSeeds(logits, labels)},
        {run::KernelKind::pntk, at::ones_like(logits) / std::sqrt(10.0)},
        {run::KernelKind::loss, loss}};
    for (const auto& [kind, seeds] : kinds) {
        const gradient::TorchSignalComputer computer(network, Grade::float64, kind);
        const at::Tensor found = at::cat(parameterGradients(computer, *network, pixels(x), labels), 1);
        const at::Tensor expected = oracleSignals(lenet5Forward, *network, x, seeds);
        QVERIFY2(relativeError(found, expected) < 1e-10, run::nameOf(kind));
    }
}

void TestCapture::threadsGiveTheSameBits() {
    const auto network = model::Network::load({"lenet5", {}, 2}, {1, 28, 28}, 10);
    const gradient::TorchSignalComputer computer(network, Grade::float32, run::KernelKind::lpntk);
    const at::Tensor x = pictures(32, network->input());
    const std::vector<std::int64_t> labels(32, 4);
    constexpr int kThreads = 2, kRepeats = 4;
    std::vector<std::vector<at::Tensor>> results(kThreads * kRepeats);
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < kThreads; ++t)
            threads.emplace_back([&, t] {
                at::set_num_threads(1);
                for (int r = 0; r < kRepeats; ++r)
                    results[static_cast<std::size_t>(t * kRepeats + r)] =
                        parameterGradients(computer, *network, pixels(x), labels);
            });
    }
    for (const auto& result : results) {
        for (std::size_t i = 0; i < result.size(); ++i)
            QVERIFY(at::equal(result[i], results[0][i]));
    }
}

void TestCapture::workingMemoryGrowsWithTheBatch() {
    const auto network = model::Network::load({"lenet5", {}, 2}, {1, 28, 28}, 10);
    const auto computer = gradient::SignalComputer::create(network, Grade::float32, run::KernelKind::lpntk);
    QVERIFY(computer->workingBytes(256) > computer->workingBytes(128));
    // At least the activations of the first convolution, and not absurdly more.
    QVERIFY(computer->workingBytes(128) > 128 * 6 * 784 * 4);
    QVERIFY(computer->workingBytes(128) < std::int64_t{256} << 20);
    const std::int64_t batch = computer->batchFor(std::int64_t{100} << 20);
    QVERIFY(computer->workingBytes(batch) <= std::int64_t{100} << 20);
    QCOMPARE(computer->batchFor(1), std::int64_t{1});
}

void TestCapture::wrongInputIsRefused() {
    const auto network = model::Network::load({"mlp", {}, 2}, {1, 4, 4}, 3);
    const gradient::TorchSignalComputer computer(network, Grade::float32, run::KernelKind::lpntk);
    const std::vector<float> x(32);
    const gradient::SignalBuffers buffers(computer.layers(), 2, at::kFloat);
    std::vector<float> logits(6);
    using Labels = std::vector<std::int64_t>;
    computer.compute(x, Labels{0, 2}, buffers.targets(), logits);
    QVERIFY_EXCEPTION_THROWN(computer.compute(x, Labels{0, 3}, buffers.targets(), logits), base::ShapeError);
    QVERIFY_EXCEPTION_THROWN(computer.compute(x, Labels{0, -1}, buffers.targets(), logits), base::ShapeError);
    QVERIFY_EXCEPTION_THROWN(computer.compute(x, Labels{0}, buffers.targets(), logits), base::ShapeError);
    QVERIFY_EXCEPTION_THROWN(computer.compute(x, Labels{0, 1}, buffers.targets().first(1), logits), base::ShapeError);
    QVERIFY_EXCEPTION_THROWN(computer.compute(x, Labels{0, 1}, buffers.targets(), std::span(logits).first(5)),
                             base::ShapeError);
}

void TestCapture::trainingModeIsRefused() {
    Writer w;
    const ValueId weight = w.parameter("fc.weight", {3, 4});
    ValueId x = w.call("aten::flatten", "using_ints", {{"self", w.graph.input}, {"start_dim", std::int64_t{1}}});
    x = w.call("aten::dropout", "", {{"input", x}, {"p", 0.0}, {"train", true}});
    x = w.call("aten::linear", "", {{"input", x}, {"weight", weight}});
    const auto create = [&] {
        gradient::SignalComputer::create(w.network(x, {1, 2, 2}, 3), Grade::float32, run::KernelKind::lpntk);
    };
    QVERIFY_EXCEPTION_THROWN(create(), base::ShapeError);
}

QTEST_GUILESS_MAIN(TestCapture)
#include "test_capture.moc"
