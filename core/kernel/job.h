#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>

#include <filesystem>

namespace lpntk::kernel {

/// engine::Engine::plan and engine::Engine::kernel.
engine::PlannedKernel planKernel(const engine::KernelRequest& request, const base::JobContext& context);
engine::KernelReport computeKernel(const engine::KernelRequest& request, const std::filesystem::path& out,
                                   const base::JobContext& context);

} // namespace lpntk::kernel
