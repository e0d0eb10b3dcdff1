#include "project_controller.h"

#include "kernel_picture.h"

#include <widgets/models/format.h>
#include <widgets/models/selection_model.h>

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

namespace lpntk::gui {

using models::Change;

namespace {

constexpr int kAutosaveMilliseconds = 2000;

std::string textOf(const std::filesystem::path& path) {
    return path.string();
}

/// Where the small picture of a project is kept.
QString pictureFile(const QString& projectPath) {
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::CacheLocation) + QStringLiteral("/recent");
    QDir().mkpath(folder);
    const QByteArray digest = QCryptographicHash::hash(projectPath.toUtf8(), QCryptographicHash::Sha1).toHex().left(16);
    return folder + QLatin1Char('/') + QString::fromLatin1(digest) + QStringLiteral(".png");
}

} // namespace

ProjectController::ProjectController(models::Session& session, Settings& settings, QObject* parent)
    : QObject(parent), m_session(session), m_selections(session.savedSelections()), m_settings(settings) {
    m_autosave.setSingleShot(true);
    m_autosave.setInterval(kAutosaveMilliseconds);
    connect(&m_autosave, &QTimer::timeout, this, &ProjectController::write);
    connect(&m_session, &models::Session::changed, this, &ProjectController::sessionChanged);
    connect(&m_selections, &models::SavedSelections::changed, this, &ProjectController::touch);
}

ProjectController::~ProjectController() = default;

QString ProjectController::name() const {
    if (!m_path.isEmpty())
        return QFileInfo(m_path).completeBaseName();
    if (m_session.run())
        return QString::fromStdString(m_session.run()->folder().filename().string());
    return m_session.data() ? QString::fromStdString(m_session.data()->name) : QString();
}

void ProjectController::sessionChanged(models::Changes what) {
    if (m_pending && what & (Change::run | Change::data))
        restoreDecisions();
    const models::Changes kept = Change::data | Change::networks | Change::run | Change::thresholds | Change::clustering
                                 | Change::subset | Change::decisions | Change::runs;
    if (what & kept)
        touch();
    if (what & (Change::run | Change::data))
        Q_EMIT changed();
}

void ProjectController::touch() {
    if (m_applying || m_pending)
        return;
    m_modified = true;
    if (!m_autosave.isActive())
        m_autosave.start();
    Q_EMIT changed();
}

void ProjectController::open(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    read(absolute, [this, absolute](const ProjectFile& project) { opened(absolute, project); });
}

void ProjectController::read(const QString& path, std::function<void(const ProjectFile&)> done) {
    m_session.jobs().start<ProjectFile>(
        tr("Open %1").arg(QFileInfo(path).fileName()), false, this,
        [file = std::filesystem::path(path.toStdString())](const base::JobContext&) { return readProjectFile(file); },
        [done = std::move(done)](const ProjectFile& project) { done(project); },
        [this, path](const QString& sentence) {
            m_session.addIssue(
                models::Issue::Severity::error,
                tr("The project was not opened. %1").arg(models::format::sentence(sentence)),
                [this, path] { Q_EMIT locateRequested(path); }, tr("Locate…"));
        });
}

void ProjectController::opened(const QString& path, const ProjectFile& project) {
    flush();
    m_recovery.leave();
    m_readOnly = !m_lock.take(path);
    const QString holder = m_lock.holder();
    if (m_readOnly)
        m_lock.release(); // of the project before
    m_path = path;
    m_editsBefore = project.decisions.edits();
    m_selectionsBefore = project.selections;
    apply(project);
    if (m_readOnly)
        m_session.addIssue(
            models::Issue::Severity::warning,
            tr("%1 is open in another window (%2), which saves it. What you change here is kept, but "
               "not in the project: save it under another name, or close the other window and open it again.")
                .arg(QFileInfo(path).fileName(), holder),
            [this] { Q_EMIT saveAsRequested(); });
}

void ProjectController::recover(const QString& path) {
    read(path, [this, path](const ProjectFile& project) {
        flush();
        forgetPath();
        if (!m_recovery.adopt(path)) {
            m_session.addIssue(models::Issue::Severity::warning,
                               tr("Another window has opened this unsaved work already."));
            return;
        }
        apply(project);
        m_modified = true;
        Q_EMIT changed();
    });
}

void ProjectController::discardUnsaved(const QString& path) {
    Recovery::discard(path);
    findUnsaved();
}

void ProjectController::findUnsaved() {
    using Found = std::vector<UnsavedProject>;
    m_session.jobs().ask<Found>(
        "project.unsaved", this, [](const base::JobContext&) { return Recovery::left(); },
        [this](const Found& found) { Q_EMIT unsavedFound(found); });
}

void ProjectController::forgetPath() {
    m_recovery.leave();
    m_lock.release();
    m_path.clear();
    m_readOnly = false;
    m_editsBefore.clear();
    m_selectionsBefore.clear();
}

void ProjectController::apply(const ProjectFile& project) {
    m_applying = true;
    m_autosave.stop();
    m_session.closeAll();
    m_session.setThresholds(project.thresholds);
    m_session.setMode(project.mode);
    m_session.setClusterRatio(project.clusterRatio);
    m_session.setPruneOptions(project.prune);
    m_selections.reset(project.selections);
    m_pending = project;
    if (!project.dataSource.empty())
        m_session.openData(QString::fromStdString(project.dataSource));
    for (const ProjectCheckpoint& checkpoint : project.checkpoints)
        m_session.openCheckpoint({checkpoint.model, checkpoint.weights, checkpoint.seed}, checkpoint.preprocessing);
    for (const auto& run : project.runs)
        if (run != project.currentRun)
            m_session.noteRun(run);
    if (!project.currentRun.empty())
        m_session.openRun(project.currentRun);
    m_applying = false;
    m_modified = false;
    if (project.dataSource.empty() && project.currentRun.empty())
        restoreDecisions();
    remember();
    Q_EMIT changed();
    Q_EMIT layoutRead(project.layout);
}

