#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>

namespace lpntk::scores {

/// engine::Engine::evaluate, evaluateHistory and scores.
engine::Evaluation evaluate(const engine::EvaluateRequest& request, const base::JobContext& context);
std::vector<engine::Evaluation> evaluateHistory(const engine::EvaluateRequest& request,
                                                const std::vector<std::filesystem::path>& weights,
                                                const base::JobContext& context);
engine::SampleScores sampleScores(const engine::EvaluateRequest& request, const base::JobContext& context);

} // namespace lpntk::scores
