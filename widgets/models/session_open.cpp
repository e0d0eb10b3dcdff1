// What is open: data set, networks and the current run.
#include <widgets/models/session.h>

#include <widgets/models/format.h>
#include <widgets/models/thumbnail_cache.h>

#include <core/base/files.h>
#include <core/engine/reopen.h>

#include <QUndoStack>

#include <algorithm>
#include <utility>

namespace lpntk::models {

namespace {

QString pathText(const std::filesystem::path& path) {
    return QString::fromStdString(path.string());
}

const data::Split* splitOr(const data::Dataset& dataset, const std::string& name) {
    for (const auto& split : dataset.splits)
        if (split.name == name)
            return &split;
    return dataset.splits.empty() ? nullptr : &dataset.splits.front();
}

/// Accuracy is told on the split that was not trained on, where there is one.
std::string testSplit(const data::Dataset& dataset) {
    const data::Split* split = splitOr(dataset, "test");
    return split ? split->name : std::string();
}

struct Described {
    engine::NetworkInfo info;
    engine::Evaluation evaluation;
};

Described describeOne(const engine::NetworkSpec& spec, const std::optional<data::Preprocessing>& chosen,
                      const std::shared_ptr<const data::Dataset>& dataset, const base::JobContext& context) {
    const std::string split = testSplit(*dataset);
    const auto preprocessing = chosen ? *chosen : data::defaultPreprocessing(*dataset);
    Described result;
    result.info = engine::engine().describe(spec, data::inputShape(dataset->split(split), preprocessing), dataset->classes(), context);
    engine::EvaluateRequest request;
    request.network = spec;
    request.data = dataset;
    request.split = split;
    request.preprocessing = preprocessing;
    result.evaluation = engine::engine().evaluate(request, context);
    return result;
}

QString nameOf(const engine::NetworkSpec& spec) {
    return spec.weights.empty() ? QString::fromStdString(spec.model) : pathText(spec.weights.stem());
}

bool sameSpec(const engine::NetworkSpec& a, const engine::NetworkSpec& b) {
    return a.model == b.model && a.weights == b.weights && a.seed == b.seed;
}

bool sameFile(const std::filesystem::path& a, const std::filesystem::path& b) {
    std::error_code problem;
    return a == b || std::filesystem::equivalent(a, b, problem);
}

} // namespace

// --- data -----------------------------------------------------------------------------------------------------------

void Session::openData(const QString& source) {
    m_jobs->cancel(m_dataTicket);
    using Result = std::shared_ptr<const data::Dataset>;
    m_dataTicket = m_jobs->start<Result>(
        tr("Open data set"), true, this,
        [source](const base::JobContext& context) { return data::loadDataset(source.toStdString(), {}, context); },
        [this, source](Result data) { dataOpened(std::move(data), source); },
        [this, source](const QString& sentence) {
            addIssue(
                Issue::Severity::error, sentence, [this, source] { Q_EMIT locateDataRequested(source); },
                tr("Locate…"));
        });
}

void Session::dataOpened(std::shared_ptr<const data::Dataset> data, const QString& source) {
    m_data = std::move(data);
    m_dataSource = source;
    if (!m_run && m_data)
        if (const data::Split* split = splitOr(*m_data, "train"))
            m_split = QString::fromStdString(split->name);
    m_thumbnails->setSource(m_data, m_split.toStdString());
    compareDataWithRun();
    emitLater(Change::data);
    describeCheckpoints();
}

void Session::openDataOfRun() {
    const QString source = QString::fromStdString(m_run->manifest().dataSource);
    if (m_data && (m_dataSource == source || m_data->name == m_run->manifest().dataName)) {
        m_thumbnails->setSource(m_data, m_split.toStdString());
        compareDataWithRun();
        return;
    }
    m_jobs->cancel(m_dataTicket);
    using Result = std::shared_ptr<const data::Dataset>;
    m_dataTicket = m_jobs->start<Result>(
        tr("Open data set"), true, this,
        [source](const base::JobContext& context) { return data::loadDataset(source.toStdString(), {}, context); },
        [this, source](Result data) { dataOpened(std::move(data), source); },
        [this, source](const QString& sentence) {
            addIssue(
                Issue::Severity::warning,
                tr("The data set of the run cannot be opened, so its pictures are missing. %1 Locate the data set to "
                   "see them.")
                    .arg(format::sentence(sentence)),
                [this, source] { Q_EMIT locateDataRequested(source); }, tr("Locate…"));
        });
}

void Session::compareDataWithRun() {
    if (!m_data || !m_run)
        return;
    const QString source = m_dataSource;
    const auto jump = [this, source] { Q_EMIT locateDataRequested(source); };
    const auto found = std::find_if(m_data->splits.begin(), m_data->splits.end(),
                                    [&](const data::Split& split) { return split.name == m_split.toStdString(); });
    if (found == m_data->splits.end()) {
        addIssue(Issue::Severity::warning,
                 tr("The data set \"%1\" has no split \"%2\", which the run was made from. Locate the right data set.")
                     .arg(QString::fromStdString(m_data->name), m_split),
                 jump, tr("Locate…"));
        return;
    }
    const auto samples = m_run->samples();
    const auto labels = m_run->labels();
    for (std::size_t row = 0; row < samples.size(); ++row) {
        const bool there = samples[row] < found->count();
        if (there && found->labels[static_cast<std::size_t>(samples[row])] == labels[row])
            continue;
        addIssue(Issue::Severity::warning,
                 tr("The data set \"%1\" does not belong to the run: sample #%2 %3. Locate the right data set.")
                     .arg(QString::fromStdString(m_data->name))
                     .arg(samples[row])
                     .arg(there ? tr("has another label there") : tr("does not exist there")),
                 jump, tr("Locate…"));
        return;
    }
}

// --- networks -------------------------------------------------------------------------------------------------------

void Session::openCheckpoint(const engine::NetworkSpec& spec, const std::optional<data::Preprocessing>& preprocessing) {
    // The same network may stand there by the name of a run; now it is the user's.
    std::erase_if(m_checkpoints, [&](const Checkpoint& checkpoint) {
        return checkpoint.listed && (sameSpec(checkpoint.spec, spec) || (!spec.weights.empty() && sameFile(checkpoint.spec.weights, spec.weights)));
    });
    m_currentCheckpoint = std::min(m_currentCheckpoint, static_cast<int>(m_checkpoints.size()) - 1);
    const auto known = std::find_if(m_checkpoints.begin(), m_checkpoints.end(),
                                    [&](const Checkpoint& checkpoint) { return sameSpec(checkpoint.spec, spec); });
    if (known != m_checkpoints.end()) {
        setCurrentCheckpoint(static_cast<int>(known - m_checkpoints.begin()));
        return;
    }
    m_checkpoints.push_back({spec, nameOf(spec), std::nullopt, std::nullopt, preprocessing});
    m_currentCheckpoint = static_cast<int>(m_checkpoints.size()) - 1;
    emitLater(Change::networks);
    describeCheckpoints();
}

void Session::describeCheckpoints() {
    if (!m_data)
        return; // described when a data set says how many classes and pixels there are
    for (const Checkpoint& checkpoint : m_checkpoints) {
        if (checkpoint.info || checkpoint.listed)
            continue;
        m_jobs->start<Described>(
            tr("Check %1").arg(checkpoint.name), true, this,
            [spec = checkpoint.spec, chosen = checkpoint.preprocessing, dataset = m_data](const base::JobContext& context) {
                return describeOne(spec, chosen, dataset, context);
            },
            [this, spec = checkpoint.spec](const Described& described) {
                for (Checkpoint& candidate : m_checkpoints) {
                    if (!sameSpec(candidate.spec, spec))
                        continue;
                    candidate.info = described.info;
                    candidate.accuracy = described.evaluation.accuracy;
                }
                if (!described.evaluation.warning.empty())
                    addIssue(Issue::Severity::warning, nameOf(spec) + QStringLiteral(": ") + QString::fromStdString(described.evaluation.warning));
                emitLater(Change::networks);
            },
            [this, spec = checkpoint.spec](const QString& sentence) {
                std::erase_if(m_checkpoints, [&](const Checkpoint& candidate) { return sameSpec(candidate.spec, spec); });
                m_currentCheckpoint = std::min(m_currentCheckpoint, static_cast<int>(m_checkpoints.size()) - 1);
                addIssue(Issue::Severity::error, sentence, [this, spec] { Q_EMIT checkpointRequested(pathText(spec.weights)); });
                emitLater(Change::networks);
            });
    }
}

void Session::describeCheckpoint(int index) {
    if (index < 0 || index >= static_cast<int>(m_checkpoints.size()) || !std::exchange(m_checkpoints[static_cast<std::size_t>(index)].listed, false))
        return;
    describeCheckpoints();
}

/// So that another kernel of the same network can be asked for. Describing it would load libtorch, which looking at a run
/// does not need.
void Session::listNetworkOfRun() {
    const run::Manifest& manifest = m_run->manifest();
    const engine::NetworkSpec spec = engine::networkOf(manifest);
    std::error_code problem;
    const bool there = manifest.weights.empty() ? manifest.weightsHash.empty() && !manifest.model.empty()
                                                : std::filesystem::is_regular_file(spec.weights, problem);
    const bool known = std::any_of(m_checkpoints.begin(), m_checkpoints.end(), [&](const Checkpoint& checkpoint) {
        return sameSpec(checkpoint.spec, spec) || (!spec.weights.empty() && sameFile(checkpoint.spec.weights, spec.weights));
    });
    if (!there || known)
        return;
    Checkpoint checkpoint{spec, nameOf(spec), std::nullopt, std::nullopt, std::nullopt, true};
    try {
        checkpoint.preprocessing = data::preprocessingFromJson(manifest.preprocessing, "manifest.json");
    } catch (const base::Error&) {
        // What fits the data set will do.
    }
    m_checkpoints.push_back(std::move(checkpoint));
    if (m_currentCheckpoint < 0)
        m_currentCheckpoint = static_cast<int>(m_checkpoints.size()) - 1;
    emitLater(Change::networks);
}

void Session::setCurrentCheckpoint(int index) {
    index = std::clamp(index, -1, static_cast<int>(m_checkpoints.size()) - 1);
    if (index == m_currentCheckpoint)
        return;
    m_currentCheckpoint = index;
    emitLater(Change::networks);
}

// --- runs -----------------------------------------------------------------------------------------------------------

void Session::openRun(const std::filesystem::path& folder) {
    m_jobs->cancel(m_runTicket);
    using Result = std::shared_ptr<const run::Run>;
    m_runTicket = m_jobs->start<Result>(
        tr("Open run"), true, this, [folder](const base::JobContext&) { return run::Run::open(folder); },
        [this](Result run) { runOpened(std::move(run)); },
        [this, folder](const QString& sentence) {
            if (run::isUnfinished(folder))
                addIssue(
                    Issue::Severity::warning,
                    tr("The run %1 is not finished. It can go on where it stopped.").arg(pathText(folder)),
                    [this, folder] { Q_EMIT continueRunRequested(pathText(folder)); }, tr("Continue"));
            else if (run::wasFinished(folder))
                addIssue(
                    Issue::Severity::error, sentence, [this, folder] { Q_EMIT repairRunRequested(pathText(folder)); },
                    tr("Repair"));
            else
                addIssue(
                    Issue::Severity::error, sentence, [this, folder] { Q_EMIT locateRunRequested(pathText(folder)); },
                    tr("Locate…"));
        });
}

void Session::noteRun(const std::filesystem::path& folder) {
    if (std::find(m_runFolders.begin(), m_runFolders.end(), folder) != m_runFolders.end())
        return;
    m_runFolders.push_back(folder);
    emitLater(Change::runs);
}

void Session::runOpened(std::shared_ptr<const run::Run> run) {
    const auto& folder = run->folder();
    if (std::find(m_runFolders.begin(), m_runFolders.end(), folder) == m_runFolders.end()) {
        m_runFolders.push_back(folder);
        emitLater(Change::runs);
    }
    for (const Ticket ticket : {m_clusterTicket, m_subsetTicket, m_coverageTicket})
        m_jobs->cancel(ticket);
    const bool sameData = m_run && m_run->manifest().dataHash == run->manifest().dataHash && m_run->manifest().split == run->manifest().split;
    m_run = std::move(run);
    m_split = QString::fromStdString(m_run->manifest().split);
    m_clustering.reset();
    m_clusters.reset();
    m_subset.reset();
    m_coverage.reset();
    m_pruneOptions.scores.clear(); // of the other run's network
    if (!sameData)
        m_selection->forget();
    listNetworkOfRun();
    openDataOfRun();
    emitLater(Changes(Change::run) | Change::clustering | Change::subset);
    recluster();
}

Ticket Session::startKernel(const engine::KernelRequest& request, const std::filesystem::path& out) {
    const QString title = tr("Kernel, %1 %2, %3")
                              .arg(request.data ? QString::fromStdString(request.data->name) : QString(),
                                   QString::fromStdString(request.options.split), nameOf(request.network));
    return m_jobs->queue<engine::KernelReport>(
        title, this,
        [request, out](const base::JobContext& context) { return engine::engine().kernel(request, out, context); },
        [this](const engine::KernelReport& report) {
            for (const auto& warning : report.warnings)
                addIssue(Issue::Severity::warning, QString::fromStdString(warning));
            openRun(report.folder);
        },
        [this](const QString& sentence) {
            addIssue(Issue::Severity::error, sentence, [this] { Q_EMIT kernelRequested(); });
        });
}

void Session::closeAll() {
    m_jobs->cancelAll();
    m_assigning = m_assignAgain = false; // its answer will not come
    m_data.reset();
    m_dataSource.clear();
    m_run.reset();
    m_clustering.reset();
    m_clusters.reset();
    m_subset.reset();
    m_coverage.reset();
    m_checkpoints.clear();
    m_currentCheckpoint = -1;
    m_runFolders.clear();
    m_decisions = {};
    m_handHeads.clear();
    m_undo->clear();
    m_issues.clear();
    m_split = QStringLiteral("train");
    m_pruneOptions = {};
    m_thumbnails->setSource(nullptr, {});
    m_selection->forget();
    emitLater(Changes(Change::data) | Change::networks | Change::run | Change::clustering | Change::subset | Change::decisions | Change::issues | Change::runs);
}

} // namespace lpntk::models
