#include "damage.h"

#include <core/base/error.h>
#include <core/formats/npy.h>
#include <core/formats/npz.h>

#include <QTest>

#include <algorithm>
#include <cstring>
#include <string>

using namespace std::string_literals;
using namespace lpntk;
using namespace lpntk::formats;
using tests::fixture;
using tests::refusal;

namespace {

void readFile(const std::filesystem::path& path) {
    const NpyArray array = NpyArray::open(path);
    if (array.type() != DType::f32 && array.type() != DType::f64 && array.type() != DType::boolean &&
        array.type() != DType::f16)
        array.toInt64();
}

/// A whole .npy file with this header text and this many data bytes.
std::string npy(std::string header, std::size_t dataBytes) {
    header.push_back('\n');
    std::string file("\x93NUMPY\x01\x00", 8);
    file.push_back(static_cast<char>(header.size() & 0xff));
    file.push_back(static_cast<char>(header.size() >> 8));
    return file + header + std::string(dataBytes, '\1');
}

} // namespace

class NpyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roundTripsEveryType() {
        const tests::Scratch scratch;
        roundTrip<std::uint8_t>(scratch, {0, 255, 7, 9, 1, 2});
        roundTrip<std::int8_t>(scratch, {-128, 127, 0, 1, 2, 3});
        roundTrip<std::int16_t>(scratch, {-32768, 32767, 0, 1, 2, 3});
        roundTrip<std::uint16_t>(scratch, {65535, 0, 1, 2, 3, 4});
        roundTrip<std::int32_t>(scratch, {-5, 1 << 30, 0, 1, 2, 3});
        roundTrip<std::int64_t>(scratch, {INT64_MIN, INT64_MAX, 0, 1, 2, 3});
        roundTrip<float>(scratch, {1.5f, -0.0f, 1e30f, 1, 2, 3});
        roundTrip<double>(scratch, {1e300, 1, 2, 3, 4, 5});
    }

    void headerIsPaddedTo64() {
        for (const std::vector<std::int64_t>& shape :
             {std::vector<std::int64_t>{}, {1}, {60000, 60000}, {1, 2, 3, 4, 5, 6, 7}})
            QCOMPARE(npyHeaderBytes(DType::f32, shape).size() % 64, std::size_t{0});
    }

    void scalarEmptyAndVectorShapes() {
        const tests::Scratch scratch;
        const auto path = scratch.folder() / "a.npy";
        writeNpy<float>(path, std::vector<float>{2.5f}, {});
        QCOMPARE(NpyArray::open(path).as<float>()[0], 2.5f);
        writeNpy<float>(path, std::vector<float>(), {0, 5});
        QCOMPARE(NpyArray::open(path).as<float>({-1, 5}).size(), std::size_t{0});
        writeNpy(path, std::vector<std::int64_t>{1, 2, 3});
        QCOMPARE(NpyArray::open(path).shape(), std::vector<std::int64_t>{3});
    }

    void wrongTypeOrShapeIsNamed() {
        const tests::Scratch scratch;
        const auto path = scratch.folder() / "a.npy";
        writeNpy<float>(path, std::vector<float>(6), {2, 3});
        const NpyArray array = NpyArray::open(path);
        QVERIFY(refusal([&] { array.as<double>(); }).find("float32; float64") != std::string::npos);
        QVERIFY(refusal([&] { array.as<float>({3, 2}); }).find("(2, 3)") != std::string::npos);
        QVERIFY(!refusal([&] { array.toInt64(); }).empty());
    }

    void refusesWhatCannotBeRead_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("word");
        QTest::newRow("objects") << "objects.npy"
                                 << "Python objects";
        QTest::newRow("fortran") << "fortran.npy"
                                 << "Fortran";
        QTest::newRow("big-endian") << "bigendian.npy"
                                    << "big-endian";
    }
    void refusesWhatCannotBeRead() {
        QFETCH(QString, name);
        QFETCH(QString, word);
        const std::string message = refusal([&] { NpyArray::open(fixture(name.toStdString())); });
        QVERIFY2(message.find(word.toStdString()) != std::string::npos, message.c_str());
    }

    void refusesHostileHeaders_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::newRow("absurd product") << QByteArray(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }");
        QTest::newRow("absurd size") << QByteArray(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }");
        QTest::newRow("huge") << QByteArray(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693951,), }");
        QTest::newRow("negative") << QByteArray("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }");
        QTest::newRow("missing key") << QByteArray("{'descr': '<f4', 'shape': (1,), }");
        QTest::newRow("twice") << QByteArray(
            "{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (1,), }");
        QTest::newRow("other key") << QByteArray("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}");
        QTest::newRow("code") << QByteArray("__import__('os').system('true')");
        QTest::newRow("record") << QByteArray("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }");
        QTest::newRow("complex") << QByteArray("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }");
        QTest::newRow("no value") << QByteArray("{'descr'");
    }
    void refusesHostileHeaders() {
        QFETCH(QByteArray, header);
        const tests::Scratch scratch;
        const auto path = scratch.write("a.npy", npy(header.toStdString(), 4));
        QVERIFY(!refusal([&] { NpyArray::open(path); }).empty());
    }

    void refusesBoolsThatAreNeither() {
        const tests::Scratch scratch;
        std::string file = npy("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", 2);
        QCOMPARE(NpyArray::open(scratch.write("a.npy", file)).as<bool>().size(), std::size_t{2});
        file.back() = 2;
        QVERIFY(!refusal([&] { NpyArray::open(scratch.write("a.npy", file)); }).empty());
    }

    void everyTruncationIsRefused() {
        const tests::Scratch scratch;
        const auto path = scratch.folder() / "a.npy";
        writeNpy<float>(path, std::vector<float>{1, 2, 3, 4}, {2, 2});
        QCOMPARE(tests::firstAcceptedTruncation(tests::bytesOf(path), "a.npy", readFile), std::int64_t{-1});
        tests::Bytes longer = tests::bytesOf(path);
        longer.push_back(std::byte{0});
        QVERIFY(!refusal([&] { NpyArray::open(scratch.write("b.npy", longer)); }).empty());
    }

    void misalignedDataAreCopied() {
        const tests::Scratch scratch;
        const auto path = scratch.write("a.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), } ", 16));
        const NpyArray array = NpyArray::open(path);
        QCOMPARE(reinterpret_cast<std::uintptr_t>(array.as<double>().data()) % 8, std::uintptr_t{0});
    }

    void fuzzed() {
        const tests::Scratch scratch;
        const auto path = scratch.folder() / "a.npy";
        writeNpy<std::int32_t>(path, std::vector<std::int32_t>{1, 2, 3, 4}, {2, 2});
        QVERIFY(tests::refusedOfFuzzed(tests::bytesOf(path), "a.npy", readFile, 500) > 125);
    }

    // NPZ -------------------------------------------------------------------------------------------------------------
    void readsNpzOfNumPy() {
        const NpzArchive archive(fixture("reference.npz"));
        QCOMPARE(archive.names(), (std::vector<std::string>{"images", "labels", "weight"}));
        QCOMPARE(archive.array("images").as<std::uint8_t>({3, 2, 2})[11], std::uint8_t{11});
        QCOMPARE(archive.array("labels").toInt64(), (std::vector<std::int64_t>{0, 1, 1}));
        QCOMPARE(archive.header("weight").shape, std::vector<std::int64_t>{3});
        QVERIFY(refusal([&] { archive.array("other"); }).find("images, labels, weight") != std::string::npos);
        QCOMPARE(NpzArchive(fixture("split.npz")).array("x_train").as<float>({2, 2, 3, 3})[35], 35.0f); // deflated
    }

    void roundTripsNpz() {
        const tests::Scratch scratch;
        const auto path = scratch.folder() / "a.npz";
        const std::vector<std::uint8_t> pixels{1, 2, 3, 4};
        const std::vector<std::int64_t> labels{5};
        const std::vector<NpzArray> arrays{{"images", DType::u8, {1, 2, 2}, std::as_bytes(std::span(pixels))},
                                           {"labels", DType::i64, {1}, std::as_bytes(std::span(labels))}};
        writeNpz(path, arrays);
        const tests::Bytes first = tests::bytesOf(path);
        const NpzArchive archive(path);
        QCOMPARE(archive.array("images").as<std::uint8_t>({1, 2, 2})[3], std::uint8_t{4});
        QCOMPARE(archive.array("labels").as<std::int64_t>()[0], std::int64_t{5});
        writeNpz(path, arrays);
        QVERIFY(tests::bytesOf(path) == first);
    }

    void textsAreFixedWidthStrings() {
        const std::vector<std::string> texts{"conv1", "", "gr\u00f6\u00dfe", "\u20ac\U0001f600"};
        const std::vector<std::byte> bytes = npyTextArray(texts);
        const std::string header(reinterpret_cast<const char*>(bytes.data()), 128);
        QVERIFY2(header.find("'descr': '<U5'") != std::string::npos &&
                     header.find("'shape': (4,)") != std::string::npos,
                 header.c_str());
        QCOMPARE(bytes.size(), std::size_t{128 + 4 * 5 * 4});
        std::vector<std::uint32_t> points(20);
        std::memcpy(points.data(), bytes.data() + 128, 80);
        const std::u32string expected = U"conv1\0\0\0\0\0gr\u00f6\u00dfe\u20ac\U0001f600\0\0\0"s;
        QVERIFY(std::equal(points.begin(), points.end(), expected.begin(), expected.end()));
        const tests::Scratch scratch;
        const auto path = scratch.folder() / "texts.npz";
        const NpzTexts list{"names", texts};
        writeNpz(path, {}, std::span(&list, 1));
        QCOMPARE(NpzArchive(path).names(), std::vector<std::string>{"names"});
    }

    void npzDamage() {
        const auto read = [](const std::filesystem::path& path) {
            const NpzArchive archive(path);
            for (const std::string& name : archive.names())
                archive.array(name);
        };
        for (const char* name : {"reference.npz", "split.npz"}) {
            const tests::Bytes bytes = tests::bytesOf(fixture(name));
            QCOMPARE(tests::firstAcceptedTruncation(bytes, "a.npz", read), std::int64_t{-1});
            QVERIFY(tests::refusedOfFuzzed(bytes, "a.npz", read, 250) > 37);
        }
    }

private:
    template <typename T> void roundTrip(const tests::Scratch& scratch, const std::vector<T>& values) {
        const auto path = scratch.folder() / "a.npy";
        writeNpy<T>(path, std::span<const T>(values), {2, 3});
        const NpyArray array = NpyArray::open(path);
        const std::span<const T> read = array.as<T>({2, 3});
        QVERIFY(std::memcmp(read.data(), values.data(), values.size() * sizeof(T)) == 0);
    }
};

QTEST_GUILESS_MAIN(NpyTest)
#include "test_npy.moc"
