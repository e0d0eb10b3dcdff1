#include <core/gradient/unfold.h>

#include <ATen/ATen.h>
#include <QtTest>

#include <array>
#include <limits>

using namespace lpntk;
using gradient::PlaneWindows;

namespace {

/// Kernel, stride, dilation and padding, each down and across.
struct Shape {
    const char* name;
    std::int64_t channels;
    std::array<std::int64_t, 2> picture, kernel, stride, dilation, padding;
};

constexpr Shape kShapes[] = {
    {"LeNet-5, first", 1, {28, 28}, {5, 5}, {1, 1}, {1, 1}, {2, 2}},
    {"LeNet-5, second", 6, {14, 14}, {5, 5}, {1, 1}, {1, 1}, {0, 0}},
    {"three channels", 3, {9, 8}, {3, 3}, {1, 1}, {1, 1}, {1, 1}},
    {"three channels, 5", 3, {9, 8}, {5, 5}, {2, 2}, {1, 1}, {2, 2}},
    {"ResNet's first", 3, {23, 20}, {7, 7}, {2, 2}, {1, 1}, {3, 3}},
    {"one channel, 3", 1, {6, 7}, {3, 3}, {2, 1}, {1, 1}, {0, 1}},
    {"one channel, 7", 1, {9, 9}, {7, 7}, {1, 1}, {1, 1}, {3, 3}},
    {"dilated", 2, {12, 13}, {3, 2}, {1, 2}, {2, 3}, {2, 3}},
    {"dilated, many channels", 17, {12, 13}, {3, 3}, {1, 1}, {2, 2}, {2, 2}},
    {"mostly zeros", 2, {1, 2}, {3, 3}, {3, 3}, {1, 1}, {4, 5}},
    {"a line", 4, {1, 30}, {1, 9}, {1, 4}, {1, 1}, {0, 4}},
};

std::size_t size(std::int64_t number) {
    return static_cast<std::size_t>(number);
}

std::int64_t outputSide(const Shape& shape, std::size_t axis) {
    return (shape.picture[axis] + 2 * shape.padding[axis] - shape.dilation[axis] * (shape.kernel[axis] - 1) - 1) /
               shape.stride[axis] +
           1;
}

PlaneWindows windowsOf(const Shape& shape) {
    return {{size(shape.picture[0]), size(shape.picture[1]), size(shape.channels), size(outputSide(shape, 0)),
             size(outputSide(shape, 1)), size(shape.kernel[0]), size(shape.kernel[1]), size(shape.stride[0]),
             size(shape.stride[1]), size(shape.dilation[0]), size(shape.dilation[1])},
            size(shape.padding[0]),
            size(shape.padding[1])};
}

} // namespace

/// Both ways to unfold, against libtorch's im2col.
class TestUnfold : public QObject {
    Q_OBJECT

    static constexpr std::int64_t kPictures = 3;

    static void shapes() {
        QTest::addColumn<int>("index");
        int index = 0;
        for (const Shape& shape : kShapes)
            QTest::newRow(shape.name) << index++;
    }
    static at::Tensor pictures(const Shape& shape, at::ScalarType type) {
        return at::rand({kPictures, shape.channels, shape.picture[0], shape.picture[1]}, type) + 1;
    }
    static at::Tensor expected(const Shape& shape, const at::Tensor& x) {
        return at::im2col(x, shape.kernel, shape.dilation, shape.padding, shape.stride);
    }

    template <typename T> static void comparePlanes(const Shape& shape, at::ScalarType type) {
        const at::Tensor x = pictures(shape, type), wanted = expected(shape, x);
        const at::Tensor found = at::full_like(wanted, std::numeric_limits<double>::quiet_NaN());
        gradient::unfoldPlanes(x.const_data_ptr<T>(), size(kPictures), windowsOf(shape), found.mutable_data_ptr<T>());
        QVERIFY(at::equal(found, wanted));
    }

private Q_SLOTS:
    void planes_data() { shapes(); }
    void planes() {
        QFETCH(int, index);
        comparePlanes<float>(kShapes[index], at::kFloat);
        comparePlanes<double>(kShapes[index], at::kDouble);
    }

    void channelsLast_data() { shapes(); }
    void channelsLast() {
        QFETCH(int, index);
        const Shape& shape = kShapes[index];
        const at::Tensor x = pictures(shape, at::kDouble);
        const at::Tensor padded =
            at::constant_pad_nd(x, {shape.padding[1], shape.padding[1], shape.padding[0], shape.padding[0]})
                .permute({0, 2, 3, 1})
                .contiguous();
        gradient::Windows windows = windowsOf(shape);
        windows.height = size(padded.size(1));
        windows.width = size(padded.size(2));
        const std::int64_t taps = shape.kernel[0] * shape.kernel[1];
        const at::Tensor wanted = expected(shape, x)
                                      .view({kPictures, shape.channels, taps, -1})
                                      .permute({0, 3, 2, 1})
                                      .reshape({-1, taps * shape.channels});
        const at::Tensor found = at::full_like(wanted, std::numeric_limits<double>::quiet_NaN());
        gradient::unfold(padded.const_data_ptr<double>(), size(kPictures), windows, found.mutable_data_ptr<double>());
        QVERIFY(at::equal(found, wanted));
    }
};

QTEST_GUILESS_MAIN(TestUnfold)
#include "test_unfold.moc"
