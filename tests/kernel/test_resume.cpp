#include "fake_source.h"
#include "killed_job.h"

#include <core/base/files.h>
#include <core/kernel/products.h>
#include <core/run/run.h>

#include <QTemporaryDir>
#include <QtTest>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

using namespace lpntk;
namespace fs = std::filesystem;
using tests::FakeJob;

namespace {

/// 300 rows in tiles of 32: 10 tile rows, 55 tiles, checkpoints after every tile.
FakeJob smallJob() {
    FakeJob fake;
    fake.rows = 300;
    fake.classes = 5;
    fake.tile = 32;
    fake.options.threads = 2;
    fake.options.top = 10;
    fake.options.backend = "mm"; // other processes compute parts of it, and a probe is a measurement
    fake.hooks.checkpointSeconds = 0;
    return fake;
}

} // namespace

class TestResume : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        tests::runFakeJob(smallJob(), path("whole"));
    }

    void bitsDoNotDependOnThreadsOrPanels_data() {
        QTest::addColumn<int>("threads");
        QTest::addColumn<int>("panelRows");
        QTest::addColumn<bool>("releasesPages");
        QTest::newRow("one thread") << 1 << 0 << false;
        QTest::newRow("three threads") << 3 << 0 << false;
        QTest::newRow("panels of one tile row") << 2 << 32 << false;
        QTest::newRow("panels of three tile rows") << 2 << 96 << false;
        QTest::newRow("panels of four tile rows, one thread") << 1 << 128 << false;
        QTest::newRow("pages given back") << 2 << 0 << true;
        QTest::newRow("pages of panels given back") << 2 << 96 << true;
    }

    void bitsDoNotDependOnThreadsOrPanels() {
        QFETCH(int, threads);
        QFETCH(int, panelRows);
        QFETCH(bool, releasesPages);
        FakeJob fake = smallJob();
        fake.releasesPages = releasesPages;
        fake.options.threads = threads;
        fake.panelRows = panelRows;
        tests::runFakeJob(fake, fresh());
        QCOMPARE(tests::differenceOf(path("whole"), path("run")), std::string());
    }

    void cancelledAnywhereResumesToTheSameBits() {
        for (const int tiles : {0, 1, 2, 7, 30, 54}) {
            FakeJob fake = smallJob();
            std::stop_source stop;
            std::atomic<int> left = tiles;
            fake.hooks.onEvent = [&](const char* event) {
                if (std::strcmp(event, tiles == 0 ? "signals" : "tile") == 0 && --left <= 0)
                    stop.request_stop();
            };
            const fs::path run = fresh();
            QVERIFY_THROWS_EXCEPTION(base::Cancelled, tests::runFakeJob(fake, run, {stop.get_token(), {}}));
            QVERIFY(tests::failureOf([&] { run::Run::open(run); }).find("--resume") != std::string::npos);
            QVERIFY(tests::failureOf([&] { tests::runFakeJob(smallJob(), run); }).find("--resume") != std::string::npos);
            FakeJob again = smallJob();
            again.options.resume = true;
            again.options.threads = 1 + tiles % 3;
            const auto report = tests::runFakeJob(again, run);
            QVERIFY(report.tilesComputed <= 55 - tiles);
            QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
        }
    }

    void pausedAnywhereGoesOnToTheSameBits() {
        for (const char* event : {"signals", "tile"}) {
            FakeJob fake = smallJob();
            const base::JobContext context{{}, {}, std::make_shared<base::PauseGate>()};
            std::atomic<int> tiles = 0;
            fake.hooks.onEvent = [&, left = std::make_shared<std::atomic<int>>(1)](const char* now) {
                tiles += std::strcmp(now, "tile") == 0;
                if (std::strcmp(now, event) == 0 && (*left)-- == 1)
                    context.pause->pause();
            };
            const fs::path run = fresh();
            std::jthread job([&] { tests::runFakeJob(fake, run, context); });
            const bool held = QTest::qWaitFor([&] { return context.pause->waiting() == 2; }); // both workers
            const int before = tiles;
            context.pause->resume();
            job.join();
            QVERIFY(held && before < 55);
            QCOMPARE(tiles.load(), 55);
            QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
        }
    }

    void killedAnywhereResumesToTheSameBits_data() {
        QTest::addColumn<QByteArray>("event");
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("panelRows");
        for (const int count : {1, 20, 55}) {
            for (const char* event : {"stored", "tile", "state", "checkpoint"})
                QTest::addRow("%s %d", event, count) << QByteArray(event) << count << (count == 20 ? 64 : 0);
        }
        // Ten tile rows are ten bands.
        for (const int count : {1, 4, 10}) {
            for (const char* event : {"rows", "band"})
                QTest::addRow("%s %d", event, count) << QByteArray(event) << count << (count == 4 ? 64 : 0);
        }
        QTest::newRow("signals") << QByteArray("signals") << 1 << 0;
        QTest::newRow("signals of a later panel") << QByteArray("signals") << 5 << 64;
        QTest::newRow("finishing") << QByteArray("finishing") << 1 << 0;
    }

    void killedAnywhereResumesToTheSameBits() {
        QFETCH(QByteArray, event);
        QFETCH(int, count);
        QFETCH(int, panelRows);
        const fs::path run = fresh();
        // Twice: a resumed job is killed as well.
        QVERIFY((tests::KilledJob{run, event.toStdString(), count, panelRows, false}.start()));
        QVERIFY((tests::KilledJob{run, event.toStdString(), 2, panelRows, true}.start()));
        FakeJob fake = smallJob();
        fake.panelRows = panelRows;
        fake.options.resume = true;
        tests::runFakeJob(fake, run);
        QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
    }

    void damagedPlacesAreComputedAgain_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<qint64>("offset");
        QTest::newRow("kernel") << "kernel.npy" << qint64{70000};
        QTest::newRow("pyramid") << "pyramid/level_3.npy" << qint64{200};
        QTest::newRow("state") << "state.bin" << qint64{5000};
        QTest::newRow("journal") << "journal" << qint64{3};
    }

    void damagedPlacesAreComputedAgain() {
        QFETCH(QString, file);
        QFETCH(qint64, offset);
        const fs::path run = fresh();
        cancelAfter(40, run);
        const base::File damaged = base::File::openWrite(run / file.toStdString());
        const std::vector<std::byte> garbage(16, std::byte{0x5a});
        damaged.writeAt(offset, garbage);
        FakeJob fake = smallJob();
        fake.options.resume = true;
        tests::runFakeJob(fake, run);
        QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
    }

    void tornFilesAreComputedAgain() {
        for (const char* name : {"journal", "state.bin"}) {
            const fs::path run = fresh();
            cancelAfter(40, run);
            base::File::openWrite(run / name).resize(static_cast<std::int64_t>(fs::file_size(run / name)) - 3);
            FakeJob fake = smallJob();
            fake.options.resume = true;
            tests::runFakeJob(fake, run);
            QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
        }
        const fs::path run = fresh();
        cancelAfter(40, run);
        base::File::openWrite(run / "kernel.npy").resize(1000);
        FakeJob fake = smallJob();
        fake.options.resume = true;
        QVERIFY(tests::failureOf([&] { tests::runFakeJob(fake, run); }).find("kernel.npy") != std::string::npos);
    }

    void resumeRefusesAnotherJob() {
        const fs::path run = fresh();
        cancelAfter(10, run);
        const auto refused = [&](const char* what, const std::function<void(FakeJob&)>& change) {
            FakeJob fake = smallJob();
            fake.options.resume = true;
            change(fake);
            const std::string problem = tests::failureOf([&] { tests::runFakeJob(fake, run); });
            QVERIFY2(problem.find(what) != std::string::npos, (std::string(what) + ": " + problem).c_str());
        };
        refused("--top", [](FakeJob& fake) { fake.options.top = 11; });
        refused("--precision", [](FakeJob& fake) { fake.options.precision = run::Precision::fp64; });
        refused("--store", [](FakeJob& fake) { fake.options.store = "f16"; });
        refused("--blocks", [](FakeJob& fake) { fake.options.blocks = run::Blocks::classes; });
        refused("samples", [](FakeJob& fake) { fake.rows = 299; });
        refused("openblas-9-Future", [](FakeJob& fake) { fake.options.backend = "openblas-9-Future"; });
        const std::string began = run::readManifest(run).plan.backend;
        for (const kernel::Products* products : kernel::knownProducts()) {
            if (products->name() != began)
                refused("leave --backend out", [&](FakeJob& fake) { fake.options.backend = products->name(); });
        }
        refused("split", [](FakeJob& fake) { fake.options.split = "test"; });
        FakeJob fake = smallJob();
        fake.options.resume = true;
        tests::runFakeJob(fake, run);
        QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
    }

    /// A run begun with another processor's code waits for it.
    void aRunOfAMissingLibraryIsLeftAsItIs() {
        const fs::path run = fresh();
        cancelAfter(10, run);
        run::Manifest manifest = run::readManifest(run);
        manifest.plan.backend = "openblas-9-Future";
        run::writeManifest(run, manifest);
        const auto before = tests::contentOf(run);
        FakeJob fake = smallJob();
        fake.options.resume = true;
        const std::string problem = tests::failureOf([&] { tests::runFakeJob(fake, run); });
        QVERIFY2(problem.find("openblas-9-Future") != std::string::npos, problem.c_str());
        QVERIFY(tests::contentOf(run) == before);
    }

    void finishedAndForeignFoldersAreLeftAlone() {
        const auto before = tests::contentOf(path("whole"));
        QVERIFY(tests::failureOf([&] { tests::runFakeJob(smallJob(), path("whole")); }).find("finished") != std::string::npos);
        FakeJob fake = smallJob();
        fake.options.resume = true;
        QCOMPARE(tests::runFakeJob(fake, path("whole")).tilesComputed, std::int64_t{0});
        QVERIFY(tests::contentOf(path("whole")) == before);
        const fs::path foreign = fresh();
        fs::create_directories(foreign);
        base::writeFileAtomically(foreign / "thesis.txt", "do not touch");
        QVERIFY(!tests::failureOf([&] { tests::runFakeJob(smallJob(), foreign); }).empty());
        QCOMPARE(tests::contentOf(foreign).size(), std::size_t{1});
        QVERIFY(tests::failureOf([&] { tests::runFakeJob(smallJob(), foreign / "thesis.txt"); }).find("file") != std::string::npos);
    }

    void twoWritersDoNotShareAFolder() {
        const fs::path run = fresh();
        FakeJob fake = smallJob();
        std::string problem;
        fake.hooks.onEvent = [&](const char* event) {
            if (std::strcmp(event, "signals") == 0) {
                FakeJob other = smallJob();
                other.options.resume = true;
                problem = tests::failureOf([&] { tests::runFakeJob(other, run); });
            }
        };
        tests::runFakeJob(fake, run);
        QVERIFY2(problem.find("another program") != std::string::npos, problem.c_str());
        QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
    }

    void badSamplesAreNamedAndLeaveNothing() {
        FakeJob fake = smallJob();
        for (const bool output : {false, true}) {
            tests::FakeSource source(5, false), reference(5, true);
            (output ? source.brokenOutputSample : source.notFiniteSample) = 101;
            const fs::path run = fresh();
            const std::string problem =
                tests::failureOf([&] { kernel::runKernelJob(tests::makeFakeJob(fake, source, reference), run, {}); });
            QVERIFY2(problem.find("sample 101 (picture 101)") != std::string::npos, problem.c_str());
            QVERIFY2(problem.find("not finite, from call 3 (aten::exp, fake) on.") != std::string::npos, problem.c_str());
            QVERIFY(!fs::exists(run));
            fs::create_directory(run);
            tests::failureOf([&] { kernel::runKernelJob(tests::makeFakeJob(fake, source, reference), run, {}); });
            QVERIFY(fs::exists(run) && fs::is_empty(run));
        }
    }

    void placesThatCannotBeWritten() {
        QVERIFY(!tests::failureOf([&] { tests::runFakeJob(smallJob(), "/proc/nowhere/run"); }).empty());
        QVERIFY(!tests::failureOf([&] { tests::runFakeJob(smallJob(), path("whole") / "manifest.json" / "run"); }).empty());
    }

