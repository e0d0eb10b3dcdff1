#include <widgets/views/relation_pair_actions.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QMenu>
#include <QUndoStack>

#include <algorithm>
#include <map>
#include <set>

namespace lpntk::views {

using curation::Decision;
using curation::Edit;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

constexpr const char* kReason = "pair in Relations";

std::vector<SampleId> unique(std::vector<SampleId> samples) {
    std::sort(samples.begin(), samples.end());
    samples.erase(std::unique(samples.begin(), samples.end()), samples.end());
    return samples;
}

std::vector<SampleId> membersOf(const std::vector<SamplePair>& pairs) {
    std::vector<SampleId> members;
    for (const auto& [first, second] : pairs) {
        members.push_back(first);
        members.push_back(second);
    }
    return unique(std::move(members));
}

std::vector<SampleId> sideOf(const std::vector<SamplePair>& pairs, bool first) {
    std::vector<SampleId> samples;
    for (const SamplePair& pair : pairs)
        samples.push_back(first ? pair.first : pair.second);
    return unique(std::move(samples));
}

/// "#865" or "3 samples".
QString samplesText(const std::vector<SampleId>& samples) {
    return format::counted(std::ssize(samples), samples.empty() ? QString() : format::sample(samples.front()),
                           RelationPairActions::tr("%1 samples"));
}

} // namespace

RelationPairActions::RelationPairActions(models::Session& session, QObject* parent)
    : QObject(parent), m_session(session) {}

void RelationPairActions::relabel(const Relabelling& wanted, const QString& text) {
    std::map<int, std::vector<SampleId>> byLabel;
    std::set<SampleId> known;
    for (const auto& [sample, label] : wanted)
        if (known.insert(sample).second)
            byLabel[label == m_session.labelOf(sample) ? -1 : label].push_back(sample);
    if (byLabel.empty())
        return;
    m_session.undoStack().beginMacro(text);
    for (auto& [label, samples] : byLabel) {
        Edit edit;
        edit.kind = Edit::Kind::relabel;
        edit.samples = std::move(samples);
        edit.label = label;
        edit.reason = kReason;
        m_session.decide(std::move(edit), text);
    }
    m_session.undoStack().endMacro();
}

RelationPairActions::Relabelling RelationPairActions::swapped(const std::vector<SamplePair>& pairs) const {
    Relabelling wanted;
    std::set<SampleId> known;
    for (const auto& [first, second] : pairs) {
        const int a = m_session.labelOf(first), b = m_session.labelOf(second);
        // Half a swap would not be one.
        if (a == b || known.contains(first) || known.contains(second))
            continue;
        known.insert({first, second});
        wanted.emplace_back(first, b);
        wanted.emplace_back(second, a);
    }
    return wanted;
}

void RelationPairActions::swapLabels(const std::vector<SamplePair>& pairs) {
    const Relabelling wanted = swapped(pairs);
    relabel(wanted,
            format::counted(std::ssize(wanted) / 2,
                            wanted.empty() ? QString()
                                           : tr("Swap the labels of %1 and %2")
                                                 .arg(format::sample(wanted[0].first), format::sample(wanted[1].first)),
                            tr("Swap the labels of %1 pairs")));
}

void RelationPairActions::takeOthersLabel(const std::vector<SamplePair>& pairs, bool first) {
    Relabelling wanted;
    for (const SamplePair& pair : pairs) {
        const SampleId sample = first ? pair.first : pair.second, other = first ? pair.second : pair.first;
        if (m_session.labelOf(sample) != m_session.labelOf(other))
            wanted.emplace_back(sample, m_session.labelOf(other));
    }
    const std::vector<SampleId> samples = sideOf(pairs, first);
    relabel(wanted, samples.size() == 1 && !wanted.empty()
                        ? tr("Relabel %1 as %2").arg(samplesText(samples), m_session.className(wanted.front().second))
                        : tr("Relabel %1 as their partners").arg(samplesText(samples)));
}

RelationPairActions::Relabelling RelationPairActions::predicted(const std::vector<SamplePair>& pairs) const {
    Relabelling wanted;
    for (const SampleId sample : membersOf(pairs))
        if (const int prediction = m_session.predictionOf(sample);
            prediction >= 0 && prediction != m_session.labelOf(sample))
            wanted.emplace_back(sample, prediction);
    return wanted;
}

void RelationPairActions::takePredictions(const std::vector<SamplePair>& pairs) {
    const Relabelling wanted = predicted(pairs);
    std::vector<SampleId> samples;
    for (const auto& [sample, label] : wanted)
        samples.push_back(sample);
    relabel(wanted, tr("Relabel %1 as predicted").arg(samplesText(samples)));
}

void RelationPairActions::takeBackLabels(const std::vector<SamplePair>& pairs) {
    Edit edit;
    edit.kind = Edit::Kind::relabel;
    edit.reason = kReason;
    for (const SampleId sample : membersOf(pairs))
        if (m_session.decisions().of(sample).relabel >= 0)
            edit.samples.push_back(sample);
    const QString text = tr("Take back the label of %1").arg(samplesText(edit.samples));
    m_session.decide(std::move(edit), text);
}

