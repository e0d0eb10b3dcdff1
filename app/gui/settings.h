#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QSettings>
#include <QString>

#include <cstdint>
#include <vector>

namespace lpntk::gui {

/// A project that was open lately, with what the start page shows of it.
struct RecentProject {
    QString path;
    QString name;
    qint64 samples = 0;
    QDateTime time;
    QString picture;   ///< file with the small picture of its kernel, may be missing
};

/// What the program remembers between starts. One object per window; a quiet one (screenshots) reads, never writes.
class Settings {
public:
    enum class Colours { system, dark, light };

    explicit Settings(bool quiet = false) : m_quiet(quiet) {}

    Colours colours() const;
    void setColours(Colours colours);
    double textScale() const;
    void setTextScale(double scale);

    QByteArray geometry() const;
    void setGeometry(const QByteArray& geometry);
    QByteArray windowState() const;
    void setWindowState(const QByteArray& state);

    std::int64_t memoryBudget() const; ///< bytes that kernel jobs may hold
    void setMemoryBudget(std::int64_t bytes);

    /// Latest first.
    std::vector<RecentProject> recent() const;
    void addRecent(const RecentProject& project);
    void removeRecent(const QString& path);

    /// Folder that the user last opened or saved in for a purpose ("data", "run").
    QString lastFolder(const char* purpose) const;
    void setLastFolder(const char* purpose, const QString& folder);

private:
    void write(const QString& key, const QVariant& value);
    void writeRecent(const std::vector<RecentProject>& list);
    QSettings m_store;
    bool m_quiet = false;
};

} // namespace lpntk::gui
