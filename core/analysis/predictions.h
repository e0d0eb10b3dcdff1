#pragma once

#include <core/base/ids.h>
#include <core/run/run.h>

#include <cstdint>
#include <span>
#include <vector>

namespace lpntk::analysis {

// What the network of a run says of its rows (Run::probabilities), method.md section 7. Safe from any thread.

/// (K) of a row; empty when the row is invalid or the run has none.
std::span<const float> probabilitiesOf(const run::Run& run, base::RowId row);

/// The most probable class, the first of equal ones; -1 without probabilities.
int predictedLabel(std::span<const float> probabilities);
/// Probability of `label` minus the largest other, -1 to 1; NaN when there is no such label or no other class.
double marginOf(std::span<const float> probabilities, int label);
/// EL2N: length of the probabilities minus the one-hot vector of `label`; NaN when there is no such label.
double el2nOf(std::span<const float> probabilities, int label);

/// (N) predicted label of each row; empty when the run has no probabilities.
std::vector<std::int32_t> predictedLabels(const run::Run& run);

} // namespace lpntk::analysis
