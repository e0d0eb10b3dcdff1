#include "damage.h"

#include <core/formats/csv.h>
#include <core/formats/images.h>

#include <QTest>

#include <algorithm>
#include <cstring>

using namespace lpntk;
using namespace lpntk::formats;
using tests::fixture;
using tests::refusal;

namespace {

DecodedImage decode(const char* name, int channels = 0) {
    return decodeImage(tests::bytesOf(fixture(name)), channels, name);
}

std::uint8_t expected(int y, int x, int c) {
    return static_cast<std::uint8_t>(c == 0 ? x * 30 : c == 1 ? y * 40 : (x + y) * 15);
}

/// Largest difference to the picture that make_fixtures.py drew.
int worst(const DecodedImage& image) {
    int largest = 0;
    for (int y = 0; y < 6; ++y)
        for (int x = 0; x < 8; ++x)
            for (int c = 0; c < image.size.channels; ++c)
                largest = std::max(
                    largest, std::abs(image.pixels[static_cast<std::size_t>((y * 8 + x) * image.size.channels + c)] -
                                      expected(y, x, c)));
    return largest;
}

} // namespace

class ImagesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void decodesEveryKind_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("tolerance");
        QTest::newRow("png") << "rgb.png" << 3 << 0;
        QTest::newRow("grey png") << "grey.png" << 1 << 0;
        QTest::newRow("alpha") << "rgba.png" << 3 << 0;
        QTest::newRow("palette") << "palette.png" << 3 << 60;
        QTest::newRow("jpeg") << "rgb.jpg" << 3 << 16;
        QTest::newRow("grey jpeg") << "grey.jpg" << 1 << 12;
        QTest::newRow("cmyk") << "cmyk.jpg" << 3 << 16;
        QTest::newRow("webp") << "rgb.webp" << 3 << 0;
        QTest::newRow("bmp") << "rgb.bmp" << 3 << 0;
    }
    void decodesEveryKind() {
        QFETCH(QString, name);
        QFETCH(int, channels);
        QFETCH(int, tolerance);
        const std::string file = name.toStdString();
        const tests::Bytes bytes = tests::bytesOf(fixture(file));
        const ImageSize size = imageSize(bytes, file);
        QCOMPARE(size.channels, channels);
        QCOMPARE(size.height, 6);
        QCOMPARE(size.width, 8);
        const DecodedImage image = decodeImage(bytes, 0, file);
        QCOMPARE(image.pixels.size(), static_cast<std::size_t>(48 * channels));
        QVERIFY2(worst(image) <= tolerance, qPrintable(QString::number(worst(image))));
        QCOMPARE(decodeImage(bytes, 1, file).pixels.size(), std::size_t{48});
        QCOMPARE(decodeImage(bytes, 3, file).pixels.size(), std::size_t{144});
        const auto read = [&](const std::filesystem::path& path) { decodeImage(tests::bytesOf(path), 0, file); };
        tests::refusedOfFuzzed(bytes, file, read, 250);
    }

    void jpegIsWhatPillowDecodes() {
        const tests::Bytes raw = tests::bytesOf(fixture("rgb.jpg.raw"));
        QVERIFY(std::memcmp(decode("rgb.jpg").pixels.data(), raw.data(), 144) == 0);
    }

    void pngRoundTrip() {
        for (const int channels : {1, 3}) {
            std::vector<std::uint8_t> pixels(static_cast<std::size_t>(5 * 7 * channels));
            for (std::size_t i = 0; i < pixels.size(); ++i)
                pixels[i] = static_cast<std::uint8_t>(i * 37);
            const std::vector<std::byte> png = encodePng({channels, 5, 7}, pixels);
            const DecodedImage image = decodeImage(png, 0, "png");
            QCOMPARE(image.size.channels, channels);
            QVERIFY(image.pixels == pixels);
        }
        QVERIFY(!refusal([] { encodePng({2, 1, 1}, std::vector<std::uint8_t>(2)); }).empty());
        QVERIFY(!refusal([] { encodePng({1, 2, 2}, std::vector<std::uint8_t>(3)); }).empty());
    }

    void truncated() {
        for (const char* name : {"rgb.png", "rgb.webp"}) {
            const auto read = [&](const std::filesystem::path& path) { decodeImage(tests::bytesOf(path), 0, name); };
            tests::Bytes bytes = tests::bytesOf(fixture(name));
            // A PNG is whole without its last, empty chunk's check sum.
            const std::int64_t accepted = tests::firstAcceptedTruncation(bytes, name, read);
            QVERIFY2(accepted == -1 || accepted + 16 >= static_cast<std::int64_t>(bytes.size()),
                     qPrintable(QString::number(accepted)));
        }
        for (const char* name : {"rgb.bmp", "rgb.jpg"}) {
            const auto read = [&](const std::filesystem::path& path) { decodeImage(tests::bytesOf(path), 0, name); };
            const tests::Bytes bytes = tests::bytesOf(fixture(name));
            const std::int64_t accepted = tests::firstAcceptedTruncation(bytes, name, read);
            QVERIFY2(accepted == -1 || accepted + 4 >= static_cast<std::int64_t>(bytes.size()),
                     qPrintable(QString::number(accepted)));
        }
    }

    void absurdSizesAreRefusedFromTheHeader() {
        tests::Bytes png = tests::bytesOf(fixture("rgb.png"));
        png[16] = std::byte{0x7f};
        QVERIFY(!refusal([&] { imageSize(png, "png"); }).empty());
        tests::Bytes bmp = tests::bytesOf(fixture("rgb.bmp"));
        bmp[20] = std::byte{0x70};
        QVERIFY(!refusal([&] { imageSize(bmp, "bmp"); }).empty());
        QVERIFY(refusal([] { imageSize(tests::textBytes("GIF89a"), "gif"); }).find("no PNG") != std::string::npos);
        QVERIFY(refusal([] { imageSize({}, "none"); }).find("empty") != std::string::npos);
    }

    void endings() {
        QVERIFY(hasImageEnding("a.PNG") && hasImageEnding("b.jpeg") && hasImageEnding("c.WebP"));
        QVERIFY(!hasImageEnding("a.txt") && !hasImageEnding("png") && !hasImageEnding("a.png.gz"));
    }

    // CSV -------------------------------------------------------------------------------------------------------------
    void csv() {
        const CsvTable table = parseCsv("\xef\xbb\xbfpath,label\r\n\"a, \"\"b\"\"\nc\",1\r\n\r\nd,\"\"\n", "test");
        QCOMPARE(table.header, (std::vector<std::string>{"path", "label"}));
        QCOMPARE(table.rows.size(), std::size_t{2});
        QCOMPARE(table.rows[0][0], std::string("a, \"b\"\nc"));
        QCOMPARE(table.rows[1][1], std::string());
        QCOMPARE(table.lines, (std::vector<std::int64_t>{2, 5}));
        QVERIFY(table.column("label") && !table.column("split"));
        const std::vector<std::string> awkward{"", "a,b", "say \"x\"", "two\nlines", "\r", " plain "};
        const CsvTable back = parseCsv("1,2,3,4,5,6\n" + csvLine(awkward), "test");
        QVERIFY(back.rows[0] == awkward);
        for (const char* text : {"", "a,b\n1\n", "a,b\n1,2,3\n", "a,b\n\"1,2\n", "a,b\n\"1\"x,2\n", "a,b\n1\"2,3\n",
                                 "a,a\n1,2\n", "a\rb\n"})
            QVERIFY2(!refusal([&] { parseCsv(text, "test"); }).empty(), text);
        QVERIFY(!refusal([&] { parseCsv(std::string_view("a\n\0\n", 4), "test"); }).empty());
        QVERIFY(refusal([&] { parseCsv("a,b\n1,2\n3\n", "t.csv"); }).find("t.csv, line 3") != std::string::npos);
        tests::refusedOfFuzzed(
            tests::textBytes("path,label\n\"a, \"\"b\"\"\nc\",1\nd,\"\"\n"), "a.csv",
            [](const std::filesystem::path& path) { readCsv(path); }, 500);
    }
};

QTEST_GUILESS_MAIN(ImagesTest)
#include "test_images.moc"
