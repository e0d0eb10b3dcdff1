#include "damage.h"

#include <core/base/json_file.h>
#include <core/formats/pt2.h>
#include <core/formats/zip.h>

#include <helpers/real_data.h>

#include <QTest>

#include <algorithm>

using namespace lpntk;
using namespace lpntk::formats;
using tests::refusal;

namespace fs = std::filesystem;

namespace {

fs::path exported(const char* name) {
    return tests::exportedNetworks() / name;
}

std::vector<ZipContent> entriesOf(const fs::path& path) {
    const ZipArchive zip(path);
    std::vector<ZipContent> contents;
    for (const ZipArchive::Entry& entry : zip.entries())
        contents.push_back({entry.name, zip.read(entry, 1 << 20)});
    return contents;
}

/// The archive with what `change` does to its entries, and how reading it is refused.
std::string refusalOf(const char* name, const std::function<void(std::vector<ZipContent>&)>& change) {
    const tests::Scratch scratch;
    std::vector<ZipContent> contents = entriesOf(exported(name));
    change(contents);
    writeZip(scratch.folder() / "a.pt2", contents);
    return refusal([&] { readPt2(scratch.folder() / "a.pt2"); });
}

ZipContent& ending(std::vector<ZipContent>& contents, const std::string& end) {
    return *std::find_if(contents.begin(), contents.end(), [&](const ZipContent& c) { return c.name.ends_with(end); });
}

/// Changes the table of tensors.
std::string withTable(const std::function<void(base::Json&)>& change) {
    return refusalOf("odd-2.11.pt2", [&](std::vector<ZipContent>& contents) {
        ZipContent& table = ending(contents, "model_weights_config.json");
        base::Json json = base::Json::parse(reinterpret_cast<const char*>(table.bytes.data()),
                                            reinterpret_cast<const char*>(table.bytes.data() + table.bytes.size()));
        change(json["config"]);
        table.bytes = tests::textBytes(json.dump());
    });
}

bool mentions(const std::string& text, const char* words) {
    return text.find(words) != std::string::npos;
}

void readOne(const fs::path& path) {
    readPt2(path);
}

} // namespace

