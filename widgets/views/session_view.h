#pragma once

#include <widgets/models/session.h>

#include <QWidget>

namespace lpntk::views {

/// Base of views: listens to the session and the shared selection, and defers everything while hidden, so that a hidden
/// tab costs nothing. Lives in the window's thread; the session outlives it.
class SessionView : public QWidget {
    Q_OBJECT
public:
    SessionView(models::Session& session, QWidget* parent);

    models::Session& session() const { return m_session; }
    /// An unlinked view neither follows the shared current sample nor the selection.
    void setLinked(bool linked);
    bool isLinked() const { return m_linked; }
    /// What decides its picture beside tool bar, run, decisions and what the session shares, for the recipe of a
    /// figure.
    virtual base::Json figureSettings() const { return base::Json::object(); }
    /// Has the keys when the view is called by its own key. No focus proxy: Tab would leave out all that stands before
    /// it.
    virtual QWidget* keysGoTo() { return this; }

protected:
    enum SelectionPart { selectedPart = 1, currentPart = 2, hoveredPart = 4 };
    /// Called while visible, also when shown with what changed meanwhile.
    virtual void sessionChanged(models::Changes what) = 0;
    virtual void selectionChanged(int parts) { Q_UNUSED(parts) }
    virtual void themeChanged() { update(); }

    void showEvent(QShowEvent* event) override;

private:
    void remember(int parts);

    models::Session& m_session;
    models::Changes m_dirty;
    int m_dirtySelection = 0;
    bool m_dirtyTheme = false;
    bool m_linked = true;
};

} // namespace lpntk::views
