#include "run_actions.h"

#include "file_actions.h"
#include "kernel_dialog.h"

#include <core/engine/engine.h>
#include <widgets/models/format.h>

#include <QMenu>

#include <algorithm>

namespace lpntk::gui {

using models::Change;

namespace {

bool allPaused(const std::vector<models::JobInfo>& jobs) {
    return !jobs.empty() && std::all_of(jobs.begin(), jobs.end(), [](const auto& job) { return job.paused || job.cancelling; });
}

} // namespace

RunActions::RunActions(models::Session& session, Settings& settings, ActionRegistry& actions, QMenu& menu, QWidget* window)
    : QObject(window), m_session(session), m_settings(settings), m_actions(actions), m_window(window) {
    const QString topic = tr("Run");
    menu.addAction(m_actions.add(topic, "run.compute", tr("&Compute a kernel…"), {QKeySequence(QStringLiteral("Ctrl+Return"))}, [this] { compute(); }));
    menu.addAction(m_actions.add(topic, "run.stop", tr("&Stop all jobs"), {QKeySequence(QStringLiteral("Ctrl+."))}, [this] {
        for (const models::JobInfo& job : m_session.jobs().jobs())
            m_session.jobs().cancel(job.ticket);
    }));
    menu.addAction(m_actions.add(topic, "run.pause", tr("&Pause all jobs"), {QKeySequence(QStringLiteral("Ctrl+Shift+P"))}, [this] { pauseOrResume(); }));
    menu.addSeparator();
    menu.addAction(m_actions.add(topic, "run.check", tr("Check the run for &damage"), {}, [this] { check(); }));
    QMenu* runs = menu.addMenu(tr("&Runs of the project"));
    connect(runs, &QMenu::aboutToShow, this, [this, runs] { fillRuns(*runs); });
    connect(&m_session, &models::Session::changed, this, [this](models::Changes what) {
        if (what & (models::Changes(Change::data) | Change::networks | Change::run))
            refresh();
    });
    connect(&m_session.jobs(), &models::JobRunner::jobsChanged, this, &RunActions::refresh);
    refresh();
}

void RunActions::refresh() {
    const bool possible = m_session.data() && m_session.currentCheckpoint() >= 0;
    QAction* compute = m_actions.find("run.compute");
    compute->setEnabled(possible);
    compute->setToolTip(possible ? tr("Shows the cost before anything runs") : tr("A kernel needs a data set and a checkpoint; open both first"));
    QAction* check = m_actions.find("run.check");
    check->setEnabled(m_session.run() != nullptr);
    check->setToolTip(tr("Reads the whole kernel and compares it with its checksums"));
    const auto jobs = m_session.jobs().jobs();
    m_actions.find("run.stop")->setEnabled(!jobs.empty());
    QAction* pause = m_actions.find("run.pause");
    pause->setEnabled(!jobs.empty());
    pause->setText(allPaused(jobs) ? tr("&Resume all jobs") : tr("&Pause all jobs"));
}

void RunActions::pauseOrResume() {
    const auto jobs = m_session.jobs().jobs();
    const bool resume = allPaused(jobs);
    for (const models::JobInfo& job : jobs) {
        if (resume)
            m_session.jobs().resume(job.ticket);
        else
            m_session.jobs().pause(job.ticket);
    }
}

void RunActions::check() {
    if (!m_session.run())
        return;
    const std::filesystem::path folder = m_session.run()->folder();
    const QString name = QString::fromStdString(folder.string());
    m_session.jobs().start<engine::StoredTiles>(
        tr("Check %1 for damage").arg(QString::fromStdString(folder.filename().string())), true, &m_session,
        [folder, threads = m_settings.threads()](const base::JobContext& context) {
            return engine::engine().checkStored(folder, threads, context);
        },
        [this, name](const engine::StoredTiles& stored) {
            using models::Issue;
            if (stored.damaged == 0)
                return m_session.addIssue(Issue::Severity::note,
                                          tr("%1: all %2 tiles of the kernel are as they were computed")
                                              .arg(name, models::format::count(stored.tiles)));
            m_session.addIssue(
                Issue::Severity::error,
                tr("%1: %2 of %3 tiles of the kernel are damaged. They can be computed again.")
                    .arg(name, models::format::count(stored.damaged), models::format::count(stored.tiles)),
                [this, name] { Q_EMIT m_session.repairRunRequested(name); }, tr("Repair"));
        });
}

void RunActions::compute() {
    if (!m_session.data() || m_session.currentCheckpoint() < 0)
        return;
    m_session.describeCheckpoint(m_session.currentCheckpoint());
    auto* dialog = new KernelDialog(m_session, m_settings, defaultRunFolder(), m_window);
    dialog->open();
}

void RunActions::fillRuns(QMenu& menu) {
    menu.clear();
    for (const auto& folder : m_session.runFolders()) {
        QAction* action = menu.addAction(QString::fromStdString(folder.filename().string()), this, [this, folder] { m_session.openRun(folder); });
        action->setCheckable(true);
        action->setChecked(m_session.run() && m_session.run()->folder() == folder);
    }
    if (menu.isEmpty())
        menu.addAction(tr("No runs yet"))->setEnabled(false);
}

} // namespace lpntk::gui
