#pragma once

#include "action_registry.h"

#include <widgets/models/session.h>

#include <QLineEdit>
#include <QPointer>

#include <functional>
#include <vector>

namespace lpntk::gui {

class FoundList;

/// The search field in the corner of the menu bar. Ctrl K brings it to the front; below it appear samples, views and
/// commands that match, Return takes the first or the chosen one, Escape goes back to where the keyboard was.
class CommandPalette : public QLineEdit {
    Q_OBJECT
public:
    CommandPalette(models::Session& session, ActionRegistry& actions, QWidget* window);

    void open();
    QSize sizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    struct Entry {
        QString text, detail, keys, icon;
        std::function<void()> run;
    };
    void refresh();
    void addSamples(const QString& words);
    void addClasses(const QString& words);
    void addCommands(const QString& words);
    void move(int step);
    void take();
    void leave();
    void placeList();

    models::Session& m_session;
    ActionRegistry& m_actions;
    QWidget* m_window = nullptr;
    FoundList* m_list = nullptr;
    std::vector<Entry> m_found;
    QPointer<QWidget> m_before;
};

} // namespace lpntk::gui
