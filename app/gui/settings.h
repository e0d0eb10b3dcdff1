#pragma once

#include "project_file.h"

#include <QByteArray>
#include <QDateTime>
#include <QObject>
#include <QSettings>
#include <QString>
#include <QStringList>

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
    QString note = {}; ///< of work without a project file: what it holds, in the place of the path
};

/// An arrangement of the window that the user named.
struct NamedLayout {
    QString name;
    ProjectLayout layout; ///< without a current sample
};

/// How figures were last saved.
struct FigureChoices {
    QString ending = QStringLiteral("png");
    QString unit = QStringLiteral("shown"); ///< size: "shown", "px" (logical) or "mm"
    double width = 170, height = 110;       ///< in that unit
    double scale = 2;                       ///< dots per logical pixel
    int dotsPerInch = 300;
    QString colours = QStringLiteral("shown"); ///< "shown", "light" or "dark"
    bool toolBar = false;
    bool operator==(const FigureChoices&) const = default;
};

/// What the program remembers between starts. One object per window; a quiet one (screenshots) reads, never writes.
/// Whoever shows a value listens to its signal, so it does not matter who changed it.
class Settings : public QObject {
    Q_OBJECT
public:
    enum class Colours { system, dark, light };

    /// What the settings dialog offers, with the values of a fresh installation.
    struct Preferences {
        Colours colours = Colours::system;
        double textScale = 1;                              ///< 1 to 1.5
        bool restoreLayout = true;                         ///< size, place and docks of the last time
        int recentLimit = 8;                               ///< projects listed as recent
        std::int64_t memoryBudget = std::int64_t{4} << 30; ///< bytes that kernel jobs may hold
        int threads = 0;                                   ///< of kernel jobs, 0 = all cores
        bool operator==(const Preferences&) const = default;
    };
    static constexpr int kMostRecent = 20;

    explicit Settings(bool quiet = false, QObject* parent = nullptr) : QObject(parent), m_quiet(quiet) {}

    bool isQuiet() const { return m_quiet; }

    Preferences preferences() const;
    void setPreferences(const Preferences& values);

    Colours colours() const;
    void setColours(Colours colours);
    double textScale() const;
    void setTextScale(double scale);
    bool restoresLayout() const;
    void setRestoresLayout(bool restore);
    int recentLimit() const;
    void setRecentLimit(int limit);
    std::int64_t memoryBudget() const;
    void setMemoryBudget(std::int64_t bytes);
    int threads() const;
    void setThreads(int threads);

    QByteArray geometry() const;
    void setGeometry(const QByteArray& geometry);
    QByteArray windowState() const;
    void setWindowState(const QByteArray& state);

    /// Latest first, at most recentLimit().
    std::vector<RecentProject> recent() const;
    /// Also those that a lower limit hides now.
    std::vector<RecentProject> allRecent() const;
    void setRecent(const std::vector<RecentProject>& list);
    void addRecent(const RecentProject& project);
    void removeRecent(const QString& path);

    std::vector<NamedLayout> layouts() const;
    void setLayouts(const std::vector<NamedLayout>& layouts);
    /// What the members of clusters were last sorted by (MemberOrder::nameOf).
    QString memberSort() const;
    void setMemberSort(const QString& name);
    FigureChoices figureChoices() const;
    void setFigureChoices(const FigureChoices& choices);
    /// Filters that were applied, the latest first, each once.
    QStringList filters() const;
    void addFilter(const QString& filter);

    /// Folder that the user last opened or saved in for a purpose ("data", "run").
    QString lastFolder(const char* purpose) const;
    void setLastFolder(const char* purpose, const QString& folder);

Q_SIGNALS:
    void coloursChanged();
    void textScaleChanged();
    void recentChanged();
    void budgetChanged();

private:
    void write(const QString& key, const QVariant& value);
    QSettings m_store;
    bool m_quiet = false;
};

} // namespace lpntk::gui
