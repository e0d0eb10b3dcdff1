#pragma once

#include <core/analysis/clustering.h>
#include <core/base/ids.h>
#include <core/curation/decisions.h>
#include <core/run/run.h>

#include <span>
#include <unordered_map>
#include <vector>

namespace lpntk::curation {

/// Clusters merged and split by hand, laid over those that farthest-point clustering found. A value made for one run;
/// samples that it does not have, and heads of another class, are left out.
///
/// A sample belongs to the head it was given by hand, else to its own head of the run; where that head was given to
/// another one in its turn, to that one. So a merged cluster stays merged and a part stays a part at any number of
/// heads.
class HandClusters {
public:
    HandClusters(const run::Run& run, const HandHeads& heads);

    bool isEmpty() const { return m_headOf.empty(); }
    /// The clusters with those of the hand in place. Redundant samples stay attached unless they were made heads.
    analysis::ClusterAssignment applied(analysis::ClusterAssignment clusters) const;
    /// Rows of a class in keeping order: first the heads named by hand, then all that the hand left alone, last those
    /// that it gave to another head; within each as before.
    std::vector<base::RowId> keepOrder(std::span<const base::RowId> order) const;
    /// Whether the row was given to another head than itself.
    bool isGivenAway(base::RowId row) const;

private:
    base::RowId follow(base::RowId row) const;

    const run::Run& m_run;
    std::unordered_map<base::RowId, base::RowId> m_headOf;
};

} // namespace lpntk::curation
