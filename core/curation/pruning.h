#pragma once

#include <core/analysis/clustering.h>
#include <core/base/job_context.h>
#include <core/curation/decisions.h>
#include <core/run/run.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lpntk::curation {

/// method.md section 5. EL2N, GraNd and forgetting take their order from scores given with the options.
///
/// How many are kept: `heads`, `random-member` and `class-random` keep max(1, round(keep * size)) of every class;
/// `random`, `average` and the score methods max(1, round(keep * N)) of all. `thin-largest` never drops the head of the
/// cluster it thins, `drop-small` never the largest cluster of a class.
///
/// Random choices are the same on every platform: one std::mt19937_64 seeded with `seed`, numbers below n by rejection
/// (generator values at or above the largest multiple of n are skipped, the rest taken modulo n), shuffles by swapping
/// position i = n-1 ... 1 with a number below i + 1, classes in the order of their labels, rows in ascending order.
enum class Method { heads, randomMember, thinLargest, dropSmall, redundant, average, random, classRandom, el2n, grand, forgetting };
const char* nameOf(Method method);        ///< "heads", "random-member", ...
const char* titleOf(Method method);       ///< "Cluster heads", for people
Method methodFromName(const std::string& name);
std::vector<Method> allMethods();
bool needsScores(Method method);

struct PruneOptions {
    Method method = Method::heads;
    double keep = 0.9;               ///< share of each class (heads, random-member, class-random) or of all to keep
    double thinShare = 0.5;          ///< thin-largest: share of each class's largest cluster to drop
    double clusterRatio = 0.1;       ///< thin-largest, drop-small: heads per candidate (Clustering::headsForRatio)
    int smallMembers = 2;            ///< drop-small: clusters of at most this many members go
    bool averageDropHighest = true;  ///< average: drop the highest mean kappa to the own class, else the lowest
    std::uint64_t seed = 0;
    /// Order of the score methods, (rows); higher = kept longer.
    std::vector<float> scores;
    /// Throws OptionError naming the option.
    void check(std::int64_t rows) const;
};

/// Why a sample is kept or pruned; the texts for people come from reasonText.
enum class Reason { kept, keptHead, keptByHand, prunedByHand, redundant, memberNotHead, largestCluster, smallCluster, lowScore, highScore, random };
const char* nameOf(Reason reason);

/// A kept/pruned split of a run's rows with all its reasons.
struct Subset {
    PruneOptions options;
    std::vector<char> kept;               ///< (N) 1 = kept
    std::vector<Reason> reason;           ///< (N)
    std::vector<base::RowId> nearestKept; ///< (N) of the own class by cosine; itself when kept; invalid when none is
    std::vector<float> nearestCosine;     ///< (N)
    std::vector<float> score;             ///< (N) what the method ordered by (keep rank for heads), NaN when none
    std::vector<std::int32_t> standsFor;  ///< (N) kept: how many pruned rows have it as nearest kept; empty without `nearest`
    std::int64_t keptCount = 0;
    std::int64_t handEdits = 0;           ///< verdicts by hand among the rows
    HandHeads handHeads;                  ///< clusters merged and split by hand, which the rule worked on
};

/// Applies the rule, on clusters as they were merged and split by hand (HandClusters), and then the verdicts by hand.
/// `heads` keeps as many as without: heads named by hand first, samples given to another head last. Deterministic for a
/// seed. `nearest`: also find the nearest kept sample of every pruned one (a pass over the class blocks).
Subset prune(const analysis::Clustering& clustering, const PruneOptions& options, const Decisions& decisions,
             bool nearest, int threads, const base::JobContext& context = {});

/// The clusters that a method works on, which are also those that its reasons speak of: as many heads as are kept for
/// `heads` and `random-member`, Clustering::headsForRatio(clusterRatio) for all others.
/// With those merged and split by hand.
analysis::ClusterAssignment clustersFor(const analysis::Clustering& clustering, const PruneOptions& options,
                                        const HandHeads& byHand = {});
analysis::ClusterAssignment clustersFor(const analysis::Clustering& clustering, const Subset& subset);

/// One line for a gallery card: "1.31 x own kappa, with #863", "head #1183, cosine +0.65".
std::string reasonText(const analysis::Clustering& clustering, const analysis::ClusterAssignment& clusters,
                       const Subset& subset, base::RowId row);

} // namespace lpntk::curation
