#include "fake_source.h"

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/kernel/run_folder.h>
#include <core/run/run.h>

#include <QTemporaryDir>
#include <QtTest>

#include <atomic>
#include <cstring>

using namespace lpntk;
namespace fs = std::filesystem;
using tests::FakeJob;

/// Runs that take over the pairs of a finished one. What they hold is compared with the oracle in test_consumers.cpp.
class TestExtend : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        FakeJob part = job();
        part.every = 3;
        part.extends.clear();
        tests::runFakeJob(part, path("part"));
        tests::runFakeJob(job(), path("whole"));
    }

    void bitsDoNotDependOnThreadsPanelsOrDevices_data() {
        QTest::addColumn<int>("threads");
        QTest::addColumn<int>("panelRows");
        QTest::addColumn<QByteArray>("device");
        QTest::newRow("one thread") << 1 << 0 << QByteArray();
        QTest::newRow("three threads") << 3 << 0 << QByteArray();
        QTest::newRow("panels of one tile row") << 2 << 32 << QByteArray();
        QTest::newRow("panels of three tile rows") << 2 << 96 << QByteArray();
        QTest::newRow("two devices") << 2 << 0 << QByteArray("cpu,cpu");
    }

    void bitsDoNotDependOnThreadsPanelsOrDevices() {
        QFETCH(int, threads);
        QFETCH(int, panelRows);
        QFETCH(QByteArray, device);
        FakeJob fake = job();
        fake.options.threads = threads;
        fake.panelRows = panelRows;
        fake.device = device.toStdString();
        tests::runFakeJob(fake, fresh());
        QCOMPARE(tests::differenceOf(path("whole"), path("run")),
                 device.isEmpty() ? "" : std::string("manifest.json "));
    }

    void cancelledAnywhereResumesToTheSameBits() {
        for (const int tiles : {0, 1, 7, 30, 43}) {
            FakeJob fake = job();
            std::stop_source stop;
            std::atomic<int> left = tiles;
            fake.hooks.onEvent = [&](const char* event) {
                if ((std::strcmp(event, "tile") == 0 && --left <= 0) || tiles == 0)
                    stop.request_stop();
            };
            const fs::path run = fresh();
            QVERIFY_THROWS_EXCEPTION(base::Cancelled, tests::runFakeJob(fake, run, {stop.get_token(), {}}));
            fake = job();
            fake.options.resume = true;
            tests::runFakeJob(fake, run);
            QCOMPARE(tests::differenceOf(path("whole"), run), std::string());
        }
    }

    void onlyNewSamplesCost() {
        // Class blocks without a new sample need no signals at all.
        FakeJob part = job(), more = job();
        part.options.blocks = more.options.blocks = run::Blocks::classes;
        part.extends.clear();
        part.rows = 278;
        more.rows = 279;
        tests::runFakeJob(part, path("blocks"));
        more.extends = path("blocks");
        tests::FakeSource source(more.classes, false), reference(more.classes, true);
        kernel::KernelJob whole = tests::makeFakeJob(more, source, reference);
        std::atomic<int> calls = 0;
        source.onCompute = [&] { ++calls; };
        kernel::runKernelJob(std::move(whole), path("more blocks"), {});
        QVERIFY(calls > 0);
        const auto before = run::Run::open(path("blocks")), after = run::Run::open(path("more blocks"));
        QCOMPARE(after->rows(), before->rows() + 1);
        QCOMPARE(calls.load(), 2); // the tile rows of its class
    }

    void damageOfTheExtendedRunIsFound() {
        FakeJob part = job();
        part.every = 3;
        part.extends.clear();
        tests::runFakeJob(part, path("damaged"));
        FakeJob whole = job();
        whole.extends = path("damaged");
        const base::File file = base::File::openWrite(path("damaged") / "kernel.npy");
        std::byte byte[1];
        file.readAt(20000, byte);
        byte[0] ^= std::byte{4};
        file.writeAt(20000, byte);
        const std::string problem = tests::failureOf([&] { tests::runFakeJob(whole, fresh()); });
        QVERIFY2(problem.find("is damaged: 1 of 6 tiles") != std::string::npos, problem.c_str());
        QVERIFY(!fs::exists(path("run")));
    }

    void refusesWhatItDoesNotFit() {
        const run::Manifest found = run::readManifest(path("part"));
        const auto problem = [&](auto change) {
            run::Manifest wanted = found;
            change(wanted);
            return tests::failureOf([&] { kernel::checkExtends(found, wanted, path("part")); });
        };
        QCOMPARE(problem([](run::Manifest&) {}), std::string());
        QVERIFY(problem([](run::Manifest& m) { m.dataHash = "other"; }).find("data with SHA-256") != std::string::npos);
        QVERIFY(problem([](run::Manifest& m) { m.plan.kernel = run::KernelKind::pntk; }).find("--kernel") !=
                std::string::npos);
        QVERIFY(problem([](run::Manifest& m) { m.plan.store = run::StoreType::f16; }).find("--store") !=
                std::string::npos);
        QVERIFY(problem([](run::Manifest& m) { m.plan.top = 21; }).find("give --top 20") != std::string::npos);
        // A sample of the run that the job does not have.
        FakeJob fewer = job();
        fewer.rows = 150;
        QVERIFY(tests::failureOf([&] { tests::runFakeJob(fewer, fresh()); }).find("its sample") != std::string::npos);
    }

private:
    FakeJob job() const {
        FakeJob fake;
        fake.rows = 280;
        fake.classes = 7;
        fake.tile = 32;
        fake.options.top = 20;
        fake.options.threads = 2;
        fake.extends = path("part");
        return fake;
    }
    fs::path path(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }
    fs::path fresh() const {
        fs::remove_all(path("run"));
        return path("run");
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestExtend)
#include "test_extend.moc"
