#include "project_lock.h"

#include <QCoreApplication>
#include <QLockFile>

namespace lpntk::gui {

ProjectLock::ProjectLock() = default;
ProjectLock::~ProjectLock() = default;

bool ProjectLock::take(const QString& project) {
    if (m_lock && m_project == project)
        return true;
    auto lock = std::make_unique<QLockFile>(project + QStringLiteral(".lock"));
    lock->setStaleLockTime(0); // age says nothing; whether its program still runs does
    if (!lock->tryLock(0) && lock->error() == QLockFile::LockFailedError) {
        qint64 process = 0;
        QString host, program;
        lock->getLockInfo(&process, &host, &program);
        m_holder = QCoreApplication::translate("ProjectLock", "process %1 on %2").arg(process).arg(host);
        return false;
    }
    m_lock = std::move(lock);
    m_project = project;
    m_holder.clear();
    return true;
}

void ProjectLock::release() {
    m_lock.reset();
    m_project.clear();
    m_holder.clear();
}

} // namespace lpntk::gui
