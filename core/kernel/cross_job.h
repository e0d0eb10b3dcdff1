#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>
#include <core/kernel/cross_manifest.h>
#include <core/kernel/plan_sizes.h>
#include <core/kernel/rows.h>
#include <core/kernel/source.h>
#include <core/kernel/tile_job.h>
#include <core/run/options.h>

#include <filesystem>

namespace lpntk::kernel {

/// A cross job with its network and data already opened (or replaced by a test's numbers).
struct CrossJob {
    CrossManifest manifest; ///< everything but state, precision and timings; with the plan
    Rows rows, columns;
    const SignalSource* rowSource = nullptr; ///< signals of the plan's grade
    const SignalSource* columnSource = nullptr;
    const SignalSource* rowReference = nullptr; ///< the same in float64, for the audit
    const SignalSource* columnReference = nullptr;
    run::KernelOptions options;
    double deviceShare = kDeviceShare; ///< less after a card ran out of memory
    JobHooks hooks;                    ///< "signals", "stored", "adding", "piece", "state", "checkpoint", "finishing"
};

/// Computes the folder, or goes on with it. Throws base::Error; Cancelled leaves the folder resumable, other errors of
/// a new job leave nothing.
engine::CrossReport runCrossJob(CrossJob job, const std::filesystem::path& out, const base::JobContext& context);

} // namespace lpntk::kernel
