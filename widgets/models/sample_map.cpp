#include <widgets/models/sample_map.h>

#include <core/analysis/kept_components.h>

#include <QFileInfo>

#include <algorithm>

namespace lpntk::models {

namespace {

constexpr std::size_t kRunsKept = 6; ///< 4 MB each at 60,000 rows

/// What tells that a folder still holds the run that was looked at.
std::string contentOf(const run::Run& run) {
    return run.manifest().weightsHash + run.manifest().dataHash + std::to_string(run.rows());
}

} // namespace

SampleMap::SampleMap(Session& session, QObject* parent) : QObject(parent), m_session(session) {
    for (const auto signal : {&JobRunner::finished, &JobRunner::cancelled})
        connect(&session.jobs(), signal, this, [this](Ticket ticket) {
            if (ticket == m_estimateTicket || ticket == m_refineTicket || ticket == m_importTicket)
                Q_EMIT busyChanged();
        });
}

void SampleMap::setRun(std::shared_ptr<const run::Run> run) {
    for (const Ticket ticket : {m_estimateTicket, m_refineTicket, m_importTicket})
        if (m_session.jobs().isRunning(ticket))
            m_session.jobs().cancel(ticket);
    m_run = std::move(run);
    m_components = nullptr;
    m_imported.clear();
    if (!hasComponents())
        return;
    const auto known = std::find_if(m_known.begin(), m_known.end(), [this](const Known& entry) {
        return entry.run.lock() == m_run || entry.folder == m_run->folder().string() + contentOf(*m_run);
    });
    if (known == m_known.end())
        return estimate();
    m_components = known->components;
    Q_EMIT componentsChanged();
    if (m_components->isEstimate() && m_run->rows() <= kRefineAtOnce)
        startRefining(false);
}

void SampleMap::estimate() {
    m_estimateTicket = m_session.jobs().start<Result>(
        tr("Sample map"), false, this,
        [run = m_run](const base::JobContext& context) {
            if (run->rows() > kRefineAtOnce)
                if (auto kept = analysis::keptComponents(*run))
                    return std::make_shared<const analysis::Components>(std::move(*kept));
            return std::make_shared<const analysis::Components>(analysis::estimateComponents(*run, {}, 0, context));
        },
        [this, run = m_run](Result components) {
            take(run, std::move(components));
            if (run == m_run && m_components->isEstimate() && run->rows() <= kRefineAtOnce)
                startRefining(false);
        },
        [this](const QString& sentence) { fail(sentence); });
    Q_EMIT busyChanged();
}

bool SampleMap::canRefine() const {
    return m_components && m_components->isEstimate() && !isRefining();
}

void SampleMap::refine() {
    if (canRefine())
        startRefining(true);
}

void SampleMap::startRefining(bool listed) {
    m_refineTicket = m_session.jobs().start<Result>(
        tr("Refine the sample map"), listed, this,
        [run = m_run, start = m_components](const base::JobContext& context) {
            return std::make_shared<const analysis::Components>(
                analysis::refineComponents(*run, *start, {}, 0, context));
        },
        [this, run = m_run](Result components) { take(run, std::move(components)); },
        [this](const QString& sentence) { fail(sentence); });
    Q_EMIT busyChanged();
}

void SampleMap::take(const std::shared_ptr<const run::Run>& run, Result components) {
    const std::string folder = run->folder().string() + contentOf(*run);
    std::erase_if(m_known, [&](const Known& entry) { return entry.folder == folder; });
    if (m_known.size() >= kRunsKept)
        m_known.erase(m_known.begin());
    m_known.push_back({folder, run, components});
    if (run != m_run)
        return;
    m_components = std::move(components);
    Q_EMIT componentsChanged();
}

void SampleMap::fail(const QString& sentence) {
    m_session.addIssue(Issue::Severity::error, tr("The sample map could not be made: %1").arg(sentence));
    Q_EMIT busyChanged();
}

void SampleMap::import(const QString& path) {
    if (!m_run)
        return;
    using Read = std::shared_ptr<const analysis::Embedding>;
    m_importTicket = m_session.jobs().ask<Read>(
        "import coordinates", this,
        [run = m_run, file = std::filesystem::path(path.toStdString())](const base::JobContext&) {
            return std::make_shared<const analysis::Embedding>(analysis::readEmbedding(file, *run));
        },
        [this, run = m_run, name = QFileInfo(path).fileName()](Read embedding) {
            if (run != m_run)
                return;
            auto found = std::find_if(m_imported.begin(), m_imported.end(),
                                      [&](const Imported& entry) { return entry.name == name; });
            if (found == m_imported.end())
                found = m_imported.insert(m_imported.end(), Imported{name, nullptr});
            found->embedding = std::move(embedding);
            Q_EMIT importedChanged(static_cast<int>(found - m_imported.begin()));
        },
        [this](const QString& sentence) {
            m_session.addIssue(Issue::Severity::error, tr("The coordinates could not be imported: %1").arg(sentence));
            Q_EMIT busyChanged();
        });
    Q_EMIT busyChanged();
}

bool SampleMap::isBusy() const {
    return ticket() != 0;
}

Ticket SampleMap::ticket() const {
    for (const Ticket ticket : {m_importTicket, m_estimateTicket, m_refineTicket})
        if (ticket != 0 && m_session.jobs().isRunning(ticket))
            return ticket;
    return 0;
}

} // namespace lpntk::models
