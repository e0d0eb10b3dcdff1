#pragma once

#include "action_registry.h"
#include "settings.h"

#include <widgets/models/session.h>

#include <QObject>

class QMenu;

namespace lpntk::gui {

/// The kernel dialog, checking a run, pausing and stopping jobs, exchanging runs and checkpoints. Owned by the window.
class RunActions : public QObject {
    Q_OBJECT
public:
    RunActions(models::Session& session, Settings& settings, ActionRegistry& actions, QMenu& menu, QWidget* window);
    void compute();
    /// Compares the open run with its checksums; an issue says what was found.
    void check();

private:
    void fillRuns(QMenu& menu);
    void pauseOrResume();
    void refresh();

    models::Session& m_session;
    Settings& m_settings;
    ActionRegistry& m_actions;
    QWidget* m_window = nullptr;
};

} // namespace lpntk::gui
