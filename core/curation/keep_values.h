#pragma once

#include <core/curation/pruning.h>

#include <cstdint>
#include <vector>

// What prune() and the orders of methods share, so that a curve shows the sets that prune() keeps.
namespace lpntk::curation {

std::vector<base::RowId> rowsOf(run::RowRange range);
/// max(1, round(keep * size)); 0 of nothing.
std::int64_t countToKeep(double keep, std::int64_t size);
/// What `average` orders by: mean kappa to the own class (analysis::averageKappa), higher = kept longer.
std::vector<float> averageValues(std::vector<float> means, const PruneOptions& options);
/// All rows, those with the highest value first; ties: the smaller row.
std::vector<base::RowId> rowsByValue(const std::vector<float>& values);

} // namespace lpntk::curation
