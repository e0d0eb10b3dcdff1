#include "window_case.h"

#include <app/gui/small_widgets.h>
#include <app/gui/view_area.h>

#include <helpers/synthetic_run.h>

#include <widgets/models/theme.h>
#include <widgets/views/parts_segment.h>

#include <QApplication>
#include <QDockWidget>
#include <QMenuBar>
#include <QStatusBar>
#include <QTabBar>
#include <QTest>

#include <algorithm>

using namespace lpntk;
using models::theme;
using tests::visibleWidget;

namespace {

constexpr int kPatience = 60000;

} // namespace

/// The heights that the look prescribes for bars and their controls, in the real window at every text size.
class TestBars : public tests::WindowCase {
    Q_OBJECT
public:
    using WindowCase::WindowCase;

private:
    template <typename Widget> QList<Widget*> visibleChildren(const QWidget& parent) {
        QList<Widget*> result;
        for (auto* widget : parent.findChildren<Widget*>())
            if (widget->isVisible())
                result << widget;
        return result;
    }

    /// The first control that has less room than its words need, or that another one covers; empty when all is well.
    QString cutIn(const QWidget& row) {
        int right = 0;
        const auto left = [&row](const QWidget* control) { return control->mapTo(&row, QPoint()).x(); };
        auto controls = visibleChildren<QWidget>(row);
        std::sort(controls.begin(), controls.end(), [&](const QWidget* a, const QWidget* b) { return left(a) < left(b); });
        for (const auto* control : controls) {
            if (!control->inherits("QLabel") && !control->inherits("QComboBox") && !control->inherits("QAbstractButton"))
                continue;
            if (control->parentWidget()->inherits("QLineEdit"))
                continue; // icons inside of a field lie where Qt puts them
            const QString name = QStringLiteral("%1 \"%2\" at %3, %4 wide").arg(QLatin1String(control->metaObject()->className()),
                                     control->property("text").toString()).arg(left(control)).arg(control->width());
            if (control->width() < std::min(control->sizeHint().width(), control->maximumWidth()) || left(control) + control->width() > row.width() || left(control) < right)
                return name;
            right = left(control) + control->width();
        }
        return {};
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

    void emptyPagesShowTheirWholeSentence() {
        gui::EmptyPage page;
        page.say(QStringLiteral("heatmap"), QStringLiteral("No network yet"),
                 QStringLiteral("The kernel is made of a network's gradients. Open weights that were trained on these data."), QStringLiteral("Open"));
        page.show();
        for (const int width : {1000, 640, 400}) {
            page.resize(width, 400);
            const auto* words = visibleWidget(page, "emptyPageSentence");
            QTRY_VERIFY2(words->width() <= width && words->height() >= words->heightForWidth(words->width()), qPrintable(QString::number(width)));
        }
    }

    void nothingIsCutInNarrowToolBars_data() {
        QTest::addColumn<QSize>("size");
        QTest::newRow("1600x1000") << QSize(1600, 1000);
        QTest::newRow("1280x800") << QSize(1280, 800);
        QTest::newRow("1000x700") << QSize(1000, 700);
    }
    void nothingIsCutInNarrowToolBars() {
        QFETCH(QSize, size);
        for (const gui::ViewEntry& entry : gui::viewTable()) {
            m_window->showView(entry.name);
            QTRY_VERIFY_WITH_TIMEOUT(m_window->isSettled(), kPatience);
        }
        m_window->resize(size);
        for (const gui::ViewEntry& entry : gui::viewTable()) {
            m_window->showView(entry.name);
            QTRY_VERIFY_WITH_TIMEOUT(m_window->isSettled(), kPatience);
            const auto* view = visibleWidget(*m_window, qPrintable(QStringLiteral("view.") + entry.name));
            QVERIFY2(view && view->minimumSizeHint().width() <= 640,
                     qPrintable(QStringLiteral("%1 %2").arg(entry.name).arg(view ? view->minimumSizeHint().width() : -1)));
            const auto rows = visibleChildren<views::FittingRow>(*m_window);
            QVERIFY(!rows.isEmpty());
            for (const auto* row : rows)
                QTRY_VERIFY2(cutIn(*row).isEmpty(), qPrintable(entry.name + QLatin1Char(' ') + cutIn(*row)));
        }
        QCOMPARE(m_window->findChild<QDockWidget*>(QStringLiteral("projectDock"))->width(), theme().dock("project"));
        QCOMPARE(m_window->findChild<QDockWidget*>(QStringLiteral("inspectorDock"))->isVisible(), size.width() >= 1280);
        QVERIFY(m_window->views().width() >= 640);
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
    return tests::runWindowTest<TestBars>(argc, argv);
}
#include "test_bars.moc"
