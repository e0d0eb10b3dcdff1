#include "window_case.h"

#include <app/gui/notifier.h>
#include <app/gui/recovery.h>
#include <app/gui/view_area.h>
#include <core/engine/environment.h>

#include <widgets/models/theme.h>
#include <widgets/vtk/vtk_host.h>

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QFileInfo>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QStandardPaths>
#include <QTest>

#include <semaphore>

using namespace lpntk;
using tests::visible;
using tests::visibleWidget;

namespace {

constexpr int kPatience = 60000;

} // namespace

/// What the window keeps and tells whatever is shown: unsaved work, projects that two windows open, layouts, a second
/// view, notifications.
class TestShell : public tests::WindowCase {
    Q_OBJECT
public:
    using WindowCase::WindowCase;

private:
    void prune(gui::MainWindow& window, int row) {
        const base::SampleId sample = window.session().run()->sampleFromRow(base::RowId(row));
        window.session().decide({curation::Edit::Kind::prune, {sample}, -1, {}, {}, {}}, QStringLiteral("Prune"));
    }
    /// Files of unsaved work, held or left.
    static QStringList kept() {
        const QDir folder(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
                          QStringLiteral("/recovery"));
        return folder.entryList({QStringLiteral("*.lpntk")}, QDir::Files);
    }

private Q_SLOTS:
    void initTestCase() { makeRun(); }
    void init() { showWindow(); }
    void cleanup() { m_window.reset(); }

    void workWithoutAProjectOutlivesTheWindow() {
        open();
        QVERIFY(kept().isEmpty());
        prune(*m_window, 7);
        QTRY_COMPARE_WITH_TIMEOUT(kept().size(), qsizetype{1}, kPatience); // by itself, no key pressed
        QVERIFY(gui::Recovery::left().empty());                            // its window still lives
        const base::SampleId sample = session().run()->sampleFromRow(base::RowId(7));
        cleanup(); // without closing it first
        init();
        QTRY_VERIFY(visibleWidget(*m_window, "recent.demo-run"));
        tests::press(visibleWidget(*m_window, "recent.demo-run"));
        waitFor(*m_window);
        QTRY_VERIFY(session().decisions().of(sample).verdict == curation::Decision::Verdict::prune);
        QVERIFY(m_window->project().path().isEmpty() && m_window->project().isModified());
        // Saved as a project it is unsaved work no more.
        m_window->project().saveAs(m_home.path(QStringLiteral("rescued.lpntk")));
        QTRY_VERIFY_WITH_TIMEOUT(kept().isEmpty() && !m_window->project().isModified(), kPatience);
    }

    void unsavedWorkIsDiscardedByItsButton() {
        open();
        prune(*m_window, 3);
        m_window->close(); // sooner than the next saving by itself
        cleanup();
        QCOMPARE(kept().size(), qsizetype{1});
        init();
        QTRY_VERIFY(visibleWidget(*m_window, "discardUnsaved"));
        tests::press(visibleWidget(*m_window, "discardUnsaved"));
        QTRY_VERIFY(!visibleWidget(*m_window, "discardUnsaved"));
        QVERIFY(kept().isEmpty());
    }

    void whatIsSavedLastIsThereAfterClosing() {
        open();
        prune(*m_window, 3);
        const QString path = m_home.path(QStringLiteral("last.lpntk"));
        m_window->project().saveAs(path); // a worker is asked
        QVERIFY(m_window->close());
        m_window.reset();
        QCOMPARE(gui::readProjectFile(path.toStdString()).decisions.edits().size(), std::size_t{1});
        QCOMPARE(gui::Settings().recent().front().path, path);
    }

    void nothingIsKeptOfWorkThatWasTakenBack() {
        open();
        prune(*m_window, 3);
        QTRY_COMPARE_WITH_TIMEOUT(kept().size(), qsizetype{1}, kPatience);
        QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(kept().isEmpty(), kPatience);
    }

