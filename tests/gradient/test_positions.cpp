#include "oracle.h"

#include <core/gradient/position_signals_torch.h>
#include <core/gradient/signal_computer_torch.h>
#include <core/model/graph.h>
#include <core/model/network.h>
#include <core/model/parameters_torch.h>

#include <ATen/ATen.h>

#include <QtTest>

using namespace lpntk;
using namespace lpntk::tests;
using gradient::Positions;

namespace {

struct Shape {
    std::int64_t channels, outputs;
    Positions::Convolution geometry;

    Positions positions() const {
        Positions made = Positions::ofConvolution(geometry);
        made.inputDepth = channels;
        made.outputDepth = outputs;
        return made;
    }
};

const Shape kShapes[] = {{3, 5, {{4, 4}, {4, 4}, {3, 3}, {1, 1}, {1, 1}, {1, 1}}},
                         {2, 3, {{5, 4}, {3, 2}, {3, 3}, {2, 2}, {1, 1}, {1, 1}}},
                         {3, 2, {{5, 6}, {2, 3}, {1, 1}, {3, 2}, {0, 0}, {1, 1}}},
                         {2, 2, {{6, 5}, {4, 3}, {3, 2}, {1, 1}, {1, 0}, {2, 2}}}};

/// A network of one convolution, whose kernel is its own: pictures (channels, 4, 4), few positions and many channels.
std::shared_ptr<const model::Network> oneConvolution() {
    model::Graph graph;
    graph.input = graph.addValue(model::Value::Source::input, 0, "input");
    graph.parameters.push_back({"last.weight", {70, 42, 3, 3}, {model::Initialisation::Kind::uniform, 0.2}});
    graph.parameters.push_back({"last.bias", {70}, {model::Initialisation::Kind::uniform, 0.2}});
    const auto weight = graph.addValue(model::Value::Source::parameter, 0, "last.weight"),
               bias = graph.addValue(model::Value::Source::parameter, 1, "last.bias");
    const auto call = [&](const std::string& target, const std::string& overload,
                          std::vector<std::pair<std::string, model::Argument>> arguments) {
        const auto result = graph.addValue(model::Value::Source::result, 0, target);
        graph.nodes.push_back({target, overload, std::move(arguments), {result}, "", true});
        return result;
    };
    const auto convolved = call("aten::conv2d", "",
                                {{"input", graph.input},
                                 {"weight", weight},
                                 {"bias", bias},
                                 {"stride", std::vector<model::Size>{2, 2}},
                                 {"padding", std::vector<model::Size>{1, 1}}});
    const auto squared = call("aten::mul", "Tensor", {{"self", convolved}, {"other", convolved}});
    graph.output = call("aten::mean", "dim", {{"self", squared}, {"dim", std::vector<model::Size>{-1, -2}}});
    auto store = std::make_shared<model::ParameterStore>(model::ParameterStore::fromSeed(graph, 5));
    return model::Network::fromGraph("one convolution", std::make_shared<const model::Graph>(graph), store, {42, 4, 4},
                                     70);
}

at::Tensor oneConvolutionForward(const Weights& w, const at::Tensor& x) {
    const at::Tensor y =
        at::conv2d(x, w.at("last.weight"), w.at("last.bias"), at::IntArrayRef({2, 2}), at::IntArrayRef({1, 1}));
    return (y * y).mean({2, 3});
}

} // namespace

class TestPositions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// From the tables alone, the gradients of a weight as autograd has them.
    void meetWhatTheWeightMeets() {
        at::manual_seed(1);
        for (const Shape& shape : kShapes) {
            const auto& [input, output, kernel, stride, padding, dilation] = shape.geometry;
            const Positions positions = shape.positions();
            const at::Tensor x = at::randn({2, shape.channels, input[0], input[1]}, at::kDouble),
                             weight = at::randn({shape.outputs, shape.channels, kernel[0], kernel[1]}, at::kDouble),
                             g = at::randn({2, shape.outputs, output[0], output[1]}, at::kDouble);
            const at::Tensor pixels = x.flatten(2).transpose(1, 2).index_select(1, at::tensor(positions.pixels));
            const at::Tensor outputs = g.flatten(2).transpose(1, 2);
            const at::Tensor found = gradient::weightGradients(positions, pixels, outputs);
            for (std::int64_t n = 0; n < 2; ++n) {
                const at::Tensor expected = std::get<1>(
                    at::convolution_backward(g.narrow(0, n, 1), x.narrow(0, n, 1), weight, std::nullopt, stride,
                                             padding, dilation, false, {0, 0}, 1, {false, true, false}));
                QVERIFY(at::allclose(found[n], expected.flatten(), 1e-12, 1e-12));
                const double squared = gradient::squaredGradient(positions, pixels[n].contiguous().data_ptr<double>(),
                                                                 outputs[n].contiguous().data_ptr<double>());
                QVERIFY(std::fabs(squared / expected.square().sum().item<double>() - 1) < 1e-12);
            }
        }
    }

    void keepsOnlyPixelsThatAreMet() {
        const Positions strided = kShapes[2].positions();
        QCOMPARE(strided.inputs, std::int64_t{6});
        QCOMPARE(strided.pixels, (std::vector<std::int64_t>{0, 2, 4, 18, 20, 22}));
        QCOMPARE(strided.sumsPerPair(), std::int64_t{36});
        QCOMPARE(kShapes[0].positions().sumsPerPair(), std::int64_t{16 * 16 + 4 * 12 * 12 + 4 * 9 * 9});
        QCOMPARE(Positions::ofRows(5).met, (std::vector<std::int32_t>{0, 1, 2, 3, 4}));
    }

    /// The network's kernel by positions, against autograd in float64.
    void giveTheKernel() {
        const auto network = oneConvolution();
        at::manual_seed(2);
        const at::Tensor pictures = at::randn({5, 42, 4, 4});
        const std::vector<std::int64_t> labels{0, 3, 17, 3, 63};
        const gradient::TorchSignalComputer computer(network, gradient::SignalComputer::Grade::float64,
                                                     run::KernelKind::lpntk);
        QCOMPARE(computer.layers().size(), std::size_t{1});
        const auto& positions = computer.layers()[0].positions;
        QVERIFY(positions);
        QVERIFY(positions->bias);
        QCOMPARE(positions->outputs, std::int64_t{4});
        QVERIFY(positions->macsPerPair() < 70 * 42 * 9);
        const at::Tensor logits = oneConvolutionForward(weightsOf(*network), pictures.to(at::kDouble));
        const at::Tensor signals = oracleSignals(oneConvolutionForward, *network, pictures, lpntkSeeds(logits, labels));
        const at::Tensor expected = at::mm(signals, signals.t());
        QVERIFY(relativeError(kernelOf(*network, pictures, labels, true), expected) < 1e-12);
        QVERIFY(relativeError(kernelOf(*network, pictures, labels, false), expected) < 1e-5);
    }
};

QTEST_GUILESS_MAIN(TestPositions)
#include "test_positions.moc"
