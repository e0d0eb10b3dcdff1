#pragma once

#include <widgets/models/session.h>

#include <QString>
#include <QWidget>

class QLabel;
class QLineEdit;

namespace lpntk::gui {

/// What can be opened, and how: each kind has its own way.
enum class PathKind { none, project, run, subset, weights, data };

struct PathDescription {
    PathKind kind = PathKind::none;
    QString formatName;   ///< kind as the core says it: "idx", "safetensors", "run"
    QString summary;      ///< one sentence for people; the problem when there is none
    bool problem = false;
};

/// Looks at a file or folder (data::describePath); errors become the description's sentence. For workers.
PathDescription describe(const QString& path);

/// A line for a path with buttons for the file dialogs and, below it, what was found there; found on a worker while the
/// user types.
class PathField : public QWidget {
    Q_OBJECT
public:
    enum Choice { files = 1, folders = 2 };

    PathField(models::Session& session, int choices, const QString& name, QWidget* parent);

    QString path() const;
    void setPath(const QString& path);
    /// Where the file dialogs begin.
    void setStart(const QString& folder) { m_start = folder; }
    const PathDescription& description() const { return m_description; }

Q_SIGNALS:
    void described();   ///< description() speaks of the present path

private:
    void choose(bool folder);
    void look();

    models::Session& m_session;
    QLineEdit* m_line = nullptr;
    QLabel* m_words = nullptr;
    QString m_start;
    PathDescription m_description;
};

} // namespace lpntk::gui
