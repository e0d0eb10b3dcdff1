#pragma once

#include <core/base/job_context.h>
#include <core/kernel/source.h>
#include <core/run/options.h>
#include <core/run/plan.h>

#include <cstdint>
#include <span>
#include <vector>

namespace lpntk::kernel {

/// The rows of a job, sorted by (label, original index).
struct Rows {
    std::vector<std::int64_t> samples, labels;
};
/// Throws OptionError (nothing selected), ShapeError (a label outside 0..classes-1, naming the sample).
Rows rowsOf(const data::Split& split, const run::KernelOptions& options, int classes);

/// Makes the plan. Tile and batch depend on sizes and the budget only, never on the number of threads; threads and panel
/// are then fitted into what is left. Throws BudgetError saying what would fit.
run::KernelPlan makePlan(const SignalSource& source, const Rows& rows, std::int64_t parameters,
                         const run::KernelOptions& options, const base::JobContext& context);

/// Share of a card's free memory that plans use; the rest is for what libraries take by themselves.
inline constexpr double kDeviceShare = 0.85;

/// Fits threads and panel of an existing plan into this budget (a resumed job keeps what decides the bits).
void fitIntoBudget(run::KernelPlan& plan, const SignalSource& source, const Rows& rows, const run::KernelOptions& options,
                   double deviceShare);

/// What a short probe of this machine says.
struct Rates {
    double secondsPerSample = 0; ///< signals, on one thread
    double macsPerSecond = 0;    ///< products, of one worker
};
Rates probe(const run::KernelPlan& plan, const SignalSource& source, const Rows& rows);

/// Fills the predicted times.
void predictTimes(run::KernelPlan& plan, const SignalSource& source, const Rates& rates);

/// The same job in a half and a quarter of the memory that the plan takes, with predicted times; those that fit.
std::vector<run::KernelPlan> smallerPlans(const run::KernelPlan& plan, const SignalSource& source, const Rows& rows,
                                          const run::KernelOptions& options, const Rates& rates,
                                          const base::JobContext& context);

/// Resident memory of the process in bytes: now, and its highest so far.
std::int64_t residentMemory();
std::int64_t peakMemory();

} // namespace lpntk::kernel