private:
    fs::path path(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }
    fs::path fresh() const {
        fs::remove_all(path("run"));
        return path("run");
    }

    static void cancelAfter(int tiles, const fs::path& run) {
        FakeJob fake = smallJob();
        std::stop_source stop;
        std::atomic<int> left = tiles;
        fake.hooks.onEvent = [&](const char* event) {
            if (std::strcmp(event, "tile") == 0 && --left <= 0)
                stop.request_stop();
        };
        QVERIFY_THROWS_EXCEPTION(base::Cancelled, tests::runFakeJob(fake, run, {stop.get_token(), {}}));
    }

    QTemporaryDir m_folder;
};

static int runJob(const tests::KilledJob& job) {
    FakeJob fake = smallJob();
    fake.hooks.onEvent = job.onEvent();
    fake.panelRows = job.panelRows;
    fake.options.resume = job.resume;
    const std::string problem = tests::failureOf([&] { tests::runFakeJob(fake, job.run); });
    std::fputs(problem.c_str(), stderr);
    return problem.empty() ? 0 : 1;
}

int main(int count, char** arguments) {
    if (const auto job = tests::KilledJob::of(count, arguments))
        return runJob(*job);
    QCoreApplication application(count, arguments);
    TestResume test;
    return QTest::qExec(&test, count, arguments);
}

#include "test_resume.moc"
