#include <core/data/dataset.h>
#include <widgets/models/job_runner.h>
#include <widgets/models/thumbnail_cache.h>

#include <QSignalSpy>
#include <QtTest>

#include <atomic>

using namespace lpntk;
using namespace lpntk::models;

namespace {

/// Pictures made up in memory: sample i is a square of grey i with a white corner; as files when told so.
class Pictures : public data::ImageSource {
public:
    Pictures(int side, bool files) : m_side(side), m_files(files) {}
    std::int64_t count() const override { return 100; }
    data::ImageShape shape(std::int64_t) const override { return {1, m_side, m_side}; }
    bool uniform() const override { return true; }
    data::Image image(std::int64_t index) const override {
        ++decoded;
        if (index == 13)
            throw base::FormatError("broken picture");
        data::Image image{shape(index), std::vector<std::uint8_t>(static_cast<std::size_t>(m_side * m_side), static_cast<std::uint8_t>(index))};
        image.pixels[0] = 255;
        return image;
    }
    void floats(std::int64_t, std::span<float>) const override {}
    std::string location(std::int64_t index) const override { return std::to_string(index); }
    std::vector<std::byte> bytes(std::int64_t) const override { return {}; }
    std::filesystem::path file(std::int64_t index) const override { return m_files ? std::filesystem::path(std::to_string(index) + ".png") : std::filesystem::path(); }

    mutable std::atomic<int> decoded = 0;

private:
    int m_side;
    bool m_files;
};

std::shared_ptr<data::Dataset> dataset(std::shared_ptr<const data::ImageSource> images) {
    auto result = std::make_shared<data::Dataset>();
    data::Split split;
    split.name = "train";
    split.labels.assign(100, 0);
    split.images = std::move(images);
    result->splits.push_back(std::move(split));
    return result;
}

} // namespace

class TestThumbnails : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void arraysComeAtOnceAndOnce() {
        JobRunner jobs;
        ThumbnailCache cache(&jobs);
        QVERIFY(cache.image(base::SampleId(1)).isNull());
        const auto pictures = std::make_shared<Pictures>(28, false);
        cache.setSource(dataset(pictures), "train");
        const QImage image = cache.image(base::SampleId(7));
        QCOMPARE(image.size(), QSize(28, 28));
        QCOMPARE(qGray(image.pixel(0, 0)), 255);
        QCOMPARE(qGray(image.pixel(5, 5)), 7);
        cache.thumbnail(base::SampleId(7), 56, 1);
        cache.thumbnail(base::SampleId(7), 28, 2);
        QCOMPARE(pictures->decoded.load(), 1);
        QVERIFY(cache.image(base::SampleId(100)).isNull());
        QVERIFY(cache.image(base::SampleId()).isNull());
        QVERIFY(cache.image(base::SampleId(13)).isNull()); // cannot be read
        cache.setSource(nullptr, "");
        QVERIFY(cache.image(base::SampleId(7)).isNull());
    }

    void filesAreDecodedOnAWorker() {
        JobRunner jobs;
        ThumbnailCache cache(&jobs);
        const auto pictures = std::make_shared<Pictures>(40, true);
        cache.setSource(dataset(pictures), "train");
        QSignalSpy ready(&cache, &ThumbnailCache::ready);
        for (int i = 0; i < 80; ++i)
            QVERIFY(cache.thumbnail(base::SampleId(i), 28, 1).isNull());
        cache.image(base::SampleId(5)); // already asked for
        QTRY_COMPARE(ready.count(), 80);
        QCOMPARE(pictures->decoded.load(), 80);
        QVERIFY(!cache.thumbnail(base::SampleId(79), 28, 1).isNull());
        QVERIFY(cache.image(base::SampleId(13)).isNull());
        QTRY_COMPARE(jobs.running(), 0);
        QCOMPARE(pictures->decoded.load(), 80); // a broken file is not tried for ever
    }

    void answersForAFormerSourceAreDropped() {
        JobRunner jobs;
        ThumbnailCache cache(&jobs);
        cache.setSource(dataset(std::make_shared<Pictures>(40, true)), "train");
        cache.image(base::SampleId(1));
        cache.setSource(dataset(std::make_shared<Pictures>(20, true)), "train");
        QSignalSpy ready(&cache, &ThumbnailCache::ready);
        cache.image(base::SampleId(1));
        QTRY_COMPARE(jobs.running(), 0);
        QCOMPARE(ready.count(), 1);
        QCOMPARE(cache.image(base::SampleId(1)).width(), 20);
    }

    void scaling_data() {
        QTest::addColumn<int>("own");
        QTest::addColumn<int>("side");
        QTest::addColumn<double>("ratio");
        QTest::addColumn<int>("pixels");
        QTest::addColumn<bool>("sharp");
        QTest::newRow("28 in 28") << 28 << 28 << 1.0 << 28 << true;
        QTest::newRow("28 in 56") << 28 << 56 << 1.0 << 56 << true;
        QTest::newRow("28 in 84 on a fine screen") << 28 << 84 << 2.0 << 168 << true;
        QTest::newRow("28 in 22: no whole multiple") << 28 << 22 << 1.0 << 22 << false;
        QTest::newRow("32 in 28: within 15 %") << 32 << 28 << 1.0 << 32 << true;
        QTest::newRow("28 in 70: nearest whole multiple too far") << 28 << 70 << 1.0 << 70 << false;
        QTest::newRow("28 in 98: 3.5x") << 28 << 98 << 1.0 << 112 << true;
        QTest::newRow("300 in 56") << 300 << 56 << 1.0 << 56 << false;
    }

    void scaling() {
        QFETCH(int, own);
        QFETCH(int, side);
        QFETCH(double, ratio);
        QFETCH(int, pixels);
        QFETCH(bool, sharp);
        QImage image(own, own, QImage::Format_RGB32);
        for (int y = 0; y < own; ++y)
            for (int x = 0; x < own; ++x)
                image.setPixel(x, y, (x + y) % 2 ? 0xFFFFFFFF : 0xFF000000);
        const QImage result = ThumbnailCache::scaled(image, side, ratio);
        QCOMPARE(result.width(), pixels);
        QCOMPARE(result.devicePixelRatio(), ratio);
        bool grey = false;
        for (int x = 0; x < result.width(); ++x)
            grey |= qGray(result.pixel(x, result.height() / 2)) % 255 != 0;
        QCOMPARE(!grey, sharp);
    }
};

QTEST_MAIN(TestThumbnails)
#include "test_thumbnails.moc"
