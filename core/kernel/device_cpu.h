#pragma once

#include <core/kernel/device.h>

namespace lpntk::kernel {

/// Signals in main memory, products by libtorch's processor kernels. Throws OptionError for other precisions than fp32
/// and fp64.
std::unique_ptr<Device> makeProcessorDevice(run::Precision precision, std::int64_t columnChunk,
                                            const std::vector<gradient::SignalLayer>& layers);

} // namespace lpntk::kernel
