#pragma once

#include <core/base/ids.h>
#include <core/base/json_file.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lpntk::curation {

/// What a person decided about one sample; all defaults mean: nothing.
struct Decision {
    enum class Verdict { none, keep, prune };
    Verdict verdict = Verdict::none;
    int relabel = -1;                 ///< new label, -1 = as in the data
    bool review = false;
    std::vector<std::string> tags;    ///< sorted
    base::SampleId head; ///< of the cluster it was put into by hand, itself when made a head; invalid: none
    bool isEmpty() const {
        return verdict == Verdict::none && relabel < 0 && !review && tags.empty() && !head.isValid();
    }
    bool operator==(const Decision&) const = default;
};

/// One edit by hand, as the recipe lists it.
struct Edit {
    enum class Kind { keep, prune, clearVerdict, relabel, review, clearReview, tag, untag, assign };
    Kind kind = Kind::keep;
    std::vector<base::SampleId> samples;
    int label = -1;                   ///< for relabel; -1 takes a relabelling back
    std::string tag;                  ///< for tag and untag
    std::string reason;               ///< free text or what caused it ("cluster Pullover 2: drop")
    std::string time;                 ///< ISO 8601 UTC, filled by the caller
    base::SampleId head{};            ///< for assign: head of the cluster they go to; invalid takes that back
    bool operator==(const Edit&) const = default;
};
const char* nameOf(Edit::Kind kind);
Edit::Kind editKindFromName(const std::string& name);

class Decisions;
/// Samples that were put into another cluster by hand, each with the head of that cluster (merge, split); by sample.
using HandHeads = std::vector<std::pair<base::SampleId, base::SampleId>>;
HandHeads handHeads(const Decisions& decisions);

/// The decisions about a data set: an ordered list of edits and what they come to per sample. A value type; the undo
/// stack keeps the list length and the touched samples' former decisions.
class Decisions {
public:
    /// Former decisions of the touched samples, to take the edit back.
    using Former = std::vector<std::pair<base::SampleId, Decision>>;

    const Decision& of(base::SampleId sample) const;
    const std::vector<Edit>& edits() const { return m_edits; }
    const std::map<base::SampleId, Decision>& all() const { return m_decisions; }

    /// Appends the edit and applies it. Returns what revert() needs.
    Former apply(const Edit& edit);
    /// Takes the last edit back.
    void revertLast(const Former& former);

    base::Json toJson() const;
    static Decisions fromJson(const base::Json& json, const std::string& where);

private:
    std::vector<Edit> m_edits;
    std::map<base::SampleId, Decision> m_decisions;
};

} // namespace lpntk::curation
