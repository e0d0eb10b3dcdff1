#pragma once

#include "action_registry.h"
#include "path_field.h"
#include "project_controller.h"
#include "settings.h"

#include <core/engine/engine.h>

#include <QObject>

class QMenu;

namespace lpntk::gui {

/// Opening and saving: data sets, checkpoints, runs, projects, export. Owned by the window.
class FileActions : public QObject {
    Q_OBJECT
public:
    FileActions(models::Session& session, ProjectController& project, Settings& settings, ActionRegistry& actions, QMenu& menu,
                QWidget* window);

    /// Opens whatever the path is; its kind is found on a worker.
    void openPath(const QString& path);
    void openKind(const QString& path, PathKind kind);
    void exportSubset();
    void saveAs();
    /// Asks where something went that a project or a run names.
    void locate(PathKind kind, const QString& oldPath);
    /// Does the job that `request` finds for the run in a folder (to resume or to repair it) there, with the memory and
    /// threads of the settings.
    void goOnWith(const QString& folder,
                  engine::KernelRequest (*request)(const std::filesystem::path&, const base::JobContext&));

private:
    void addOpenActions();
    void addSaveActions(QMenu& menu);
    void openWith(PathKind kind, const QString& start);
    void openCheckpoint(const QString& path);
    void openSample();
    void fillRecent();
    void refresh();
    QString topic() const;

    models::Session& m_session;
    ProjectController& m_project;
    Settings& m_settings;
    ActionRegistry& m_actions;
    QMenu* m_recent = nullptr;
    QWidget* m_window = nullptr;
};

/// Folder in which runs are put when the user names none.
QString defaultRunFolder();

} // namespace lpntk::gui