    void aSecondWindowDoesNotWriteTheProject() {
        const QString path = m_home.path(QStringLiteral("shared.lpntk"));
        open();
        m_window->project().saveAs(path);
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(path), kPatience);
        gui::MainWindow second;
        second.resize(1200, 800);
        QVERIFY(tests::showActive(second));
        second.openPath(path);
        waitFor(second);
        QVERIFY(second.project().isReadOnly());
        QVERIFY(hasIssue(second, QStringLiteral("open in another window")));
        prune(second, 5);
        QTRY_COMPARE_WITH_TIMEOUT(kept().size(), qsizetype{1}, kPatience); // kept, but not in the project
        QVERIFY(gui::readProjectFile(path.toStdString()).decisions.edits().empty());
        second.project().saveAs(path);
        QVERIFY(hasIssue(second, QStringLiteral("choose another name")));
        second.project().saveAs(m_home.path(QStringLiteral("copy.lpntk")));
        QTRY_VERIFY_WITH_TIMEOUT(kept().isEmpty() && !second.project().isReadOnly(), kPatience);
        QCOMPARE(gui::readProjectFile(m_home.file("copy.lpntk")).decisions.edits().size(), std::size_t{1});
        // The first one still writes.
        prune(*m_window, 6);
        QTRY_COMPARE_WITH_TIMEOUT(gui::readProjectFile(path.toStdString()).decisions.edits().size(), std::size_t{1},
                                  kPatience);
    }

    void aSecondViewStandsBeside() {
        open();
        m_window->showView(QStringLiteral("heatmap"));
        QTest::keyClick(m_window.get(), Qt::Key_2, Qt::AltModifier | Qt::ShiftModifier);
        QCOMPARE(m_window->views().besideView(), QStringLiteral("clusters"));
        QTRY_VERIFY(visibleWidget(*m_window, "view.heatmap") && visibleWidget(*m_window, "view.clusters"));
        QVERIFY(!visibleWidget(*m_window, "inspectorDock")); // makes room
        QTRY_VERIFY_WITH_TIMEOUT(m_window->isSettled(), kPatience);
        // The tab of the one beside: the two change places, and both are drawn again.
        m_window->showView(QStringLiteral("clusters"));
        QCOMPARE(m_window->views().besideView(), QStringLiteral("heatmap"));
        QTRY_VERIFY(visibleWidget(*m_window, "view.heatmap") && visibleWidget(*m_window, "view.clusters"));
        QVERIFY(visibleWidget(*m_window, "view.heatmap")->mapTo(m_window.get(), QPoint()).x() >
                visibleWidget(*m_window, "view.clusters")->mapTo(m_window.get(), QPoint()).x());
        QTRY_VERIFY_WITH_TIMEOUT(m_window->isSettled(), kPatience);
        // It comes back with the project.
        const QString path = m_home.path(QStringLiteral("beside.lpntk"));
        m_window->project().saveAs(path);
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(path), kPatience);
        tests::press(visibleWidget(*m_window, "closeBeside"));
        QTRY_VERIFY(!visibleWidget(*m_window, "view.heatmap"));
        QVERIFY(visibleWidget(*m_window, "inspectorDock"));
        cleanup();
        gui::ProjectFile project = gui::readProjectFile(path.toStdString());
        QCOMPARE(project.layout.beside, std::string("heatmap"));
        project.layout.beside = "relations";
        gui::writeProjectFile(path.toStdString(), project);
        init();
        m_window->openPath(path);
        waitFor(*m_window);
        QTRY_VERIFY(visibleWidget(*m_window, "view.relations"));
        QCOMPARE(m_window->views().currentView(), QStringLiteral("clusters"));
    }

    void layoutsAreSavedUnderAName() {
        open();
        auto* project = visibleWidget(*m_window, "projectDock");
        QVERIFY(project);
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        QVERIFY(!project->isVisible());
        m_window->showView(QStringLiteral("relations"));
        m_window->actions().find("window.saveLayout")->trigger();
        auto* dialog = visible<QInputDialog>(*m_window, "layoutName");
        QVERIFY(dialog);
        tests::typeInto(dialog->findChild<QLineEdit*>(), QStringLiteral("Narrow"));
        QTest::keyClick(dialog, Qt::Key_Return);
        m_window->actions().find("window.standardLayout")->trigger();
        QTRY_VERIFY(project->isVisible());
        QCOMPARE(m_window->views().currentView(), QStringLiteral("heatmap"));
        cleanup();
        init();
        open();
        auto* menu = m_window->findChild<QMenu*>(QStringLiteral("layoutsMenu"));
        Q_EMIT menu->aboutToShow();
        QCOMPARE(menu->actions().size(), qsizetype{1});
        QCOMPARE(menu->actions()[0]->text(), QStringLiteral("Narrow"));
        menu->actions()[0]->trigger();
        QTRY_VERIFY(!visibleWidget(*m_window, "projectDock"));
        QCOMPARE(m_window->views().currentView(), QStringLiteral("relations"));
    }

    void aLongJobIsToldToTheDesktop() {
        QWidget window; // never in front
        models::JobRunner jobs;
        auto* notifier = new gui::Notifier(jobs, window);
        QStringList told;
        notifier->send = [&](const QString& title, const QString& words) {
            told << title + QStringLiteral(": ") + words;
        };
        jobs.start<int>(
            QStringLiteral("Short"), true, this, [](const base::JobContext&) { return 1; }, [](int) {});
        QTRY_COMPARE(jobs.running(), 0);
        QVERIFY(told.isEmpty());
        notifier->setLeastSeconds(0);
        jobs.start<int>(
            QStringLiteral("Hidden"), false, this, [](const base::JobContext&) { return 1; }, [](int) {});
        jobs.start<int>(
            QStringLiteral("Long"), true, this, [](const base::JobContext&) { return 1; }, [](int) {});
        jobs.start<int>(
            QStringLiteral("Broken"), true, this,
            [](const base::JobContext&) -> int { throw base::IoError("the disk is full"); }, [](int) {},
            [](const QString&) {});
        QTRY_COMPARE(told.size(), qsizetype{2});
        told.sort();
        QVERIFY2(told[0].startsWith(QStringLiteral("Broken: Stopped after")) &&
                     told[0].contains(QStringLiteral("he disk is full")),
                 qPrintable(told[0]));
        QVERIFY2(told[1].startsWith(QStringLiteral("Long: Done after")), qPrintable(told[1]));
    }

    void theTimeOfASilentJobGoesOn() {
        std::binary_semaphore go(0);
        session().jobs().start<int>(
            QStringLiteral("Silent"), true, this,
            [&](const base::JobContext&) {
                go.acquire();
                return 1;
            },
            [](int) {});
        QTRY_VERIFY(visible<QLabel>(*m_window, "jobFigures"));
        const QString before = visible<QLabel>(*m_window, "jobFigures")->text();
        QTRY_VERIFY(visible<QLabel>(*m_window, "jobFigures")->text() != before);
        go.release();
        QTRY_COMPARE(session().jobs().running(), 0);
    }
};

int main(int argc, char** argv) {
    return tests::runWindowTest<TestShell>(argc, argv);
}
#include "test_shell.moc"