class Pt2Test : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// The three layouts: of PyTorch 2.6 and 2.7, of 2.8, since 2.9.
    void everyLayoutHoldsTheSame_data() {
        QTest::addColumn<QString>("file");
        for (const char* file : {"odd-2.6.pt2", "odd-2.7.pt2", "odd-2.8.pt2", "odd-2.9.pt2", "odd-2.15.pt2"})
            QTest::newRow(file) << QString(file);
    }
    void everyLayoutHoldsTheSame() {
        QFETCH(QString, file);
        QVERIFY(looksLikePt2(exported(qPrintable(file))));
        const Pt2Archive found = readPt2(exported(qPrintable(file))), expected = readPt2(exported("odd-2.11.pt2"));
        QCOMPARE(found.weights.size(), expected.weights.size());
        for (const auto& [mine, theirs] : {std::pair(&found.weights, &expected.weights),
                                           std::pair(&found.constants, &expected.constants)}) {
            for (const NamedTensor& tensor : *theirs) {
                const auto same = std::find_if(mine->begin(), mine->end(),
                                               [&](const NamedTensor& other) { return other.name == tensor.name; });
                QVERIFY2(same != mine->end(), tensor.name.c_str());
                QCOMPARE(same->shape, tensor.shape);
                QVERIFY(std::ranges::equal(same->bytes, tensor.bytes));
            }
        }
    }

    void tiedTensorsShareTheirBytes() {
        for (const char* file : {"odd-2.6.pt2", "odd-2.8.pt2", "odd-2.11.pt2"}) {
            const Pt2Archive archive = readPt2(exported(file));
            const auto named = [&](const char* name) {
                return std::find_if(archive.weights.begin(), archive.weights.end(),
                                    [&](const NamedTensor& tensor) { return tensor.name == name; })
                    ->bytes.data();
            };
            QVERIFY(named("tied_a.weight") == named("tied_b.weight"));
            QVERIFY(named("tied_a.weight") != named("turned.weight"));
        }
    }

    void otherFilesAreRefused() {
        const tests::Scratch scratch;
        QVERIFY(!looksLikePt2(tests::fixture("plain_zip.pt")));
        QVERIFY(!looksLikePt2(scratch.write("empty.pt2", "")));
        QVERIFY(!looksLikePt2(scratch.folder()));
        QVERIFY(mentions(refusal([] { readPt2(tests::fixture("plain_zip.pt")); }), "torch.export.save"));
        QVERIFY(mentions(refusal([] { readPt2(tests::fixture("reference.safetensors")); }), "zip"));
        QVERIFY(!refusal([&] { readPt2(scratch.folder() / "missing.pt2"); }).empty());
    }

    void packagesAreRefused() {
        const std::string native = refusalOf("cnn-2.11.pt2", [](auto& contents) {
            contents.push_back({"cnn-2.11/data/aotinductor/model/a.so", tests::textBytes("x")});
        });
        QVERIFY2(mentions(native, "native code, which is never run"), native.c_str());
        const std::string several = refusalOf("cnn-2.11.pt2", [](auto& contents) {
            contents.push_back({"cnn-2.11/models/other.json", tests::textBytes("{}")});
        });
        QVERIFY2(mentions(several, "several programs"), several.c_str());
        const std::string big = refusalOf(
            "cnn-2.11.pt2", [](auto& contents) { ending(contents, "byteorder").bytes = tests::textBytes("big"); });
        QVERIFY2(mentions(big, "big-endian"), big.c_str());
    }

    void tensorsMustFitTheirStorage() {
        const std::string shorter =
            refusalOf("odd-2.11.pt2", [](auto& contents) { ending(contents, "weights/weight_3").bytes.pop_back(); });
        QVERIFY2(mentions(shorter, "reaches element 3 of a storage of 3"), shorter.c_str());
        const std::string missing = refusalOf("odd-2.11.pt2", [](auto& contents) {
            std::erase_if(contents, [](const ZipContent& c) { return c.name.ends_with("weights/weight_3"); });
        });
        QVERIFY2(mentions(missing, "\"weight_3\" is missing"), missing.c_str());
        const std::string pickled = withTable([](base::Json& config) { config["mix"]["use_pickle"] = true; });
        QVERIFY2(mentions(pickled, "\"mix\"") && mentions(pickled, "never run"), pickled.c_str());
        const std::string huge = withTable(
            [](base::Json& config) { config["mix"]["tensor_meta"]["sizes"][0]["as_int"] = std::int64_t{1} << 62; });
        QVERIFY2(mentions(huge, "\"mix\""), huge.c_str());
        const std::string negative =
            withTable([](base::Json& config) { config["mix"]["tensor_meta"]["strides"][0]["as_int"] = -1; });
        QVERIFY2(mentions(negative, "negative"), negative.c_str());
        const std::string type = withTable([](base::Json& config) { config["mix"]["tensor_meta"]["dtype"] = 9; });
        QVERIFY2(mentions(type, "float32"), type.c_str());
        const std::string sparse = withTable([](base::Json& config) { config["mix"]["tensor_meta"]["layout"] = 1; });
        QVERIFY2(mentions(sparse, "not a dense tensor"), sparse.c_str());
    }

    void damage() {
        for (const char* file : {"cnn-2.6.pt2", "odd-2.11.pt2"}) {
            const tests::Bytes bytes = tests::bytesOf(exported(file));
            QCOMPARE(tests::firstAcceptedTruncation(bytes, "a.pt2", readOne, 97), std::int64_t{-1});
            QVERIFY(tests::refusedOfFuzzed(bytes, "a.pt2", readOne, 300) > 150);
        }
    }
};

QTEST_GUILESS_MAIN(Pt2Test)
#include "test_pt2.moc"
