#include "damage.h"

#include <core/formats/gzip.h>
#include <core/formats/idx.h>

#include <QTest>
#include <zlib.h>

using namespace lpntk;
using tests::refusal;

namespace {

void readOne(const std::filesystem::path& path) {
    formats::readIdx(path);
}

tests::Bytes idx(std::initializer_list<int> header, std::size_t data) {
    tests::Bytes bytes;
    for (const int value : header)
        bytes.push_back(static_cast<std::byte>(value));
    bytes.resize(bytes.size() + data, std::byte{7});
    return bytes;
}

tests::Bytes gzip(const tests::Bytes& bytes) {
    z_stream z{};
    deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    tests::Bytes out(bytes.size() + 1000);
    z.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    z.avail_in = static_cast<uInt>(bytes.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    deflate(&z, Z_FINISH);
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
}

const tests::Bytes kSmall = idx({0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4}, 24);

} // namespace

class IdxTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roundTrip() {
        const tests::Scratch scratch;
        const auto path = scratch.folder() / "images";
        const std::vector<std::int64_t> shape{2, 3, 4};
        formats::writeIdx(path, shape, std::span(kSmall).subspan(16));
        QVERIFY(tests::bytesOf(path) == kSmall);
        const formats::IdxArray array = formats::readIdx(path);
        QCOMPARE(array.shape, shape);
        QCOMPARE(array.bytes.size(), std::size_t{24});
        QVERIFY(formats::looksLikeIdx(path, 3) && !formats::looksLikeIdx(path, 1));
        QVERIFY(!refusal([&] { formats::writeIdx(path, std::vector<std::int64_t>{2, 3}, std::span(kSmall)); }).empty());
    }

    void readsGzip() {
        const tests::Scratch scratch;
        const auto path = scratch.write("images.gz", gzip(kSmall));
        QCOMPARE(formats::readIdx(path).bytes.size(), std::size_t{24});
        QVERIFY(formats::looksLikeIdx(path, 3));
        // Two members are one stream.
        tests::Bytes two = gzip(tests::Bytes(kSmall.begin(), kSmall.begin() + 20));
        const tests::Bytes rest = gzip(tests::Bytes(kSmall.begin() + 20, kSmall.end()));
        two.insert(two.end(), rest.begin(), rest.end());
        QCOMPARE(formats::readIdx(scratch.write("two.gz", two)).bytes.size(), std::size_t{24});
    }

    void everyTruncationIsRefused() {
        QCOMPARE(tests::firstAcceptedTruncation(kSmall, "a", readOne), std::int64_t{-1});
        QCOMPARE(tests::firstAcceptedTruncation(gzip(kSmall), "a.gz", readOne), std::int64_t{-1});
    }

    void refusesSurplusWrongTypesAndAbsurdSizes() {
        const tests::Scratch scratch;
        const auto refused = [&](const tests::Bytes& bytes, const char* word) {
            for (const tests::Bytes& form : {bytes, gzip(bytes)}) {
                const std::string message = refusal([&] { formats::readIdx(scratch.write("a", form)); });
                QVERIFY2(message.find(word) != std::string::npos, message.c_str());
            }
        };
        tests::Bytes longer = kSmall;
        longer.push_back(std::byte{1});
        refused(longer, "damaged");
        refused(idx({1, 0, 8, 1, 0, 0, 0, 1}, 1), "not an IDX");
        refused(idx({0, 0, 8, 9, 0, 0, 0, 1}, 1), "not an IDX");
        refused(idx({0, 0, 13, 1, 0, 0, 0, 1}, 4), "element type");
        refused(idx({0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, 8), "any file");
        refused(idx({0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff}, 8), "");
        QVERIFY(!refusal([&] {
                     formats::readIdx(scratch.write("a", gzip(idx({0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff}, 8))));
                 }).empty());
    }

    void refusesBombsBeforeAskingForMemory() {
        // 64 MB of zeros in 64 KB, behind a header that says 3 GB.
        tests::Bytes bomb = idx({0, 0, 8, 1, 0xc0, 0, 0, 0}, 0);
        bomb.resize(64 << 20, std::byte{0});
        const tests::Scratch scratch;
        const std::string message = refusal([&] { formats::readIdx(scratch.write("a.gz", gzip(bomb))); });
        QVERIFY2(message.find("more than a compressed file") != std::string::npos, message.c_str());
    }

    void checkSumIsVerified() {
        tests::Bytes damaged = gzip(kSmall);
        damaged[damaged.size() - 6] ^= std::byte{1};
        const tests::Scratch scratch;
        QVERIFY(!refusal([&] { formats::readIdx(scratch.write("a.gz", damaged)); }).empty());
    }

    void fuzzed() {
        QVERIFY(tests::refusedOfFuzzed(kSmall, "a", readOne, 500) > 125);
        QVERIFY(tests::refusedOfFuzzed(gzip(kSmall), "a.gz", readOne, 500) > 187);
    }
};

QTEST_GUILESS_MAIN(IdxTest)
#include "test_idx.moc"
