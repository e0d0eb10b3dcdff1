#pragma once

#include <core/base/job_context.h>
#include <core/run/run.h>

namespace lpntk::kernel {

/// Reads all tiles of a finished run and compares them with the checksums of its journal. Throws FormatError naming the
/// first that differs.
void verifyStored(const run::Run& run, int threads, const base::JobContext& context);

} // namespace lpntk::kernel
