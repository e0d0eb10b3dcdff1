#include "gui_fixture.h"

#include <QApplication>
#include <QTest>
#include <QWidget>

namespace lpntk::tests {

OwnHome::OwnHome() {
    for (const char* name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"})
        qputenv(name, m_folder.filePath(QString::fromLatin1(name)).toLocal8Bit());
    QCoreApplication::setOrganizationName(QStringLiteral("lpntk"));
    QCoreApplication::setApplicationName(QStringLiteral("lpntk-explorer"));
}

QWidget* visibleWidget(QWidget& window, const char* name) {
    const auto all = window.findChildren<QWidget*>(QString::fromLatin1(name));
    for (QWidget* widget : all)
        if (widget->isVisible())
            return widget;
    return window.objectName() == QLatin1String(name) ? &window : nullptr;
}

void typeInto(QWidget* line, const QString& text) {
    line->setFocus();
    QTest::keyClick(line, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClick(line, Qt::Key_Delete);
    QTest::keyClicks(line, text);
}

void press(QWidget* button) {
    QTest::mouseClick(button, Qt::LeftButton, {}, button->rect().center());
}

} // namespace lpntk::tests
