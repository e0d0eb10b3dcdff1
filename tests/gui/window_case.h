#pragma once

#include "gui_fixture.h"

#include <app/gui/main_window.h>
#include <helpers/show_window.h>

#include <QApplication>
#include <QObject>

#include <filesystem>
#include <memory>

namespace lpntk::tests {

constexpr int kWindowPatience = 60000; ///< ms

/// Base of tests that do something with the main window on a run of 240 made-up samples of four classes.
class WindowCase : public QObject {
public:
    explicit WindowCase(OwnHome& home) : m_home(home) {}

protected:
    models::Session& session() { return m_window->session(); }
    /// Writes the run.
    void makeRun();
    /// A new window that has the keys.
    void showWindow();
    /// Opens the run in it and waits until everything about it is known.
    void open();
    static void waitFor(gui::MainWindow& window);
    static bool hasIssue(gui::MainWindow& window, const QString& words);

    OwnHome& m_home;
    std::filesystem::path m_run;
    std::unique_ptr<gui::MainWindow> m_window;
};

void prepareWindowProgram();                        ///< before there is an application
void styleWindowProgram(QApplication& application); ///< before there is a window
void checkLeaks();                                  ///< when every window is closed; does nothing without sanitizer

/// main() of a test of the window, in a home of its own.
template <typename Test> int runWindowTest(int argc, char** argv) {
    prepareWindowProgram();
    OwnHome home;
    QApplication application(argc, argv);
    styleWindowProgram(application);
    Test test(home);
    const int failures = QTest::qExec(&test, argc, argv);
    checkLeaks();
    return failures;
}

} // namespace lpntk::tests
