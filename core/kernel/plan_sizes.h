#pragma once

#include <core/base/job_context.h>
#include <core/kernel/rows.h>
#include <core/kernel/source.h>
#include <core/run/options.h>
#include <core/run/plan.h>

#include <cstdint>
#include <string>

namespace lpntk::kernel {

/// Share of a card's free memory that plans use; the rest is for what libraries take by themselves.
inline constexpr double kDeviceShare = 0.85;

/// How much longer products of small tiles take on the processor than those of large ones, measured at depths of
/// hundreds and thousands.
double tileSlowness(int tile);
/// Large tiles multiply faster, but a small job needs enough of them for its threads.
int preferredTile(std::int64_t rows);
/// What a capture call should take of this many rows, where there is memory for it.
std::int64_t preferredBatch(const SignalSource& source, std::int64_t rows, const std::string& device);

/// Chooses tile, batch, threads and panel so that the job costs least within the budget. Tile and batch, which decide
/// the bits, depend on sizes and the budget only, never on this machine's threads or speed. Throws BudgetError saying
/// what would fit.
void chooseSizes(run::KernelPlan& plan, const SignalSource& source, const Rows& rows, const run::KernelOptions& options,
                 const base::JobContext& context);

/// Fits threads and panel of an existing plan into this budget (a resumed job keeps what decides the bits).
void fitIntoBudget(run::KernelPlan& plan, const SignalSource& source, const Rows& rows,
                   const run::KernelOptions& options, double deviceShare);

} // namespace lpntk::kernel
