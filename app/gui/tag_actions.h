#pragma once

#include "action_registry.h"

#include <widgets/models/session.h>

#include <QObject>
#include <QString>

class QMenu;

namespace lpntk::gui {

/// What can be done with tags as a whole: give them to what is selected, select by them, rename them, take them away.
/// Owned by the window.
class TagActions : public QObject {
    Q_OBJECT
public:
    TagActions(models::Session& session, ActionRegistry& actions, QMenu& editMenu, QWidget* window);

    void select(const QString& tag);
    /// Asks for the new name. One undo step; a name that there is already joins the two.
    void askForName(const QString& tag);
    void rename(const QString& tag, const QString& name);
    /// From all samples, one undo step.
    void remove(const QString& tag);

private:
    void popUp();
    void refresh();

    models::Session& m_session;
    ActionRegistry& m_actions;
    QWidget* m_window = nullptr;
};

} // namespace lpntk::gui