void RelationPairActions::review(const std::vector<SamplePair>& pairs) {
    Edit edit;
    edit.samples = membersOf(pairs);
    edit.reason = kReason;
    const bool already = std::all_of(edit.samples.begin(), edit.samples.end(),
                                     [this](SampleId sample) { return m_session.decisions().of(sample).review; });
    edit.kind = already ? Edit::Kind::clearReview : Edit::Kind::review;
    const QString what = samplesText(edit.samples);
    m_session.decide(std::move(edit), already ? tr("Unmark %1").arg(what) : tr("Mark %1 for review").arg(what));
}

void RelationPairActions::verdict(std::vector<SampleId> samples, const QString& what) {
    Edit edit;
    const bool already = std::all_of(samples.begin(), samples.end(), [this](SampleId sample) {
        return m_session.decisions().of(sample).verdict == Decision::Verdict::prune;
    });
    edit.kind = already ? Edit::Kind::clearVerdict : Edit::Kind::prune;
    edit.samples = std::move(samples);
    edit.reason = kReason;
    m_session.decide(std::move(edit), already ? tr("Leave %1 to the rule").arg(what) : tr("Prune %1").arg(what));
}

void RelationPairActions::prune(const std::vector<SamplePair>& pairs, bool first) {
    const std::vector<SampleId> samples = sideOf(pairs, first);
    verdict(samples, samplesText(samples));
}

void RelationPairActions::pruneLessProbable(const std::vector<SamplePair>& pairs) {
    std::vector<SampleId> samples;
    for (const auto& [first, second] : pairs) {
        const float a = m_session.probabilityOf(first, m_session.labelOf(first));
        const float b = m_session.probabilityOf(second, m_session.labelOf(second));
        samples.push_back(b < a ? second : first);
    }
    samples = unique(std::move(samples));
    const QString what = samplesText(samples);
    verdict(std::move(samples), what);
}

void RelationPairActions::fillLabels(QMenu& menu, const std::vector<SamplePair>& pairs, bool redundant) {
    if (pairs.empty())
        return;
    const auto add = [&](const char* icon, const QString& text, auto slot) {
        menu.addAction(theme().icon(QString::fromLatin1(icon)),
                       QString(text).replace(QLatin1Char('&'), QStringLiteral("&&")), this, slot);
    };
    const auto& [first, second] = pairs.front();
    const bool one = pairs.size() == 1;
    const auto swaps = std::ssize(swapped(pairs)) / 2;
    const bool differs = std::any_of(pairs.begin(), pairs.end(), [this](const SamplePair& pair) {
        return m_session.labelOf(pair.first) != m_session.labelOf(pair.second);
    });
    if (differs) {
        add("relabel",
            one ? tr("Relabel %1 as %2").arg(format::sample(first), m_session.className(m_session.labelOf(second)))
                : tr("Relabel the left ones as the right ones"),
            [this, pairs] { takeOthersLabel(pairs, true); });
        add("relabel",
            one ? tr("Relabel %1 as %2").arg(format::sample(second), m_session.className(m_session.labelOf(first)))
                : tr("Relabel the right ones as the left ones"),
            [this, pairs] { takeOthersLabel(pairs, false); });
        if (!redundant)
            add("relabel", format::counted(swaps, tr("Swap the labels of both"), tr("Swap the labels in %1 pairs")),
                [this, pairs] { swapLabels(pairs); });
    }
    if (const Relabelling wrong = predicted(pairs); wrong.size() == 1)
        add("relabel",
            tr("Relabel %1 as predicted: %2")
                .arg(format::sample(wrong.front().first), m_session.className(wrong.front().second)),
            [this, pairs] { takePredictions(pairs); });
    else if (!wrong.empty())
        add("relabel", tr("Relabel %1 misclassified as predicted").arg(format::count(std::ssize(wrong))),
            [this, pairs] { takePredictions(pairs); });
    const std::vector<SampleId> members = membersOf(pairs);
    if (std::any_of(members.begin(), members.end(),
                    [this](SampleId sample) { return m_session.decisions().of(sample).relabel >= 0; }))
        add("undo", tr("Labels as in the data"), [this, pairs] { takeBackLabels(pairs); });
    menu.addSeparator();
    add("review", one ? tr("Mark both for review") : tr("Mark %1 for review").arg(samplesText(members)),
        [this, pairs] { review(pairs); });
}

void RelationPairActions::fillPrune(QMenu& menu, const std::vector<SamplePair>& pairs, bool redundant) {
    if (pairs.empty())
        return;
    const bool one = pairs.size() == 1;
    const auto add = [&](const QString& text, auto slot) {
        menu.addAction(theme().icon(QStringLiteral("prune")), text, this, slot);
    };
    if (redundant) {
        add(one ? tr("Prune the redundant %1").arg(format::sample(pairs.front().first))
                : tr("Prune %1 redundant samples").arg(format::count(std::ssize(sideOf(pairs, true)))),
            [this, pairs] { prune(pairs, true); });
        add(one ? tr("Prune %1").arg(format::sample(pairs.front().second)) : tr("Prune those that make them redundant"),
            [this, pairs] { prune(pairs, false); });
        return;
    }
    add(one ? tr("Prune %1").arg(format::sample(pairs.front().first)) : tr("Prune the left ones"),
        [this, pairs] { prune(pairs, true); });
    add(one ? tr("Prune %1").arg(format::sample(pairs.front().second)) : tr("Prune the right ones"),
        [this, pairs] { prune(pairs, false); });
    add(tr("Prune the one whose label is less probable"), [this, pairs] { pruneLessProbable(pairs); });
}

} // namespace lpntk::views
