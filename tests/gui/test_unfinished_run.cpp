#include "window_case.h"

#include <core/base/error.h>
#include <core/data/dataset.h>
#include <core/engine/engine.h>
#include <helpers/real_data.h>

#include <QAbstractButton>
#include <QApplication>
#include <QFile>
#include <QTest>

using namespace lpntk;
using tests::visible;

namespace {

constexpr int kPatience = 240000;
constexpr std::int64_t kSamples = 3000; // several tiles
constexpr int kTop = 7;                 // not what the window takes by itself

} // namespace

/// A kernel job that stopped half-way goes on from the window, and a damaged run is mended.
class TestUnfinishedRun : public tests::WindowCase {
    Q_OBJECT
public:
    using WindowCase::WindowCase;

private:
    std::filesystem::path m_folder;

    QAbstractButton* remedy() { return visible<QAbstractButton>(*m_window, "showCause"); }
    void openFolder() {
        m_window->openPath(QString::fromStdString(m_folder.string()));
        QTRY_VERIFY_WITH_TIMEOUT(remedy(), kPatience);
    }

private Q_SLOTS:
    void initTestCase() {
        const auto images = tests::fashionMnist();
        if (!images)
            QSKIP("The Fashion-MNIST images (dataset-fashion-mnist) are not installed.");
        m_folder = m_home.file("half");
        engine::KernelRequest job;
        job.network = {"lenet5", tests::sampleCheckpoint(), 0};
        job.dataSource = "idx:" + images->string();
        job.data = data::loadDataset(job.dataSource);
        job.preprocessing = data::defaultPreprocessing(*job.data);
        job.options.limit = kSamples;
        job.options.top = kTop;
        std::stop_source stop;
        base::JobContext context{stop.get_token(), [&](const base::Progress& progress) {
                                     if (progress.unit == "tiles" && progress.done >= 1)
                                         stop.request_stop();
                                 }};
        QVERIFY_EXCEPTION_THROWN(engine::engine().kernel(job, m_folder, context), base::Cancelled);
        QVERIFY(run::isUnfinished(m_folder));
    }
    void init() { showWindow(); }
    void cleanup() { m_window.reset(); }

    void itGoesOnWhereItStopped() {
        openFolder();
        QCOMPARE(remedy()->text(), QStringLiteral("Continue"));
        QVERIFY(!session().run());
        tests::press(remedy());
        QTRY_VERIFY_WITH_TIMEOUT(session().run() != nullptr, kPatience);
        QCOMPARE(session().run()->folder(), m_folder);
        QCOMPARE(session().run()->rows(), kSamples);
        QCOMPARE(session().run()->manifest().plan.top, kTop);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->isSettled(), kPatience);
    }
    void damageIsFoundAndMended() {
        const std::filesystem::path kernel = m_folder / "kernel.npy";
        const auto flip = [&] {
            QFile file(QString::fromStdString(kernel.string()));
            QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(5000));
            const char byte = static_cast<char>(~file.peek(1).at(0));
            QCOMPARE(file.write(&byte, 1), qint64{1});
        };
        m_window->openPath(QString::fromStdString(m_folder.string()));
        QTRY_VERIFY_WITH_TIMEOUT(session().run() && m_window->isSettled(), kPatience);
        m_window->actions().find("run.check")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(hasIssue(*m_window, QStringLiteral("as they were computed")), kPatience);
        const float before = session().run()->kappa(base::RowId(0), base::RowId(1));
        flip();
        const std::int64_t tiles = engine::engine().checkStored(m_folder, 0, {}).tiles;
        m_window->actions().find("run.check")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(hasIssue(*m_window, QStringLiteral("1 of %1 tiles").arg(tiles)), kPatience);
        QTRY_COMPARE(remedy()->text(), QStringLiteral("Repair"));
        const auto opened = session().run();
        tests::press(remedy());
        QTRY_VERIFY_WITH_TIMEOUT(session().run() != opened && m_window->isSettled(), kPatience);
        QCOMPARE(session().run()->kappa(base::RowId(0), base::RowId(1)), before);
        QCOMPARE(engine::engine().checkStored(m_folder, 0, {}).damaged, std::int64_t{0});
    }
    void aRunThatCannotBeOpenedIsMended() {
        std::filesystem::resize_file(m_folder / "kernel.npy", 100000);
        openFolder();
        QCOMPARE(remedy()->text(), QStringLiteral("Repair"));
        QVERIFY(!session().run());
        tests::press(remedy());
        QTRY_VERIFY_WITH_TIMEOUT(session().run() && m_window->isSettled(), kPatience);
        QCOMPARE(engine::engine().checkStored(m_folder, 0, {}).damaged, std::int64_t{0});
    }
    void whatTheRunWasMadeFromMustBeThere() {
        // As if the weights had been moved away since.
        run::Manifest manifest = run::readManifest(m_folder);
        manifest.state = "running";
        manifest.weights = m_home.file("gone.safetensors").string();
        run::writeManifest(m_folder, manifest);
        openFolder();
        tests::press(remedy());
        QTRY_VERIFY_WITH_TIMEOUT(hasIssue(*m_window, QStringLiteral("gone.safetensors")), kPatience);
        QVERIFY(run::isUnfinished(m_folder)); // nothing was changed
    }
};

int main(int argc, char** argv) {
    return tests::runWindowTest<TestUnfinishedRun>(argc, argv);
}
#include "test_unfinished_run.moc"
