#pragma once

#include <core/base/job_context.h>
#include <core/formats/half.h>
#include <core/kernel/cross_side.h>
#include <core/kernel/cross_state.h>
#include <core/kernel/cross_store.h>
#include <core/kernel/device.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace lpntk::kernel {

/// Column tiles [begin, end).
struct TileRange {
    int begin = 0, end = 0;
};

/// A band's part of a panel in memory: kappa, and with the store f16 the cosines that are stored. Pieces are filled by
/// several threads, each its own; buffers are reused from band to band.
class CrossPanel {
public:
    CrossPanel(const CrossPlan& plan, const CrossState& state);

    /// Of which band and columns it is from now on, and which of their pieces are to be computed, ascending.
    void begin(int band, const TileRange& panel, std::vector<int> wanted);
    int band() const { return m_band; }
    const std::vector<int>& wanted() const { return m_wanted; }
    const run::RowRange& rows() const { return m_rows; }

    /// Takes over a contracted piece, (rows, tileColumns) row-major. Gives the CRC-32 of what is stored of it.
    std::uint32_t put(int columnTile, std::span<const double> contraction);
    /// Writes the wanted pieces' part of some of the rows.
    void write(const CrossStore& store, const run::RowRange& rows) const;
    /// kappa of a row with columns of the panel.
    std::span<const float> kappa(std::int64_t row, const run::RowRange& columns) const;

private:
    std::size_t placeOf(std::int64_t row, std::int64_t column) const;
    std::span<const std::byte> storedFrom(std::int64_t row, std::int64_t column) const;

    const CrossPlan& m_plan;
    const CrossState& m_state;
    int m_band = 0;
    run::RowRange m_rows, m_columns;
    std::vector<int> m_wanted;
    std::vector<float> m_kappa; ///< (rows, columns)
    std::vector<formats::Half> m_cosine;
};

/// Adds pieces to the state, to the same bits whatever panels, bands at once and threads: a sum takes pieces in their
/// order, neighbour lists are sets with a total order. One object per thread.
class CrossAdder {
public:
    CrossAdder(const CrossPlan& plan, const Rows& rows, const Rows& columns, CrossState& state);

    /// Some rows of a band with the columns of column tiles that the state does not include.
    void addRows(const CrossPanel& panel, const run::RowRange& rows, const TileRange& tiles);
    /// The columns of one tile with the band.
    void addColumns(const CrossPanel& panel, int columnTile);

private:
    void addAudit(std::int64_t row, const run::RowRange& columns, std::span<const float> kappa);

    const CrossPlan& m_plan;
    const Rows& m_rows;
    const Rows& m_columns;
    CrossState& m_state;
    std::vector<std::int64_t> m_auditRows, m_auditColumns;
    NeighbourFinder m_finder;
    std::vector<float> m_block, m_turned;
};

} // namespace lpntk::kernel
