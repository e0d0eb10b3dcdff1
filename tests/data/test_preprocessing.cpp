#include "../formats/damage.h"

#include <core/data/array_source.h>
#include <core/data/preprocessing.h>
#include <core/data/resize.h>

#include <QTest>

#include <cmath>
#include <thread>

using namespace lpntk;
using namespace lpntk::data;
using tests::refusal;

namespace {

Split split(const PixelLayout& layout, std::vector<std::uint8_t> pixels) {
    auto owner = std::make_shared<std::vector<std::uint8_t>>(std::move(pixels));
    const auto count = static_cast<std::int64_t>(owner->size()) / layout.pictureStep;
    Split result;
    result.name = "train";
    result.images =
        std::make_shared<ArraySource>(std::vector{PixelBlock{std::as_bytes(std::span(*owner)), owner, count, "test"}},
                                      layout, ArraySource::Element::byte);
    result.labels.resize(static_cast<std::size_t>(count));
    return result;
}

} // namespace

class PreprocessingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void normalisesLikeTorchvision() {
        const Split data = split(PixelLayout::interleaved({3, 1, 2}), {0, 128, 255, 10, 20, 30});
        const Preprocessing cifar = preprocessingPreset("cifar10");
        std::vector<float> out(6);
        fillBatch(data, std::vector<std::int64_t>{0}, cifar, out);
        const int stored[3][2] = {{0, 10}, {128, 20}, {255, 30}};
        for (std::size_t c = 0; c < 3; ++c)
            for (std::size_t x = 0; x < 2; ++x)
                QCOMPARE(out[2 * c + x],
                         (static_cast<float>(stored[c][x]) / 255.0f - cifar.mean[c]) / cifar.standardDeviation[c]);
    }

    /// Values of torch.nn.functional.interpolate(mode="bilinear", antialias=True, align_corners=False), PyTorch 2.11.
    void resizesLikeTorch() {
        std::vector<float> in(35);
        for (std::size_t i = 0; i < in.size(); ++i)
            in[i] = static_cast<float>(i * 37 % 101) / 101.0f;
        const std::vector<float> smaller{0.413349f, 0.50099f,  0.369335f, 0.520105f, 0.426424f, 0.55736f,
                                         0.466975f, 0.621615f, 0.431939f, 0.617539f, 0.457313f, 0.47747f};
        std::vector<float> out(12);
        resizeBilinear(in, {1, 5, 7}, out, {1, 3, 4});
        for (std::size_t i = 0; i < out.size(); ++i)
            QVERIFY2(std::abs(out[i] - smaller[i]) < 2e-6f, qPrintable(QString::number(out[i])));
        const std::vector<float> firstRows{0.0f,      0.166517f, 0.39964f,  0.632763f, 0.50225f,  0.09901f,
                                           0.332133f, 0.565256f, 0.79838f,  0.486049f, 0.19802f,  0.246906f,
                                           0.413423f, 0.606773f, 0.561487f, 0.470747f, 0.345916f, 0.30063f,
                                           0.374662f, 0.607786f, 0.534091f, 0.444926f};
        std::vector<float> larger(88);
        resizeBilinear(in, {1, 5, 7}, larger, {1, 8, 11});
        for (std::size_t i = 0; i < firstRows.size(); ++i)
            QVERIFY2(std::abs(larger[i] - firstRows[i]) < 2e-6f, qPrintable(QString::number(larger[i])));
        std::vector<float> same(35);
        resizeBilinear(in, {1, 5, 7}, same, {1, 5, 7});
        QVERIFY(same == in);
    }

    void shorterSideAndCentreCrop() {
        std::vector<std::uint8_t> pixels(5 * 8);
        for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels[i] = static_cast<std::uint8_t>(i);
        const Split data = split(PixelLayout::planar({1, 5, 8}), pixels);
        Preprocessing crop;
        crop.crop = 3;
        QVERIFY((inputShape(data, crop) == ImageShape{1, 3, 3}));
        std::vector<float> out(9);
        fillBatch(data, std::vector<std::int64_t>{0}, crop, out);
        QCOMPARE(out[0], 10.0f / 255.0f); // row 1, column round(2.5) = 2
        Preprocessing resize;
        resize.resize = 10;
        QVERIFY((inputShape(data, resize) == ImageShape{1, 10, 16}));
        resize.crop = 6;
        QVERIFY((inputShape(data, resize) == ImageShape{1, 6, 6}));
        Preprocessing tooLarge;
        tooLarge.crop = 6;
        QVERIFY(refusal([&] { inputShape(data, tooLarge); }).find("smaller than the crop") != std::string::npos);
    }

    void greyAndColour() {
        const Split colour = split(PixelLayout::interleaved({3, 1, 1}), {255, 0, 0, 0, 255, 0, 10, 10, 10});
        Preprocessing grey;
        grey.channels = Preprocessing::Channels::grey;
        std::vector<float> out(3);
        fillBatch(colour, std::vector<std::int64_t>{0, 1, 2}, grey, out);
        QVERIFY(std::abs(out[0] - 0.299f) < 1e-6f && std::abs(out[1] - 0.587f) < 1e-6f &&
                std::abs(out[2] - 10 / 255.0f) < 1e-6f);
        const Split plain = split(PixelLayout::planar({1, 1, 2}), {1, 2});
        Preprocessing rgb;
        rgb.channels = Preprocessing::Channels::rgb;
        std::vector<float> three(6);
        fillBatch(plain, std::vector<std::int64_t>{0}, rgb, three);
        QVERIFY(three[0] == three[2] && three[2] == three[4] && three[1] == 2 / 255.0f);
        QVERIFY(refusal([&] { inputShape(plain, preprocessingPreset("cifar10")); }).find("mean of 3") !=
                std::string::npos);
    }

    void wrongUse() {
        const Split data = split(PixelLayout::planar({1, 2, 2}), {1, 2, 3, 4});
        std::vector<float> out(4);
        QVERIFY(!refusal([&] { fillBatch(data, std::vector<std::int64_t>{1}, {}, out); }).empty());
        QVERIFY(!refusal([&] { fillBatch(data, std::vector<std::int64_t>{-1}, {}, out); }).empty());
        QVERIFY(!refusal([&] { fillBatch(data, std::vector<std::int64_t>{0, 0}, {}, out); }).empty());
        QVERIFY(!refusal([&] { data.images->floats(0, std::span(out).first(3)); }).empty());
        QVERIFY(refusal([] { preprocessingPreset("lenna"); }).find("fashion-mnist") != std::string::npos);
    }

    void checks() {
        const auto bad = [](auto change) {
            Preprocessing preprocessing = preprocessingPreset("mnist");
            change(preprocessing);
            return !refusal([&] { preprocessing.check(); }).empty();
        };
        QVERIFY(bad([](Preprocessing& p) { p.standardDeviation = {0.0f}; }));
        QVERIFY(bad([](Preprocessing& p) { p.standardDeviation = {NAN}; }));
        QVERIFY(bad([](Preprocessing& p) { p.mean = {INFINITY}; }));
        QVERIFY(bad([](Preprocessing& p) { p.mean = {0.1f, 0.2f}; }));
        QVERIFY(bad([](Preprocessing& p) { p.mean = p.standardDeviation = {1.0f, 1.0f}; }));
        QVERIFY(bad([](Preprocessing& p) { p.resize = -1; }));
        QVERIFY(bad([](Preprocessing& p) { p.resize = 4, p.crop = 5; }));
        QVERIFY(!bad([](Preprocessing&) {}));
    }

    void jsonRoundTrip() {
        for (const std::string& name : preprocessingNames()) {
            const Preprocessing preset = preprocessingPreset(name);
            const Preprocessing back = preprocessingFromJson(base::Json::parse(toJson(preset).dump()), "test");
            QVERIFY(back.name == preset.name && back.mean == preset.mean &&
                    back.standardDeviation == preset.standardDeviation && back.resize == preset.resize &&
                    back.crop == preset.crop && back.channels == preset.channels);
        }
        for (const char* text : {"{}", "[]", R"({"name":"x","channels":"blue"})", R"({"name":"x","mean":[1]})",
                                 R"({"name":"x","resize":"a"})"})
            QVERIFY2(!refusal([&] { preprocessingFromJson(base::Json::parse(text), "test"); }).empty(), text);
    }

    void sameFromManyThreads() {
        std::vector<std::uint8_t> pixels(64 * 12);
        for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels[i] = static_cast<std::uint8_t>(i * 7);
        const Split data = split(PixelLayout::interleaved({3, 2, 2}), pixels);
        const std::vector<std::int64_t> indices{5, 1, 63, 0};
        std::vector<float> expected(48);
        fillBatch(data, indices, preprocessingPreset("cifar10"), expected);
        std::vector<std::vector<float>> results(4, std::vector<float>(48));
        {
            std::vector<std::jthread> threads;
            for (auto& result : results)
                threads.emplace_back([&] { fillBatch(data, indices, preprocessingPreset("cifar10"), result); });
        }
        for (const auto& result : results)
            QVERIFY(result == expected);
    }
};

QTEST_GUILESS_MAIN(PreprocessingTest)
#include "test_preprocessing.moc"
