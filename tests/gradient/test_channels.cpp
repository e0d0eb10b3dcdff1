#include <core/gradient/channels_last_torch.h>
#include <core/gradient/exact_products_torch.h>

#include <ATen/ATen.h>
#include <QtTest>

using namespace lpntk::gradient;

/// The same convolution with the channels of a pixel, and with the pixels of a channel side by side.
class TestChannels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bothConvolveAsLibtorchDoes_data() {
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("outputs");
        QTest::addColumn<int>("kernel");
        QTest::addColumn<int>("stride");
        QTest::addColumn<int>("padding");
        QTest::addColumn<int>("dilation");
        QTest::addColumn<bool>("biased");
        QTest::newRow("LeNet-5's first") << 1 << 6 << 5 << 1 << 0 << 1 << true;
        QTest::newRow("LeNet-5's second") << 6 << 16 << 5 << 1 << 0 << 1 << true;
        QTest::newRow("padded, no bias") << 3 << 8 << 3 << 1 << 1 << 1 << false;
        QTest::newRow("every second pixel") << 3 << 7 << 3 << 2 << 1 << 1 << true;
        QTest::newRow("dilated") << 2 << 5 << 3 << 1 << 2 << 2 << true;
        QTest::newRow("one output") << 4 << 1 << 3 << 1 << 1 << 1 << true;
    }
    void bothConvolveAsLibtorchDoes() {
        QFETCH(int, channels);
        QFETCH(int, outputs);
        QFETCH(int, kernel);
        QFETCH(int, stride);
        QFETCH(int, padding);
        QFETCH(int, dilation);
        QFETCH(bool, biased);
        constexpr int kMoreThanAChunk = 70;
        const at::Tensor x = at::randn({kMoreThanAChunk, channels, 24, 20}, at::kDouble),
                         weight = at::randn({outputs, channels, kernel, kernel}, at::kDouble),
                         bias = biased ? at::randn({outputs}, at::kDouble) : at::Tensor();
        const ConvolutionGeometry geometry{{stride, stride}, {padding, padding}, {dilation, dilation}, 1};
        const at::Tensor expected =
            at::conv2d(x, weight, bias, {stride, stride}, {padding, padding}, {dilation, dilation});
        const at::Tensor bySample = convolutionBySample(x, weight, bias, geometry);
        QVERIFY(bySample.is_contiguous());
        QVERIFY(at::allclose(bySample, expected, 1e-12, 1e-12));
        const at::Tensor channelsLast = channelsLastConvolution(x, weight, bias, geometry);
        QVERIFY(channelsLast.permute({0, 2, 3, 1}).is_contiguous());
        QVERIFY(at::allclose(channelsLast, expected, 1e-12, 1e-12));
    }

    void fewChannelsAndSmallWindowsAreBestBySample() {
        const auto best = [](std::int64_t channels, std::int64_t outputs, std::int64_t kernel, std::int64_t side,
                             std::int64_t groups = 1) {
            const ConvolutionGeometry geometry{{1, 1}, {0, 0}, {1, 1}, groups};
            return isBestBySample(at::empty({2, channels, side, side}, at::kDouble),
                                  at::empty({outputs, channels / groups, kernel, kernel}, at::kDouble), geometry);
        };
        QCOMPARE(best(1, 6, 5, 28), !exactProducts().empty());
        QVERIFY(!best(1, 64, 5, 28));   // many channels
        QVERIFY(!best(16, 16, 3, 32));  // windows leave the cache
        QVERIFY(!best(6, 6, 1, 12));    // pixels are windows already
        QVERIFY(!best(6, 6, 5, 12, 6)); // groups
    }
};

QTEST_GUILESS_MAIN(TestChannels)
#include "test_channels.moc"
