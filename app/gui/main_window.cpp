#include "main_window.h"

#include "command_palette.h"
#include "edit_actions.h"
#include "figure_actions.h"
#include "file_actions.h"
#include "filter_bar.h"
#include "help_actions.h"
#include "jobs_dock.h"
#include "layout_actions.h"
#include "notifier.h"
#include "project_dock.h"
#include "run_actions.h"
#include "settings_dialog.h"
#include "small_widgets.h"
#include "start_page.h"
#include "status_line.h"
#include "tag_actions.h"
#include "view_actions.h"
#include "view_area.h"

#include <widgets/models/selection_model.h>
#include <widgets/models/theme.h>

#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QScreen>
#include <QStackedWidget>

#include <algorithm>

// The help pages live in a static library, whose initialisers nobody calls; must stand outside any namespace.
static void initialiseHelp() {
    Q_INIT_RESOURCE(help);
}

namespace lpntk::gui {

using models::Change;
using models::theme;

namespace {

/// Below these widths the docks start hidden; larger text needs more.
constexpr int kInspectorFrom = 1280;
constexpr int kProjectFrom = 1000;
constexpr int kBeside = 640; ///< what a second view takes
constexpr int kLayoutVersion = 1;

/// Asks for its least: a narrower window takes room from the views, which can give some, and not from the docks.
class Pages : public QStackedWidget {
public:
    using QStackedWidget::QStackedWidget;
    QSize sizeHint() const override { return minimumSizeHint(); }
};

} // namespace

MainWindow::MainWindow(bool quiet, QWidget* parent)
    : QMainWindow(parent), m_settings(quiet), m_quiet(quiet), m_session(std::make_unique<models::Session>()) {
    initialiseHelp();
    setObjectName(QStringLiteral("mainWindow"));
    setAcceptDrops(true);
    setDockNestingEnabled(false);
    setContextMenuPolicy(Qt::NoContextMenu);
    setMinimumSize(640, 480);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    m_project = new ProjectController(*m_session, m_settings, this);
    m_actions = new ActionRegistry(this, this);
    m_views = new ViewArea(*m_session, this);
    m_filter = new FilterBar(*m_session, m_settings, this, m_views);
    m_views->setBar(m_filter);
    makeMenus();
    makePages();
    setStatusBar(new StatusLine(*m_session, m_settings, this));
    new Notifier(m_session->jobs(), *this);
    connectParts();
    restoreLayout();
    refreshPage();
    refreshTitle();
}

MainWindow::~MainWindow() {
    // Views and handlers listen to the session, so they go first; its jobs are joined when it goes.
    m_session->jobs().cancelAll();
    m_session->disconnect();
    m_session->jobs().disconnect();
    m_session->selection().disconnect();
    delete takeCentralWidget();
    qDeleteAll(findChildren<QDockWidget*>(Qt::FindDirectChildrenOnly));
}

void MainWindow::makeMenus() {
    QMenuBar* bar = menuBar();
    bar->setNativeMenuBar(false);
    keepRowHeight(*bar, "menuBar");
    QMenu* file = bar->addMenu(tr("&File"));
    QMenu* edit = bar->addMenu(tr("&Edit"));
    QMenu* view = bar->addMenu(tr("&View"));
    QMenu* select = bar->addMenu(tr("&Select"));
    QMenu* run = bar->addMenu(tr("&Run"));
    QMenu* window = bar->addMenu(tr("&Window"));
    QMenu* help = bar->addMenu(tr("&Help"));
    m_file = new FileActions(*m_session, *m_project, m_settings, *m_actions, *file, this);
    new EditActions(*m_session, *m_filter, *m_actions, *edit, *select, this);
    m_tags = new TagActions(*m_session, *m_actions, *edit, this);
    auto* runActions = new RunActions(*m_session, m_settings, *m_actions, *run, this);
    connect(m_views, &ViewArea::computeRequested, runActions, &RunActions::compute);
    connect(m_session.get(), &models::Session::kernelRequested, runActions, &RunActions::compute);
    makeDocks();
    new ViewActions(*m_views, {m_projectDock, m_inspectorDock}, m_settings, *m_actions, *view, *window, this);
    new FigureActions(*m_session, *m_views, *m_inspector.widget, m_settings, *m_actions, *file, *edit, this);
    QAction* jobs = m_actions->add(tr("Window"), "window.issues", tr("I&ssues"), {QKeySequence(Qt::Key_F8)}, [this] { m_jobsDock->showIssues(); });
    window->addAction(jobs);
    new LayoutActions(
        {[this] { return takeLayout(); }, [this](const ProjectLayout& layout) { arrange(layout); }, takeLayout()},
        m_settings, *m_actions, *window, this);
    new HelpActions(*m_actions, *help, this);
    edit->addSeparator();
    edit->addAction(m_actions->add(tr("Edit"), "edit.search", tr("&Search"), {QKeySequence(QStringLiteral("Ctrl+K"))}, [this] { m_palette->open(); }));
    edit->addSeparator();
    edit->addAction(m_actions->add(tr("Edit"), "edit.settings", tr("Se&ttings…"), {QKeySequence(QStringLiteral("Ctrl+,"))},
                                   [this] { (new SettingsDialog(m_settings, this))->open(); }));
    makeCorner();
}

void MainWindow::makeCorner() {
    auto* corner = new QWidget(menuBar());
    auto* row = new QHBoxLayout(corner);
    row->setContentsMargins(0, 0, 8, 1);
    // The menu bar does not ask again when its corner grows, so the corner is as high as the bar.
    keepRowHeight(*corner, "menuBar");
    row->setSpacing(2);
    for (const char* name : {"edit.undo", "edit.redo"}) {
        QAction* action = m_actions->find(name);
        auto* button = makeIconButton(QString::fromLatin1(name).mid(5), plainText(*action), corner);
        button->setEnabled(action->isEnabled());
        connect(action, &QAction::changed, button, [button, action] {
            button->setEnabled(action->isEnabled());
            button->setToolTip(plainText(*action));
            button->setAccessibleName(plainText(*action));
        });
        connect(button, &QToolButton::clicked, action, &QAction::trigger);
        row->addWidget(button);
    }
    row->addSpacing(8);
    m_palette = new CommandPalette(*m_session, *m_actions, this);
    row->addWidget(m_palette);
    menuBar()->setCornerWidget(corner);
    m_title = makeLabel({}, "text2", menuBar());
    m_title->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_title->setAlignment(Qt::AlignCenter);
}

void MainWindow::makeDocks() {
    m_projectDock = new ProjectDock(*m_session, *m_tags, *m_actions, this);
    m_projectDock->filterOfSelection = [this] { return m_filter->filterOfSelection(); };
    connect(m_projectDock, &ProjectDock::filterRequested, m_filter, &FilterBar::openWith);
    addDockWidget(Qt::LeftDockWidgetArea, m_projectDock);
    m_inspectorDock = new QDockWidget(tr("Inspector"), this);
    m_inspectorDock->setObjectName(QStringLiteral("inspectorDock"));
    m_inspectorDock->setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetClosable);
    auto* title = new DockTitle(tr("Inspector"), m_inspectorDock);
    auto* back = makeIconButton(QStringLiteral("back"), tr("The sample before"), title);
    auto* forward = makeIconButton(QStringLiteral("forward"), tr("The sample after"), title);
    title->addButton(back);
    title->addButton(forward);
    models::SelectionModel& selection = m_session->selection();
    connect(back, &QToolButton::clicked, this, [this] { m_session->selection().goBack(this); });
    connect(forward, &QToolButton::clicked, this, [this] { m_session->selection().goForward(this); });
    const auto refresh = [this, back, forward] {
        back->setEnabled(m_session->selection().canGoBack());
        forward->setEnabled(m_session->selection().canGoForward());
    };
    connect(&selection, &models::SelectionModel::currentChanged, back, refresh);
    refresh();
    m_inspectorDock->setTitleBarWidget(title);
    m_inspector = makeInspector(*m_session, m_inspectorDock, [this] { Q_EMIT progressed(); });
    m_inspector.widget->setObjectName(QStringLiteral("view.inspector"));
    m_inspectorDock->setWidget(m_inspector.widget);
    addDockWidget(Qt::RightDockWidgetArea, m_inspectorDock);
    m_jobsDock = new JobsDock(*m_session, this);
    addDockWidget(Qt::BottomDockWidgetArea, m_jobsDock);
    resizeDocks({m_projectDock, m_inspectorDock}, {theme().dock("project"), theme().dock("inspector")}, Qt::Horizontal);
}

