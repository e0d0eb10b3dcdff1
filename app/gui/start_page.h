#pragma once

#include "action_registry.h"
#include "recovery.h"
#include "settings.h"

#include <QWidget>

class QLabel;
class QVBoxLayout;

namespace lpntk::gui {

/// What the window shows while nothing is open: how to begin, recent projects, where a drop lands, the way through the
/// program and how a pair is read. 1128 px wide, centred.
class StartPage : public QWidget {
    Q_OBJECT
public:
    StartPage(ActionRegistry& actions, Settings& settings, QWidget* parent = nullptr);
    /// A file hangs over the window.
    void setDropping(bool dropping);
    /// Listed above the recent projects.
    void showUnsaved(const std::vector<UnsavedProject>& projects);

Q_SIGNALS:
    void projectChosen(const QString& path);
    void locateRequested(const QString& path);
    void recoverRequested(const QString& path);
    void discardRequested(const QString& path);

private:
    void refreshRecent();
    QWidget* makeHead();
    QWidget* makeActions();
    QWidget* makeDropArea();
    QWidget* makeUnsaved();
    QWidget* makeRecent();
    QWidget* makeSteps();
    QWidget* makePairs();
    QWidget* makeFoot();

    ActionRegistry& m_actions;
    Settings& m_settings;
    QLabel* m_recentCount = nullptr;
    QVBoxLayout* m_recentRows = nullptr;
    QWidget* m_unsaved = nullptr;
    QVBoxLayout* m_unsavedRows = nullptr;
    QWidget* m_drop = nullptr;
};

} // namespace lpntk::gui
