#pragma once

#include "action_registry.h"
#include "filter_bar.h"

#include <widgets/models/session.h>

#include <QObject>

#include <functional>

class QMenu;

namespace lpntk::gui {

/// Undo, redo, copying, and everything that changes the selection. Owned by the window.
class EditActions : public QObject {
    Q_OBJECT
public:
    EditActions(models::Session& session, FilterBar& filter, ActionRegistry& actions, QMenu& editMenu,
                QMenu& selectMenu, QWidget* window);

    /// The current sample as text: number, class, prediction, place.
    QString currentAsText() const;

private:
    void addEdit(QMenu& menu);
    void addSelect(QMenu& menu);
    void addHistory(QMenu& menu);
    void selectWhere(const std::function<bool(base::RowId)>& wanted);
    void selectContradicting();
    void save();
    void refresh();

    models::Session& m_session;
    models::SavedSelections& m_selections;
    FilterBar& m_filter;
    ActionRegistry& m_actions;
    QWidget* m_window = nullptr;
};

} // namespace lpntk::gui