void MainWindow::makePages() {
    m_pages = new Pages(this);
    m_start = new StartPage(*m_actions, m_settings, m_pages);
    m_pages->addWidget(m_start);
    m_pages->addWidget(m_views);
    setCentralWidget(m_pages);
}

void MainWindow::connectParts() {
    connect(m_session.get(), &models::Session::changed, this, [this](models::Changes what) {
        if (what & (Change::data | Change::run | Change::networks))
            refreshPage();
        Q_EMIT progressed();
    });
    connect(&m_session->jobs(), &models::JobRunner::jobsChanged, this, &MainWindow::progressed);
    connect(&m_session->jobs(), &models::JobRunner::finished, this, &MainWindow::progressed);
    connect(&m_session->jobs(), &models::JobRunner::jobsChanged, this, &MainWindow::refreshPage);
    connect(m_project, &ProjectController::changed, this, &MainWindow::refreshTitle);
    connect(&m_settings, &Settings::textScaleChanged, this, [this] {
        m_fittedWidth = 0;
        fitDocks();
    });
    connect(m_project, &ProjectController::layoutRead, this, &MainWindow::applyLayout);
    m_project->takeLayout = [this] { return takeLayout(); };
    connect(m_start, &StartPage::projectChosen, m_project, &ProjectController::open);
    connect(m_start, &StartPage::recoverRequested, m_project, &ProjectController::recover);
    connect(m_start, &StartPage::discardRequested, m_project, &ProjectController::discardUnsaved);
    connect(m_project, &ProjectController::unsavedFound, m_start, &StartPage::showUnsaved);
    if (!m_quiet)
        m_project->findUnsaved();
    connect(m_start, &StartPage::locateRequested, this, [this](const QString& path) { m_file->locate(PathKind::project, path); });
    connect(m_project, &ProjectController::locateRequested, this, [this](const QString& path) { m_file->locate(PathKind::project, path); });
    connect(m_project, &ProjectController::saveAsRequested, m_file, &FileActions::saveAs);
    connect(m_views, &ViewArea::viewReady, this, &MainWindow::progressed);
    connect(m_views, &ViewArea::viewChanged, this, [this] {
        const bool beside = !m_views->besideView().isEmpty();
        if (beside != m_hasBeside) {
            m_hasBeside = beside;
            m_fittedWidth = 0;
            fitDocks();
        }
        m_project->touch();
        Q_EMIT progressed();
    });
    connect(m_views, &ViewArea::exportRequested, m_file, &FileActions::exportSubset);
    connect(m_views, &ViewArea::openDataRequested, m_actions->find("file.openData"), &QAction::trigger);
    connect(m_views, &ViewArea::openCheckpointRequested, m_actions->find("file.openCheckpoint"), &QAction::trigger);
    connect(static_cast<StatusLine*>(statusBar()), &StatusLine::jobsPressed, m_jobsDock, &JobsDock::open);
    // What the user hides stays hidden; what the width hides comes back with it.
    connect(m_actions->find("window.project"), &QAction::triggered, this, [this](bool shown) { m_wantProject = shown; });
    connect(m_actions->find("window.inspector"), &QAction::triggered, this, [this](bool shown) { m_wantInspector = shown; });
}

