#include "window_case.h"

#include <app/gui/view_area.h>

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
class TestKeyboard : public tests::WindowCase {
    Q_OBJECT
public:
    using WindowCase::WindowCase;

private Q_SLOTS:
    void initTestCase() {
        makeRun();
        showWindow();
        open();
    }
    void tabReachesEveryControl_data() {
        QTest::addColumn<int>("view");
        for (std::size_t i = 0; i < gui::viewTable().size(); ++i)
            QTest::addRow("%s", qPrintable(gui::viewTable()[i].name)) << static_cast<int>(i);
    }
    void tabReachesEveryControl() {
        QFETCH(int, view);
        QTest::keyClick(m_window.get(), static_cast<Qt::Key>(Qt::Key_1 + view), Qt::AltModifier);
        waitFor(*m_window);
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
    return tests::runWindowTest<TestKeyboard>(argc, argv);
}
#include "test_keyboard.moc"
