#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>
#include <core/run/manifest.h>
#include <core/run/run.h>

#include <filesystem>
#include <string>

namespace lpntk::engine {

/// The network that a run was made with.
NetworkSpec networkOf(const run::Manifest& manifest);

/// What a run was computed from, for further kernels of the same data and network: its data set is opened; which
/// samples, memory and threads are left to the caller. Throws IoError, and ShapeError saying what is no longer as it
/// was.
KernelRequest requestOf(const run::Run& run, const base::JobContext& context);
/// The same on another device than the run's ("" = the run's), in the precision nearest to the run's that it knows.
KernelRequest requestOf(const run::Run& run, const std::string& device, const base::JobContext& context);

/// The job that an unfinished run was begun with, to go on with it; memory and threads are left to the caller. Throws
/// as requestOf(), and FormatError when the folder holds no unfinished run or one that stopped before it knew its
/// samples.
KernelRequest resumeOf(const std::filesystem::path& runFolder, const base::JobContext& context);

/// The same for a finished run of which something is damaged, to compute that again.
KernelRequest repairOf(const std::filesystem::path& runFolder, const base::JobContext& context);

} // namespace lpntk::engine
