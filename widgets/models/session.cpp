#include <widgets/models/session.h>

#include <core/analysis/predictions.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/models/value_command.h>

#include <QDateTime>
#include <QMetaObject>
#include <QUndoStack>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lpntk::models {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

const data::Split* findSplit(const std::shared_ptr<const data::Dataset>& dataset, const QString& name) {
    if (dataset)
        for (const auto& split : dataset->splits)
            if (split.name == name.toStdString())
                return &split;
    return nullptr;
}

} // namespace

Session::Session(QObject* parent)
    : QObject(parent), m_selection(new SelectionModel(this)), m_jobs(new JobRunner(this)), m_undo(new QUndoStack(this)),
      m_savedSelections(new SavedSelections(*m_undo, this)), m_thumbnails(new ThumbnailCache(m_jobs, this)) {
    connect(m_jobs, &JobRunner::failed, this,
            [this](Ticket, const QString&, const QString& sentence) { addIssue(Issue::Severity::error, sentence); });
}

Session::~Session() {
    // Jobs must be over before what they report to goes.
    delete m_jobs;
}

void Session::emitLater(Changes what) {
    m_pending |= what;
    if (std::exchange(m_emitScheduled, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_emitScheduled = false;
            Q_EMIT changed(std::exchange(m_pending, Changes()));
        },
        Qt::QueuedConnection);
}

// --- decisions ------------------------------------------------------------------------------------------------------

void Session::decide(curation::Edit edit, const QString& text) {
    if (edit.samples.empty())
        return;
    if (edit.time.empty())
        edit.time = QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString();
    using Former = curation::Decisions::Former;
    m_undo->push(new ValueCommand<curation::Edit, Former>(
        text, std::move(edit),
        [this](const curation::Edit& value) {
            Former former = m_decisions.apply(value);
            decisionsChanged();
            return former;
        },
        [this](const Former& former) {
            m_decisions.revertLast(former);
            decisionsChanged();
        }));
}

void Session::setDecisions(curation::Decisions decisions) {
    m_decisions = std::move(decisions);
    m_undo->clear();
    decisionsChanged();
}

void Session::decisionsChanged() {
    emitLater(Change::decisions);
    if (auto heads = curation::handHeads(m_decisions); heads != m_handHeads) {
        m_handHeads = std::move(heads);
        reassign();
    }
    resubset();
}

// --- facts ----------------------------------------------------------------------------------------------------------

base::RowId Session::rowOf(SampleId sample) const {
    return m_run && sample.isValid() ? m_run->rowFromSample(sample) : base::RowId();
}

std::span<const float> Session::probabilitiesOf(SampleId sample) const {
    return m_run ? analysis::probabilitiesOf(*m_run, rowOf(sample)) : std::span<const float>();
}

int Session::classes() const {
    return m_run ? m_run->classes() : m_data ? m_data->classes() : 0;
}

QString Session::className(int label) const {
    const auto& names = m_run ? m_run->manifest().classNames : m_data ? m_data->classNames : std::vector<std::string>();
    return label >= 0 && label < static_cast<int>(names.size()) ? QString::fromStdString(names[static_cast<std::size_t>(label)]) : QString();
}

int Session::labelOf(SampleId sample) const {
    if (const auto row = rowOf(sample); row.isValid())
        return m_run->labelOf(row);
    const data::Split* split = findSplit(m_data, m_split);
    return split && sample.isValid() && sample.value() < split->count()
               ? static_cast<int>(split->labels[static_cast<std::size_t>(sample.value())])
               : -1;
}

int Session::predictionOf(SampleId sample) const {
    return analysis::predictedLabel(probabilitiesOf(sample));
}

float Session::probabilityOf(SampleId sample, int label) const {
    const auto values = probabilitiesOf(sample);
    return label >= 0 && static_cast<std::size_t>(label) < values.size() ? values[static_cast<std::size_t>(label)]
                                                                         : std::numeric_limits<float>::quiet_NaN();
}

double Session::marginOf(SampleId sample) const {
    return analysis::marginOf(probabilitiesOf(sample), labelOf(sample));
}

double Session::el2nOf(SampleId sample) const {
    return analysis::el2nOf(probabilitiesOf(sample), labelOf(sample));
}

double Session::normOf(SampleId sample) const {
    const auto row = rowOf(sample);
    return row.isValid() ? static_cast<double>(m_run->norms()[static_cast<std::size_t>(row.value())]) : kNaN;
}

bool Session::isMisclassified(SampleId sample) const {
    const int prediction = predictionOf(sample);
    return prediction >= 0 && prediction != labelOf(sample);
}

bool Session::isPruned(SampleId sample) const {
    const auto row = rowOf(sample);
    return m_subset && row.isValid() && static_cast<std::size_t>(row.value()) < m_subset->kept.size() &&
           !m_subset->kept[static_cast<std::size_t>(row.value())];
}

QString Session::locationOf(SampleId sample) const {
    const data::Split* split = findSplit(m_data, m_split);
    if (!split || !split->images || !sample.isValid() || sample.value() >= split->images->count())
        return {};
    return QString::fromStdString(split->images->location(sample.value()));
}

// --- issues ---------------------------------------------------------------------------------------------------------

void Session::addIssue(Issue::Severity severity, const QString& sentence, std::function<void()> jump,
                       const QString& remedy) {
    m_issues.push_back({severity, sentence, std::move(jump), remedy});
    Q_EMIT issueAdded(static_cast<int>(m_issues.size()) - 1);
    emitLater(Change::issues);
}

void Session::clearIssues() {
    m_issues.clear();
    emitLater(Change::issues);
}

curation::SubsetSource Session::subsetSource() const {
    return {m_run, m_data, m_clustering, m_decisions, m_thresholds};
}

} // namespace lpntk::models
