#include "recovery.h"

#include "project_file.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>
#include <QUuid>

namespace lpntk::gui {

namespace {

constexpr std::size_t kMostListed = 5;

QDir recoveryFolder() {
    QDir folder(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/recovery"));
    folder.mkpath(QStringLiteral("."));
    return folder;
}

QString nameOf(const ProjectFile& project) {
    const std::filesystem::path what =
        project.currentRun.empty() ? std::filesystem::path(project.dataSource) : project.currentRun;
    return QString::fromStdString(what.filename().string());
}

} // namespace

QString Recovery::hold() {
    if (m_path.isEmpty()) {
        const QString name = QUuid::createUuid().toString(QUuid::WithoutBraces) + QStringLiteral(".lpntk");
        m_path = recoveryFolder().filePath(name);
        m_lock.take(m_path);
    }
    return m_path;
}

bool Recovery::adopt(const QString& path) {
    leave();
    if (!m_lock.take(path))
        return false;
    m_path = path;
    return true;
}

void Recovery::leave() {
    m_lock.release();
    m_path.clear();
}

void Recovery::forget() {
    if (m_path.isEmpty())
        return;
    QFile::remove(m_path);
    leave();
}

std::vector<UnsavedProject> Recovery::left() {
    std::vector<UnsavedProject> found;
    for (const QFileInfo& file : recoveryFolder().entryInfoList({QStringLiteral("*.lpntk")}, QDir::Files, QDir::Time)) {
        ProjectLock lock;
        if (found.size() == kMostListed || !lock.take(file.absoluteFilePath()))
            continue;
        try {
            const ProjectFile project = readProjectFile(file.absoluteFilePath().toStdString());
            found.push_back({file.absoluteFilePath(), nameOf(project), project.decisions.edits().size(),
                             project.selections.size(), file.lastModified()});
        } catch (const base::Error&) {
            // Of another version of the program, which will list it.
        }
    }
    return found;
}

void Recovery::discard(const QString& path) {
    ProjectLock lock;
    if (lock.take(path))
        QFile::remove(path);
}

} // namespace lpntk::gui
