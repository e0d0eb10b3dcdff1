#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>
#include <core/kernel/known_pairs.h>
#include <core/kernel/planner.h>
#include <core/kernel/source.h>
#include <core/kernel/tile_job.h>
#include <core/run/manifest.h>
#include <core/run/options.h>

#include <filesystem>
#include <memory>

namespace lpntk::kernel {

/// A kernel job with its network and data already opened (or replaced by a test's numbers).
struct KernelJob {
    run::Manifest manifest;                  ///< everything but state, precision and timings; with the plan
    Rows rows;
    const SignalSource* source = nullptr;    ///< signals of the plan's grade
    const SignalSource* reference = nullptr; ///< the same in float64, for the audit
    std::shared_ptr<const KnownPairs> known; ///< of the run that this one extends
    run::KernelOptions options;
    double deviceShare = kDeviceShare; ///< less after a card ran out of memory
    JobHooks hooks;
};

/// Computes the run folder, or goes on with it. Throws base::Error; Cancelled leaves the folder resumable, other errors of
/// a new job leave nothing.
engine::KernelReport runKernelJob(KernelJob job, const std::filesystem::path& out, const base::JobContext& context);

} // namespace lpntk::kernel
