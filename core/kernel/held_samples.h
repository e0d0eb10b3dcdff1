#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>

#include <memory>

namespace lpntk::kernel {

/// engine::Engine::hold.
std::unique_ptr<engine::HeldSamples> holdSamples(const engine::KernelRequest& request, const base::JobContext& context);

} // namespace lpntk::kernel
