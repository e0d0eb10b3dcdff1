#pragma once

#include <core/analysis/clustering.h>
#include <core/analysis/coverage.h>
#include <core/curation/pruning.h>

#include <vector>

namespace lpntk::curation {

/// Whether the sets that a method keeps lie within each other as the amount grows, so that it has one order of all
/// rows.
bool isNested(Method method);

/// (N) of a nested method: the share of its order that is kept before the row, in [0, 1). The order is that of a class
/// for `heads` and `class-random`, of all rows for the others, as in prune(); verdicts by hand are no part of it. Empty
/// for a method without one. Throws OptionError as PruneOptions::check.
std::vector<float> keepRanks(const analysis::Clustering& clustering, const PruneOptions& options);

/// That order as a curve wants it: `points` equal steps up to `maxShare` of all rows, with as many of each class as
/// prune() keeps there. Throws OptionError for a method without an order.
analysis::NestedOrder nestedOrder(const analysis::Clustering& clustering, const PruneOptions& options, double maxShare,
                                  int points);

} // namespace lpntk::curation
