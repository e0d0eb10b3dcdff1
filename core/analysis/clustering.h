#pragma once

#include <core/analysis/redundancy.h>
#include <core/base/ids.h>
#include <core/base/job_context.h>
#include <core/run/run.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace lpntk::analysis {

/// Result of farthest-point clustering on one block: the order in which heads are chosen and who moves to each, so the
/// clustering for any number of heads is a replay. Members are numbered 0..n-1 in the block.
struct FarthestPointOrder {
    struct Move { std::int32_t member, fromHead; }; ///< to the head of the step
    std::vector<std::int32_t> heads;                ///< step m chose heads[m]; step 0 takes all
    std::vector<std::int64_t> firstMove;            ///< moves of step m are [firstMove[m], firstMove[m + 1])
    std::vector<Move> moves;
    /// Only when some members were no candidates: per member the candidate with the largest similarity (ties: smallest
    /// number), -1 for the candidates themselves. Empty when all were candidates.
    std::vector<std::int32_t> attachedTo;
    std::int64_t candidateCount = 0;                ///< heads of the first phase are the first this many
    /// Similarity of each member to what it belongs to when all chosen heads stand: its head, for a head itself, before
    /// the candidates are used up for other members the candidate they are attached to.
    std::vector<float> similarity;

    /// Head (member number) of each member when the first `count` heads stand; size n. A member that is no candidate
    /// follows the candidate it is attached to until the candidates are used up, from then on it has a head of its own
    /// choice like every other.
    std::vector<std::int32_t> assignment(std::size_t count, std::size_t members) const;
};

/// A symmetric block read by rows: `row(i, out)` writes the similarities of member i with all n members.
struct SimilarityBlock {
    std::int64_t size = 0;
    std::function<void(std::int64_t row, std::span<float> out)> row;
    std::span<const float> diagonal;
    /// For rows that are computed when asked for, where several cost little more than one: writes (members.size(), n).
    /// Where it is there, `row` is not used.
    std::function<void(std::span<const std::int32_t> members, std::span<float> out)> rows = {};
    std::int64_t rowsAtOnce = 1; ///< most members of a call of `rows`
    std::int64_t rowsKept = 0;   ///< most rows that wait for their turn
};

/// method.md section 4, mode `paper`. Reads each head's row once; of a block that reads several at once also rows of
/// members that look like the next heads, with the same result. `candidates`: members that take part in the first
/// phase (empty = all); when they are used up and maxHeads asks for more, the same rule goes on over the others.
/// Ties go to the smallest member number.
FarthestPointOrder farthestPointOrder(const SimilarityBlock& block, std::span<const char> candidates,
                                      std::int64_t maxHeads, const base::JobContext& context = {});

/// The authors' variant (method.md section 4, right column), same result form. Ends early, with fewer heads, when in every
/// cluster the last member in similarity order is the head itself.
FarthestPointOrder farthestPointOrderReference(const SimilarityBlock& block, std::int64_t maxHeads,
                                               const base::JobContext& context = {});

/// Clusters of a whole run for one choice of how many heads per class.
struct ClusterAssignment {
    struct Cluster {
        base::RowId head;
        int label = 0;
        std::vector<base::RowId> members;   ///< clustered ones, head first, then by falling cosine to the head
        std::vector<base::RowId> attached;  ///< redundant ones attached to it, by falling cosine to the head
        std::int64_t size() const { return static_cast<std::int64_t>(members.size() + attached.size()); }
    };
    std::vector<Cluster> clusters;          ///< largest first, ties by head row
    std::vector<base::ClusterId> clusterOf; ///< (N)
    std::vector<float> cosineToHead;        ///< (N)
    /// "Pullover 2": second largest of its class, counted from 1.
    std::vector<int> rankInClass;
    std::int64_t clusteredCount = 0;        ///< samples that took part, the others are attached
};

/// Puts clusters whose heads, members and cosines stand into the order that ClusterAssignment promises and fills
/// clusterOf, rankInClass and clusteredCount.
void finishAssignment(ClusterAssignment& clusters, int classes);

/// max(1, floor(candidates * ratio)): how many heads a class with samples gets.
std::int64_t headsForRatio(std::int64_t candidates, double ratio);

/// One class that was clustered by itself, with all of its samples as candidates.
struct ClusteredClass {
    run::RowRange rows;       ///< empty where the class has no samples
    FarthestPointOrder order; ///< all of its heads stand
};
/// The clusters of classes one after the other, by label. `norms` (N): square roots of the diagonal.
ClusterAssignment assignmentOf(std::span<const ClusteredClass> classes, std::span<const float> norms);

/// FPC of every class of a run, all heads; made once, then any number of heads is a replay. Immutable after making,
/// shared by views.
class Clustering {
public:
    /// Runs FPC on every class (parallel over classes). Throws ShapeError when the run lacks the class blocks.
    static std::shared_ptr<const Clustering> compute(std::shared_ptr<const run::Run> run, Mode mode,
                                                     std::shared_ptr<const Redundancy> redundancy, int threads,
                                                     const base::JobContext& context = {});

    Mode mode() const { return m_mode; }
    const Redundancy& redundancy() const { return *m_redundancy; }
    const run::Run& run() const { return *m_run; }
    /// Samples of the class that can be heads in the first phase (the non-redundant ones; all in referenceCode).
    std::int64_t candidates(int label) const;
    std::int64_t candidates() const;

    /// max(1, floor(candidates * ratio)) heads in every class that has samples.
    std::vector<std::int64_t> headsForRatio(double ratio) const;
    /// The clustering with `heads[label]` heads in each class (clamped to what there is).
    ClusterAssignment assign(std::span<const std::int64_t> heads) const;
    /// Rows of a class in the nested order in which `heads` pruning keeps them: heads first, then on over the
    /// redundant ones (paper) or the rest (referenceCode), to the last row of the class.
    std::span<const base::RowId> keepOrder(int label) const;

private:
    struct ClassOrder;
    Clustering() = default;
    std::shared_ptr<const run::Run> m_run;
    std::shared_ptr<const Redundancy> m_redundancy;
    Mode m_mode = Mode::paper;
    std::vector<std::shared_ptr<const ClassOrder>> m_classes;
};

/// Farthest-point order of any set of rows of one class (splitting a cluster): positions in `rows`.
FarthestPointOrder farthestPointOrder(const run::Run& run, std::span<const base::RowId> rows, std::int64_t maxHeads,
                                      const base::JobContext& context = {});

} // namespace lpntk::analysis
