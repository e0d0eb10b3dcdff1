#include "damage.h"

#include <core/formats/weights.h>

#include <QTest>

#include <cstring>

using namespace lpntk;
using namespace lpntk::formats;
using tests::fixture;
using tests::refusal;

namespace {

std::string file(const std::string& header, std::size_t data) {
    std::string bytes;
    for (int shift = 0; shift < 64; shift += 8)
        bytes.push_back(static_cast<char>(header.size() >> shift & 0xff));
    return bytes + header + std::string(data, '\0');
}

void readOne(const std::filesystem::path& path) {
    readWeights(path);
}

} // namespace

class SafetensorsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsTheReferenceWriter() {
        const WeightFile weights = readWeights(fixture("reference.safetensors"));
        QCOMPARE(weights.format, std::string("safetensors"));
        QCOMPARE(weights.tensors.size(), std::size_t{3});
        QCOMPARE(weights.metadata.size(), std::size_t{1});
        QCOMPARE(weights.metadata[0].second, std::string("reference writer"));
        const NamedTensor* b = weights.find("b");
        QVERIFY(b && b->type == DType::f32 && b->shape == (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(reinterpret_cast<const float*>(b->bytes.data())[5], 5.0f);
        QVERIFY(weights.find("a")->type == DType::i64 && weights.find("h")->type == DType::f16);
        QVERIFY(!weights.find("c"));
    }

    void roundTrip() {
        const tests::Scratch scratch;
        const auto path = scratch.folder() / "w.safetensors";
        const std::vector<float> values{1, 2, 3, 4, 5, 6};
        const std::vector<std::uint8_t> small{9};
        NamedTensor one{"fc.weight", DType::f32, {2, 3}, std::as_bytes(std::span(values)), nullptr};
        NamedTensor two{"flag", DType::u8, {}, std::as_bytes(std::span(small)), nullptr};
        NamedTensor none{"none", DType::f32, {0, 4}, {}, nullptr};
        const std::vector<NamedTensor> tensors{two, one, none};
        const std::vector<std::pair<std::string, std::string>> metadata{{"model", "lenet5"},
                                                                        {"note", "a \"quoted\" \xc3\xa9"}};
        writeSafetensors(path, tensors, metadata);
        const WeightFile read = readWeights(path);
        QVERIFY(read.metadata == metadata);
        QVERIFY(std::memcmp(read.find("fc.weight")->bytes.data(), values.data(), 24) == 0);
        QCOMPARE(read.find("flag")->count(), std::int64_t{1});
        QCOMPARE(read.find("none")->count(), std::int64_t{0});
        const std::vector<NamedTensor> twice{one, one};
        QVERIFY(!refusal([&] { writeSafetensors(path, twice, {}); }).empty());
        one.shape = {2, 2};
        QVERIFY(!refusal([&] { writeSafetensors(path, std::vector{one}, {}); }).empty());
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<int>("data");
        QTest::addColumn<QByteArray>("word");
        const auto row = [](const char* name, const char* header, int data, const char* word) {
            QTest::newRow(name) << QByteArray(header) << data << QByteArray(word);
        };
        row("overlap",
            R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
            8, "overlap");
        row("gap",
            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
            12, "gap");
        row("gap at start", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8, "gap");
        row("surplus", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 5, "use 4");
        row("truncated", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 7, "truncated");
        row("size", R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8, "needs 12");
        row("backwards", R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[8,0]}})", 8, "");
        row("negative", R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, "whole number");
        row("absurd", R"({"a":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,4]}})", 4, "multiply");
        row("beyond int64", R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}})", 4,
            "whole number");
        row("float size", R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})", 4, "whole number");
        row("duplicate",
            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
            4, "twice");
        row("duplicate inside", R"({"a":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,4]}})", 4, "twice");
        row("dtype", R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1, "F8_E4M3");
        row("metadata", R"({"__metadata__":{"a":1}})", 0, "not a string");
        row("no shape", R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", 4, "missing");
        row("no object", R"({"a":[1]})", 0, "missing");
        row("no JSON", R"({"a":)", 0, "JSON");
        row("bool",
            R"({"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[3],"data_offsets":[1,5]}})",
            5, "");
    }
    void refuses() {
        QFETCH(QByteArray, header);
        QFETCH(int, data);
        QFETCH(QByteArray, word);
        const tests::Scratch scratch;
        const auto path = scratch.write("w.safetensors", file(header.toStdString(), static_cast<std::size_t>(data)));
        const std::string message = refusal([&] { readWeights(path); });
        QVERIFY2(!message.empty() && message.find(word.toStdString()) != std::string::npos, message.c_str());
    }

    void deepNestingIsRefused() {
        const tests::Scratch scratch;
        const auto path = scratch.write("w.safetensors", file("{\"a\":" + std::string(100000, '['), 0));
        QVERIFY(!refusal([&] { readWeights(path); }).empty());
    }

    void absurdHeaderLength() {
        const tests::Scratch scratch;
        for (const char* length : {"\xff\xff\xff\xff\xff\xff\xff\xff", "\x00\xe1\xf5\x05\x00\x00\x00\x00",
                                   "\x10\x00\x00\x00\x00\x00\x00\x00"})
            QVERIFY(!refusal([&] { readWeights(scratch.write("w", std::string(length, 8) + "{}")); }).empty());
    }

    void damage() {
        const tests::Bytes bytes = tests::bytesOf(fixture("reference.safetensors"));
        QCOMPARE(tests::firstAcceptedTruncation(bytes, "w.safetensors", readOne), std::int64_t{-1});
        QVERIFY(tests::refusedOfFuzzed(bytes, "w.safetensors", readOne, 500) > 125);
    }

    void otherFilesAreNamed() {
        const tests::Scratch scratch;
        QVERIFY(refusal([&] { readWeights(scratch.write("w", std::string_view())); }).find("empty") !=
                std::string::npos);
        QVERIFY(refusal([&] { readWeights(scratch.write("w", "hello")); }).find("neither") != std::string::npos);
        QVERIFY(refusal([&] { readWeights(scratch.write("w", "\x89HDF\r\n")); }).find("HDF5") != std::string::npos);
        QVERIFY(!refusal([&] { readWeights(scratch.folder()); }).empty());
    }
};

QTEST_GUILESS_MAIN(SafetensorsTest)
#include "test_safetensors.moc"
