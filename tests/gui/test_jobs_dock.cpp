#include "window_case.h"

#include <core/base/files.h>

#include <QApplication>
#include <QLabel>
#include <QListWidget>
#include <QTest>
#include <QToolButton>

#include <atomic>

using namespace lpntk;
using tests::visible;
using tests::visibleWidget;

namespace {

constexpr int kPatience = 60000;

} // namespace

/// Jobs and issues below the views: pause, stop, and the way from an issue to its cause.
class TestJobsDock : public tests::WindowCase {
    Q_OBJECT
public:
    using WindowCase::WindowCase;

private:
    std::atomic<int> m_turns = 0;

    models::Ticket startEndless() {
        return session().jobs().start<int>(
            QStringLiteral("Endless"), true, this,
            [this](const base::JobContext& context) {
                while (true) {
                    context.progress("waiting", ++m_turns, 1e12, "turns");
                    context.throwIfCancelled();
                }
                return 0;
            },
            [](int) {});
    }
    QString figures() {
        const auto* label = visible<QLabel>(*m_window, "jobFigures");
        return label ? label->text() : QString();
    }

private Q_SLOTS:
    void init() {
        m_window = std::make_unique<gui::MainWindow>();
        m_window->resize(1400, 900);
        QVERIFY(tests::showActive(*m_window));
    }
    void cleanup() { m_window.reset(); }

    void aJobIsPausedResumedAndStopped() {
        const models::Ticket ticket = startEndless();
        QTRY_VERIFY(visibleWidget(*m_window, "pauseJob"));
        tests::press(visibleWidget(*m_window, "pauseJob"));
        QTRY_VERIFY(figures().contains(QStringLiteral("paused")));
        QVERIFY(!figures().contains(QStringLiteral("/s")));
        const int turns = m_turns;
        QCOMPARE(visibleWidget(*m_window, "pauseJob")->accessibleName(), QStringLiteral("Resume Endless"));
        QVERIFY(m_window->actions().find("run.pause")->text().contains(QStringLiteral("Resume")));
        QCOMPARE(m_turns.load(), turns);
        tests::press(visibleWidget(*m_window, "pauseJob"));
        QTRY_VERIFY(m_turns > turns);
        QTRY_VERIFY(!figures().contains(QStringLiteral("paus")));
        QTest::keyClick(m_window.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(session().jobs().info(ticket)->held);
        tests::press(visibleWidget(*m_window, "cancelJob"));
        QTRY_COMPARE(session().jobs().running(), 0);
        QTRY_VERIFY(!visibleWidget(*m_window, "cancelJob"));
    }

    void closingDuringAPauseEndsTheJob() {
        const models::Ticket ticket = startEndless();
        QTRY_VERIFY(session().jobs().info(ticket)->progress.done > 0);
        session().jobs().pause(ticket);
        QTRY_VERIFY(session().jobs().info(ticket)->held);
        m_window->close();
        QTRY_VERIFY(visibleWidget(*m_window, "stopAndClose"));
        tests::press(visibleWidget(*m_window, "stopAndClose"));
        QTRY_VERIFY(!m_window->isVisible());
        QTRY_COMPARE(session().jobs().running(), 0);
    }

    void withoutAnythingItSaysSo() {
        QVERIFY(!visibleWidget(*m_window, "jobsDock"));
        QTest::keyClick(m_window.get(), Qt::Key_F8);
        QTRY_VERIFY(visibleWidget(*m_window, "jobsDock"));
        QVERIFY(visibleWidget(*m_window, "issuesTab"));
        QVERIFY(!visibleWidget(*m_window, "clearIssues"));
        QVERIFY(!visibleWidget(*m_window, "showCause"));
    }

    void aFailedJobIsAnIssue() {
        session().jobs().start<int>(QStringLiteral("Broken"), true, this, [](const base::JobContext&) -> int { throw base::IoError("\"x\" is gone"); }, [](int) {});
        auto* list = m_window->findChild<QListWidget*>(QStringLiteral("issueList"));
        QTRY_COMPARE(list->count(), 1);
        QTRY_VERIFY(list->isVisible());
        QCOMPARE(list->item(0)->text(), QStringLiteral("\"x\" is gone"));
        QVERIFY(!visibleWidget(*m_window, "showCause")); // nothing to go to
        tests::press(visibleWidget(*m_window, "clearIssues"));
        QTRY_VERIFY(session().issues().empty());
        QTRY_VERIFY(!visibleWidget(*m_window, "jobsDock"));
    }

    // What is wrong can be put right from its issue: each opens the dialog that asks again.
    void issuesLeadToTheirCause_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("content");
        QTest::newRow("nothing there") << "nothing-here" << QString();
        QTest::newRow("damaged project") << "damaged.lpntk" << QStringLiteral(R"({"format": "lpntk-project", "version": 1, "data": 5})");
    }
    void issuesLeadToTheirCause() {
        QFETCH(QString, name);
        QFETCH(QString, content);
        const QString path = m_home.path(name);
        if (!content.isEmpty()) {
            base::writeFileAtomically(path.toStdString(), content.toStdString());
            m_window->project().open(path);
        } else {
            m_window->openPath(path);
        }
        QTRY_VERIFY_WITH_TIMEOUT(visibleWidget(*m_window, "showCause"), kPatience);
        tests::press(visibleWidget(*m_window, "showCause"));
        QTRY_VERIFY(visibleWidget(*m_window, "openDialog"));
    }

    void aRunThatIsGoneIsLookedFor() {
        session().openRun(m_home.file("no-such-run"));
        QTRY_VERIFY_WITH_TIMEOUT(visibleWidget(*m_window, "showCause"), kPatience);
        QTest::keyClick(visibleWidget(*m_window, "issueList"), Qt::Key_Return);
        QTRY_VERIFY(visibleWidget(*m_window, "openDialog"));
    }
};

int main(int argc, char** argv) {
    return tests::runWindowTest<TestJobsDock>(argc, argv);
}
#include "test_jobs_dock.moc"
