#include "gui_fixture.h"

#include <app/gui/main_window.h>
#include <app/gui/view_area.h>
#include <core/engine/environment.h>
#include <helpers/show_window.h>
#include <helpers/synthetic_run.h>

#include <widgets/models/theme.h>
#include <widgets/vtk/vtk_host.h>

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QApplication>
#include <QButtonGroup>
#include <QComboBox>
#include <QLineEdit>
#include <QScrollBar>
#include <QSet>
#include <QTest>

#include <algorithm>

using namespace lpntk;

namespace {

constexpr int kPatience = 60000;
constexpr int kMostStops = 200;

bool isControl(const QWidget& widget) {
    if (qobject_cast<const QScrollBar*>(&widget) || !widget.isVisible() || !widget.isEnabled())
        return false;
    const QWidget* parent = widget.parentWidget();
    if (qobject_cast<const QComboBox*>(parent) || qobject_cast<const QLineEdit*>(parent) ||
        (parent && parent->inherits("QAbstractSpinBox")))
        return false; // its own parts
    return (widget.focusPolicy() & Qt::TabFocus) != 0 || qobject_cast<const QAbstractButton*>(&widget) ||
           qobject_cast<const QComboBox*>(&widget);
}

/// Arrow keys lead from one button of an exclusive group to the others.
bool isReached(QWidget& widget, const QSet<QWidget*>& stops) {
    const auto* button = qobject_cast<QAbstractButton*>(&widget);
    if (!button || !button->group() || !button->group()->exclusive())
        return stops.contains(&widget) || stops.contains(widget.focusProxy());
    const auto group = button->group()->buttons();
    return std::any_of(group.begin(), group.end(), [&](QAbstractButton* one) { return stops.contains(one); });
}

QString nameOf(const QWidget& widget) {
    return QStringLiteral("%1 %2 \"%3\"")
        .arg(QLatin1String(widget.metaObject()->className()), widget.objectName(),
             widget.accessibleName().isEmpty() ? widget.toolTip() : widget.accessibleName());
}

} // namespace

/// Everything that the mouse reaches, Tab reaches too.
class TestKeyboard : public QObject {
    Q_OBJECT
public:
    explicit TestKeyboard(tests::OwnHome& home) : m_home(home) {}

private:
    tests::OwnHome& m_home;
    std::unique_ptr<gui::MainWindow> m_window;

private Q_SLOTS:
    void initTestCase() {
        const auto folder = m_home.file("demo-run");
        tests::writeSyntheticRun(folder, tests::makeSyntheticRun(240, 4));
        m_window = std::make_unique<gui::MainWindow>();
        m_window->resize(1500, 950);
        QVERIFY(tests::showActive(*m_window));
        m_window->openPath(QString::fromStdString(folder.string()));
        QTRY_VERIFY_WITH_TIMEOUT(m_window->session().run() && m_window->session().coverage(), kPatience);
    }
    void tabReachesEveryControl_data() {
        QTest::addColumn<int>("view");
        for (std::size_t i = 0; i < gui::viewTable().size(); ++i)
            QTest::addRow("%s", qPrintable(gui::viewTable()[i].name)) << static_cast<int>(i);
    }
    void tabReachesEveryControl() {
        QFETCH(int, view);
        QTest::keyClick(m_window.get(), static_cast<Qt::Key>(Qt::Key_1 + view), Qt::AltModifier);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->isSettled(), kPatience);
        QVERIFY(m_window->views().currentWidget()->isAncestorOf(QApplication::focusWidget())); // the key leads there
        QSet<QWidget*> reached;
        for (int i = 0; i < kMostStops; ++i) {
            reached << QApplication::focusWidget();
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        QStringList missed;
        for (QWidget* widget : m_window->findChildren<QWidget*>())
            if (isControl(*widget) && !isReached(*widget, reached))
                missed << nameOf(*widget);
        QVERIFY2(missed.isEmpty(), qPrintable(missed.join(QLatin1Char('\n'))));
    }
    void cleanupTestCase() { m_window.reset(); }
};

int main(int argc, char** argv) {
    engine::prepareEnvironment();
    lpntk::vtk::prepareOpenGl();
    tests::OwnHome home;
    QApplication application(argc, argv);
    models::theme().apply(application);
    TestKeyboard test(home);
    return QTest::qExec(&test, argc, argv);
}
#include "test_keyboard.moc"
