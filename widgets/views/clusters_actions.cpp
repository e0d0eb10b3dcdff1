#include <widgets/views/clusters_actions.h>

#include <core/analysis/clustering.h>
#include <widgets/models/theme.h>
#include <widgets/views/sample_actions.h>

#include <QLineEdit>
#include <QMenu>
#include <QUndoStack>
#include <QWidgetAction>

#include <algorithm>
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
    m_rows = heads;
    for (const auto row : all)
        if (std::find(heads.begin(), heads.end(), row) == heads.end())
            m_rows.push_back(row);
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
    Edit edit;
    edit.kind = Edit::Kind::clearVerdict;
    edit.samples = m_samples;
    m_session.decide(std::move(edit), QStringLiteral("%1: %2").arg(m_name, tr("leave to the rule")));
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

void ClusterActions::popUpKeepSome(QWidget* at) {
    auto* menu = new QMenu(at);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setAccessibleName(tr("How many to keep"));
    for (const int n : {2, 3, 5, 10, 20, 50, 100})
        if (n < std::ssize(m_samples))
            menu->addAction(tr("Keep %1 of %2").arg(n).arg(m_samples.size()), this, [this, n] { keepSome(n); });
    if (menu->isEmpty())
        menu->addAction(tr("The cluster is too small"))->setEnabled(false);
    menu->popup(at->mapToGlobal(QPoint(0, at->height() + 2)));
}

void ClusterActions::popUpTags(QWidget* at) {
    if (m_samples.empty())
        return;
    auto* menu = new QMenu(at);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    auto* field = new QLineEdit(menu);
    field->setPlaceholderText(tr("New tag"));
    field->setAccessibleName(tr("New tag"));
    auto* entry = new QWidgetAction(menu);
    entry->setDefaultWidget(field);
    menu->addAction(entry);
    connect(field, &QLineEdit::returnPressed, menu, [this, menu, field, samples = m_samples] {
        if (const QString tag = field->text().trimmed(); !tag.isEmpty())
            m_sampleActions.tag(samples, tag);
        menu->close();
    });
    std::set<std::string> tags;
    for (const auto& [sample, decision] : m_session.decisions().all())
        tags.insert(decision.tags.begin(), decision.tags.end());
    for (const auto& tag : tags) {
        const QString text = QString::fromStdString(tag);
        menu->addAction(models::theme().icon(QStringLiteral("tag")), text, this, [this, text, samples = m_samples] { m_sampleActions.tag(samples, text); });
    }
    menu->popup(at->mapToGlobal(QPoint(0, at->height() + 2)));
    field->setFocus();
}

} // namespace lpntk::views
