#pragma once

#include <core/kernel/device.h>

namespace lpntk::kernel {

/// Signals in main memory, products by a library of the processor. Throws OptionError for other precisions than fp32
/// and fp64, and for a backend that this machine lacks.
std::unique_ptr<Device> makeProcessorDevice(const Arithmetic& arithmetic,
                                            const std::vector<gradient::SignalLayer>& layers);

} // namespace lpntk::kernel
