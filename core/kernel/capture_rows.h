#pragma once

#include <core/kernel/device.h>
#include <core/kernel/source.h>

#include <cstdint>
#include <span>

namespace lpntk::kernel {

/// Where one capture call puts the signals of some of the source's layers.
struct CapturePart {
    SignalRows* signals = nullptr;
    std::span<double> self; ///< (samples) kappa of each with itself by these layers
};

/// One capture call into rows from `row` on of `parts`, which have the source's layers one after the other. The calling
/// thread's libtorch calls use one thread. Throws ShapeError naming a sample whose numbers are not finite.
void captureRows(const SignalSource& source, std::span<const std::int64_t> samples,
                 std::span<const std::int64_t> labels, std::span<const CapturePart> parts, std::int64_t row);

} // namespace lpntk::kernel
