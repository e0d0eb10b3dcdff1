#pragma once

#include <core/base/job_context.h>
#include <core/kernel/device.h>
#include <core/kernel/rows.h>
#include <core/kernel/source.h>
#include <core/run/options.h>
#include <core/run/plan.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// How the signals of some rows are held and multiplied. Tile, batch and group decide bits; they depend on sizes and
/// the budget only, never on the number of threads.
struct HoldPlan {
    std::string device = "cpu";
    Arithmetic arithmetic;
    std::int64_t tile = 0;  ///< rows whose signals lie together: the columns of one product
    std::int64_t batch = 0; ///< samples of a capture call
    std::int64_t group = 0; ///< members that are multiplied with all others at once
    int threads = 1;
    std::int64_t memoryBudget = 0;
};

/// Throws BudgetError, saying what would fit, where the signals of `rows` samples do not.
HoldPlan planHold(const SignalSource& source, std::int64_t rows, const run::KernelOptions& options);

/// Signals of some rows on a device, in tiles.
class TiledSignals {
public:
    TiledSignals(std::unique_ptr<const Device> device, std::int64_t rows, std::int64_t tile);

    const Device& device() const { return *m_device; }
    std::int64_t tileSize() const { return m_tile; }
    std::int64_t tiles() const { return static_cast<std::int64_t>(m_signals.size()); }
    run::RowRange rowsOf(std::int64_t tile) const;
    SignalRows& tile(std::int64_t tile) const { return *m_signals[static_cast<std::size_t>(tile)]; }

private:
    std::unique_ptr<const Device> m_device;
    std::int64_t m_rows, m_tile;
    std::vector<std::unique_ptr<SignalRows>> m_signals;
};

/// engine::HeldSamples without a network.
class HeldSignals {
public:
    /// Computes the signals; the source must outlive this. Throws ShapeError naming a sample whose numbers are not
    /// finite.
    HeldSignals(const SignalSource& source, Rows rows, HoldPlan plan, const base::JobContext& context);

    const Rows& rows() const { return m_rows; }
    std::span<const float> diagonal() const { return m_diagonal; }
    void kappa(std::span<const std::int64_t> members, run::RowRange with, std::span<float> out,
               const base::JobContext& context);
    void kappaByLayer(std::span<const std::int64_t> members, std::span<float> out,
                      const base::JobContext& context) const;

private:
    /// One thread's.
    struct Worker {
        std::unique_ptr<TileWorker> tiles;
        std::vector<double> tile;
    };

    void gather(std::span<const std::int64_t> members);
    void multiply(std::span<const std::int64_t> members, run::RowRange with, std::span<float> out,
                  const base::JobContext& context);
    void checkMemoryByLayer(std::int64_t members) const;

    const SignalSource& m_source;
    Rows m_rows;
    HoldPlan m_plan;
    std::vector<float> m_diagonal;
    std::vector<TiledSignals> m_signals; ///< one; a list for what computes them
    std::unique_ptr<SignalRows> m_gathered;
    std::vector<Worker> m_workers;
};

} // namespace lpntk::kernel
