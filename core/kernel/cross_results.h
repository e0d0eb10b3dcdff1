#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>
#include <core/kernel/cross_plan.h>
#include <core/kernel/cross_state.h>
#include <core/kernel/rows.h>
#include <core/kernel/source.h>

#include <filesystem>

namespace lpntk::kernel {

/// The samples of both sides: samples.npy, labels.npy, column_samples.npy, column_labels.npy.
void writeSamples(const std::filesystem::path& folder, const Rows& rows, const Rows& columns);
/// Throws OptionError when a folder was started with other samples.
void checkSameSamples(const std::filesystem::path& folder, const Rows& rows, const Rows& columns);

/// Norms, probabilities, neighbours and class sums of both sides.
void writeResults(const std::filesystem::path& folder, const CrossPlan& plan, const CrossState& state);

/// A side in the audit: all its samples, and their signals in float64.
struct AuditSide {
    const Rows& rows;
    const SignalSource& reference;
};
/// Recomputes the pairs of the plan's audit rows and columns wholly in float64 and compares what the job computed.
engine::Audit auditAgainst(const AuditSide& rows, const AuditSide& columns, const CrossPlan& plan,
                           const CrossState& state, const base::JobContext& context);

} // namespace lpntk::kernel
