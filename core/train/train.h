#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>

namespace lpntk::train {

/// engine::Engine::train: SGD through the interpreter; writes checkpoints and history.json into request.out.
engine::TrainReport train(const engine::TrainRequest& request, const base::JobContext& context);

} // namespace lpntk::train
