#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>

#include <filesystem>
#include <vector>

namespace lpntk::kernel {

/// engine::Engine::productRates and engine::Engine::storeTimes: what a kernel job is measured against.
std::vector<engine::ProductRate> productRates(int threads, const base::JobContext& context);
engine::StoreTimes storeTimes(const run::KernelPlan& plan, const std::filesystem::path& folder,
                              const base::JobContext& context);

} // namespace lpntk::kernel
