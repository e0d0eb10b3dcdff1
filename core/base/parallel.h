#pragma once

#include <core/base/job_context.h>

#include <cstdint>
#include <functional>

namespace lpntk::base {

/// Calls `work(index, worker)` for every index of [0, count) from `threads` threads, indices handed out in order.
/// Returns when all are done. The first exception stops the handing out and is thrown again here; a requested stop
/// throws Cancelled. `worker` is in [0, threads). With one thread everything runs on the caller's.
void parallelFor(std::int64_t count, int threads, const JobContext& context,
                 const std::function<void(std::int64_t index, int worker)>& work);

/// Processor cores this program may use.
int availableThreads();

} // namespace lpntk::base
