#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>

#include <string>

namespace lpntk::kernel {

/// Shows that a device computes what it promises, in every precision it knows: products of random signals, and kernels
/// of built-in networks with random weights and pictures, against the processor in float64. Throws OptionError where
/// the device is missing.
engine::CheckReport checkDevice(const std::string& device, const base::JobContext& context);

} // namespace lpntk::kernel
