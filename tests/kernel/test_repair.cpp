#include "fake_source.h"

#include <core/base/files.h>
#include <core/kernel/verify.h>
#include <core/run/manifest.h>

#include <QTemporaryDir>
#include <QtTest>

#include <atomic>
#include <cstring>
#include <fstream>

using namespace lpntk;
namespace fs = std::filesystem;
using tests::FakeJob;

namespace {

/// 300 rows in tiles of 32: 10 tile rows, 55 tiles.
constexpr std::int64_t kRows = 300, kTile = 32, kTiles = 55, kHeader = 128;

FakeJob smallJob(bool repair) {
    FakeJob fake;
    fake.rows = kRows;
    fake.classes = 5;
    fake.tile = kTile;
    fake.options.threads = 2;
    fake.options.top = 10;
    fake.options.backend = "mm";
    fake.options.repair = repair;
    fake.hooks.checkpointSeconds = 0;
    return fake;
}

/// Turns the bits of a byte round.
void flip(const fs::path& file, std::int64_t offset) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(offset);
    const char byte = static_cast<char>(~stream.get());
    stream.seekp(offset);
    stream.put(byte);
}

std::int64_t placeOf(std::int64_t row, std::int64_t column) {
    return kHeader + (row * kRows + column) * 4;
}

} // namespace

/// What a finished run holds no longer as it was computed is computed again, to the same bits.
class TestRepair : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    fs::path path(const char* name) const { return m_folder.filePath(QLatin1String(name)).toStdString(); }
    fs::path damaged() const {
        const fs::path run = path("run");
        fs::remove_all(run);
        fs::copy(path("whole"), run, fs::copy_options::recursive);
        return run;
    }
    static std::int64_t damagedIn(const fs::path& run) { return kernel::checkStored(run, 2, {}).damaged; }
    void compareWithWhole(const fs::path& run) const {
        QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        tests::runFakeJob(smallJob(false), path("whole"));
    }

    void aWholeRunIsLeftAlone() {
        const fs::path run = damaged();
        QCOMPARE(kernel::checkStored(run, 0, {}).tiles, kTiles);
        QCOMPARE(damagedIn(run), std::int64_t{0});
        const auto report = tests::runFakeJob(smallJob(true), run);
        QCOMPARE(report.tilesComputed, std::int64_t{0});
        QVERIFY(report.warnings.empty());
        compareWithWhole(run);
    }

    void damagedTilesAreComputedAgain() {
        const fs::path run = damaged();
        flip(run / "kernel.npy", placeOf(3, 5));                             // tile 0, 0
        flip(run / "kernel.npy", placeOf(3, 6));                             // the same
        flip(run / "kernel.npy", placeOf(290, 100));                         // tile 9, 3 from below the diagonal
        flip(run / "pyramid" / "level_3.npy", kHeader + 2 * (38 * 10 + 30)); // cells of tile 2, 7
        QCOMPARE(damagedIn(run), std::int64_t{3});
        const auto report = tests::runFakeJob(smallJob(true), run);
        QCOMPARE(report.tilesComputed, std::int64_t{3});
        QCOMPARE(report.rows, kRows);
        QVERIFY(report.warnings.empty());
        compareWithWhole(run);
    }

    void filesThatWereCutOffOrLostComeBack_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<qint64>("left");
        QTest::newRow("kernel cut off") << "kernel.npy" << qint64{200000};
        QTest::newRow("kernel longer") << "kernel.npy" << qint64{500000};
        QTest::newRow("kernel lost") << "kernel.npy" << qint64{-1};
        QTest::newRow("level lost") << "pyramid/level_4.npy" << qint64{-1};
    }
    void filesThatWereCutOffOrLostComeBack() {
        QFETCH(QString, file);
        QFETCH(qint64, left);
        const fs::path run = damaged(), changed = run / file.toStdString();
        if (left < 0)
            fs::remove(changed);
        else
            fs::resize_file(changed, static_cast<std::uintmax_t>(left));
        tests::runFakeJob(smallJob(true), run);
        compareWithWhole(run);
        QCOMPARE(damagedIn(run), std::int64_t{0});
    }

    void linesThatTheJournalLostComeBack() {
        const fs::path run = damaged();
        fs::resize_file(run / "journal", fs::file_size(run / "journal") - 30);
        QVERIFY(damagedIn(run) > 0);
        QVERIFY(tests::runFakeJob(smallJob(true), run).tilesComputed > 0);
        compareWithWhole(run);
    }

    void cancelledItLeavesARunThatCanBeRepaired() {
        const fs::path run = damaged();
        fs::remove(run / "kernel.npy");
        FakeJob fake = smallJob(true);
        std::stop_source stop;
        std::atomic<int> left = 7;
        fake.hooks.onEvent = [&](const char* event) {
            if (std::strcmp(event, "tile") == 0 && --left <= 0)
                stop.request_stop();
        };
        QVERIFY_THROWS_EXCEPTION(base::Cancelled, tests::runFakeJob(fake, run, {stop.get_token(), {}}));
        QVERIFY(run::wasFinished(run));
        const std::int64_t still = damagedIn(run);
        QVERIFY(still > 0 && still <= kTiles - 7);
        QCOMPARE(tests::runFakeJob(smallJob(true), run).tilesComputed, still);
        compareWithWhole(run);
    }

    void otherDataAreRefused() {
        const fs::path run = damaged();
        flip(run / "kernel.npy", placeOf(3, 5));
        FakeJob fake = smallJob(true);
        fake.every = 2;
        QVERIFY(!tests::failureOf([&] { tests::runFakeJob(fake, run); }).empty());
        QCOMPARE(damagedIn(run), std::int64_t{1});
    }
};

QTEST_GUILESS_MAIN(TestRepair)
#include "test_repair.moc"
