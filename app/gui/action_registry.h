#pragma once

#include <QAction>
#include <QKeySequence>
#include <QObject>
#include <QString>

#include <functional>
#include <vector>

namespace lpntk::gui {

/// Every command of the window under one roof: the menus show them, the palette finds them, F1 lists their keys. Owned
/// by the window; handlers add to it once when they are made.
class ActionRegistry : public QObject {
    Q_OBJECT
public:
    struct Entry {
        QAction* action = nullptr;
        QString topic; ///< menu it stands in, translated
    };

    /// `host`: the window whose shortcuts these are.
    explicit ActionRegistry(QWidget* host, QObject* parent = nullptr);

    /// `name` is the object name ("file.openData"); `run` is called when the action is triggered and enabled.
    QAction* add(const QString& topic, const char* name, const QString& text, const QList<QKeySequence>& keys,
                 std::function<void()> run);
    /// An action made elsewhere (undo, dock toggles).
    QAction* adopt(const QString& topic, const char* name, QAction* action);
    /// A missing name is our own bug (assert).
    QAction* find(const char* name) const;
    const std::vector<Entry>& entries() const { return m_entries; }

private:
    QWidget* m_host = nullptr;
    std::vector<Entry> m_entries;
};

/// The words of an action without mnemonic and ellipsis.
QString plainText(const QAction& action);

} // namespace lpntk::gui
