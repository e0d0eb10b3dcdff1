#pragma once

#include "action_registry.h"
#include "figure_maker.h"
#include "settings.h"

#include <QObject>

class QMainWindow;
class QMenu;

namespace lpntk::gui {

class ViewArea;

/// Saving what is shown as a figure, and copying it as a picture. Owned by the window.
class FigureActions : public QObject {
    Q_OBJECT
public:
    FigureActions(models::Session& session, ViewArea& views, QWidget& inspector, Settings& settings,
                  ActionRegistry& actions, QMenu& fileMenu, QMenu& editMenu, QMainWindow* window);

    void save();
    /// The view in front, at twice the screen's resolution, with its recipe as text beside the picture.
    void copy();

private:
    std::vector<FigureSubject> subjects() const;
    void toClipboard(const Figure& figure);
    void refresh();
    void tell(const QString& words) const;

    models::Session& m_session;
    ViewArea& m_views;
    QWidget& m_inspector;
    Settings& m_settings;
    ActionRegistry& m_actions;
    QMainWindow* m_window;
    FigureMaker* m_maker;
};

} // namespace lpntk::gui
