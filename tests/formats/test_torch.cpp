#include "damage.h"

#include <core/formats/weights.h>
#include <core/formats/zip.h>

#include <QTest>

#include <algorithm>

using namespace lpntk;
using namespace lpntk::formats;
using tests::fixture;
using tests::refusal;

namespace {

void readOne(const std::filesystem::path& path) {
    readWeights(path);
}

template <typename T> std::vector<T> values(const NamedTensor* tensor) {
    const auto* data = reinterpret_cast<const T*>(tensor->bytes.data());
    return {data, data + tensor->count()};
}

std::string textOf(const tests::Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The entries of an archive with one of them changed.
std::vector<ZipContent> entriesOf(const std::filesystem::path& path) {
    const ZipArchive zip(path);
    std::vector<ZipContent> contents;
    for (const ZipArchive::Entry& entry : zip.entries())
        contents.push_back({entry.name, zip.read(entry, 1 << 20)});
    return contents;
}

} // namespace

class TorchTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsEveryContainer_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("format");
        QTest::addColumn<QStringList>("unwrapped");
        QTest::newRow("zip") << "plain_zip.pt"
                             << "pytorch-zip" << QStringList();
        QTest::newRow("legacy") << "plain_legacy.pt"
                                << "pytorch-legacy" << QStringList();
        QTest::newRow("wrapped") << "wrapped_zip.pth"
                                 << "pytorch-zip" << QStringList{"state_dict", "module."};
        QTest::newRow("nested") << "nested_legacy.pth"
                                << "pytorch-legacy" << QStringList{"model", "net", "_orig_mod."};
    }
    void readsEveryContainer() {
        QFETCH(QString, name);
        QFETCH(QString, format);
        QFETCH(QStringList, unwrapped);
        const WeightFile weights = readWeights(fixture(name.toStdString()));
        QCOMPARE(QString::fromStdString(weights.format), format);
        QStringList opened;
        for (const std::string& word : weights.unwrapped)
            opened << QString::fromStdString(word);
        QCOMPARE(opened, unwrapped);
        std::vector<std::string> names;
        for (const NamedTensor& tensor : weights.tensors)
            names.push_back(tensor.name);
        QCOMPARE(names, (std::vector<std::string>{"conv.weight", "conv.bias", "bn.weight", "bn.bias", "bn.running_mean",
                                                  "bn.running_var", "bn.num_batches_tracked", "fc.weight", "fc.bias"}));
        QCOMPARE(weights.find("conv.weight")->shape, (std::vector<std::int64_t>{2, 1, 3, 3}));
        QCOMPARE(values<float>(weights.find("conv.weight"))[17], 17.0f / 4);
        QCOMPARE(values<std::int64_t>(weights.find("bn.num_batches_tracked"))[0], std::int64_t{150});
        QCOMPARE(values<float>(weights.find("fc.bias")), (std::vector<float>{200, 200.25f, 200.5f}));
    }

    void windowsAndTypes_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("zip") << "kinds_zip.pt";
        QTest::newRow("legacy") << "kinds_legacy.pt";
    }
    void windowsAndTypes() {
        QFETCH(QString, name);
        const WeightFile weights = readWeights(fixture(name.toStdString()));
        QCOMPARE(weights.find("t")->shape, (std::vector<std::int64_t>{6, 4}));
        const std::vector<float> t = values<float>(weights.find("t"));
        for (int i = 0; i < 6; ++i)
            for (int j = 0; j < 4; ++j)
                QCOMPARE(t[static_cast<std::size_t>(4 * i + j)], static_cast<float>(6 * j + i));
        QCOMPARE(values<float>(weights.find("window")), (std::vector<float>{8, 9, 10, 14, 15, 16}));
        QCOMPARE(values<float>(weights.find("row")), (std::vector<float>{12, 13, 14, 15, 16, 17}));
        QCOMPARE(values<float>(weights.find("wide")), (std::vector<float>{1.5f, 1.5f, 1.5f}));
        QVERIFY(weights.find("scalar")->shape.empty());
        QCOMPARE(values<float>(weights.find("scalar"))[0], 2.5f);
        QCOMPARE(values<std::uint16_t>(weights.find("half")), (std::vector<std::uint16_t>{0x3800, 0xc000}));
        QCOMPARE(values<std::uint16_t>(weights.find("bf16")), (std::vector<std::uint16_t>{0x3f80, 0x4040}));
        QCOMPARE(values<double>(weights.find("double"))[0], 1e300);
        QCOMPARE(values<std::int64_t>(weights.find("long")), (std::vector<std::int64_t>{-5, 7}));
        QCOMPARE(static_cast<int>(weights.find("bool")->type), static_cast<int>(DType::boolean));
        QCOMPARE(values<std::uint8_t>(weights.find("u8"))[0], std::uint8_t{255});
        QCOMPARE(weights.find("empty")->shape, (std::vector<std::int64_t>{0, 3}));
    }

    void otherArchivesSayWhatToDo() {
        const tests::Scratch scratch;
        const auto message = [](const std::filesystem::path& path) { return refusal([&] { readWeights(path); }); };
        QVERIFY(message(fixture("torchscript.pt")).find("torch.jit.load") != std::string::npos);
        QVERIFY(message(fixture("reference.npz")).find(".npz") != std::string::npos);
        const auto zip = [&](const char* name) {
            const std::vector<ZipContent> contents{{name, tests::textBytes("{}")}};
            writeZip(scratch.folder() / "a.pt2", contents);
            return message(scratch.folder() / "a.pt2");
        };
        QVERIFY(zip("model/archive_format").find("--model") != std::string::npos);
        QVERIFY(zip("serialized_exported_program.json").find("--model") != std::string::npos);
        QVERIFY(zip("model/data/aotinductor/model/a.so").find("native code") != std::string::npos);
        QVERIFY(zip("readme.txt").find("data.pkl") != std::string::npos);
    }

    void storagesMustHaveTheirSize() {
        const tests::Scratch scratch;
        const auto path = scratch.folder() / "a.pt";
        std::vector<ZipContent> contents = entriesOf(fixture("plain_zip.pt"));
        for (ZipContent& content : contents) {
            if (!content.name.ends_with("/data/0"))
                continue;
            content.bytes.pop_back();
            writeZip(path, contents);
            QVERIFY(refusal([&] { readWeights(path); }).find("declared") != std::string::npos);
            content.bytes.resize(content.bytes.size() + 5);
            writeZip(path, contents);
            QVERIFY(refusal([&] { readWeights(path); }).find("declared") != std::string::npos);
        }
        std::erase_if(contents, [](const ZipContent& content) { return content.name.ends_with("/data/0"); });
        writeZip(path, contents);
        QVERIFY(refusal([&] { readWeights(path); }).find("missing") != std::string::npos);
    }

    void hostilePicklesInArchives() {
        const tests::Scratch scratch;
        const auto path = scratch.folder() / "a.pt";
        const auto with = [&](std::string_view pickle) {
            const std::vector<ZipContent> contents{{"a/data.pkl", tests::textBytes(pickle)},
                                                   {"a/version", tests::textBytes("3\n")}};
            writeZip(path, contents);
            return refusal([&] { readWeights(path); });
        };
        QVERIFY(with(std::string_view("\x80\x02"
                                      "cos\nsystem\nU\x04true\x85R.",
                                      22))
                    .find("os.system") != std::string::npos);
        QVERIFY(with(std::string_view("\x80\x02}.", 4)).find("no tensors") != std::string::npos);
        QVERIFY(with(std::string_view("\x80\x02].", 4)).find("list") != std::string::npos);
        QVERIFY(!with(std::string_view("\x80\x02}.x", 5)).empty());
    }

    /// Single bytes of a real checkpoint changed: sizes, strides, offsets, counts, opcodes. Never accepted with a
    /// window outside its storage (address checking would show it).
    void everyByteChanged() {
        const tests::Scratch scratch;
        const tests::Bytes original = tests::bytesOf(fixture("kinds_legacy.pt"));
        int refused = 0;
        for (std::size_t i = 0; i < original.size(); ++i) {
            for (const unsigned char value : {'\x7f', '\xff', 'K', '.'}) {
                tests::Bytes changed = original;
                changed[i] = static_cast<std::byte>(value);
                const auto path = scratch.write("a.pt", changed);
                refused += !refusal([&] { readWeights(path); }).empty();
            }
        }
        QVERIFY(refused > 1000);
    }

    void damage() {
        for (const char* name : {"plain_zip.pt", "plain_legacy.pt", "kinds_legacy.pt"}) {
            const tests::Bytes bytes = tests::bytesOf(fixture(name));
            QCOMPARE(tests::firstAcceptedTruncation(bytes, name, readOne), std::int64_t{-1});
            QVERIFY(tests::refusedOfFuzzed(bytes, name, readOne, 333) > 62);
        }
        tests::Bytes longer = tests::bytesOf(fixture("plain_legacy.pt"));
        longer.push_back(std::byte{0});
        const tests::Scratch scratch;
        QVERIFY(!refusal([&] { readWeights(scratch.write("a.pt", longer)); }).empty());
    }

    void unsafeArchives() {
        const tests::Scratch scratch;
        const auto path = scratch.folder() / "a.zip";
        for (const char* name : {"../evil", "/etc/x", "a/../../b"}) {
            const std::vector<ZipContent> contents{{name, tests::textBytes("x")}};
            writeZip(path, contents);
            QVERIFY(refusal([&] { ZipArchive zip(path); }).find("name") != std::string::npos);
        }
        // Sizes in the directory that the file cannot hold: 0xffffff00 bytes inflated from three.
        const std::vector<ZipContent> contents{{"a", tests::textBytes("abc")}};
        writeZip(path, contents);
        std::string text = textOf(tests::bytesOf(path));
        const std::size_t directory = text.find("PK\x01\x02");
        text.replace(directory + 24, 4, std::string("\x00\xff\xff\xff", 4));
        QVERIFY(!refusal([&] { ZipArchive zip(scratch.write("b.zip", text)); }).empty());
        const ZipArchive zip(path);
        QVERIFY(!refusal([&] { zip.read(zip.entries()[0], 2); }).empty());
    }
};

QTEST_GUILESS_MAIN(TorchTest)
#include "test_torch.moc"
