#pragma once

#include <core/kernel/known_pairs.h>
#include <core/kernel/layout.h>
#include <core/kernel/state.h>
#include <core/kernel/store.h>
#include <core/run/plan.h>

#include <cstdint>
#include <filesystem>
#include <span>

namespace lpntk::kernel {

/// Reduces the state in a fixed order and writes norms, neighbours, sums, histograms, self maximum, probabilities and
/// the pyramid levels coarser than a tile. Sums of pairs that `known` has are its.
void writeResults(const std::filesystem::path& folder, const run::KernelPlan& plan, const Layout& layout,
                  const Store& store, const JobState& state, std::span<const std::int64_t> labels,
                  const KnownPairs* known);

/// Share of rows whose most probable class is their label (ties: the smaller class).
/// probabilities (N, classes).
double accuracyOf(std::span<const float> probabilities, int classes, std::span<const std::int64_t> labels);

} // namespace lpntk::kernel
