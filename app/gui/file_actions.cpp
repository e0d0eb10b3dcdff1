#include "file_actions.h"

#include "checkpoint_dialog.h"
#include "export_dialog.h"
#include "open_dialog.h"
#include "sample_project.h"

#include <core/engine/reopen.h>
#include <widgets/models/format.h>

#include <QDir>
#include <QFileDialog>
#include <QMenu>
#include <QStandardPaths>
#include <QUndoStack>

namespace lpntk::gui {

using models::Change;

namespace {

const char* purposeOf(PathKind kind) {
    switch (kind) {
    case PathKind::project:
        return "project";
    case PathKind::run:
        return "run";
    case PathKind::weights:
        return "weights";
    default:
        return "data";
    }
}

} // namespace

QString defaultRunFolder() {
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/runs");
}

FileActions::FileActions(models::Session& session, ProjectController& project, Settings& settings, ActionRegistry& actions, QMenu& menu,
                         QWidget* window)
    : QObject(window), m_session(session), m_project(project), m_settings(settings), m_actions(actions), m_window(window) {
    addOpenActions();
    for (const char* name : {"file.openData", "file.openCheckpoint", "file.openRun", "file.openProject", "file.openSample"})
        menu.addAction(m_actions.find(name));
    m_recent = menu.addMenu(tr("Open &recent"));
    connect(m_recent, &QMenu::aboutToShow, this, &FileActions::fillRecent);
    menu.addSeparator();
    addSaveActions(menu);
    connect(&m_session, &models::Session::changed, this, [this](models::Changes what) {
        if (what & (Change::data | Change::run | Change::subset))
            refresh();
    });
    connect(&m_session, &models::Session::locateDataRequested, this, [this](const QString& source) { locate(PathKind::data, source); });
    connect(&m_session, &models::Session::locateRunRequested, this, [this](const QString& folder) { locate(PathKind::run, folder); });
    connect(&m_session, &models::Session::continueRunRequested, this,
            [this](const QString& folder) { goOnWith(folder, engine::resumeOf); });
    connect(&m_session, &models::Session::repairRunRequested, this,
            [this](const QString& folder) { goOnWith(folder, engine::repairOf); });
    connect(&m_session, &models::Session::checkpointRequested, this, &FileActions::openCheckpoint);
    refresh();
}

QString FileActions::topic() const {
    return tr("File");
}

void FileActions::addOpenActions() {
    const auto key = [](const char* keys) { return QList<QKeySequence>{QKeySequence(QString::fromLatin1(keys))}; };
    m_actions.add(topic(), "file.openData", tr("Open a &data set…"), key("Ctrl+D"), [this] { openWith(PathKind::data, {}); });
    m_actions.add(topic(), "file.openCheckpoint", tr("Open a &checkpoint…"), key("Ctrl+M"), [this] { openCheckpoint({}); });
    m_actions.add(topic(), "file.openRun", tr("Open a r&un…"), key("Ctrl+R"), [this] { openWith(PathKind::run, {}); });
    m_actions.add(topic(), "file.openProject", tr("Open a &project…"), key("Ctrl+O"), [this] { openWith(PathKind::project, {}); });
    QAction* sample = m_actions.add(topic(), "file.openSample", tr("Open the &sample project"), key("Ctrl+1"), [this] { openSample(); });
    if (!SampleProject::find()) {
        sample->setEnabled(false);
        sample->setToolTip(tr("The Fashion-MNIST images are not installed; Debian has them as dataset-fashion-mnist."));
    }
}

void FileActions::addSaveActions(QMenu& menu) {
    const auto key = [](const char* keys) { return QList<QKeySequence>{QKeySequence(QString::fromLatin1(keys))}; };
    menu.addAction(
        m_actions.add(topic(), "file.save", tr("&Save the project"), key("Ctrl+S"), [this] { m_project.save(); }));
    menu.addAction(m_actions.add(topic(), "file.saveAs", tr("Save the project &as…"), key("Ctrl+Shift+S"), [this] { saveAs(); }));
    menu.addAction(m_actions.add(topic(), "file.export", tr("&Export the kept set…"), key("Ctrl+E"), [this] { exportSubset(); }));
    menu.addSeparator();
    menu.addAction(m_actions.add(topic(), "file.close", tr("&Close the project"), key("Ctrl+W"), [this] { m_project.close(); }));
    menu.addAction(m_actions.add(topic(), "file.quit", tr("&Quit"), key("Ctrl+Q"), [this] { m_window->close(); }));
}

void FileActions::refresh() {
    const bool open = m_session.data() || m_session.run() || !m_session.checkpoints().empty();
    for (const char* name : {"file.save", "file.saveAs", "file.close"})
        m_actions.find(name)->setEnabled(open);
    QAction* exporting = m_actions.find("file.export");
    exporting->setEnabled(m_session.run() != nullptr);
    exporting->setToolTip(m_session.run() ? tr("Write the kept set into a folder") : tr("A kept set needs a run"));
}

void FileActions::openPath(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    m_session.jobs().start<PathDescription>(
        tr("Look at %1").arg(QFileInfo(path).fileName()), false, this, [absolute](const base::JobContext&) { return describe(absolute); },
        [this, absolute](const PathDescription& found) {
            if (found.problem || found.kind == PathKind::none)
                m_session.addIssue(models::Issue::Severity::error, tr("%1 cannot be opened. %2").arg(absolute, models::format::sentence(found.summary)),
                                    [this, absolute] { openWith(PathKind::data, QFileInfo(absolute).absolutePath()); });
            else
                openKind(absolute, found.kind);
        });
}

void FileActions::openKind(const QString& path, PathKind kind) {
    m_settings.setLastFolder(purposeOf(kind), QFileInfo(path).absolutePath());
    switch (kind) {
    case PathKind::project:
        return m_project.open(path);
    case PathKind::run:
        return m_session.openRun(QFileInfo(path).absoluteFilePath().toStdString());
    case PathKind::weights:
        return openCheckpoint(path);
    case PathKind::data:
        return m_session.openData(QFileInfo(path).absoluteFilePath());
    case PathKind::subset:
        m_session.addIssue(models::Issue::Severity::warning,
                           tr("%1 is an exported set. Open the run that its recipe.json names, or give it to lpntk replay.").arg(path),
                           [this, path] { openWith(PathKind::run, QFileInfo(path).absolutePath()); });
        return;
    case PathKind::none:
        return;
    }
}

void FileActions::openWith(PathKind kind, const QString& start) {
    auto* dialog = new OpenDialog(m_session, kind, start.isEmpty() ? m_settings.lastFolder(purposeOf(kind)) : start, m_window);
    connect(dialog, &OpenDialog::chosen, this, &FileActions::openKind);
    dialog->open();
}

void FileActions::openCheckpoint(const QString& path) {
    auto* dialog = new CheckpointDialog(m_session, path, m_settings.lastFolder("weights"), m_window);
    dialog->open();
}

void FileActions::locate(PathKind kind, const QString& oldPath) {
    auto* dialog = new OpenDialog(m_session, kind, QFileInfo(oldPath).absolutePath(), m_window);
    connect(dialog, &OpenDialog::chosen, this, [this, oldPath](const QString& path, PathKind found) {
        if (found == PathKind::data)
            return m_session.locateData(path);
        m_settings.removeRecent(oldPath);
        openKind(path, found);
    });
    dialog->open();
}

void FileActions::goOnWith(const QString& folder,
                           engine::KernelRequest (*request)(const std::filesystem::path&, const base::JobContext&)) {
    const std::filesystem::path path = folder.toStdString();
    m_session.jobs().start<engine::KernelRequest>(
        tr("Read what the run was begun with"), true, &m_session,
        [path, request](const base::JobContext& context) { return request(path, context); },
        [this, path](engine::KernelRequest job) {
            job.options.memoryBytes = m_settings.memoryBudget();
            job.options.threads = m_settings.threads();
            m_session.startKernel(job, path);
        });
}

void FileActions::openSample() {
    const auto sample = SampleProject::find();
    if (!sample)
        return;
    m_project.close();
    sample->open(m_session, m_settings);
}

void FileActions::saveAs() {
    const QString folder = m_settings.lastFolder("project").isEmpty() ? QDir::homePath() : m_settings.lastFolder("project");
    auto* dialog = new QFileDialog(m_window, tr("Save the project"), folder, tr("Projects (*.lpntk)"));
    dialog->setObjectName(QStringLiteral("saveDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("lpntk"));
    dialog->selectFile((m_project.name().isEmpty() ? tr("project") : m_project.name()) + QStringLiteral(".lpntk"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        m_settings.setLastFolder("project", QFileInfo(path).absolutePath());
        m_project.saveAs(path);
    });
    dialog->open();
}

void FileActions::exportSubset() {
    if (!m_session.run())
        return;
    const QString parent = m_settings.lastFolder("export").isEmpty() ? QDir::homePath() : m_settings.lastFolder("export");
    QString name = m_project.name() + QStringLiteral("-kept");
    for (int number = 2; QDir(parent).exists(name); ++number)
        name = QStringLiteral("%1-kept-%2").arg(m_project.name()).arg(number);
    auto* dialog = new ExportDialog(m_session, QDir(parent).filePath(name), m_window);
    dialog->open();
}

void FileActions::fillRecent() {
    m_recent->clear();
    for (const RecentProject& project : m_settings.recent())
        m_recent->addAction(project.name, this, [this, path = project.path] { m_project.open(path); })->setToolTip(project.path);
    if (m_recent->isEmpty())
        m_recent->addAction(tr("No recent projects"))->setEnabled(false);
}

} // namespace lpntk::gui
