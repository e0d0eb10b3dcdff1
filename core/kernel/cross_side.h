#pragma once

#include <core/kernel/cross_state.h>
#include <core/kernel/device.h>
#include <core/kernel/rows.h>
#include <core/kernel/source.h>

#include <span>

namespace lpntk::kernel {

/// The rows of a cross job, or its columns: who they are, where their signals come from, and what is kept of them.
struct CrossSide {
    const Rows& rows;
    const SignalSource& source;
    CrossSideState& state;

    /// Writes the signals of `range` into `room`, from its row `local` on, and norms and probabilities into the state.
    /// From several threads for different ranges; libtorch uses one thread of each. Throws ShapeError for numbers that
    /// are not finite.
    void computeSignals(const run::RowRange& range, SignalRows& room, std::int64_t local) const;

private:
    void keepNorms(const run::RowRange& range, std::span<const double> self) const;
};

} // namespace lpntk::kernel
