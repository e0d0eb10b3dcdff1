#pragma once

#include "action_registry.h"
#include "settings.h"

#include <QObject>

class QDockWidget;
class QMenu;

namespace lpntk::gui {

class ViewArea;

/// Which view is in front, colours, size of the text, docks. Owned by the window.
class ViewActions : public QObject {
    Q_OBJECT
public:
    struct Docks {
        QDockWidget* project = nullptr;
        QDockWidget* inspector = nullptr;
    };
    ViewActions(ViewArea& views, Docks docks, Settings& settings, ActionRegistry& actions, QMenu& viewMenu, QMenu& windowMenu,
                QWidget* window);

    /// Sets dark or light by the settings, the desktop where they say "system".
    static void applyColours(const Settings& settings);

private:
    void addViews(QMenu& menu);
    void addColours(QMenu& menu);
    void addText(QMenu& menu);
    void addDocks(QMenu& menu, Docks docks);
    void setTextScale(double scale);
    void refreshColours();
    void rememberSort();

    ViewArea& m_views;
    Settings& m_settings;
    ActionRegistry& m_actions;
    QWidget* m_window = nullptr;
    const QWidget* m_sortOf = nullptr; ///< cluster view whose sorting is remembered
};

} // namespace lpntk::gui
