#include "action_registry.h"

#include <QWidget>

namespace lpntk::gui {

ActionRegistry::ActionRegistry(QWidget* host, QObject* parent) : QObject(parent), m_host(host) {}

QAction* ActionRegistry::add(const QString& topic, const char* name, const QString& text, const QList<QKeySequence>& keys,
                             std::function<void()> run) {
    auto* action = new QAction(text, this);
    action->setShortcuts(keys);
    connect(action, &QAction::triggered, this, [run = std::move(run)] { run(); });
    return adopt(topic, name, action);
}

QAction* ActionRegistry::adopt(const QString& topic, const char* name, QAction* action) {
    action->setObjectName(QString::fromLatin1(name));
    m_host->addAction(action);
    m_entries.push_back({action, topic});
    return action;
}

QAction* ActionRegistry::find(const char* name) const {
    for (const Entry& entry : m_entries)
        if (entry.action->objectName() == QLatin1String(name))
            return entry.action;
    Q_ASSERT_X(false, "ActionRegistry::find", name);
    return nullptr;
}

QString plainText(const QAction& action) {
    QString text = action.text();
    text.remove(QLatin1Char('&'));
    text.remove(QChar(0x2026));
    return text;
}

} // namespace lpntk::gui
