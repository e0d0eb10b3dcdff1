#include <core/curation/decisions.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace lpntk::curation {

using base::SampleId;

namespace {

constexpr std::array<const char*, 9> kKinds = {"keep",         "prune", "clear-verdict", "relabel", "review",
                                               "clear-review", "tag",   "untag",         "assign"};

void applyTo(Decision& decision, const Edit& edit) {
    const auto place = std::lower_bound(decision.tags.begin(), decision.tags.end(), edit.tag);
    const bool hasTag = place != decision.tags.end() && *place == edit.tag;
    switch (edit.kind) {
    case Edit::Kind::keep: decision.verdict = Decision::Verdict::keep; break;
    case Edit::Kind::prune: decision.verdict = Decision::Verdict::prune; break;
    case Edit::Kind::clearVerdict: decision.verdict = Decision::Verdict::none; break;
    case Edit::Kind::relabel: decision.relabel = std::max(edit.label, -1); break;
    case Edit::Kind::review: decision.review = true; break;
    case Edit::Kind::clearReview: decision.review = false; break;
    case Edit::Kind::tag:
        if (!hasTag)
            decision.tags.insert(place, edit.tag);
        break;
    case Edit::Kind::untag:
        if (hasTag)
            decision.tags.erase(place);
        break;
    case Edit::Kind::assign:
        decision.head = edit.head;
        break;
    }
}

Edit editFromJson(const base::Json& json, const std::string& where) {
    Edit edit;
    try {
        edit.kind = editKindFromName(base::requiredKey<std::string>(json, "kind", where));
    } catch (const base::OptionError& problem) {
        throw base::FormatError(where + ": " + problem.what());
    }
    for (const std::int64_t sample : base::requiredKey<std::vector<std::int64_t>>(json, "samples", where)) {
        if (sample < 0)
            throw base::FormatError(fmt::format("{}: sample {} is below 0", where, sample));
        edit.samples.emplace_back(sample);
    }
    if (edit.kind == Edit::Kind::relabel) {
        edit.label = base::requiredKey<int>(json, "label", where);
        if (edit.label < -1)
            throw base::FormatError(fmt::format("{}: label {} is below -1", where, edit.label));
    }
    if (edit.kind == Edit::Kind::tag || edit.kind == Edit::Kind::untag)
        edit.tag = base::requiredKey<std::string>(json, "tag", where);
    if (edit.kind == Edit::Kind::assign) {
        const auto head = base::requiredKey<std::int64_t>(json, "head", where);
        if (head < -1)
            throw base::FormatError(fmt::format("{}: head {} is below -1", where, head));
        edit.head = SampleId(head);
    }
    if (json.contains("reason"))
        edit.reason = base::requiredKey<std::string>(json, "reason", where);
    if (json.contains("time"))
        edit.time = base::requiredKey<std::string>(json, "time", where);
    return edit;
}

} // namespace

const char* nameOf(Edit::Kind kind) {
    return kKinds[static_cast<std::size_t>(kind)];
}

Edit::Kind editKindFromName(const std::string& name) {
    const auto found = std::find(kKinds.begin(), kKinds.end(), name);
    if (found == kKinds.end())
        throw base::OptionError(fmt::format("there is no edit \"{}\"; the edits are {}", name, fmt::join(kKinds, ", ")));
    return static_cast<Edit::Kind>(found - kKinds.begin());
}

HandHeads handHeads(const Decisions& decisions) {
    HandHeads result;
    for (const auto& [sample, decision] : decisions.all())
        if (decision.head.isValid())
            result.emplace_back(sample, decision.head);
    return result;
}

const Decision& Decisions::of(SampleId sample) const {
    static const Decision nothing;
    const auto found = m_decisions.find(sample);
    return found == m_decisions.end() ? nothing : found->second;
}

Decisions::Former Decisions::apply(const Edit& edit) {
    Former former;
    former.reserve(edit.samples.size());
    for (const SampleId sample : edit.samples) {
        former.emplace_back(sample, of(sample));
        Decision decision = former.back().second;
        applyTo(decision, edit);
        if (decision.isEmpty())
            m_decisions.erase(sample);
        else
            m_decisions[sample] = std::move(decision);
    }
    m_edits.push_back(edit);
    return former;
}

void Decisions::revertLast(const Former& former) {
    if (m_edits.empty())
        return;
    m_edits.pop_back();
    // Backwards, so that a sample named twice gets back what it was before the first time.
    for (auto entry = former.rbegin(); entry != former.rend(); ++entry) {
        if (entry->second.isEmpty())
            m_decisions.erase(entry->first);
        else
            m_decisions[entry->first] = entry->second;
    }
}

base::Json Decisions::toJson() const {
    base::Json edits = base::Json::array();
    for (const Edit& edit : m_edits) {
        base::Json json{{"kind", nameOf(edit.kind)}};
        base::Json& samples = json["samples"] = base::Json::array();
        for (const SampleId sample : edit.samples)
            samples.push_back(sample.value());
        if (edit.kind == Edit::Kind::relabel)
            json["label"] = edit.label;
        if (edit.kind == Edit::Kind::tag || edit.kind == Edit::Kind::untag)
            json["tag"] = edit.tag;
        if (edit.kind == Edit::Kind::assign)
            json["head"] = edit.head.value();
        if (!edit.reason.empty())
            json["reason"] = edit.reason;
        if (!edit.time.empty())
            json["time"] = edit.time;
        edits.push_back(std::move(json));
    }
    return {{"edits", std::move(edits)}};
}

Decisions Decisions::fromJson(const base::Json& json, const std::string& where) {
    Decisions decisions;
    const auto edits = base::requiredKey<base::Json>(json, "edits", where);
    if (!edits.is_array())
        throw base::FormatError(where + ": the key \"edits\" has a value of the wrong kind");
    std::size_t number = 0;
    for (const base::Json& edit : edits)
        decisions.apply(editFromJson(edit, fmt::format("{}, edit {}", where, ++number)));
    return decisions;
}

} // namespace lpntk::curation
