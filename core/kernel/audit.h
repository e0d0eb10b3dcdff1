#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>
#include <core/kernel/source.h>
#include <core/kernel/state.h>
#include <core/run/plan.h>

#include <cstdint>
#include <span>

namespace lpntk::kernel {

/// The largest cosine error that a precision promises; what is above is told as a warning.
double promisedCosineError(run::Precision precision);

/// Rows that an audit of this network may hold in float64 within `bytes`: 2 to 64.
int auditRowsWithin(std::int64_t bytes, const std::vector<gradient::SignalLayer>& layers);

/// Recomputes the pairs of the state's audit rows wholly in float64 (signals of `reference`, sums) and compares what the
/// job computed. For class blocks only pairs of one block count.
engine::Audit auditAgainst(const SignalSource& reference, const run::KernelPlan& plan, const JobState& state,
                           std::span<const std::int64_t> samples, std::span<const std::int64_t> labels,
                           const base::JobContext& context);

} // namespace lpntk::kernel
