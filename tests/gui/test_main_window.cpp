#include "window_case.h"

#include <app/gui/command_palette.h>
#include <app/gui/view_area.h>

#include <core/base/files.h>
#include <core/engine/environment.h>

#include <widgets/models/theme.h>
#include <widgets/vtk/vtk_host.h>

#include <QApplication>
#include <QClipboard>
#include <QFileInfo>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QDropEvent>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QTabBar>
#include <QTest>
#include <QTextBrowser>
#include <QToolButton>
#include <QUndoStack>

#include <atomic>

using namespace lpntk;
using tests::visible;
using tests::visibleWidget;

namespace {

constexpr int kPatience = 60000;

} // namespace

class TestMainWindow : public tests::WindowCase {
    Q_OBJECT
public:
    using WindowCase::WindowCase;

private:
    void search(const QString& words) {
        QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
        auto* field = visible<gui::CommandPalette>(*m_window, "commandPalette");
        QVERIFY(field);
        QTRY_VERIFY(field->hasFocus());
        QTest::keyClicks(field, words);
        QTest::keyClick(field, Qt::Key_Return);
    }

private Q_SLOTS:
    void initTestCase() { makeRun(); }
    void init() { showWindow(); }
    void cleanup() { m_window.reset(); }

    void startsWithoutTheEngine() {
        QVERIFY(visibleWidget(*m_window, "startPage"));
        QVERIFY(!visibleWidget(*m_window, "projectDock"));
        QVERIFY(!engine::engineIsOpen());
        open();
        QVERIFY(!engine::engineIsOpen()); // looking at a run needs no network either
    }

    void everyViewIsDrawn() {
        open();
        QVERIFY(visibleWidget(*m_window, "projectDock"));
        QVERIFY(visibleWidget(*m_window, "inspectorDock"));
        for (const gui::ViewEntry& entry : gui::viewTable()) {
            m_window->showView(entry.name);
            QTRY_VERIFY2_WITH_TIMEOUT(m_window->isSettled(), qPrintable(entry.name), kPatience);
            QVERIFY(visibleWidget(*m_window, ("view." + entry.name.toStdString()).c_str()));
        }
    }

    void keysAndHelpAreNotCut() {
        QTest::keyClick(m_window.get(), Qt::Key_F1);
        QTRY_VERIFY(visibleWidget(*m_window, "keyScroll"));
        auto* keys = visible<QScrollArea>(*m_window, "keyScroll");
        QTRY_VERIFY(keys->verticalScrollBar()->isVisible());
        QVERIFY(keys->widget()->minimumSizeHint().width() <= keys->viewport()->width());
        QVERIFY(!keys->horizontalScrollBar()->isVisible());
    }