void MainWindow::refreshPage() {
    const auto& session = *m_session;
    const bool open = session.data() || session.run() || !session.checkpoints().empty() || !m_session->jobs().jobs().empty();
    QWidget* page = open ? static_cast<QWidget*>(m_views) : m_start;
    if (m_pages->currentWidget() != page)
        m_pages->setCurrentWidget(page);
    m_fittedWidth = 0;
    fitDocks();
}

void MainWindow::fitDocks() {
    const bool open = m_pages->currentWidget() == m_views;
    // Only crossing a limit changes a dock, so that one shown by hand in a narrow window stays.
    const int beside = m_views->besideView().isEmpty() ? 0 : kBeside;
    const int inspectorFrom = qRound((kInspectorFrom + beside) * theme().textScale());
    const int projectFrom = qRound((kProjectFrom + beside) * theme().textScale());
    const auto side = [&](int limit) { return width() >= limit; };
    const bool crossed = m_fittedWidth == 0 || (m_fittedWidth >= inspectorFrom) != side(inspectorFrom)
                         || (m_fittedWidth >= projectFrom) != side(projectFrom);
    if (!crossed)
        return;
    m_fittedWidth = width();
    m_projectDock->setVisible(open && m_wantProject && side(projectFrom));
    m_inspectorDock->setVisible(open && m_wantInspector && side(inspectorFrom));
    // What was squeezed until the other one was hidden gets its width back.
    if (!m_projectDock->isHidden())
        resizeDocks({m_projectDock}, {std::max(m_projectDock->width(), theme().dock("project"))}, Qt::Horizontal);
    for (const char* name : {"window.project", "window.inspector"})
        m_actions->find(name)->setEnabled(open);
}

void MainWindow::refreshTitle() {
    const QString name = m_project->name();
    const bool unsaved = m_project->isModified() && !name.isEmpty() && m_project->path().isEmpty();
    const QString shown = name + (m_project->isReadOnly() ? tr(" (read only)")
                                  : unsaved               ? tr(" (not saved)")
                                                          : QString());
    m_title->setText(name.isEmpty() ? QString() : shown);
    m_title->setGeometry(menuBar()->width() / 4, 0, menuBar()->width() / 2, menuBar()->height());
    setWindowTitle(name.isEmpty() ? tr("lpNTK Explorer") : tr("%1 - lpNTK Explorer").arg(name));
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    fitDocks();
    refreshTitle();
}

