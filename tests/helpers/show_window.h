#pragma once

#include <QTest>
#include <QWidget>

namespace lpntk::tests {

/// Shows a window and waits until keys and shortcuts reach it; before that they lead nowhere. False after five seconds.
inline bool showActive(QWidget& window) {
    window.show();
    if (!QTest::qWaitForWindowExposed(&window))
        return false;
    window.activateWindow();
    return QTest::qWaitForWindowActive(&window);
}

} // namespace lpntk::tests
