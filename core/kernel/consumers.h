#pragma once

#include <core/formats/half.h>
#include <core/kernel/known_pairs.h>
#include <core/kernel/layout.h>
#include <core/kernel/state.h>
#include <core/kernel/store.h>
#include <core/run/plan.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace lpntk::kernel {

/// What one thread makes of one contracted tile: kappa rounded to float32, its transpose, cosines, pyramid cells. Buffers
/// are reused from tile to tile.
class TileImage {
public:
    TileImage(const run::KernelPlan& plan, const Layout& layout, const Store& store);
    static std::int64_t bytes(const run::KernelPlan& plan, std::int64_t side);

    /// Where the contraction goes: (rows, columns) float64.
    std::span<double> contraction(const Tile& tile);
    /// What follows from rows [begin, end) of the contraction of a tile off the diagonal: for all rows, in stretches
    /// that begin at multiples of 8. `state` gives norms and self kappas.
    void deriveRows(const Tile& tile, const JobState& state, std::int64_t begin, std::int64_t end);
    /// Everything else. A diagonal tile takes its upper triangle and the self kappas, so that it is symmetric bit for
    /// bit.
    void finish(const Tile& tile, const JobState& state);

    std::span<const float> kappa() const { return {m_kappa.data(), size()}; }           ///< (rows, columns)
    std::span<const float> transposed() const { return {m_transposed.data(), size()}; } ///< (columns, rows)
    std::span<const float> cosine() const { return {m_cosine.data(), size()}; }         ///< as a reader of the run sees it
    const JobState::TileCosines& statistics() const { return m_statistics; }
    /// For Store::write.
    TileBytes stored() const;

private:
    struct Level {
        std::vector<double> sum;
        std::vector<float> least, most;
        std::vector<formats::Half> direct[3], transposed[3];
    };
    std::size_t size() const { return static_cast<std::size_t>(m_rows * m_columns); }
    void mirror(const run::RowRange& rows, const JobState& state);
    void deriveRow(std::int64_t row, float norm, std::span<const float> norms);
    void derivePyramid();
    void firstLevel(Level& level, std::int64_t begin, std::int64_t end);
    static void nextLevel(const Level& finer, std::int64_t rows, std::int64_t columns, Level& coarser);
    void store(Level& level, int number);

    const run::KernelPlan& m_plan;
    const Layout& m_layout;
    const Store& m_store;
    std::int64_t m_rows = 0, m_columns = 0;
    bool m_diagonal = false;
    std::vector<double> m_contraction;
    std::vector<float> m_kappa, m_transposed, m_cosine;
    std::vector<formats::Half> m_half, m_halfTransposed;
    std::vector<Level> m_levels; ///< level 3 first
    JobState::TileCosines m_statistics;
};

/// Adds tiles to the state from several threads at once, in any order, to the same bits: neighbour lists are sets with a
/// total order (one lock per tile row), partial sums and audit values have one place per tile, histograms are counts.
class Consumers {
public:
    /// Pairs that `known` has are in the state already and are left out.
    Consumers(const run::KernelPlan& plan, const Layout& layout, JobState& state, const KnownPairs* known);

    void add(const Tile& tile, const TileImage& image);

private:
    void addRows(int of, int others, std::span<const float> kappa);
    std::span<const run::RowRange> columnsOf(std::int64_t row, int others) const;
    void addHistogram(const Tile& tile, std::span<const float> cosine);
    void addAudit(const Tile& tile, std::span<const float> kappa);

    const run::KernelPlan& m_plan;
    const Layout& m_layout;
    JobState& m_state;
    const KnownPairs* m_known;
    std::vector<std::vector<run::RowRange>> m_newRows; ///< by tile row, where pairs are known
    std::vector<std::mutex> m_rowLocks;                ///< by tile row
    std::mutex m_histogramLock;
};

} // namespace lpntk::kernel
