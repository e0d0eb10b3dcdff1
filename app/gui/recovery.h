#pragma once

#include "project_lock.h"

#include <QDateTime>
#include <QString>

#include <cstddef>
#include <vector>

namespace lpntk::gui {

/// Work that no project file holds, left behind by a window that was closed or killed.
struct UnsavedProject {
    QString path; ///< a project file in the recovery folder
    QString name; ///< of its run or data set
    std::size_t edits = 0, selections = 0;
    QDateTime time;
};

/// Keeps what was decided without a project file: in a project of its own in the user's data folder, held by a lock
/// while its window lives, so that closing and being killed lose nothing. Owned by the ProjectController.
class Recovery {
public:
    /// Where this window's unsaved work goes; made up and held at the first call.
    QString hold();
    bool holds() const { return !m_path.isEmpty(); }
    /// Goes on with work that was left. False when another window has taken it.
    bool adopt(const QString& path);
    /// Leaves the file to be found again.
    void leave();
    /// The work is saved elsewhere or empty: deletes the file.
    void forget();

    /// What was left and no window holds, latest first, at most five. Reads the files: not for the window's thread.
    static std::vector<UnsavedProject> left();
    static void discard(const QString& path);

private:
    QString m_path;
    ProjectLock m_lock;
};

} // namespace lpntk::gui
