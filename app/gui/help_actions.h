#pragma once

#include "action_registry.h"

#include <QDialog>
#include <QObject>

class QMenu;

namespace lpntk::gui {

/// The keys of every command, made from the actions themselves, and the help page beside them. F1 or ?.
class KeyListDialog : public QDialog {
    Q_OBJECT
public:
    KeyListDialog(const ActionRegistry& actions, QWidget* window);

private:
    QWidget* makeKeys(const ActionRegistry& actions, QWidget* window);
};

/// Help and what this program is. Owned by the window.
class HelpActions : public QObject {
    Q_OBJECT
public:
    HelpActions(ActionRegistry& actions, QMenu& menu, QWidget* window);

private:
    void showKeys();
    void showAbout();
    ActionRegistry& m_actions;
    QWidget* m_window = nullptr;
};

} // namespace lpntk::gui
