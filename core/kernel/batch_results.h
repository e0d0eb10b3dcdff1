#pragma once

#include <core/kernel/neighbours.h>
#include <core/kernel/source.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace lpntk::kernel {

/// Throws ShapeError for the first sample of a batch whose outputs or gradient are not finite; it says where in the
/// network that begins. outputs (samples, K) row-major, selfKappa (samples).
void checkFinite(const SignalSource& source, std::span<const std::int64_t> samples,
                 std::span<const std::int64_t> labels, std::span<const float> outputs,
                 std::span<const double> selfKappa);

/// Of one sample's logits (K), in float64, rounded once.
void softmax(std::span<const float> logits, std::span<float> probabilities);

/// Writes NAME_index.npy and NAME_value.npy, (keys.size() / top, top) each: the numbers of the keys, or -1 and NaN
/// where there is none. `sign`: -1 for the most negative others.
void writeNeighbours(const std::filesystem::path& folder, const std::string& name, std::int64_t top,
                     std::span<const NeighbourKey> keys, float sign);

} // namespace lpntk::kernel
