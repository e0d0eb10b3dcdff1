#include "fake_source.h"

#include <QTemporaryDir>
#include <QtTest>

#include <atomic>
#include <cstring>

using namespace lpntk;
namespace fs = std::filesystem;
using tests::FakeJob;

/// Jobs on several devices. The processor, named several times, works as as many cards do: each with signals of its own
/// and a share of the tiles.
class TestLanes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        tests::runFakeJob(job("cpu", 0, 3), path("one"));
    }

    void severalGiveTheBitsOfOne_data() {
        QTest::addColumn<QString>("device");
        QTest::addColumn<int>("panelRows");
        QTest::addColumn<int>("threads");
        QTest::newRow("two, everything resident") << "cpu,cpu" << 0 << 2;
        QTest::newRow("two, one thread for both") << "cpu,cpu" << 0 << 1;
        QTest::newRow("two with panels") << "cpu,cpu" << 64 << 4;
        QTest::newRow("three with panels of a tile row") << "cpu,cpu,cpu" << 32 << 3;
        QTest::newRow("three, more than tiles in a step") << "cpu,cpu,cpu" << 288 << 3;
    }

    void severalGiveTheBitsOfOne() {
        QFETCH(QString, device);
        QFETCH(int, panelRows);
        QFETCH(int, threads);
        fs::remove_all(path("several"));
        const auto report = tests::runFakeJob(job(device.toStdString(), panelRows, threads), path("several"));
        QCOMPARE(report.tilesComputed, std::int64_t{55});
        QCOMPARE(difference("several"), std::string());
    }

    void cancelledJobsGoOn() {
        std::stop_source stop;
        std::atomic<int> left = 11;
        FakeJob first = job("cpu,cpu", 64, 2);
        first.hooks.onEvent = [&](const char* event) {
            if (std::strcmp(event, "tile") == 0 && --left <= 0)
                stop.request_stop();
        };
        QVERIFY_THROWS_EXCEPTION(base::Cancelled, tests::runFakeJob(first, path("cancelled"), {stop.get_token(), {}}));
        FakeJob second = job("cpu,cpu", 64, 2);
        second.options.resume = true;
        const auto report = tests::runFakeJob(second, path("cancelled"));
        QVERIFY(report.tilesComputed < 55);
        QCOMPARE(difference("cancelled"), std::string());
    }

    void theFirstThatFailsSaysWhy() {
        tests::FakeSource source(5, false), reference(5, true);
        source.notFiniteSample = 101;
        const std::string problem = tests::failureOf(
            [&] { kernel::runKernelJob(tests::makeFakeJob(job("cpu,cpu", 64, 2), source, reference), path("failed"), {}); });
        QVERIFY2(problem.find("sample 101") != std::string::npos, problem.c_str());
        QVERIFY(!fs::exists(path("failed")));
    }

private:
    fs::path path(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }

    /// 300 rows in tiles of 32: 10 tile rows, 55 tiles.
    static FakeJob job(const std::string& device, int panelRows, int threads) {
        FakeJob fake;
        fake.rows = 300;
        fake.classes = 5;
        fake.tile = 32;
        fake.device = device;
        fake.panelRows = panelRows;
        fake.options.threads = threads;
        fake.options.top = 10;
        fake.hooks.checkpointSeconds = 0;
        return fake;
    }

    /// Files that differ from those of one device, the manifest, which names the devices, aside.
    std::string difference(const char* name) const {
        fs::remove(path(name) / "manifest.json");
        fs::remove_all(path("expected"));
        fs::copy(path("one"), path("expected"), fs::copy_options::recursive);
        fs::remove(path("expected") / "manifest.json");
        return tests::differenceOf(path("expected"), path(name));
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestLanes)
#include "test_lanes.moc"
