#include "window_case.h"

#include <app/gui/kernel_dialog.h>
#include <app/gui/view_actions.h>

#include <core/base/parallel.h>

#include <widgets/models/theme.h>
#include <widgets/views/parts_segment.h>

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

using namespace lpntk;
using gui::Settings;
using models::theme;
using tests::visible;
using tests::visibleWidget;

/// The settings dialog in the real window: in force at once, taken back by Cancel, known at the next start.
class TestSettings : public tests::WindowCase {
    Q_OBJECT
public:
    using WindowCase::WindowCase;

private:
    void openDialog() {
        QTest::keyClick(m_window.get(), Qt::Key_Comma, Qt::ControlModifier);
        QTRY_VERIFY(visibleWidget(*m_window, "settingsDialog"));
    }
    void closeDialog(Qt::Key key) {
        QTest::keyClick(visibleWidget(*m_window, "settingsDialog"), key);
        QTRY_VERIFY(!visibleWidget(*m_window, "settingsDialog"));
    }
    void changeEverything() {
        auto* colours = visible<views::Segment>(*m_window, "coloursChoice");
        tests::press(colours->button(theme().isDark() ? 2 : 1));
        visible<QComboBox>(*m_window, "textSize")->setCurrentIndex(3);
        visible<QCheckBox>(*m_window, "restoreLayout")->setChecked(false);
        visible<QSpinBox>(*m_window, "recentLimit")->setValue(2);
        visible<QSpinBox>(*m_window, "defaultMemory")->setValue(1024);
        visible<QSpinBox>(*m_window, "defaultThreads")->setValue(3);
    }
    QString recentFile(const char* name) const { return m_home.path(QString::fromLatin1(name)); }
    void rememberProjects(int count) {
        Settings settings;
        for (int i = 0; i < count; ++i) {
            const QString picture = recentFile("picture") + QString::number(i);
            QFile(picture).open(QIODevice::WriteOnly);
            settings.addRecent({recentFile("project") + QString::number(i), QString::number(i), 10, QDateTime::currentDateTime(), picture});
        }
    }

private Q_SLOTS:
    void init() {
        Settings().setPreferences({});
        Settings().setRecent({});
        gui::ViewActions::applyColours(Settings());
        m_window = std::make_unique<gui::MainWindow>();
        m_window->resize(1300, 850);
        QVERIFY(tests::showActive(*m_window));
    }
    void cleanup() {
        m_window.reset();
        theme().setTextScale(1);
    }

    void everyChangeIsInForceAtOnce() {
        const bool dark = theme().isDark();
        openDialog();
        if (QTest::currentTestFailed())
            return;
        changeEverything();
        QCOMPARE(theme().isDark(), !dark);
        QVERIFY(m_window->actions().find(dark ? "view.light" : "view.dark")->isChecked());
        QCOMPARE(theme().textScale(), 1.3);
        const auto* memory = visible<QLabel>(*m_window, "statusMemory");
        QVERIFY2(memory->text().contains(QStringLiteral("3 threads")) && memory->text().contains(QStringLiteral("budget 1")), qPrintable(memory->text()));
        const Settings elsewhere;
        QVERIFY(!elsewhere.restoresLayout());
        QCOMPARE(elsewhere.recentLimit(), 2);
        closeDialog(Qt::Key_Return);
        QCOMPARE(Settings().threads(), 3); // stays
        QCOMPARE(theme().textScale(), 1.3);
    }

    void cancelBringsEverythingBack() {
        rememberProjects(4);
        const bool dark = theme().isDark();
        openDialog();
        if (QTest::currentTestFailed())
            return;
        changeEverything();
        tests::press(visibleWidget(*m_window, "forgetRecent"));
        QVERIFY(Settings().allRecent().empty());
        closeDialog(Qt::Key_Escape);
        QCOMPARE(theme().isDark(), dark);
        QCOMPARE(theme().textScale(), 1.0);
        QVERIFY(Settings().preferences() == Settings::Preferences());
        QCOMPARE(Settings().recent().size(), std::size_t{4});
        QVERIFY(QFile::exists(recentFile("picture0")));
    }

    void defaultsAreThoseOfAFreshInstallation() {
        Settings().setPreferences({Settings::Colours::light, 1.5, false, 3, std::int64_t{1} << 30, 1});
        openDialog();
        if (QTest::currentTestFailed())
            return;
        QCOMPARE(visible<QComboBox>(*m_window, "textSize")->currentData().toInt(), 150);
        QCOMPARE(visible<QSpinBox>(*m_window, "defaultThreads")->value(), 1);
        tests::press(visibleWidget(*m_window, "defaultsButton"));
        QVERIFY(Settings().preferences() == Settings::Preferences());
        QVERIFY(visible<QSpinBox>(*m_window, "defaultThreads")->text().contains(QString::number(base::availableThreads())));
        closeDialog(Qt::Key_Return);
    }

    void recentProjectsAreLimitedAndForgotten() {
        rememberProjects(5);
        QCOMPARE(Settings().recent().size(), std::size_t{5});
        openDialog();
        if (QTest::currentTestFailed())
            return;
        visible<QSpinBox>(*m_window, "recentLimit")->setValue(3);
        QCOMPARE(Settings().recent().size(), std::size_t{3});
        QCOMPARE(Settings().recent()[0].name, QStringLiteral("4")); // the latest stay
        auto* forget = visibleWidget(*m_window, "forgetRecent");
        tests::press(forget);
        QVERIFY(!forget->isEnabled());
        closeDialog(Qt::Key_Return);
        QVERIFY(Settings().allRecent().empty());
        QVERIFY(!QFile::exists(recentFile("picture0"))); // nor is their kernel kept
    }

    void theKernelDialogStartsWithThem() {
        Settings settings;
        settings.setMemoryBudget(std::int64_t{777} << 20);
        settings.setThreads(7);
        gui::KernelDialog dialog(m_window->session(), settings, m_home.path(QStringLiteral("runs")), nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        QCOMPARE(dialog.findChild<QSpinBox*>(QStringLiteral("memoryBudget"))->value(), 777);
        QCOMPARE(dialog.findChild<QSpinBox*>(QStringLiteral("threadCount"))->value(), 7);
    }

    void theLayoutComesBackOnlyWhenWanted() {
        for (const bool restore : {true, false}) {
            Settings().setRestoresLayout(restore);
            m_window->resize(1111, 777);
            QTRY_COMPARE(m_window->size(), QSize(1111, 777));
            m_window->close();
            const gui::MainWindow next;
            QCOMPARE(next.size() == QSize(1111, 777), restore);
            m_window->show();
        }
    }

    void everyControlHasAName() {
        openDialog();
        if (QTest::currentTestFailed())
            return;
        const auto* dialog = visibleWidget(*m_window, "settingsDialog");
        for (const QWidget* widget : dialog->findChildren<QWidget*>()) {
            if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus || widget->parentWidget()->inherits("QAbstractSpinBox"))
                continue;
            const auto* button = qobject_cast<const QAbstractButton*>(widget);
            QVERIFY2(!widget->accessibleName().isEmpty() || (button && !button->text().isEmpty()), widget->metaObject()->className());
        }
        closeDialog(Qt::Key_Escape);
    }
};

int main(int argc, char** argv) {
    return tests::runWindowTest<TestSettings>(argc, argv);
}
#include "test_settings.moc"
