#pragma once

#include <core/kernel/rows.h>
#include <core/kernel/source.h>
#include <core/run/plan.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

namespace lpntk::kernel {

/// What the program holds beside its jobs, bytes, in steps, so that a plan does not hang on a page more or less.
std::int64_t heldMemory();
/// Megabytes to ask for where `least` bytes are needed: enough also when the program holds a step more the next time.
std::int64_t advisedMegabytes(std::int64_t least);

/// Memory of one kind that a job with a plan holds.
struct Needs {
    std::int64_t base = 0; ///< what the whole job keeps
    std::int64_t perWorker = 0;
    std::int64_t perRow = 0;
    std::int64_t afterwards = 0; ///< what the audit at the end takes, when workers and rows are gone
    std::int64_t budget = 0;

    std::int64_t total(std::int64_t workers, std::int64_t rows) const {
        return base + std::max(workers * perWorker + rows * perRow, afterwards);
    }
    bool fits(std::int64_t workers, std::int64_t rows) const { return total(workers, rows) <= budget; }
    std::int64_t workersFitting(std::int64_t rows) const {
        return (budget - base - rows * perRow) / std::max<std::int64_t>(perWorker, 1);
    }
    std::int64_t rowsFitting(std::int64_t workers) const {
        return perRow == 0 ? std::numeric_limits<std::int64_t>::max() : (budget - base - workers * perWorker) / perRow;
    }
};

/// What a job with this plan holds.
struct PlanMemory {
    Needs main;                ///< the program as it is included
    std::optional<Needs> card; ///< where the devices have memory of their own: what each holds
    int cards = 1;

    /// With the plan's blocks, tile and batch; `share` of a card's free memory. Throws OptionError for a device that is
    /// not there.
    PlanMemory(const run::KernelPlan& plan, const SignalSource& source, const Rows& rows, std::int64_t budget,
               double share);

    std::int64_t eachOf(std::int64_t workers) const { return (workers + cards - 1) / cards; }
    bool fits(std::int64_t workers, std::int64_t rows) const {
        return main.fits(workers, rows) && (!card || card->fits(eachOf(workers), rows));
    }
    std::int64_t workersFitting(std::int64_t rows) const {
        return std::min(main.workersFitting(rows),
                        card ? cards * card->workersFitting(rows) : main.workersFitting(rows));
    }
    std::int64_t rowsFitting(std::int64_t workers) const {
        return std::min(main.rowsFitting(workers),
                        card ? card->rowsFitting(eachOf(workers)) : main.rowsFitting(workers));
    }
};

/// Rows that must fit at least: one tile row, and a second one where a block has several.
std::int64_t fewestRows(const run::KernelPlan& plan);
std::int64_t largestBlock(const run::KernelPlan& plan);

/// Throws BudgetError that says what would fit.
[[noreturn]] void refuseBudget(const PlanMemory& memory, const run::KernelPlan& plan);

/// Resident memory of the process in bytes: now, and its highest so far.
std::int64_t residentMemory();
std::int64_t peakMemory();

} // namespace lpntk::kernel
