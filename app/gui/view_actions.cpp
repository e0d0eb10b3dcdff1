#include "view_actions.h"

#include "view_area.h"

#include <widgets/models/theme.h>
#include <widgets/views/clusters_view.h>

#include <QActionGroup>
#include <QApplication>
#include <QDockWidget>
#include <QMenu>
#include <QPalette>

namespace lpntk::gui {

using models::theme;

namespace {

constexpr double kTextStep = 0.1;

/// Whether the desktop's own palette is dark; read before the theme replaces it.
bool desktopIsDark() {
    static const bool dark = QPalette().color(QPalette::Window).lightness() < QPalette().color(QPalette::WindowText).lightness();
    return dark;
}

} // namespace

ViewActions::ViewActions(ViewArea& views, Docks docks, Settings& settings, ActionRegistry& actions, QMenu& viewMenu, QMenu& windowMenu,
                         QWidget* window)
    : QObject(window), m_views(views), m_settings(settings), m_actions(actions), m_window(window) {
    addViews(viewMenu);
    viewMenu.addSeparator();
    addColours(viewMenu);
    addText(viewMenu);
    connect(&m_settings, &Settings::coloursChanged, this, [this] {
        applyColours(m_settings);
        refreshColours();
    });
    connect(&m_settings, &Settings::textScaleChanged, this, [this] { theme().setTextScale(m_settings.textScale()); });
    addDocks(windowMenu, docks);
    connect(&m_views, &ViewArea::viewChanged, this, &ViewActions::rememberSort);
}

void ViewActions::rememberSort() {
    auto* clusters = qobject_cast<views::ClustersView*>(m_views.currentWidget());
    if (!clusters || m_sortOf == clusters)
        return;
    m_sortOf = clusters;
    clusters->setMemberSort(views::MemberOrder::sortFromName(m_settings.memberSort()));
    connect(clusters, &views::ClustersView::memberSortChanged, this,
            [this, clusters] { m_settings.setMemberSort(views::MemberOrder::nameOf(clusters->memberSort())); });
}

void ViewActions::applyColours(const Settings& settings) {
    const bool systemDark = desktopIsDark();
    const Settings::Colours colours = settings.colours();
    theme().setDark(colours == Settings::Colours::dark || (colours == Settings::Colours::system && systemDark));
}

void ViewActions::addViews(QMenu& menu) {
    int number = 1;
    for (const ViewEntry& entry : viewTable()) {
        const QByteArray name = QByteArrayLiteral("view.") + entry.name.toLatin1();
        menu.addAction(m_actions.add(tr("View"), name.constData(), entry.title(),
                                     {QKeySequence(QStringLiteral("Alt+%1").arg(number++))}, [this, view = entry.name] {
                                         m_views.showView(view);
                                         m_views.focusView();
                                     }));
    }
    QMenu* beside = menu.addMenu(tr("Show &beside"));
    number = 1;
    for (const ViewEntry& entry : viewTable()) {
        const QByteArray name = QByteArrayLiteral("view.beside.") + entry.name.toLatin1();
        QAction* action =
            m_actions.add(tr("View"), name.constData(), tr("%1 beside").arg(entry.title()),
                          {QKeySequence(QStringLiteral("Alt+Shift+%1").arg(number++))}, [this, view = entry.name] {
                              m_views.showBeside(m_views.besideView() == view ? QString() : view);
                          });
        action->setCheckable(true);
        connect(&m_views, &ViewArea::viewChanged, action,
                [this, action, view = entry.name] { action->setChecked(m_views.besideView() == view); });
        beside->addAction(action);
    }
    menu.addSeparator();
    QAction* link = m_actions.add(tr("View"), "view.link", tr("&Follow the shared selection"), {QKeySequence(QStringLiteral("Ctrl+L"))},
                                  [this] { m_views.setLinked(!m_views.isLinked()); });
    link->setCheckable(true);
    link->setChecked(m_views.isLinked());
    connect(&m_views, &ViewArea::linkedChanged, link, &QAction::setChecked);
    menu.addAction(link);
}

void ViewActions::addColours(QMenu& menu) {
    QMenu* colours = menu.addMenu(tr("&Colours"));
    auto* group = new QActionGroup(this);
    using Colours = Settings::Colours;
    const struct { const char* name; QString words; Colours value; } choices[] = {
        {"view.dark", tr("&Dark"), Colours::dark}, {"view.light", tr("&Light"), Colours::light}, {"view.system", tr("As the &desktop"), Colours::system}};
    for (const auto& choice : choices) {
        QAction* action = m_actions.add(tr("View"), choice.name, choice.words, {}, [this, value = choice.value] {
            m_settings.setColours(value);
            applyColours(m_settings); // also where a start option had overruled the same choice
        });
        action->setCheckable(true);
        group->addAction(action);
        colours->addAction(action);
    }
    menu.addAction(m_actions.add(tr("View"), "view.toggleDark", tr("Dark or light"), {QKeySequence(QStringLiteral("Ctrl+T"))}, [this] {
        const bool dark = !theme().isDark();
        m_settings.setColours(dark ? Colours::dark : Colours::light);
        theme().setDark(dark);
    }));
    refreshColours();
}

void ViewActions::refreshColours() {
    using Colours = Settings::Colours;
    const Colours colours = m_settings.colours();
    m_actions.find(colours == Colours::dark ? "view.dark" : colours == Colours::light ? "view.light" : "view.system")->setChecked(true);
}

void ViewActions::addText(QMenu& menu) {
    menu.addAction(m_actions.add(tr("View"), "view.larger", tr("&Larger text"), {QKeySequence::ZoomIn, QKeySequence(QStringLiteral("Ctrl+="))},
                                 [this] { setTextScale(theme().textScale() + kTextStep); }));
    menu.addAction(m_actions.add(tr("View"), "view.smaller", tr("&Smaller text"), {QKeySequence::ZoomOut},
                                 [this] { setTextScale(theme().textScale() - kTextStep); }));
    menu.addAction(m_actions.add(tr("View"), "view.fullScreen", tr("F&ull screen"), {QKeySequence(Qt::Key_F11)},
                                 [this] { m_window->setWindowState(m_window->windowState() ^ Qt::WindowFullScreen); }));
}

void ViewActions::setTextScale(double scale) {
    theme().setTextScale(scale);
    m_settings.setTextScale(theme().textScale());
}

void ViewActions::addDocks(QMenu& menu, Docks docks) {
    QAction* project = docks.project->toggleViewAction();
    project->setText(tr("&Project"));
    project->setShortcut(QKeySequence(Qt::Key_F9));
    QAction* inspector = docks.inspector->toggleViewAction();
    inspector->setText(tr("&Inspector"));
    inspector->setShortcut(QKeySequence(Qt::Key_F10));
    menu.addAction(m_actions.adopt(tr("Window"), "window.project", project));
    menu.addAction(m_actions.adopt(tr("Window"), "window.inspector", inspector));
}

} // namespace lpntk::gui
