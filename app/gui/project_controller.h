#pragma once

#include "project_file.h"
#include "project_lock.h"
#include "project_writer.h"
#include "recovery.h"
#include "settings.h"

#include <widgets/models/session.h>

#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

namespace lpntk::gui {

/// The project of a window: reads it into the session, writes it back, by itself two seconds after the last change.
/// Decisions without a project file, or of a project that another window holds, go into a recovery file in the same
/// way, so that neither closing nor a kill loses them. Owned by the window, lives on its thread; files are read and
/// written on workers.
class ProjectController : public QObject {
    Q_OBJECT
public:
    ProjectController(models::Session& session, Settings& settings, QObject* parent = nullptr);
    ~ProjectController() override;

    /// Where the project lies; empty while it has no file.
    QString path() const { return m_path; }
    /// "fashion-demo"; the run's or the data set's name while there is no file; empty when nothing is open.
    QString name() const;
    /// Something is open that the file (or nothing) does not hold yet.
    bool isModified() const { return m_modified; }
    /// Another window has the project open: changes are kept, but not in its file.
    bool isReadOnly() const { return m_readOnly; }

    /// Closes what is open and opens the project. A file that cannot be read becomes an issue and changes nothing.
    void open(const QString& path);
    /// Goes on with work that was never saved.
    void recover(const QString& path);
    void discardUnsaved(const QString& path);
    /// Looks for work that was never saved; unsavedFound() tells.
    void findUnsaved();
    void close();
    /// Writes to `path` and stays there; what goes wrong becomes an issue.
    void saveAs(const QString& path);
    void save();
    /// Writes now what autosave would write in a moment (the window is closing).
    void flush();

    /// The window's part of the file.
    std::function<ProjectLayout()> takeLayout;
    /// Notes a change that no signal tells (layout).
    void touch();

Q_SIGNALS:
    void changed();                                      ///< path, name or modified
    /// The project that could not be opened may be elsewhere; one that could not be saved may fit elsewhere.
    void locateRequested(const QString& formerPath);
    void saveAsRequested();
    void layoutRead(const lpntk::gui::ProjectLayout& layout);
    void unsavedFound(const std::vector<lpntk::gui::UnsavedProject>& projects);

private:
    void read(const QString& path, std::function<void(const ProjectFile&)> done);
    void opened(const QString& path, const ProjectFile& project);
    void forgetPath();
    /// Where changes go now; empty when there is nothing to keep.
    QString target();
    ProjectFile snapshot() const;
    void apply(const ProjectFile& project);
    void sessionChanged(models::Changes what);
    void restoreDecisions();
    void write();
    void written(const QString& problem);
    void remember();

    models::Session& m_session;
    models::SavedSelections& m_selections;
    Settings& m_settings;
    QTimer m_autosave;
    QString m_path;
    ProjectLock m_lock;
    Recovery m_recovery;
    bool m_modified = false;
    bool m_writing = false; ///< a worker has not said yet that it wrote
    std::shared_ptr<ProjectWriter> m_writer = std::make_shared<ProjectWriter>();
    bool m_readOnly = false;
    /// What the project file said when it was opened; more than that is worth keeping without the file.
    std::vector<curation::Edit> m_editsBefore;
    std::vector<models::NamedSelection> m_selectionsBefore;
    bool m_applying = false;
    /// Decisions of the project being opened; they are set once what they speak about is there.
    std::optional<ProjectFile> m_pending;
};

} // namespace lpntk::gui
