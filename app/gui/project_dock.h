#pragma once

#include "action_registry.h"
#include "tag_actions.h"

#include <widgets/models/session.h>

#include <QDockWidget>

#include <functional>
#include <memory>

namespace lpntk::gui {

class SideList;

/// The dock at the left: data sets, checkpoints with accuracy, runs, saved selections, tags; below them the classes.
class ProjectDock : public QDockWidget {
    Q_OBJECT
public:
    ProjectDock(models::Session& session, TagActions& tags, ActionRegistry& actions, QWidget* parent = nullptr);

    /// The condition by which the present selection was made; the window knows it.
    std::function<QString()> filterOfSelection;

Q_SIGNALS:
    /// A saved selection's condition is to be looked for again.
    void filterRequested(const QString& filter);

private:
    void refresh();
    void refreshClasses();
    void countClasses();
    void addDataRows(std::vector<struct SideRow>& rows);
    void addCheckpointRows(std::vector<struct SideRow>& rows);
    void addRunRows(std::vector<struct SideRow>& rows);
    void addSelectionRows(std::vector<struct SideRow>& rows);
    void addTagRows(std::vector<struct SideRow>& rows);
    void popUpSelection(std::size_t index, QPoint position);
    void popUpTag(const QString& tag, QPoint position);
    void askForName(std::size_t index);
    void selectClass(int label);

    /// Per class: samples of the run (or the data set) and share predicted right, NaN when unknown.
    struct ClassFigures {
        std::vector<std::int64_t> count;
        std::vector<double> accuracy;
    };
    static ClassFigures figuresOf(const run::Run& run);
    static ClassFigures figuresOf(const data::Split& split, int classes);

    models::Session& m_session;
    models::SavedSelections& m_selections;
    TagActions& m_tags;
    ActionRegistry& m_actions;
    SideList* m_tree = nullptr;
    SideList* m_classes = nullptr;
    ClassFigures m_figures;
};

} // namespace lpntk::gui
