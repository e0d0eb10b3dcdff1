#pragma once

#include <core/analysis/relations.h>

#include <vector>

namespace lpntk::analysis {

/// Which pairs of a run to list.
struct PairQuery {
    /// Contradictory pairs come with the most negative cosine first, interchangeable ones with the largest first.
    /// Unrelated pairs are not listed.
    Relation relation = Relation::contradictory;
    Thresholds thresholds;
    /// Pairs at most.
    std::size_t limit = 5000;
    /// (K, K) symmetric, 1 = pairs between these two classes count; empty = all do.
    std::vector<char> classPairs = {};
    /// (N) 1 = the row is kept; needed where `want` is not `any`.
    std::vector<char> kept = {};
    enum class Want { any, bothKept, oneOrBothPruned };
    Want want = Want::any;

    /// Throws OptionError.
    void check(const run::Run& run) const;
};

/// The strongest pairs that a query asks for, ties by (a, b). Streams over those parts of the kernel whose extremes in
/// the pyramid can hold one; never more than `limit` pairs a thread are in memory.
std::vector<Pair> findPairs(const run::Run& run, const PairQuery& query, const base::JobContext& context = {});

} // namespace lpntk::analysis
