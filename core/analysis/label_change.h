#pragma once

#include <core/analysis/relations.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lpntk::analysis {

/// kappa of one sample under each of K labels with N samples as they are.
struct LabelKappa {
    std::span<const float> kappa;         ///< (K, N), row-major
    std::span<const float> self;          ///< (K) with itself under each label
    std::span<const float> diagonal;      ///< (N) of the samples with themselves
    std::span<const std::int64_t> labels; ///< (N)
    std::int64_t own = -1; ///< the sample's own place among the N, which is left out; -1 = not among them
};

/// What one sample's relations would be under one label.
struct LabelOutcome {
    int label = 0;
    std::int64_t classCount = 0; ///< other samples of that class
    double classCosine = 0;      ///< mean cosine to them, NaN where there are none
    RelationCounts counts;       ///< to all other samples
};

/// Under every label, in the order of the labels.
std::vector<LabelOutcome> labelOutcomes(const LabelKappa& kernel, Thresholds thresholds);

/// Fewer contradictory samples are better, then a larger mean cosine to the class, then the smaller label.
bool isBetter(const LabelOutcome& a, const LabelOutcome& b);

/// `present` first, then from the best to the worst of the others. A label without samples is the worst.
std::vector<LabelOutcome> bestFirst(std::vector<LabelOutcome> outcomes, int present);

/// The label under which fewest samples contradict, if that are fewer than under `present`; classes without samples are
/// left out. `outcomes`: of bestFirst.
std::optional<LabelOutcome> betterLabel(std::span<const LabelOutcome> outcomes);

} // namespace lpntk::analysis