    void tabsAndKeysChangeTheView() {
        open();
        QTest::keyClick(m_window.get(), Qt::Key_5, Qt::AltModifier);
        QTRY_COMPARE(m_window->views().currentView(), QStringLiteral("pruning"));
        auto* tabs = visible<QTabBar>(*m_window, "viewTabs");
        QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(1).center());
        QTRY_COMPARE(m_window->views().currentView(), QStringLiteral("clusters"));
    }

    void thePaletteFindsSamplesViewsAndCommands() {
        open();
        const base::SampleId sample = session().run()->sampleFromRow(base::RowId(17));
        search(QString::number(sample.value()));
        QTRY_COMPARE(session().selection().current(), sample);
        search(QStringLiteral("relations"));
        QTRY_COMPARE(m_window->views().currentView(), QStringLiteral("relations"));
        search(QStringLiteral("all samples"));
        QTRY_COMPARE(session().selection().selected().count(), std::int64_t{240});
        auto* field = visible<gui::CommandPalette>(*m_window, "commandPalette");
        QVERIFY(!visibleWidget(*m_window, "commandPaletteList"));
        QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(visibleWidget(*m_window, "commandPaletteList"));
        QTest::keyClicks(field, QStringLiteral("zzzz"));
        QCOMPARE(visible<QListWidget>(*m_window, "commandPaletteList")->count(), 1);
        QTest::keyClick(field, Qt::Key_Escape);
        QTRY_VERIFY(!visibleWidget(*m_window, "commandPaletteList"));
        QCOMPARE(session().selection().selected().count(), std::int64_t{240}); // that Escape was the palette's
    }

    void selectingAndEscape() {
        open();
        QTest::keyClick(m_window.get(), Qt::Key_A, Qt::ControlModifier);
        QTRY_COMPARE(session().selection().selected().count(), std::int64_t{240});
        QTest::keyClick(m_window.get(), Qt::Key_I, Qt::ControlModifier);
        QTRY_COMPARE(session().selection().selected().count(), std::int64_t{0});
        QTest::keyClick(m_window.get(), Qt::Key_I, Qt::ControlModifier);
        QTRY_COMPARE(session().selection().selected().count(), std::int64_t{240});
        QTest::keyClick(m_window.get(), Qt::Key_Escape);
        QTRY_COMPARE(session().selection().selected().count(), std::int64_t{0});
    }

    void decisionsAreUndoneAndCopied() {
        open();
        const base::SampleId sample = session().run()->sampleFromRow(base::RowId(3));
        session().selection().click(sample, false, this);
        session().decide({curation::Edit::Kind::prune, {sample}, -1, {}, {}, {}}, QStringLiteral("Prune"));
        QVERIFY(session().decisions().of(sample).verdict == curation::Decision::Verdict::prune);
        QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY(session().decisions().of(sample).isEmpty());
        QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(!session().decisions().of(sample).isEmpty());
        QTRY_VERIFY(m_window->actions().find("edit.copy")->isEnabled());
        QTest::keyClick(m_window.get(), Qt::Key_C, Qt::ControlModifier);
        QTRY_VERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("#%1").arg(sample.value())));
    }

    void aProjectComesBackAsItWas() {
        open();
        const QString path = m_home.path(QStringLiteral("kept.lpntk"));
        const base::SampleId sample = session().run()->sampleFromRow(base::RowId(5));
        session().setThresholds({0.3f, 0.2f});
        session().setClusterRatio(0.25);
        session().decide({curation::Edit::Kind::keep, {sample}, -1, {}, {}, {}}, QStringLiteral("Keep"));
        models::SampleSet set;
        set.insert(sample);
        session().savedSelections().add(QStringLiteral("One"), set);
        m_window->showView(QStringLiteral("clusters"));
        m_window->project().saveAs(path);
        QTRY_VERIFY(QFileInfo::exists(path));
        // Autosave writes later changes without being asked.
        session().setThresholds({0.4f, 0.2f});
        QTRY_VERIFY_WITH_TIMEOUT(gui::readProjectFile(path.toStdString()).thresholds.plus == 0.4f, 10000);
        cleanup();
        init();
        m_window->openPath(path);
        QTRY_VERIFY_WITH_TIMEOUT(session().run() && session().subset() && !session().decisions().edits().empty(), kPatience);
        QCOMPARE(session().thresholds().plus, 0.4f);
        QCOMPARE(session().clusterRatio(), 0.25);
        QVERIFY(session().decisions().of(sample).verdict == curation::Decision::Verdict::keep);
        QCOMPARE(session().savedSelections().all().size(), std::size_t{1});
        QCOMPARE(m_window->views().currentView(), QStringLiteral("clusters"));
        QCOMPARE(m_window->project().path(), path);
    }

    void aDamagedProjectChangesNothing() {
        open();
        const auto run = session().run();
        const QString path = m_home.path(QStringLiteral("damaged.lpntk"));
        base::writeFileAtomically(path.toStdString(), R"({"format": "lpntk-project", "version": 1, "data": 5})");
        m_window->project().open(path);
        QTRY_VERIFY_WITH_TIMEOUT(hasIssue(*m_window, QStringLiteral("damaged.lpntk")), kPatience);
        QCOMPARE(session().run(), run);
        QVERIFY(m_window->project().path().isEmpty());
        QTRY_VERIFY(visibleWidget(*m_window, "issueList"));
    }

    void whatCannotBeOpenedIsAnIssue() {
        m_window->openPath(m_home.path(QStringLiteral("nothing-here")));
        QTRY_VERIFY_WITH_TIMEOUT(hasIssue(*m_window, QStringLiteral("nothing-here")), kPatience);
        QTRY_VERIFY(visibleWidget(*m_window, "issueList"));
        QVERIFY(QApplication::activeModalWidget() == nullptr);
    }

    void aDropOpensWhatItIs() {
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(QString::fromStdString(m_run.string()))});
        QDragEnterEvent enter(QPoint(400, 400), Qt::CopyAction, &mime, Qt::LeftButton, {});
        QApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(400, 400), Qt::CopyAction, &mime, Qt::LeftButton, {});
        QApplication::sendEvent(m_window.get(), &drop);
        QTRY_VERIFY_WITH_TIMEOUT(session().run() != nullptr, kPatience);
    }

    void closingDuringAJobAsksOnceAndStopsCleanly() {
        std::atomic<bool> running = false, ended = false;
        session().jobs().start<int>(
            QStringLiteral("Endless"), true, this,
            [&](const base::JobContext& context) {
                running = true;
                while (!context.cancelled())
                    context.progress("waiting", 1, 2, "turns");
                ended = true;
                context.throwIfCancelled();
                return 0;
            },
            [](int) {});
        QTRY_VERIFY(running);
        QTRY_VERIFY(visibleWidget(*m_window, "cancelJob"));
        m_window->close();
        QVERIFY(m_window->isVisible());
        QTRY_VERIFY(visibleWidget(*m_window, "closeQuestion"));
        m_window->close(); // asks once
        QCOMPARE(m_window->findChildren<QWidget*>(QStringLiteral("closeQuestion")).size(), qsizetype{1});
        tests::press(visibleWidget(*m_window, "stopAndClose"));
        QTRY_VERIFY(!m_window->isVisible());
        QTRY_VERIFY(ended);
        QTRY_COMPARE(session().jobs().running(), 0);
    }

    void aJobIsStoppedByItsButton() {
        std::atomic<bool> ended = false;
        session().jobs().start<int>(
            QStringLiteral("Endless"), true, this,
            [&](const base::JobContext& context) {
                while (!context.cancelled())
                    context.progress("waiting", 1, 2, "turns");
                ended = true;
                context.throwIfCancelled();
                return 0;
            },
            [](int) {});
        QTRY_VERIFY(visibleWidget(*m_window, "cancelJob"));
        tests::press(visibleWidget(*m_window, "cancelJob"));
        QTRY_VERIFY(ended);
        QTRY_VERIFY(!visibleWidget(*m_window, "cancelJob"));
    }

    void narrowWindowsHideTheDocks() {
        open();
        QVERIFY(visibleWidget(*m_window, "inspectorDock"));
        m_window->resize(1100, 800);
        QTRY_VERIFY(!visibleWidget(*m_window, "inspectorDock"));
        QVERIFY(visibleWidget(*m_window, "projectDock"));
        m_window->resize(900, 800);
        QTRY_VERIFY(!visibleWidget(*m_window, "projectDock"));
        m_window->resize(1500, 900);
        QTRY_VERIFY(visibleWidget(*m_window, "projectDock") && visibleWidget(*m_window, "inspectorDock"));
    }

    void helpListsEveryKey() {
        QTest::keyClick(m_window.get(), Qt::Key_F1);
        QTRY_VERIFY(visibleWidget(*m_window, "keyList"));
        auto* page = visible<QTextBrowser>(*m_window, "helpPage");
        QVERIFY(page && page->toPlainText().size() > 500);
        QStringList shown;
        for (const QLabel* label : visibleWidget(*m_window, "keyList")->findChildren<QLabel*>())
            shown << label->text();
        for (const auto& entry : m_window->actions().entries())
            if (!entry.action->shortcut().isEmpty())
                QVERIFY2(shown.contains(gui::plainText(*entry.action)), qPrintable(entry.action->text()));
    }

    void shortcutsAreUnique() {
        QStringList seen;
        for (const auto& entry : m_window->actions().entries())
            for (const QKeySequence& keys : entry.action->shortcuts()) {
                QVERIFY2(!seen.contains(keys.toString()), qPrintable(keys.toString()));
                seen << keys.toString();
            }
    }

    void everyButtonHasAName() {
        open();
        m_window->showView(QStringLiteral("pruning"));
        QTRY_VERIFY_WITH_TIMEOUT(m_window->isSettled(), kPatience);
        for (const QAbstractButton* button : m_window->findChildren<QAbstractButton*>())
            if (button->isVisible())
                QVERIFY2(!button->accessibleName().isEmpty() || !button->text().isEmpty(),
                         qPrintable(button->objectName() + QStringLiteral(" in ") + button->parent()->objectName()));
    }

    void theThemeChangesLive() {
        open();
        const bool dark = models::theme().isDark();
        QTest::keyClick(m_window.get(), Qt::Key_T, Qt::ControlModifier);
        QTRY_VERIFY(models::theme().isDark() != dark);
        QTest::keyClick(m_window.get(), Qt::Key_T, Qt::ControlModifier);
        QTRY_VERIFY(models::theme().isDark() == dark);
    }
};

int main(int argc, char** argv) {
    return tests::runWindowTest<TestMainWindow>(argc, argv);
}
#include "test_main_window.moc"
