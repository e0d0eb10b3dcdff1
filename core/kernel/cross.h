#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>

#include <filesystem>

namespace lpntk::kernel {

/// engine::Engine::crossKernel.
engine::CrossReport computeCross(const engine::CrossRequest& request, const std::filesystem::path& out,
                                 const base::JobContext& context);

} // namespace lpntk::kernel
