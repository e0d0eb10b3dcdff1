#include "window_case.h"

#include <core/engine/environment.h>
#include <helpers/synthetic_run.h>
#include <widgets/models/theme.h>
#include <widgets/vtk/vtk_host.h>

#include <algorithm>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>

/// Libraries of the desktop keep what they find once.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libLLVM\nleak:libdbus\nleak:libfontconfig\nleak:swrast_dri\n";
}
#endif

namespace lpntk::tests {

void WindowCase::makeRun() {
    m_run = m_home.file("demo-run");
    writeSyntheticRun(m_run, makeSyntheticRun(240, 4));
}

void WindowCase::showWindow() {
    m_window = std::make_unique<gui::MainWindow>();
    m_window->resize(1500, 900);
    QVERIFY(showActive(*m_window));
}

void WindowCase::open() {
    m_window->openPath(QString::fromStdString(m_run.string()));
    waitFor(*m_window);
}

void WindowCase::waitFor(gui::MainWindow& window) {
    QTRY_VERIFY_WITH_TIMEOUT(window.session().run() && window.session().coverage() && window.isSettled(),
                             kWindowPatience);
}

bool WindowCase::hasIssue(gui::MainWindow& window, const QString& words) {
    const auto& issues = window.session().issues();
    return std::any_of(issues.begin(), issues.end(),
                       [&](const models::Issue& issue) { return issue.sentence.contains(words); });
}

void prepareWindowProgram() {
    engine::prepareEnvironment();
    vtk::prepareOpenGl();
}

void checkLeaks() {
#ifdef __SANITIZE_ADDRESS__
    // Here and not at the end of the process: OpenGL's driver is still there, and what it keeps can be told from ours.
    __lsan_do_leak_check();
#endif
}

void styleWindowProgram(QApplication& application) {
    models::theme().apply(application);
}

} // namespace lpntk::tests
