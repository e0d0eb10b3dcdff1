#pragma once

#include "action_registry.h"
#include "settings.h"

#include <QObject>

#include <functional>

class QMenu;

namespace lpntk::gui {

/// Layouts of the window under a name, in the settings: docks, the views in front and beside. Owned by the window.
class LayoutActions : public QObject {
    Q_OBJECT
public:
    struct Window {
        std::function<ProjectLayout()> take;
        std::function<void(const ProjectLayout&)> apply;
        ProjectLayout standard; ///< of a fresh installation
    };
    LayoutActions(Window window, Settings& settings, ActionRegistry& actions, QMenu& menu, QWidget* parent);

private:
    void fill(QMenu& menu);
    void fillRemove(QMenu& menu);
    void save();

    Window m_layout;
    Settings& m_settings;
    ActionRegistry& m_actions;
    QWidget* m_window = nullptr;
};

} // namespace lpntk::gui