void MainWindow::openPath(const QString& path) {
    m_file->openPath(path);
}

void MainWindow::showView(const QString& name) {
    if (name == QLatin1String("inspector")) {
        m_wantInspector = true;
        m_inspectorDock->setVisible(m_pages->currentWidget() == m_views);
        m_inspector.widget->setFocus();
    } else {
        m_views->showView(name);
    }
}

bool MainWindow::isSettled() const {
    return m_session->jobs().running() == 0 && m_views->isReady() && (m_inspectorDock->isHidden() || !m_session->run() || m_inspector.isReady());
}

ProjectLayout MainWindow::takeLayout() const {
    ProjectLayout layout;
    layout.view = m_views->currentView().toStdString();
    layout.beside = m_views->besideView().toStdString();
    layout.windowState = saveState(kLayoutVersion).toBase64().toStdString();
    layout.projectDock = m_wantProject;
    layout.inspectorDock = m_wantInspector;
    layout.linked = m_views->isLinked();
    layout.currentSample = m_session->selection().current().value();
    return layout;
}

void MainWindow::applyLayout(const ProjectLayout& layout) {
    if (m_quiet)
        return; // a picture shows the view that was asked for in the standard layout
    ProjectLayout wanted = layout;
    if (!m_settings.restoresLayout())
        wanted.windowState.clear();
    arrange(wanted);
}

/// An empty window state leaves the docks where they are.
void MainWindow::arrange(const ProjectLayout& layout) {
    if (!layout.windowState.empty()) {
        restoreState(QByteArray::fromBase64(QByteArray::fromStdString(layout.windowState)), kLayoutVersion);
        m_wantProject = layout.projectDock;
        m_wantInspector = layout.inspectorDock;
    }
    m_views->showView(QString::fromStdString(layout.view));
    m_views->showBeside(QString::fromStdString(layout.beside));
    m_views->setLinked(layout.linked);
    refreshPage();
}

void MainWindow::restoreLayout() {
    constexpr QSize kUsual(1600, 1000), kFrame(16, 48);
    resize(kUsual);
    if (m_quiet)
        return;
    resize(kUsual.boundedTo(screen()->availableSize() - kFrame));
    if (m_settings.restoresLayout()) {
        restoreGeometry(m_settings.geometry());
        restoreState(m_settings.windowState(), kLayoutVersion);
    }
    m_jobsDock->hide();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (m_closing || m_session->jobs().jobs().empty()) {
        m_project->flush();
        m_settings.setGeometry(saveGeometry());
        m_settings.setWindowState(saveState(kLayoutVersion));
        m_session->jobs().cancelAll();
        return QMainWindow::closeEvent(event);
    }
    event->ignore();
    askBeforeClosing();
}

void MainWindow::askBeforeClosing() {
    if (m_stopping)
        return; // asked already
    m_stopping = true;
    auto* box = new QMessageBox(QMessageBox::Question, tr("A job is running"),
                                tr("%n jobs are running. What a kernel job has finished stays in its folder, and it can go on from there.", nullptr,
                                   static_cast<int>(m_session->jobs().jobs().size())),
                                QMessageBox::NoButton, this);
    box->setObjectName(QStringLiteral("closeQuestion"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    QAbstractButton* stop = box->addButton(tr("Stop and close"), QMessageBox::DestructiveRole);
    stop->setObjectName(QStringLiteral("stopAndClose"));
    auto* stay = box->addButton(tr("Go on working"), QMessageBox::RejectRole);
    box->setDefaultButton(stay);
    connect(box, &QMessageBox::finished, this, [this, box, stop] {
        m_stopping = false;
        if (box->clickedButton() != stop)
            return;
        m_closing = true;
        m_session->jobs().cancelAll();
        close();
    });
    box->open();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!event->mimeData()->hasUrls())
        return;
    event->acceptProposedAction();
    m_start->setDropping(true);
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) {
    m_start->setDropping(false);
}

void MainWindow::dropEvent(QDropEvent* event) {
    m_start->setDropping(false);
    for (const QUrl& url : event->mimeData()->urls()) {
        if (url.isLocalFile())
            m_file->openPath(url.toLocalFile());
        else
            m_session->addIssue(models::Issue::Severity::error, tr("%1 is not on this machine; only local files are opened.").arg(url.toDisplayString()));
    }
    event->acceptProposedAction();
}

} // namespace lpntk::gui
