#include "fake_cross.h"
#include "killed_job.h"

#include <core/base/files.h>
#include <core/kernel/cross_results.h>
#include <core/kernel/cross_tiles.h>

#include <QTemporaryDir>
#include <QtTest>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <vector>

using namespace lpntk;
namespace fs = std::filesystem;
using tests::FakeCross;

/// The same bytes whatever the threads and panels, however often a job ends in the middle.
class TestCrossResume : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        tests::runFakeCross(FakeCross(), path("whole"));
    }

    void bitsDoNotDependOnThreadsOrPanels_data() {
        QTest::addColumn<int>("threads");
        QTest::addColumn<int>("panelColumns");
        QTest::addColumn<int>("bandsAtOnce");
        QTest::addColumn<bool>("releasesPages");
        QTest::newRow("one thread") << 1 << 48 << 1 << false;
        QTest::newRow("three threads") << 3 << 48 << 1 << false;
        QTest::newRow("all columns") << 2 << 150 << 1 << false;
        QTest::newRow("all columns, three bands") << 2 << 150 << 3 << false;
        QTest::newRow("panels of a tile, two bands") << 2 << 16 << 2 << false;
        QTest::newRow("everything at once") << 1 << 150 << 7 << false;
        QTest::newRow("pages given back") << 2 << 150 << 2 << true;
        QTest::newRow("pages of panels given back") << 2 << 48 << 1 << true;
    }

    void bitsDoNotDependOnThreadsOrPanels() {
        QFETCH(int, threads);
        QFETCH(int, panelColumns);
        QFETCH(int, bandsAtOnce);
        QFETCH(bool, releasesPages);
        FakeCross fake;
        fake.options.threads = threads;
        fake.panelColumns = panelColumns;
        fake.bandsAtOnce = bandsAtOnce;
        fake.releasesPages = releasesPages;
        tests::runFakeCross(fake, fresh());
        QCOMPARE(tests::differenceOf(path("whole"), path("run")), std::string());
    }

    /// From 24 steps on (7 bands, 4 panels) at each kind of place; what comes after is laid out in another way.
    void cancelledAnywhereResumesToTheSameBits_data() {
        QTest::addColumn<QByteArray>("event");
        QTest::addColumn<int>("count");
        for (const char* event : {"signals", "stored", "piece", "checkpoint"}) {
            for (const int count : {1, 2, 8, 20})
                QTest::addRow("%s %d", event, count) << QByteArray(event) << count;
        }
        QTest::newRow("finishing") << QByteArray("finishing") << 1;
    }

    void cancelledAnywhereResumesToTheSameBits() {
        QFETCH(QByteArray, event);
        QFETCH(int, count);
        FakeCross fake;
        std::stop_source stop;
        std::atomic<int> left = count;
        fake.hooks.onEvent = [&](const char* now) {
            if (event == now && --left == 0)
                stop.request_stop();
        };
        const fs::path run = fresh();
        QVERIFY_THROWS_EXCEPTION(base::Cancelled, tests::runFakeCross(fake, run, {stop.get_token(), {}}));
        QVERIFY(tests::failureOf([&] { tests::runFakeCross(FakeCross(), run); }).find("--resume") != std::string::npos);
        const auto report = tests::runFakeCross(resumed(), run);
        QVERIFY(report.piecesComputed <= 70);
        if (event == "piece" && count == 20)
            QCOMPARE(report.piecesComputed, std::int64_t{70 - (2 * 7 + 6) * 3});
        QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
    }

    /// A resumed job may have more or less memory: its panels then cut through those before.
    void panelsMayChangeInTheMiddle_data() {
        QTest::addColumn<int>("before");
        QTest::addColumn<int>("after");
        QTest::addColumn<int>("steps");
        QTest::newRow("narrower") << 150 << 32 << 4;
        QTest::newRow("wider") << 32 << 112 << 17;
        QTest::newRow("across") << 48 << 32 << 10;
    }

    void panelsMayChangeInTheMiddle() {
        QFETCH(int, before);
        QFETCH(int, after);
        QFETCH(int, steps);
        const FakeCross fake;
        const tests::CrossSources sources(fake);
        const kernel::CrossJob job = tests::makeCrossJob(fake, sources);
        const fs::path run = fresh();
        fs::create_directory(run);
        const kernel::CrossPlan& plan = job.manifest.plan;
        const kernel::CrossStore store(run, plan);
        const kernel::CrossJournal journal(run, plan);
        store.create();
        kernel::CrossState state(plan);
        std::stop_source stop;
        for (const int panel : {before, after}) {
            kernel::CrossInput input{plan, job.rows, job.columns, job.rowSource, job.columnSource, "same"};
            input.plan.panelColumns = panel;
            kernel::JobHooks hooks;
            std::atomic<int> left = panel == before ? steps : 0;
            hooks.onEvent = [&](const char* event) {
                if (std::strcmp(event, "piece") == 0 && --left == 0)
                    stop.request_stop();
            };
            kernel::CrossTiles tiles(input, store, journal, state, run, hooks);
            if (panel == after)
                tiles.run({}, {});
            else
                QVERIFY_THROWS_EXCEPTION(base::Cancelled, tiles.run({}, {stop.get_token(), {}}));
        }
        kernel::writeResults(run, plan, state);
        journal.rewrite(journal.read());
        auto found = tests::contentOf(run);
        found.erase("state.bin");
        const auto expected = tests::contentOf(path("whole"));
        QVERIFY(found.size() >= 14);
        for (const auto& [name, content] : found)
            QVERIFY2(expected.contains(name) && expected.at(name) == content, name.c_str());
    }

    void aFailureOfTheDiskIsResumedToTheSameBits() {
        for (const char* event : {"signals", "stored", "adding", "piece", "state"}) {
            FakeCross fake;
            std::atomic<int> left = 9;
            fake.hooks.onEvent = [&](const char* now) {
                if (std::strcmp(event, now) == 0 && --left <= 0)
                    throw base::IoError("the disk is full");
            };
            const fs::path run = fresh();
            QVERIFY(tests::failureOf([&] { tests::runFakeCross(fake, run); }).find("disk") != std::string::npos);
            tests::runFakeCross(resumed(), run);
            QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
        }
    }

    void killedAnywhereResumesToTheSameBits_data() {
        QTest::addColumn<QByteArray>("event");
        QTest::addColumn<int>("count");
        for (const char* event : {"stored", "adding", "piece", "state", "checkpoint"}) {
            for (const int count : {1, 9, 28})
                QTest::addRow("%s %d", event, count) << QByteArray(event) << count;
        }
        QTest::newRow("signals") << QByteArray("signals") << 12;
        QTest::newRow("finishing") << QByteArray("finishing") << 1;
    }

    void killedAnywhereResumesToTheSameBits() {
        QFETCH(QByteArray, event);
        QFETCH(int, count);
        const fs::path run = fresh();
        // Twice: a resumed job is killed as well.
        QVERIFY((tests::KilledJob{run, event.toStdString(), count, 0, false}.start()));
        QVERIFY((tests::KilledJob{run, event.toStdString(), 2, 0, true}.start()));
        tests::runFakeCross(resumed(), run);
        QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
    }

    void damagedPlacesAreComputedAgain_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<qint64>("offset");
        QTest::addColumn<int>("pieces");
        // Cancelled after the second band of the second panel: 7 * 3 + 2 * 3 pieces are there, 43 are not.
        QTest::newRow("nothing") << "" << qint64{0} << 43;
        QTest::newRow("kernel") << "kernel.npy" << qint64{128 + (40 * 150 + 20) * 4} << 44;
        QTest::newRow("kernel, two pieces") << "kernel.npy" << qint64{128 + (40 * 150 + 14) * 4} << 45;
        QTest::newRow("kernel, where nothing is yet") << "kernel.npy" << qint64{128 + (70 * 150 + 60) * 4} << 43;
        QTest::newRow("journal") << "journal" << qint64{1} << 44;
        QTest::newRow("state") << "state.bin" << qint64{5000} << 70;
    }

    void damagedPlacesAreComputedAgain() {
        QFETCH(QString, file);
        QFETCH(qint64, offset);
        QFETCH(int, pieces);
        const fs::path run = fresh();
        cancelAfter(9, run);
        if (!file.isEmpty())
            base::File::openWrite(run / file.toStdString())
                .writeAt(offset, std::vector<std::byte>(16, std::byte{0x5a}));
        FakeCross fake;
        fake.options.resume = true;
        QCOMPARE(tests::runFakeCross(fake, run).piecesComputed, std::int64_t{pieces});
        QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
    }

    void tornFilesAreComputedAgain() {
        for (const char* name : {"journal", "state.bin"}) {
            const fs::path run = fresh();
            cancelAfter(9, run);
            base::File::openWrite(run / name).resize(static_cast<std::int64_t>(fs::file_size(run / name)) - 3);
            tests::runFakeCross(resumed(), run);
            QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
        }
        const fs::path run = fresh();
        cancelAfter(9, run);
        base::File::openWrite(run / "kernel.npy").resize(1000);
        QVERIFY(tests::failureOf([&] { tests::runFakeCross(resumed(), run); }).find("kernel.npy") != std::string::npos);
    }

    void resumeRefusesAnotherJob() {
        const fs::path run = fresh();
        cancelAfter(3, run);
        const auto refused = [&](const char* what, const std::function<void(FakeCross&)>& change) {
            FakeCross fake;
            fake.options.resume = true;
            change(fake);
            const std::string problem = tests::failureOf([&] { tests::runFakeCross(fake, run); });
            QVERIFY2(problem.find(what) != std::string::npos, (std::string(what) + ": " + problem).c_str());
        };
        refused("--top", [](FakeCross& fake) { fake.options.top = 8; });
        refused("--precision", [](FakeCross& fake) { fake.options.precision = run::Precision::fp64; });
        refused("--store", [](FakeCross& fake) { fake.options.store = "f16"; });
        refused("split", [](FakeCross& fake) { fake.options.split = "other"; });
        refused("--against", [](FakeCross& fake) { fake.columnSplit = "train"; });
        refused("columns of data", [](FakeCross& fake) { fake.columnHash = "others"; });
        refused("number of samples", [](FakeCross& fake) { fake.rows = 199; });
        refused("number of columns", [](FakeCross& fake) { fake.columns = 149; });
        refused("other samples", [](FakeCross& fake) { fake.firstColumn = 4; });
        tests::runFakeCross(resumed(), run);
        QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
    }

    void aFinishedFolderStaysAsItIs() {
        const auto before = tests::contentOf(path("whole"));
        QVERIFY(tests::failureOf([&] { tests::runFakeCross(FakeCross(), path("whole")); }).find("never overwritten") !=
                std::string::npos);
        const auto report = tests::runFakeCross(resumed(), path("whole"));
        QCOMPARE(report.piecesComputed, std::int64_t{0});
        QCOMPARE(report.audit.pairs, std::int64_t{256});
        QVERIFY(report.rowAccuracy > 0.5 && report.columnAccuracy > 0.5);
        QCOMPARE(tests::contentOf(path("whole")), before);
    }

    void foldersOfOthersAreLeftAlone() {
        const fs::path run = fresh();
        fs::create_directory(run);
        base::writeFileAtomically(run / "notes.txt", std::string_view("mine"));
        QVERIFY(tests::failureOf([&] { tests::runFakeCross(FakeCross(), run); }).find("something else") !=
                std::string::npos);
        QVERIFY(tests::failureOf([&] { tests::runFakeJob({}, path("whole")); }).find("lpntk-run") != std::string::npos);
        tests::FakeJob other;
        other.rows = 40;
        tests::runFakeJob(other, path("kernel"));
        QVERIFY(tests::failureOf([&] { tests::runFakeCross(resumed(), path("kernel")); }).find("between two sets") !=
                std::string::npos);
    }

    void oneWriterAtATime() {
        FakeCross fake;
        const fs::path run = fresh();
        std::string problem;
        fake.hooks.onEvent = [&](const char* event) {
            if (problem.empty() && std::strcmp(event, "piece") == 0)
                problem = tests::failureOf([&] { tests::runFakeCross(resumed(), run); });
        };
        tests::runFakeCross(fake, run);
        QVERIFY2(problem.find("another program") != std::string::npos, problem.c_str());
        QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
    }

