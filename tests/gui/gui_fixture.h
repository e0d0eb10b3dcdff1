#pragma once

#include <QString>
#include <QTemporaryDir>

#include <filesystem>

class QWidget;

namespace lpntk::tests {

/// A home of its own for settings, recent projects and runs, so that a test neither sees nor changes the user's. Make it
/// before the application.
class OwnHome {
public:
    OwnHome();
    QString path(const QString& name) const { return m_folder.filePath(name); }
    std::filesystem::path file(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)).toStdString(); }

private:
    QTemporaryDir m_folder;
};

/// The widget of that object name below the window (dialogs included), null when it is not there or not visible.
QWidget* visibleWidget(QWidget& window, const char* name);
template <typename Widget> Widget* visible(QWidget& window, const char* name) {
    return qobject_cast<Widget*>(visibleWidget(window, name));
}

/// Replaces the text of a line edit by keys, as a person would.
void typeInto(QWidget* line, const QString& text);
/// Presses a button with the mouse.
void press(QWidget* button);

} // namespace lpntk::tests
