#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>

namespace lpntk::scores {

/// engine::Engine::evaluate and engine::Engine::scores.
engine::Evaluation evaluate(const engine::EvaluateRequest& request, const base::JobContext& context);
engine::SampleScores sampleScores(const engine::EvaluateRequest& request, const base::JobContext& context);

} // namespace lpntk::scores
