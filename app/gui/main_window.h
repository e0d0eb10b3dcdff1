#pragma once

#include "action_registry.h"
#include "project_controller.h"
#include "settings.h"
#include "view_table.h"

#include <QMainWindow>

#include <memory>

class QLabel;
class QStackedWidget;

namespace lpntk::gui {

class CommandPalette;
class FileActions;
class FilterBar;
class JobsDock;
class ProjectDock;
class StartPage;
class TagActions;
class ViewArea;

/// The window: lays out menu bar, docks, views and status bar, and owns what is open. What its menus do lives in one
/// handler per topic.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// `quiet`: for pictures; settings are neither read for geometry nor written.
    explicit MainWindow(bool quiet = false, QWidget* parent = nullptr);
    ~MainWindow() override;

    models::Session& session() { return *m_session; }
    ActionRegistry& actions() { return *m_actions; }
    ProjectController& project() { return *m_project; }
    ViewArea& views() { return *m_views; }

    /// Project, run, data set or weights; what cannot be opened becomes an issue.
    void openPath(const QString& path);
    /// A name of knownViewNames().
    void showView(const QString& name);
    /// Nothing is being read or computed for what is shown, and it is drawn.
    bool isSettled() const;

Q_SIGNALS:
    /// Something arrived that may have made isSettled() true.
    void progressed();

protected:
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void makeDocks();
    void makeMenus();
    void makeCorner();
    void makePages();
    void connectParts();
    void refreshPage();
    void refreshTitle();
    void fitDocks();
    void restoreLayout();
    void askBeforeClosing();
    ProjectLayout takeLayout() const;
    void applyLayout(const ProjectLayout& layout);
    void arrange(const ProjectLayout& layout);

    Settings m_settings;
    bool m_quiet = false;
    bool m_closing = false;
    bool m_stopping = false;
    int m_fittedWidth = 0;
    bool m_hasBeside = false;
    std::unique_ptr<models::Session> m_session;
    ProjectController* m_project = nullptr;
    ActionRegistry* m_actions = nullptr;
    QStackedWidget* m_pages = nullptr;
    StartPage* m_start = nullptr;
    ViewArea* m_views = nullptr;
    ProjectDock* m_projectDock = nullptr;
    class QDockWidget* m_inspectorDock = nullptr;
    MadeView m_inspector;
    JobsDock* m_jobsDock = nullptr;
    CommandPalette* m_palette = nullptr;
    QLabel* m_title = nullptr;
    FileActions* m_file = nullptr;
    FilterBar* m_filter = nullptr;
    TagActions* m_tags = nullptr;
    bool m_wantProject = true;    ///< the user's wish, apart from what the width allows
    bool m_wantInspector = true;
};

} // namespace lpntk::gui
