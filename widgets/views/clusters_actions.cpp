#include <widgets/views/clusters_actions.h>

#include <core/analysis/clustering.h>
#include <widgets/views/sample_actions.h>

#include <QUndoStack>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace lpntk::views {

using curation::Decision;
using curation::Edit;
using models::SampleId;

ClusterActions::ClusterActions(models::Session& session, SampleActions& samples, QObject* parent)
    : QObject(parent), m_session(session), m_sampleActions(samples) {}

std::vector<SampleId> ClusterActions::toSamples(const std::vector<base::RowId>& rows) const {
    std::vector<SampleId> result;
    result.reserve(rows.size());
    for (const auto row : rows)
        result.push_back(m_session.run()->sampleFromRow(row));
    return result;
}

void ClusterActions::setCluster(const QString& name, std::vector<base::RowId> heads, std::vector<base::RowId> all) {
    m_name = name;
    m_parts.clear();
    m_rows = heads;
    std::copy_if(all.begin(), all.end(), std::back_inserter(m_rows),
                 [&](base::RowId row) { return std::find(heads.begin(), heads.end(), row) == heads.end(); });
    m_heads = m_session.run() ? toSamples(heads) : std::vector<SampleId>();
    m_samples = m_session.run() ? toSamples(m_rows) : std::vector<SampleId>();
}

ClusterActions::Kept ClusterActions::kept() const {
    std::size_t keep = 0, prune = 0;
    for (const SampleId sample : m_samples) {
        const auto verdict = m_session.decisions().of(sample).verdict;
        keep += verdict == Decision::Verdict::keep;
        prune += verdict == Decision::Verdict::prune;
    }
    if (m_samples.empty() || keep + prune < m_samples.size())
        return Kept::mixed;
    if (keep == m_samples.size())
        return Kept::all;
    if (prune == m_samples.size())
        return Kept::none;
    const bool headsKept = std::all_of(m_heads.begin(), m_heads.end(),
                                       [&](SampleId head) { return m_session.decisions().of(head).verdict == Decision::Verdict::keep; });
    return headsKept && keep == m_heads.size() ? Kept::head : Kept::some;
}

std::vector<SampleId> ClusterActions::without(const std::vector<SampleId>& some) const {
    const std::set<SampleId> left(some.begin(), some.end());
    std::vector<SampleId> result;
    std::copy_if(m_samples.begin(), m_samples.end(), std::back_inserter(result), [&](SampleId sample) { return !left.count(sample); });
    return result;
}

void ClusterActions::decide(const std::vector<SampleId>& keep, const std::vector<SampleId>& prune, const QString& what) {
    if (m_samples.empty())
        return;
    const QString text = QStringLiteral("%1: %2").arg(m_name, what);
    m_session.undoStack().beginMacro(text);
    for (const auto& [kind, samples] : {std::pair{Edit::Kind::keep, keep}, std::pair{Edit::Kind::prune, prune}}) {
        Edit edit;
        edit.kind = kind;
        edit.samples = samples;
        edit.reason = QStringLiteral("cluster %1").arg(text).toStdString();
        m_session.decide(std::move(edit), text);
    }
    m_session.undoStack().endMacro();
}

void ClusterActions::keepHead() {
    decide(m_heads, without(m_heads), tr("keep head"));
}

void ClusterActions::keepAll() {
    decide(m_samples, {}, tr("keep all"));
}

void ClusterActions::drop() {
    decide({}, m_samples, tr("drop"));
}

void ClusterActions::leaveToRule() {
    if (m_samples.empty())
        return;
    Edit cleared;
    cleared.kind = Edit::Kind::clearVerdict;
    cleared.samples = m_samples;
    commit(std::move(cleared), tr("leave to the rule"));
}

void ClusterActions::commit(Edit edit, const QString& what) {
    const QString text = QStringLiteral("%1: %2").arg(m_name, what);
    edit.reason = QStringLiteral("cluster %1").arg(text).toStdString();
    m_session.decide(std::move(edit), text);
}

bool ClusterActions::splitIntoParts() {
    std::map<base::RowId, std::vector<SampleId>> parts;
    for (const auto& [row, head] : m_parts)
        parts[head].push_back(m_session.run()->sampleFromRow(row));
    if (parts.size() < 2)
        return false;
    const QString what = tr("split into %1").arg(parts.size());
    m_session.undoStack().beginMacro(QStringLiteral("%1: %2").arg(m_name, what));
    for (auto& [head, samples] : parts) {
        Edit part;
        part.kind = Edit::Kind::assign;
        part.samples = std::move(samples);
        part.head = m_session.run()->sampleFromRow(head);
        commit(std::move(part), what);
    }
    m_session.undoStack().endMacro();
    return true;
}

void ClusterActions::mergeInto(base::RowId head, const QString& name) {
    Edit merged;
    merged.kind = Edit::Kind::assign;
    merged.samples = m_samples;
    merged.head = m_session.run()->sampleFromRow(head);
    commit(std::move(merged), tr("merge into %1").arg(name));
}

void ClusterActions::leaveToClustering() {
    Edit cleared;
    cleared.kind = Edit::Kind::assign;
    cleared.samples = m_samples;
    commit(std::move(cleared), tr("as clustered"));
}

bool ClusterActions::isByHand() const {
    return std::any_of(m_samples.begin(), m_samples.end(),
                       [&](SampleId sample) { return m_session.decisions().of(sample).head.isValid(); });
}

bool ClusterActions::isReviewed() const {
    return !m_samples.empty() && std::all_of(m_samples.begin(), m_samples.end(),
                                             [&](SampleId sample) { return m_session.decisions().of(sample).review; });
}

void ClusterActions::review() {
    Edit marks;
    const bool already = isReviewed();
    marks.kind = already ? Edit::Kind::clearReview : Edit::Kind::review;
    marks.samples = m_samples;
    commit(std::move(marks), already ? tr("unmark") : tr("mark for review"));
}

void ClusterActions::keepSome(int n) {
    if (n >= std::ssize(m_rows)) {
        keepAll();
        return;
    }
    m_session.jobs().ask<analysis::FarthestPointOrder>(
        "keep some", this,
        [run = m_session.run(), rows = m_rows, n](const base::JobContext& context) { return analysis::farthestPointOrder(*run, rows, n, context); },
        [this, n, samples = m_samples](const analysis::FarthestPointOrder& order) {
            if (samples != m_samples)
                return; // another cluster is shown by now
            std::vector<SampleId> keep;
            for (const auto head : order.heads)
                keep.push_back(samples[static_cast<std::size_t>(head)]);
            decide(keep, without(keep), tr("keep %1").arg(n));
        });
}

} // namespace lpntk::views
