#include <core/gradient/channels_last_torch.h>

#include <ATen/ATen.h>

#include <QtTest>

using namespace lpntk::gradient;

namespace {

ConvolutionGeometry padded(std::int64_t above, std::int64_t left) {
    return {{1, 1}, {above, left}, {1, 1}, 1};
}

at::Tensor random(std::initializer_list<std::int64_t> shape) {
    return at::randn(shape, at::kDouble);
}

} // namespace

class TestWinograd : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void convolvesAsLibtorchDoes_data() {
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("outputs");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("above");
        QTest::addColumn<int>("left");
        QTest::newRow("whole tiles") << 32 << 16 << 8 << 8 << 1 << 1;
        QTest::newRow("tiles over the edge") << 16 << 24 << 7 << 9 << 1 << 1;
        QTest::newRow("channels that fill no register") << 19 << 21 << 6 << 4 << 1 << 1;
        QTest::newRow("no padding") << 16 << 16 << 10 << 6 << 0 << 0;
        QTest::newRow("padding on one axis, more than one") << 16 << 16 << 5 << 10 << 2 << 0;
        QTest::newRow("more tiles than are held at a time") << 64 << 64 << 32 << 32 << 1 << 1;
    }
    void convolvesAsLibtorchDoes() {
        QFETCH(int, channels);
        QFETCH(int, outputs);
        QFETCH(int, height);
        QFETCH(int, width);
        QFETCH(int, above);
        QFETCH(int, left);
        at::manual_seed(3);
        const at::Tensor x = random({5, channels, height, width}), weight = random({outputs, channels, 3, 3}),
                         bias = random({outputs});
        const ConvolutionGeometry geometry = padded(above, left);
        const WinogradWeights winograd(std::span(&weight, 1));
        QVERIFY(winograd.of(weight, x, geometry).defined());
        const at::Tensor expected =
            at::conv2d(x, weight, bias, at::IntArrayRef({1, 1}), at::IntArrayRef({above, left}));
        const at::Tensor found = channelsLastConvolution(x, weight, bias, geometry, &winograd);
        QCOMPARE(found.sizes().vec(), expected.sizes().vec());
        const double error = ((found - expected).abs().max() / expected.abs().max()).item<double>();
        QVERIFY2(error < 1e-13, qPrintable(QString::number(error)));
    }

    void leavesOtherConvolutionsAlone() {
        const at::Tensor x = random({2, 16, 8, 8}), weight = random({16, 16, 3, 3});
        const WinogradWeights winograd(std::span(&weight, 1));
        QVERIFY(winograd.of(weight, x, padded(1, 1)).defined());
        QVERIFY(!winograd.of(weight, x, {{2, 2}, {1, 1}, {1, 1}, 1}).defined());
        QVERIFY(!winograd.of(weight, x, {{1, 1}, {2, 2}, {2, 2}, 1}).defined());
        QVERIFY(!winograd.of(weight, random({2, 16, 2, 2}), padded(1, 1)).defined());
        const at::Tensor another = weight.clone(), turned = weight.transpose(0, 1);
        QVERIFY(!winograd.of(another, x, padded(1, 1)).defined());
        QVERIFY(!winograd.of(turned, x, padded(1, 1)).defined());
    }

    void keepsNoMoreThanItMay() {
        // 36 numbers for each of these pairs of channels: half of what may be kept, then more than the rest.
        const std::vector<at::Tensor> weights{at::zeros({1024, 1024, 3, 3}, at::kDouble),
                                              at::zeros({1024, 1024, 3, 3}, at::kDouble),
                                              at::zeros({16, 1024, 3, 3}, at::kDouble)};
        const at::Tensor x = at::zeros({1, 1024, 4, 4}, at::kDouble);
        const WinogradWeights winograd(weights);
        const at::Tensor kept = winograd.of(weights[0], x, padded(1, 1));
        QVERIFY(kept.defined());
        QVERIFY(!winograd.of(weights[1], x, padded(1, 1)).defined());
        QVERIFY(winograd.of(weights[2], x, padded(1, 1)).defined());
        QVERIFY(winograd.of(weights[0], x, padded(1, 1)).is_same(kept));
    }
};

QTEST_GUILESS_MAIN(TestWinograd)
#include "test_winograd.moc"
