#pragma once

#include <core/engine/engine.h>

#include <cstdint>
#include <vector>

namespace lpntk::train {

/// Throws OptionError naming the field of the request that cannot work.
void checkOptions(const engine::TrainRequest& request);

/// Learning rate of one step (0-based) of `steps` in all. "step" multiplies by gamma after every stepEpochs epochs
/// (torch's StepLR), "cosine" falls from the full rate to zero, a little with every step.
double learningRateAt(const engine::TrainRequest& request, std::int64_t step, std::int64_t stepsPerEpoch);

/// The positions 0 ... count - 1 in the order in which epoch `epoch` (0-based) sees them: the same for the same seed on
/// every machine.
std::vector<std::int64_t> shuffledOrder(std::int64_t count, std::uint64_t seed, int epoch);

/// A seed that has nothing to do with those of other arguments (SplitMix64).
std::uint64_t derivedSeed(std::uint64_t seed, std::uint64_t a, std::uint64_t b);

} // namespace lpntk::train
