#include "layout_actions.h"

#include <QInputDialog>
#include <QMenu>

#include <algorithm>

namespace lpntk::gui {

LayoutActions::LayoutActions(Window window, Settings& settings, ActionRegistry& actions, QMenu& menu, QWidget* parent)
    : QObject(parent), m_layout(std::move(window)), m_settings(settings), m_actions(actions), m_window(parent) {
    menu.addSeparator();
    QMenu* layouts = menu.addMenu(tr("&Layouts"));
    layouts->setObjectName(QStringLiteral("layoutsMenu"));
    connect(layouts, &QMenu::aboutToShow, this, [this, layouts] { fill(*layouts); });
    menu.addAction(m_actions.add(tr("Window"), "window.saveLayout", tr("&Save the layout…"), {}, [this] { save(); }));
    QMenu* remove = menu.addMenu(tr("&Remove a layout"));
    connect(remove, &QMenu::aboutToShow, this, [this, remove] { fillRemove(*remove); });
    menu.addAction(m_actions.add(tr("Window"), "window.standardLayout", tr("S&tandard layout"), {},
                                 [this] { m_layout.apply(m_layout.standard); }));
}

void LayoutActions::fill(QMenu& menu) {
    menu.clear();
    for (const NamedLayout& layout : m_settings.layouts())
        menu.addAction(layout.name, this, [this, chosen = layout.layout] { m_layout.apply(chosen); });
    if (menu.isEmpty())
        menu.addAction(tr("No saved layouts"))->setEnabled(false);
}

void LayoutActions::fillRemove(QMenu& menu) {
    menu.clear();
    for (const NamedLayout& layout : m_settings.layouts())
        menu.addAction(layout.name, this, [this, name = layout.name] {
            auto layouts = m_settings.layouts();
            std::erase_if(layouts, [&](const NamedLayout& other) { return other.name == name; });
            m_settings.setLayouts(layouts);
        });
    if (menu.isEmpty())
        menu.addAction(tr("No saved layouts"))->setEnabled(false);
}

void LayoutActions::save() {
    auto* dialog = new QInputDialog(m_window);
    dialog->setObjectName(QStringLiteral("layoutName"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Save the layout"));
    dialog->setLabelText(tr("Name of the layout; one of the same name is replaced"));
    dialog->setTextValue(tr("Layout %1").arg(m_settings.layouts().size() + 1));
    connect(dialog, &QInputDialog::textValueSelected, this, [this, layout = m_layout.take()](const QString& text) {
        const QString name = text.trimmed();
        if (name.isEmpty())
            return;
        auto layouts = m_settings.layouts();
        const auto same =
            std::find_if(layouts.begin(), layouts.end(), [&](const NamedLayout& other) { return other.name == name; });
        if (same == layouts.end())
            layouts.push_back({name, layout});
        else
            same->layout = layout;
        m_settings.setLayouts(layouts);
    });
    dialog->open();
}

} // namespace lpntk::gui
