#pragma once

#include <QString>

#include <memory>

class QLockFile;

namespace lpntk::gui {

/// Which window may write a project file: the one that holds the lock file beside it, "NAME.lpntk.lock". A lock whose
/// program has ended is taken over. Owned by the ProjectController.
class ProjectLock {
public:
    ProjectLock();
    ~ProjectLock();

    /// Takes `project` and lets go of the former file. False, and nothing changed, when another window holds it. Where
    /// no lock can be written there is nothing to protect: the project cannot be written there either.
    bool take(const QString& project);
    void release();
    /// Who holds what take() did not get: "process 4711 on atlas".
    QString holder() const { return m_holder; }

private:
    std::unique_ptr<QLockFile> m_lock;
    QString m_project, m_holder;
};

} // namespace lpntk::gui
