#include <core/gradient/max_pool.h>

#include <ATen/ATen.h>
#include <QtTest>

#include <array>
#include <limits>

using namespace lpntk;

/// Pooling of whole lines, against libtorch's.
class TestMaxPool : public QObject {
    Q_OBJECT

    using Sides = std::array<std::int64_t, 2>; ///< down and across

private Q_SLOTS:
    void asLibtorchPools_data() {
        QTest::addColumn<QList<int>>("sides"); // of the picture, the window and the steps
        QTest::newRow("LeNet-5, first") << QList<int>{28, 28, 2, 2, 2, 2};
        QTest::newRow("LeNet-5, second") << QList<int>{10, 10, 2, 2, 2, 2};
        QTest::newRow("what is left over") << QList<int>{7, 11, 2, 2, 2, 2};
        QTest::newRow("overlapping") << QList<int>{15, 14, 3, 3, 2, 2};
        QTest::newRow("side by side") << QList<int>{9, 9, 3, 3, 3, 3};
        QTest::newRow("every pixel") << QList<int>{6, 20, 2, 3, 1, 1};
        QTest::newRow("a line") << QList<int>{1, 33, 1, 4, 1, 3};
        QTest::newRow("with gaps between") << QList<int>{12, 12, 2, 2, 5, 4};
        QTest::newRow("one window") << QList<int>{5, 6, 5, 6, 1, 1};
    }
    void asLibtorchPools() {
        QFETCH(QList<int>, sides);
        const Sides picture{sides[0], sides[1]}, kernel{sides[2], sides[3]}, stride{sides[4], sides[5]};
        constexpr std::int64_t kPictures = 3, kChannels = 5;
        const auto size = [](std::int64_t number) { return static_cast<std::size_t>(number); };
        at::manual_seed(1);
        const at::Tensor normal = at::randn({kPictures, kChannels, picture[0], picture[1]}, at::kDouble);
        // Many that are equal, of which the first counts; and what is no number, and what is below all.
        const at::Tensor equal = at::floor(normal), rare = normal.clone();
        rare.masked_fill_(normal > 1.2, std::numeric_limits<double>::quiet_NaN());
        rare.masked_fill_(normal < 0, -std::numeric_limits<double>::infinity());
        for (const at::Tensor& x : {normal, equal, rare}) {
            const auto [maxima, places] = at::max_pool2d_with_indices(x, kernel, stride);
            const at::Tensor found = at::zeros_like(maxima), foundPlaces = at::full_like(places, -1);
            gradient::poolPlanes(x.const_data_ptr<double>(), size(kPictures * kChannels),
                                 {.height = size(picture[0]),
                                  .width = size(picture[1]),
                                  .channels = 1,
                                  .outputHeight = size(maxima.size(2)),
                                  .outputWidth = size(maxima.size(3)),
                                  .kernelHeight = size(kernel[0]),
                                  .kernelWidth = size(kernel[1]),
                                  .strideDown = size(stride[0]),
                                  .strideAcross = size(stride[1])},
                                 found.mutable_data_ptr<double>(), foundPlaces.mutable_data_ptr<std::int64_t>());
            QVERIFY(at::allclose(found, maxima, 0, 0, /*equal_nan=*/true));
            QVERIFY(at::equal(foundPlaces, places));
        }
    }
};

QTEST_GUILESS_MAIN(TestMaxPool)
#include "test_max_pool.moc"