private:
    fs::path path(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }
    fs::path fresh() const {
        fs::remove_all(path("run"));
        return path("run");
    }

    /// What a resumed job may do otherwise.
    static FakeCross resumed() {
        FakeCross fake;
        fake.options.resume = true;
        fake.options.threads = 3;
        return fake;
    }

    static void cancelAfter(int steps, const fs::path& run) {
        FakeCross fake;
        std::stop_source stop;
        std::atomic<int> left = steps;
        fake.hooks.onEvent = [&](const char* event) {
            if (std::strcmp(event, "piece") == 0 && --left == 0)
                stop.request_stop();
        };
        QVERIFY_THROWS_EXCEPTION(base::Cancelled, tests::runFakeCross(fake, run, {stop.get_token(), {}}));
    }

    QTemporaryDir m_folder;
};

static int runJob(const tests::KilledJob& job) {
    FakeCross fake;
    fake.hooks.onEvent = job.onEvent();
    fake.options.resume = job.resume;
    const std::string problem = tests::failureOf([&] { tests::runFakeCross(fake, job.run); });
    std::fputs(problem.c_str(), stderr);
    return problem.empty() ? 0 : 1;
}

int main(int count, char** arguments) {
    if (const auto job = tests::KilledJob::of(count, arguments))
        return runJob(*job);
    QCoreApplication application(count, arguments);
    TestCrossResume test;
    return QTest::qExec(&test, count, arguments);
}

#include "test_cross_resume.moc"
