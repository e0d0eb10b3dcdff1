#include <widgets/views/session_view.h>

#include <widgets/models/theme.h>

#include <QShowEvent>

#include <utility>

namespace lpntk::views {

using models::Change;

SessionView::SessionView(models::Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    m_dirty = models::Changes(Change::data) | Change::networks | Change::run | Change::clustering | Change::thresholds |
              Change::subset | Change::decisions | Change::issues | Change::runs;
    m_dirtySelection = selectedPart | currentPart | hoveredPart;
    connect(&session, &models::Session::changed, this, [this](models::Changes what) {
        if (isVisible())
            sessionChanged(what);
        else
            m_dirty |= what;
    });
    auto& selection = session.selection();
    connect(&selection, &models::SelectionModel::selectedChanged, this, [this] { remember(selectedPart); });
    connect(&selection, &models::SelectionModel::currentChanged, this, [this] { remember(currentPart); });
    connect(&selection, &models::SelectionModel::hoveredChanged, this, [this] { remember(hoveredPart); });
    connect(&models::theme(), &models::Theme::changed, this, [this] {
        m_dirtyTheme = !isVisible();
        if (isVisible())
            themeChanged();
    });
}

void SessionView::remember(int parts) {
    if (isVisible() && m_linked)
        selectionChanged(parts);
    else
        m_dirtySelection |= parts;
}

void SessionView::setLinked(bool linked) {
    if (std::exchange(m_linked, linked) != linked && linked && isVisible())
        selectionChanged(std::exchange(m_dirtySelection, 0));
}

void SessionView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (std::exchange(m_dirtyTheme, false))
        themeChanged();
    if (const auto dirty = std::exchange(m_dirty, models::Changes()))
        sessionChanged(dirty);
    if (m_linked && m_dirtySelection)
        selectionChanged(std::exchange(m_dirtySelection, 0));
}

} // namespace lpntk::views
