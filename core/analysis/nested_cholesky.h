#pragma once

#include <core/analysis/tile_products.h>
#include <core/base/ids.h>
#include <core/base/job_context.h>
#include <core/run/run.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace lpntk::analysis {

/// Cholesky of K_SS + eps I (coverage.h) for every prefix S of an order of one class's rows, and with it the residual
/// of every later row after each prefix. One thread owns it and lends it `threads` threads, whose number changes no
/// bit.
///
/// Rows stand in groups of 24, pivots in panels of twelve groups. A panel is filled from the run, loses what earlier
/// panels explain, one product of (24, 144) and (144, 8) after the other, and is then factored group by group: below
/// the panel's own rows all groups are independent. A group has columns up to its own rows, so n rows of which m become
/// pivots take n m - m^2 / 2 doubles and n m^2 / 2 - m^3 / 3 multiply-adds.
class NestedCholesky {
public:
    /// `order`: the class's rows; the first `most` become pivots in this order, none of the others.
    NestedCholesky(const run::Run& run, run::RowRange range, std::vector<base::RowId> order, std::int64_t most,
                   int threads, const base::JobContext& context);

    /// Calls `at(count)` when `count` pivots stand, for each of the ascending `counts`, and `made(pivots)` panel by
    /// panel. Throws Cancelled, FormatError (a value of the run is not finite).
    void run(std::span<const std::int64_t> counts, const std::function<void(std::int64_t count)>& at,
             const std::function<void(std::int64_t pivots)>& made);

    /// Covered share of the row at position `i` of the order, which is no pivot yet.
    float coverage(std::int64_t i) const;

    base::RowId rowAt(std::int64_t i) const { return m_order[static_cast<std::size_t>(i)]; }

private:
    struct alignas(64) Column {
        double rows[kGroupRows];
    };
    /// Groups whose rows are the pivots of a panel.
    struct Panel {
        std::int64_t first = 0, last = 0;
    };

    Column* group(std::int64_t number) const;
    std::int64_t pivotGroups() const;
    void fill(Panel panel);
    void fillColumns(std::int64_t begin, std::span<float> kappas);
    void factor(Panel panel);
    void subtractEarlier(Panel groups, Panel panel);
    void subtract(std::int64_t number, std::int64_t pivots, std::int64_t begin, std::int64_t end);
    void finish(std::int64_t number, Panel panel);
    void factorDiagonal(std::int64_t number);
    void explain(std::int64_t begin, std::int64_t end);

    const run::Run& m_run;
    run::RowRange m_range;
    std::vector<base::RowId> m_order;
    std::int64_t m_most, m_groups;
    int m_threads;
    const base::JobContext& m_context;
    SubtractProducts m_products;
    std::vector<std::int32_t> m_place;          ///< [position] in the class, its size for rows that only fill a group
    std::vector<double> m_diagonal, m_residual; ///< [position] kappa_ii, and what no pivot explains of it
    std::vector<double> m_inverse;              ///< [pivot] 1 / its diagonal entry, 0 of one that drowned
    std::unique_ptr<Column[]> m_factor;         ///< groups one after the other, a column per pivot
    double m_epsilon = 0;
};

} // namespace lpntk::analysis
