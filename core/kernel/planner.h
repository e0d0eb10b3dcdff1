#pragma once

#include <core/base/job_context.h>
#include <core/kernel/plan_sizes.h>
#include <core/kernel/rows.h>
#include <core/kernel/source.h>
#include <core/run/options.h>
#include <core/run/plan.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// What a plan takes from network and options: all but rows, blocks, store, tile, batch and what is fitted.
run::KernelPlan planWithoutSizes(const SignalSource& source, std::int64_t parameters,
                                 const run::KernelOptions& options);
/// Makes the plan. Throws BudgetError saying what would fit.
run::KernelPlan makePlan(const SignalSource& source, const Rows& rows, std::int64_t parameters,
                         const run::KernelOptions& options, const base::JobContext& context);

/// What a short probe of this machine says.
struct Rates {
    double secondsPerSample = 0; ///< signals, on one of so many threads that compute them at once
    int threads = 1;
    double secondsPerFreshByte = 0; ///< main memory that the program has not had yet
    double macsPerSecond = 0;    ///< products, of one worker
};
Rates probe(const run::KernelPlan& plan, const SignalSource& source, const Rows& rows);

/// Fills the predicted times.
void predictTimes(run::KernelPlan& plan, const SignalSource& source, const Rates& rates);

/// The same job in a half and a quarter of the memory that the plan takes, with predicted times; those that fit.
std::vector<run::KernelPlan> smallerPlans(const run::KernelPlan& plan, const SignalSource& source, const Rows& rows,
                                          const run::KernelOptions& options, const Rates& rates,
                                          const base::JobContext& context);

} // namespace lpntk::kernel