void ProjectController::restoreDecisions() {
    // The run's arrival is waited for where there is one: opening it may begin a new list of decisions.
    if (!m_pending || (!m_pending->currentRun.empty() && !m_session.run()))
        return;
    const ProjectFile project = std::move(*m_pending);
    m_pending.reset();
    m_applying = true;
    m_session.setDecisions(project.decisions);
    m_session.setThresholds(project.thresholds);
    m_session.setMode(project.mode);
    m_session.setClusterRatio(project.clusterRatio);
    m_session.setPruneOptions(project.prune);
    if (project.layout.currentSample >= 0)
        m_session.selection().click(base::SampleId(project.layout.currentSample), false, this);
    m_applying = false;
    remember();
}

void ProjectController::close() {
    flush();
    m_applying = true;
    m_pending.reset();
    m_session.closeAll();
    m_selections.reset({});
    m_applying = false;
    m_autosave.stop();
    forgetPath();
    m_modified = false;
    findUnsaved();
    Q_EMIT changed();
}

QString ProjectController::target() {
    if (!m_path.isEmpty() && !m_readOnly)
        return m_path;
    const bool worth = m_session.decisions().edits() != m_editsBefore || m_selections.all() != m_selectionsBefore;
    if (worth && !m_settings.isQuiet())
        return m_recovery.hold();
    m_recovery.forget(); // everything was taken back
    return {};
}

ProjectFile ProjectController::snapshot() const {
    ProjectFile project;
    const auto data = m_session.data();
    if (data)
        project.dataSource = data->kind.empty() ? textOf(data->path) : data->kind + ":" + textOf(data->path);
    for (std::size_t i = 0; i < m_session.checkpoints().size(); ++i) {
        const models::Checkpoint& checkpoint = m_session.checkpoints()[i];
        if (checkpoint.listed)
            continue; // comes back with its run
        if (static_cast<int>(i) == m_session.currentCheckpoint())
            project.currentCheckpoint = static_cast<int>(project.checkpoints.size());
        project.checkpoints.push_back({checkpoint.spec.model, checkpoint.spec.weights, checkpoint.spec.seed, checkpoint.name.toStdString(),
                                       checkpoint.accuracy, checkpoint.preprocessing});
    }
    project.runs = m_session.runFolders();
    if (m_session.run())
        project.currentRun = m_session.run()->folder();
    project.decisions = m_session.decisions();
    project.thresholds = m_session.thresholds();
    project.mode = m_session.mode();
    project.clusterRatio = m_session.clusterRatio();
    project.prune = m_session.pruneOptions();
    project.selections = m_selections.all();
    if (takeLayout)
        project.layout = takeLayout();
    return project;
}

void ProjectController::saveAs(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    if (!m_lock.take(absolute)) {
        m_session.addIssue(
            models::Issue::Severity::error,
            tr("The project was not saved. %1 is open in another window (%2); choose another name.")
                .arg(QFileInfo(path).fileName(), m_lock.holder()),
            [this] { Q_EMIT saveAsRequested(); }, tr("Save as…"));
        return;
    }
    m_path = absolute;
    m_readOnly = false;
    m_modified = true;
    write();
    Q_EMIT changed();
}

void ProjectController::save() {
    if (m_path.isEmpty() || m_readOnly)
        Q_EMIT saveAsRequested();
    else
        write();
}

void ProjectController::flush() {
    if ((!m_modified && !m_writing) || m_pending)
        return;
    m_autosave.stop();
    const QString file = target();
    if (file.isEmpty())
        return;
    try {
        m_writer->write(m_writer->next(), file.toStdString(), snapshot());
        written({});
    } catch (const base::Error& problem) {
        written(QString::fromUtf8(problem.what()));
    }
}

void ProjectController::write() {
    m_autosave.stop();
    // What is still being opened is not yet in the session; writing now would lose it.
    const QString file = m_pending ? QString() : target();
    if (file.isEmpty())
        return;
    m_modified = false;
    m_writing = true;
    m_session.jobs().ask<bool>(
        "project.write", this,
        [writer = m_writer, turn = m_writer->next(), file = std::filesystem::path(file.toStdString()),
         project = snapshot()](const base::JobContext&) { return writer->write(turn, file, project); },
        [this](bool wrote) {
            if (wrote)
                written({});
        },
        [this](const QString& problem) { written(problem); });
}

void ProjectController::written(const QString& problem) {
    m_writing = false;
    if (problem.isEmpty()) {
        m_modified = m_autosave.isActive();
        if (!m_path.isEmpty() && !m_readOnly)
            m_recovery.forget();
        remember();
    } else {
        m_modified = true;
        m_session.addIssue(
            models::Issue::Severity::error, tr("The project was not saved. %1").arg(models::format::sentence(problem)),
            [this] { Q_EMIT saveAsRequested(); }, tr("Save as…"));
    }
    Q_EMIT changed();
}

void ProjectController::remember() {
    if (m_path.isEmpty() || m_settings.recentLimit() == 0)
        return;
    RecentProject recent{m_path, name(), 0, QDateTime::currentDateTime(), pictureFile(m_path)};
    if (const auto run = m_session.run()) {
        recent.samples = run->rows();
        kernelPicture(*run, 88).save(recent.picture);
    } else if (const auto data = m_session.data(); data && !data->splits.empty()) {
        recent.samples = data->splits.front().count();
    }
    m_settings.addRecent(recent);
}

} // namespace lpntk::gui
