#pragma once

#include <core/base/job_context.h>
#include <core/kernel/source.h>
#include <core/run/options.h>
#include <core/run/plan.h>

#include <cstdint>

namespace lpntk::kernel {

/// A kernel job's plan with what columns of their own add. The rows of one tile are a band; a piece is what a band and
/// a tile of columns have in common. Of a kernel job's plan blocks, panelRows and the predicted times mean nothing
/// here.
struct CrossPlan : run::KernelPlan {
    std::int64_t columns = 0; ///< M
    int columnTile = 1024;    ///< columns of a piece; `tile` are its rows
    int auditColumns = 0;     ///< recomputed in float64 with the audit rows

    // How the work is laid out in time; not part of what decides the bits.
    std::int64_t panelColumns = 0; ///< columns whose signals are held at once: M, or whole tiles
    int bandsAtOnce = 1;           ///< bands whose signals and pieces are held beside them

    int bands() const { return static_cast<int>((rows + tile - 1) / tile); }
    int columnTiles() const { return static_cast<int>((columns + columnTile - 1) / columnTile); }
    std::int64_t pieces() const { return std::int64_t{bands()} * columnTiles(); }
    run::RowRange band(int number) const;
    run::RowRange tileColumns(int number) const;
    /// Column tiles of a panel, the last may have fewer.
    int panelTiles() const { return static_cast<int>((panelColumns + columnTile - 1) / columnTile); }
};

/// Makes the plan. What decides the bits depends on sizes and the budget only. Throws BudgetError saying what would
/// fit, OptionError for several devices.
CrossPlan makeCrossPlan(const SignalSource& source, std::int64_t rows, std::int64_t columns, std::int64_t parameters,
                        const run::KernelOptions& options, const base::JobContext& context);

/// Fits threads, panel and bands at once of an existing plan into this budget (a resumed job keeps what decides the
/// bits).
void fitIntoBudget(CrossPlan& plan, const SignalSource& source, const run::KernelOptions& options, double deviceShare);

} // namespace lpntk::kernel
