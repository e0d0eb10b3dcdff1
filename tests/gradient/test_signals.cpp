#include "oracle.h"

#include <core/gradient/signals.h>
#include <core/model/network.h>
#include <core/model/parameters_torch.h>

#include <QtTest>

#include <algorithm>
#include <functional>

using namespace lpntk;
using namespace lpntk::tests;

namespace {

std::shared_ptr<const model::Network> loaded(const std::string& name, data::ImageShape shape, int classes = 10) {
    return model::Network::load({name, {}, 7}, shape, classes);
}

std::vector<std::int64_t> someLabels(std::int64_t count, int classes) {
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < count; ++i)
        labels.push_back((i * i + 3 * i) % classes);
    return labels;
}

at::Tensor somePictures(std::int64_t count, data::ImageShape shape) {
    at::manual_seed(11);
    return at::randn({count, shape.channels, shape.height, shape.width});
}

/// kappa of this network's signals against the oracle's, in both grades.
void compare(const Forward& forward, const model::Network& network, std::int64_t count) {
    const at::Tensor pictures = somePictures(count, network.input());
    const auto labels = someLabels(count, network.classes());
    const at::Tensor logits = at::zeros({count, network.classes()}, at::kDouble);
    const at::Tensor phi = oracleSignals(forward, network, pictures, lpntkSeeds(logits, labels));
    QCOMPARE(phi.size(1), network.info().parameters);
    const at::Tensor expected = at::mm(phi, phi.t());
    const double error64 = relativeError(kernelOf(network, pictures, labels, true), expected);
    QVERIFY2(error64 < 1e-10, qPrintable(QString("float64: relative error %1").arg(error64)));
    const double error32 = cosineError(kernelOf(network, pictures, labels, false), expected);
    QVERIFY2(error32 < 2e-6, qPrintable(QString("float32: cosine error %1").arg(error32)));
}

} // namespace

class TestSignals : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void lenet5AgainstOracle() { compare(lenet5Forward, *loaded("lenet5", {1, 28, 28}), 9); }
    void lenetAgainstOracle() { compare(lenetForward, *loaded("lenet", {1, 28, 28}), 5); }
    void mlpAgainstOracle() { compare(mlpForward, *loaded("mlp", {1, 28, 28}), 5); }
    void resnetAgainstOracle() { compare(resnet18Forward, *loaded("resnet18-nobn", {3, 12, 12}, 4), 4); }
    void resnetWithBatchNormAgainstOracle() { compare(resnet18Forward, *loaded("resnet18-cifar", {3, 12, 12}, 4), 4); }
    void oneSampleEqualsItsRowInABatch();
    void namesWhereNumbersStopBeingFinite();
    void gradientCheckIsTiny_data();
    void gradientCheckIsTiny();
};

void TestSignals::oneSampleEqualsItsRowInABatch() {
    const auto network = loaded("resnet18-cifar", {3, 8, 8}, 3);
    const at::Tensor pictures = somePictures(3, network->input());
    const std::vector<std::int64_t> labels{2, 0, 1};
    const at::Tensor kernel = kernelOf(*network, pictures, labels, true);
    for (std::int64_t i = 0; i < 3; ++i) {
        const at::Tensor single =
            kernelOf(*network, pictures.narrow(0, i, 1), {labels[static_cast<std::size_t>(i)]}, true);
        QVERIFY(std::abs(single.item<double>() / kernel[i][i].item<double>() - 1) < 1e-12);
    }
}

void TestSignals::namesWhereNumbersStopBeingFinite() {
    std::vector<float> picture(16, 1.0f);
    // The parameters are changed before anything is derived from them: fc1.weight, fc1.bias, fc2.weight, fc2.bias.
    const auto place = [&](const std::function<void(const std::vector<at::Tensor>&)>& change) {
        const auto network = loaded("mlp", {1, 4, 4}, 3);
        change(network->parameters().parameters);
        return gradient::SignalComputer::create(network, gradient::SignalComputer::Grade::float32, run::KernelKind::lpntk)
            ->firstNotFinite(picture, 0);
    };
    QCOMPARE(place([](const auto&) {}), std::string());
    std::fill(picture.begin(), picture.end(), 3e38f);
    const std::string forward = place([](const auto& parameters) { parameters[0].fill_(1); });
    QVERIFY2(forward.starts_with("call ") && forward.find("fc1") != std::string::npos, forward.c_str());
    // Outputs that are finite, and a derivative by fc1.weight of the picture times a thousand.
    QCOMPARE(place([](const auto& parameters) {
                 parameters[0].fill_(1e-38);
                 parameters[2].fill_(1e3);
                 parameters[2][0].fill_(-1e3);
             }),
             std::string("the gradient of fc1.weight"));
}

void TestSignals::gradientCheckIsTiny_data() {
    QTest::addColumn<QString>("name");
    // One of each family; a 20-layer network of 3 x 3 convolutions stands for the deeper ones.
    for (const char* name : {"mlp", "lenet5", "lenet", "convnet", "resnet18-nobn", "resnet18-cifar", "resnet20",
                             "resnet20-conv", "resnet18", "vgg11-bn-cifar"})
        QTest::newRow(name) << QString(name);
}

void TestSignals::gradientCheckIsTiny() {
    QFETCH(QString, name);
    const auto network = loaded(name.toStdString(), {1, 32, 32});
    const double error = gradient::checkGradients(*network);
    QVERIFY2(error < 1e-10, qPrintable(QString::number(error)));
}

QTEST_GUILESS_MAIN(TestSignals)
#include "test_signals.moc"
