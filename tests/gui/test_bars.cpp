#include "gui_fixture.h"

#include <app/gui/main_window.h>
#include <app/gui/view_area.h>

#include <helpers/synthetic_run.h>

#include <widgets/models/theme.h>
#include <widgets/views/parts_segment.h>
#include <widgets/vtk/vtk_host.h>

#include <QApplication>
#include <QDockWidget>
#include <QMenuBar>
#include <QStatusBar>
#include <QTabBar>
#include <QTest>

using namespace lpntk;
using models::theme;
using tests::visibleWidget;

namespace {

constexpr int kPatience = 60000;

} // namespace

/// The heights that the look prescribes for bars and their controls, in the real window at every text size.
class TestBars : public QObject {
    Q_OBJECT
public:
    explicit TestBars(tests::OwnHome& home) : m_home(home) {}

private:
    tests::OwnHome& m_home;
    std::unique_ptr<gui::MainWindow> m_window;

    template <typename Widget> QList<Widget*> visibleChildren(const QWidget& parent) {
        QList<Widget*> result;
        for (auto* widget : parent.findChildren<Widget*>())
            if (widget->isVisible())
                result << widget;
        return result;
    }

    void checkBars(double scale) {
        const auto scaled = [&](int px) { return qRound(px * scale); };
        QTRY_COMPARE(m_window->menuBar()->height(), scaled(32));
        QTRY_COMPARE(m_window->statusBar()->height(), scaled(26));
        QTRY_COMPARE(visibleWidget(*m_window, "viewTabs")->parentWidget()->height(), scaled(36));
        QVERIFY(visibleWidget(*m_window, "viewTabs")->height() <= scaled(36));
        for (const auto* dock : visibleChildren<QDockWidget>(*m_window)) {
            QTRY_COMPARE(dock->titleBarWidget()->height(), scaled(36));
            QTRY_COMPARE(dock->widget()->geometry().top() - dock->titleBarWidget()->geometry().top(), scaled(36));
        }
        const QWidget* search = visibleWidget(*m_window, "commandPalette");
        const auto inside = [&] { return QRect(search->mapTo(m_window->menuBar(), QPoint()), search->size()); };
        QTRY_VERIFY2(inside().top() >= 1 && inside().bottom() < m_window->menuBar()->height() - 1,
                     qPrintable(QStringLiteral("%1 to %2").arg(inside().top()).arg(inside().bottom())));
        QVERIFY(search->parentWidget()->height() > inside().bottom()); // nothing of it is cut off
    }

private Q_SLOTS:
    void initTestCase() {
        const auto folder = m_home.file("demo-run");
        tests::writeSyntheticRun(folder, tests::makeSyntheticRun(120, 3));
        m_window = std::make_unique<gui::MainWindow>();
        m_window->resize(1600, 1000);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        m_window->openPath(QString::fromStdString(folder.string()));
        QTRY_VERIFY_WITH_TIMEOUT(m_window->session().run() && m_window->isSettled(), kPatience);
        m_window->session().addIssue(models::Issue::Severity::note, QStringLiteral("A note"));
        QTRY_VERIFY(visibleWidget(*m_window, "jobsDock"));
    }
    void cleanupTestCase() { m_window.reset(); }

    void barsAreAsHighAsTheLookSays() {
        for (const double scale : {1.0, 1.5, 1.0}) {
            theme().setTextScale(scale);
            checkBars(scale);
            if (QTest::currentTestFailed())
                return;
        }
    }

    void toolBarsOfTheViewsToo() {
        for (const gui::ViewEntry& entry : gui::viewTable()) {
            m_window->showView(entry.name);
            QTRY_VERIFY_WITH_TIMEOUT(m_window->isSettled(), kPatience);
            const auto bars = visibleChildren<views::ViewToolBar>(*m_window);
            for (const auto* bar : bars) {
                QCOMPARE(bar->height(), 44);
                for (const QWidget* control : visibleChildren<QWidget>(*bar))
                    if (control->inherits("QComboBox") || control->inherits("QAbstractButton") || control->inherits("QAbstractSpinBox"))
                        QVERIFY2(control->height() == 28, qPrintable(QStringLiteral("%1, %2 \"%3\": %4")
                                                                         .arg(entry.name, QLatin1String(control->metaObject()->className()),
                                                                              control->accessibleName()).arg(control->height())));
            }
            QVERIFY(!bars.isEmpty());
        }
    }
};

int main(int argc, char** argv) {
    lpntk::vtk::prepareOpenGl();
    tests::OwnHome home;
    QApplication application(argc, argv);
    models::theme().apply(application);
    TestBars test(home);
    return QTest::qExec(&test, argc, argv);
}
#include "test_bars.moc"
