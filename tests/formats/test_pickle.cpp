#include "damage.h"

#include <core/formats/cifar.h>
#include <core/formats/pickle.h>
#include <core/formats/pickle_numpy.h>

#include <QTest>

#include <cstring>

using namespace lpntk;
using namespace lpntk::formats;
using Kind = PickleValue::Kind;
using tests::fixture;
using tests::refusal;
using namespace std::string_literals;

namespace {

/// Keeps the bytes that the values point into.
struct Read {
    tests::Bytes bytes;
    std::unique_ptr<PickleDocument> document;
    const PickleValue& root() const { return *document->root; }
};

Read readText(const std::string& text) {
    Read result{tests::textBytes(text), nullptr};
    result.document = readPickle(result.bytes, "test");
    return result;
}

std::string refusalOf(const std::string& text) {
    return refusal([&] { readText(text); });
}

std::string little(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i)
        text.push_back(static_cast<char>(value >> (8 * i) & 0xff));
    return text;
}

} // namespace

class PickleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void scalars() {
        QCOMPARE(readText("\x80\x02N."s).root().kind, Kind::none);
        QCOMPARE(readText("\x80\x02\x88."s).root().integer, std::int64_t{1});
        QCOMPARE(readText("\x80\x02J\xfe\xff\xff\xff."s).root().integer, std::int64_t{-2});
        QCOMPARE(readText("\x80\x02\x8a\x01\xff."s).root().integer, std::int64_t{-1});
        QCOMPARE(readText("\x80\x02\x8a\x00."s).root().integer, std::int64_t{0});
        QCOMPARE(readText("\x80\x02\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f."s).root().integer, INT64_MAX);
        QCOMPARE(readText("\x80\x02\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x01."s).root().kind, Kind::bigInteger);
        QCOMPARE(readText("\x80\x02G\x3f\xf8\x00\x00\x00\x00\x00\x00."s).root().real, 1.5);
        QCOMPARE(readText("I42\n."s).root().integer, std::int64_t{42});
        QCOMPARE(readText("\x80\x02X\x03\x00\x00\x00"
                          "abc."s)
                     .root()
                     .text,
                 std::string_view("abc"));
        QCOMPARE(readText("\x80\x02U\x02hi."s).root().kind, Kind::bytes);
    }

    void containersAndMemo() {
        const Read dict = readText("\x80\x02}q\x00(U\x01"
                                   "aK\x01U\x01"
                                   "b]q\x01(K\x02K\x03"
                                   "eu."s);
        QCOMPARE(dict.root().find("a")->integer, std::int64_t{1});
        QCOMPARE(dict.root().find("b")->items.size(), std::size_t{2});
        QVERIFY(!dict.root().find("c"));
        const Read shared = readText("\x80\x02]q\x00K\x05\x86q\x01h\x01\x86."s);
        QVERIFY(shared.root().items[0] == shared.root().items[1]);
        // A list that holds itself is a value like another; nothing loops.
        const Read loop = readText("\x80\x02]q\x00h\x00"
                                   "a."s);
        QVERIFY(loop.root().items[0] == &loop.root());
        const Read ordered = readText("\x80\x02"
                                      "ccollections\nOrderedDict\n)R(U\x01xK\x07u."s);
        QCOMPARE(ordered.root().find("x")->integer, std::int64_t{7});
    }

    void globalsOutsideTheListAreRefusedByName() {
        const std::pair<std::string, std::string> hostile[] = {
            {"\x80\x02"
             "cos\nsystem\nU\x04true\x85R."s,
             "os.system"},
            {"\x80\x02"
             "cposix\nsystem\nU\x04true\x85R."s,
             "posix.system"},
            {"\x80\x02"
             "c__builtin__\neval\nU\x01"
             "1\x85R."s,
             "__builtin__.eval"},
            {"\x80\x02"
             "cbuiltins\ngetattr\n."s,
             "builtins.getattr"},
            {"\x80\x02"
             "csubprocess\nPopen\n."s,
             "subprocess.Popen"},
            {"\x80\x04\x8c\x02os\x8c\x06system\x93."s, "os.system"},
            {"\x80\x02"
             "ctorch\nload\n."s,
             "torch.load"},
            {"\x80\x02"
             "ccollections\nOrderedDict.__init__\n."s,
             "collections.OrderedDict.__init__"},
            {"\x80\x02"
             "c__main__\nNet\n."s,
             "__main__.Net"},
        };
        for (const auto& [text, name] : hostile) {
            const std::string message = refusalOf(text);
            QVERIFY2(message.find("\"" + name + "\"") != std::string::npos, message.c_str());
        }
        // Control characters do not reach the terminal.
        QVERIFY(refusalOf("\x80\x02"
                          "c\x1b[2J\nx\n."s)
                    .find('\x1b') == std::string::npos);
    }

    void otherWaysToRunThingsAreRefused() {
        QVERIFY(!refusalOf("(S'true'\nios\nsystem\n."s).empty());   // INST
        QVERIFY(!refusalOf("\x80\x02(cos\nsystem\no."s).empty());   // OBJ
        QVERIFY(!refusalOf("\x80\x02\x82\x01."s).empty());          // EXT1
        QVERIFY(!refusalOf("\x80\x02P1\n."s).empty());              // PERSID
        QVERIFY(!refusalOf("\x80\x04\x92."s).empty());              // NEWOBJ_EX
        QVERIFY(!refusalOf("\x80\x02U\x01xU\x01y\x85R."s).empty()); // call of a string
        QVERIFY(!refusalOf("\x80\x02K\x01}"
                           "b."s)
                     .empty()); // state for an int
    }

    void bombsAreRefused() {
        QVERIFY(!refusalOf("\x80\x02" + std::string(1'100'000, '(') + ".").empty()); // marks
        QVERIFY(!refusalOf("\x80\x02" + std::string(4'100'000, ']') + ".").empty()); // values
        std::string memo = "\x80\x02N";
        for (std::uint64_t i = 0; i < 1'000'100; ++i)
            memo += "r" + little(i * 4001 % 4294967291ull, 4);
        QVERIFY(refusalOf(memo + ".").find("remembered") != std::string::npos);
        // 200,000 tuples in one another: read flat, gone flat.
        std::string deep = "\x80\x02)";
        for (int i = 0; i < 200'000; ++i)
            deep += "\x85";
        QVERIFY(refusalOf(deep + ".").empty());
        // Lengths beyond the file.
        QVERIFY(refusalOf("\x80\x02X\xff\xff\xff\xff"
                          "abc."s)
                    .find("claimed") != std::string::npos);
        QVERIFY(refusalOf("\x80\x02T\xff\xff\xff\xff"
                          "abc."s)
                    .find("claimed") != std::string::npos);
        QVERIFY(refusalOf("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
                          "abc."s)
                    .find("claimed") != std::string::npos);
        QVERIFY(refusalOf("\x80\x02\x8b\xff\xff\xff\x7f."s).find("claimed") != std::string::npos);
    }

    void brokenStreams() {
        for (const std::string& text : {""s,
                                        "."s,
                                        "\x80"s,
                                        "\x80\x09N."s,
                                        "\x80\x02NN."s,
                                        "\x80\x02(."s,
                                        "\x80\x02"
                                        "0."s,
                                        "\x80\x02"
                                        "e."s,
                                        "\x80\x02"
                                        "a."s,
                                        "\x80\x02u."s,
                                        "\x80\x02}(K\x01u."s,
                                        "\x80\x02h\x00."s,
                                        "\x80\x02q\x00."s,
                                        "\x80\x02R."s,
                                        "\x80\x02"
                                        "b."s,
                                        "\x80\x02Q."s,
                                        "\x80\x02\x86."s,
                                        "\x80\x02"
                                        "ccollections"s,
                                        "\x80\x02N"s,
                                        "I1x\n."s,
                                        "I99999999999999999999\n."s,
                                        "\x80\x02(\x85."s,
                                        "\x80\x02"
                                        "ccollections\nOrderedDict\nK\x01\x85R."s,
                                        "\xff."s})
            QVERIFY2(!refusalOf(text).empty(), text.c_str());
    }

    // CIFAR -----------------------------------------------------------------------------------------------------------
    void readsCifarOfPython2And3() {
        const tests::Bytes row = tests::bytesOf(fixture("cifar_first_row.bin"));
        for (const char* name : {"cifar10_py2.pkl", "cifar10_py3.pkl"}) {
            const CifarBatch batch = readCifarPython(fixture(name), false);
            QCOMPARE(batch.labels, (std::vector<std::int64_t>{3, 7}));
            QCOMPARE(batch.pixels.size(), std::size_t{6144});
            QVERIFY(std::memcmp(batch.pixels.data(), row.data(), 3072) == 0);
        }
        const CifarBatch hundred = readCifarPython(fixture("cifar100_py2.pkl"), true);
        QCOMPARE(hundred.labels, (std::vector<std::int64_t>{99, 0}));
        QCOMPARE(hundred.coarse, (std::vector<std::int64_t>{19, 1}));
        QVERIFY(!refusal([] { readCifarPython(fixture("cifar100_py2.pkl"), false); }).empty());
        QCOMPARE(readCifarPythonNames(fixture("batches.meta"), "label_names").size(), std::size_t{10});
    }

    void readsCifarBinary() {
        const tests::Scratch scratch;
        tests::Bytes ten(2 * 3073);
        ten[0] = std::byte{9};
        QCOMPARE(readCifarBinary(scratch.write("a.bin", ten), false).labels, (std::vector<std::int64_t>{9, 0}));
        ten[3073] = std::byte{10};
        QVERIFY(refusal([&] { readCifarBinary(scratch.write("a.bin", ten), false); }).find("record 1") !=
                std::string::npos);
        ten.pop_back();
        QVERIFY(refusal([&] { readCifarBinary(scratch.write("a.bin", ten), false); }).find("truncated") !=
                std::string::npos);
        QVERIFY(!refusal([&] { readCifarBinary(scratch.write("a.bin", tests::Bytes()), false); }).empty());
        tests::Bytes hundred(3074);
        hundred[0] = std::byte{19};
        hundred[1] = std::byte{99};
        QCOMPARE(readCifarBinary(scratch.write("a.bin", hundred), true).labels, std::vector<std::int64_t>{99});
        hundred[0] = std::byte{20};
        QVERIFY(!refusal([&] { readCifarBinary(scratch.write("a.bin", hundred), true); }).empty());
    }

    void damage() {
        const auto read = [](const std::filesystem::path& path) { readCifarPython(path, false); };
        for (const char* name : {"cifar10_py2.pkl", "cifar10_py3.pkl"}) {
            const tests::Bytes bytes = tests::bytesOf(fixture(name));
            QCOMPARE(tests::firstAcceptedTruncation(bytes, "a", read, 7), std::int64_t{-1});
            QVERIFY(tests::refusedOfFuzzed(bytes, "a", read, 333) > 37);
        }
        const auto names = [](const std::filesystem::path& path) { readCifarPythonNames(path, "label_names"); };
        QCOMPARE(tests::firstAcceptedTruncation(tests::bytesOf(fixture("batches.meta")), "a", names), std::int64_t{-1});
        tests::refusedOfFuzzed(tests::bytesOf(fixture("batches.meta")), "a", names, 500);
    }
};

QTEST_GUILESS_MAIN(PickleTest)
#include "test_pickle.moc"
