#include "gui_fixture.h"

#include <app/gui/main_window.h>
#include <core/base/error.h>
#include <core/data/dataset.h>
#include <core/engine/engine.h>
#include <core/engine/environment.h>
#include <helpers/real_data.h>
#include <helpers/show_window.h>
#include <widgets/models/theme.h>
#include <widgets/vtk/vtk_host.h>

#include <QAbstractButton>
#include <QApplication>
#include <QTest>

using namespace lpntk;
using tests::visible;

namespace {

constexpr int kPatience = 240000;
constexpr std::int64_t kSamples = 3000; // several tiles
constexpr int kTop = 7;                 // not what the window takes by itself

} // namespace

/// A kernel job that stopped half-way goes on from the window.
class TestUnfinishedRun : public QObject {
    Q_OBJECT
public:
    explicit TestUnfinishedRun(tests::OwnHome& home) : m_home(home) {}

private:
    tests::OwnHome& m_home;
    std::filesystem::path m_folder;

    static QAbstractButton* remedy(gui::MainWindow& window) { return visible<QAbstractButton>(window, "showCause"); }

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
    void itGoesOnWhereItStopped() {
        gui::MainWindow window;
        window.resize(1500, 950);
        QVERIFY(tests::showActive(window));
        window.openPath(QString::fromStdString(m_folder.string()));
        QTRY_VERIFY_WITH_TIMEOUT(remedy(window), kPatience);
        QCOMPARE(remedy(window)->text(), QStringLiteral("Continue"));
        QVERIFY(!window.session().run());
        tests::press(remedy(window));
        QTRY_VERIFY_WITH_TIMEOUT(window.session().run() != nullptr, kPatience);
        QCOMPARE(window.session().run()->folder(), m_folder);
        QCOMPARE(window.session().run()->rows(), kSamples);
        QCOMPARE(window.session().run()->manifest().plan.top, kTop);
        QTRY_VERIFY_WITH_TIMEOUT(window.isSettled(), kPatience);
    }
    void whatTheRunWasMadeFromMustBeThere() {
        // As if the weights had been moved away since.
        run::Manifest manifest = run::readManifest(m_folder);
        manifest.state = "running";
        manifest.weights = m_home.file("gone.safetensors").string();
        run::writeManifest(m_folder, manifest);
        gui::MainWindow window;
        window.resize(1500, 950);
        QVERIFY(tests::showActive(window));
        window.openPath(QString::fromStdString(m_folder.string()));
        QTRY_VERIFY_WITH_TIMEOUT(remedy(window), kPatience);
        tests::press(remedy(window));
        const auto told = [&] {
            const auto& issues = window.session().issues();
            return !issues.empty() && issues.back().sentence.contains(QStringLiteral("gone.safetensors"));
        };
        QTRY_VERIFY_WITH_TIMEOUT(told(), kPatience);
        QVERIFY(run::isUnfinished(m_folder)); // nothing was changed
    }
};

int main(int argc, char** argv) {
    engine::prepareEnvironment();
    lpntk::vtk::prepareOpenGl();
    tests::OwnHome home;
    QApplication application(argc, argv);
    models::theme().apply(application);
    TestUnfinishedRun test(home);
    return QTest::qExec(&test, argc, argv);
}
#include "test_unfinished_run.moc"
