#include <core/analysis/checked_row.h>
#include <core/analysis/nested_cholesky.h>
#include <core/base/parallel.h>
#include <core/base/vector_widths.h>

#include <algorithm>
#include <cmath>
#include <numeric>

// GCC 12 takes loops over a group's rows in whole vectors from -O3 on.
#pragma GCC optimize("O3")

namespace lpntk::analysis {

using base::RowId;

namespace {

/// Groups of a panel's pivots.
constexpr std::int64_t kPanelGroups = 12;
/// Groups of earlier pivots that a product is summed over: a group's columns of them, (144, 24), and the 8 rows that it
/// is multiplied with stay in a first cache of 48 kB, all rows of the panel's pivots, 332 kB, in the second one.
constexpr std::int64_t kDepthGroups = 6;
/// Groups that a thread takes at once: what the panel has of them, 442 kB, stays in the second cache as well while
/// earlier pivots pass by.
constexpr std::int64_t kGroupsAtOnce = 8;
static_assert(kPanelGroups % kDepthGroups == 0);

std::size_t at(std::int64_t index) {
    return static_cast<std::size_t>(index);
}

std::int64_t groupsOf(std::int64_t rows) {
    return (rows + kGroupRows - 1) / kGroupRows;
}

/// Column `c` of a group, divided by its pivot's diagonal entry, and what the columns after it lose by it. `pivots`:
/// the columns of the group whose rows are the pivots; both (24, 24).
LPNTK_WIDTHS void eliminate(double* columns, const double* pivots, std::int64_t c, double inverse) {
    double own[kGroupRows];
    for (std::int64_t r = 0; r < kGroupRows; ++r)
        columns[c * kGroupRows + r] = own[r] = columns[c * kGroupRows + r] * inverse;
    for (std::int64_t k = c + 1; k < kGroupRows; ++k) {
        const double factor = pivots[c * kGroupRows + k];
        for (std::int64_t r = 0; r < kGroupRows; ++r)
            columns[k * kGroupRows + r] -= own[r] * factor;
    }
}

/// residual(r) -= the squares of row r; `columns`: (count, 24).
LPNTK_WIDTHS void subtractSquares(const double* columns, std::int64_t count, double* residual) {
    double rest[kGroupRows];
    for (std::int64_t r = 0; r < kGroupRows; ++r)
        rest[r] = residual[r];
    for (std::int64_t c = 0; c < count; ++c) {
        for (std::int64_t r = 0; r < kGroupRows; ++r)
            rest[r] -= columns[c * kGroupRows + r] * columns[c * kGroupRows + r];
    }
    for (std::int64_t r = 0; r < kGroupRows; ++r)
        residual[r] = rest[r];
}

} // namespace

NestedCholesky::NestedCholesky(const run::Run& run, run::RowRange range, std::vector<RowId> order, std::int64_t most,
                               int threads, const base::JobContext& context)
    : m_run(run), m_range(range), m_order(std::move(order)), m_most(most), m_groups(groupsOf(range.size())),
      m_threads(threads), m_context(context), m_products(productsOfTiles().front()),
      m_place(at(m_groups * kGroupRows), static_cast<std::int32_t>(range.size())), m_residual(m_place.size()) {
    for (std::int64_t i = 0; i < range.size(); ++i) {
        m_place[at(i)] = static_cast<std::int32_t>(rowAt(i).value() - range.begin);
        m_diagonal.push_back(static_cast<double>(run.kappa(rowAt(i), rowAt(i))));
    }
    std::copy(m_diagonal.begin(), m_diagonal.end(), m_residual.begin());
    const double share = run.manifest().plan.store == run::StoreType::f16 ? 1e-3 : 1e-6;
    const double sum = std::accumulate(m_diagonal.begin(), m_diagonal.end(), 0.0);
    m_epsilon = m_diagonal.empty() ? 0 : share * sum / static_cast<double>(range.size());
    m_inverse.resize(at(groupsOf(most) * kGroupRows));
    // Not cleared: that takes a second for gigabytes, and fill() writes every entry.
    const std::int64_t pivots = groupsOf(most);
    m_factor = std::make_unique_for_overwrite<Column[]>(
        at(kGroupRows * (pivots * (pivots + 1) / 2 + (m_groups - pivots) * pivots)));
}

/// Its first column; it has columns up to its own rows, and all if none of them is a pivot.
NestedCholesky::Column* NestedCholesky::group(std::int64_t number) const {
    const std::int64_t pivots = pivotGroups();
    const std::int64_t above = std::min(number, pivots);
    return m_factor.get() + kGroupRows * (above * (above + 1) / 2 + (number - above) * pivots);
}

std::int64_t NestedCholesky::pivotGroups() const {
    return std::ssize(m_inverse) / kGroupRows;
}

void NestedCholesky::run(std::span<const std::int64_t> counts, const std::function<void(std::int64_t)>& at,
                         const std::function<void(std::int64_t)>& made) {
    auto next = counts.begin();
    while (next != counts.end() && *next == 0)
        at(*next++);
    for (std::int64_t first = 0; first < pivotGroups() && next != counts.end(); first += kPanelGroups) {
        const Panel panel{first, std::min(first + kPanelGroups, pivotGroups())};
        fill(panel);
        factor(panel);
        std::int64_t explained = first * kGroupRows;
        const std::int64_t end = std::min(panel.last * kGroupRows, m_most);
        while (explained < end) {
            const std::int64_t until = next == counts.end() ? end : std::min(*next, end);
            explain(explained, until);
            explained = until;
            while (next != counts.end() && *next == explained)
                at(*next++);
        }
        made(end - first * kGroupRows);
    }
}

float NestedCholesky::coverage(std::int64_t i) const {
    if (!(m_diagonal[at(i)] > 0))
        return 1; // no gradient, nothing to cover
    return static_cast<float>(1 - std::clamp(m_residual[at(i)] / m_diagonal[at(i)], 0.0, 1.0));
}

/// kappa of the panel's pivots with the rows of their own groups and all later ones.
void NestedCholesky::fill(Panel panel) {
    const std::int64_t tiles = (panel.last - panel.first) * kGroupRows / kTileColumns;
    std::vector<std::vector<float>> kappas(at(m_threads));
    base::parallelFor(tiles, m_threads, m_context, [&](std::int64_t tile, int worker) {
        kappas[at(worker)].resize(at(kTileColumns * (m_range.size() + 1)));
        fillColumns(panel.first * kGroupRows + tile * kTileColumns, kappas[at(worker)]);
    });
}

/// Eight columns at once, so that whole pages of the factor are written. `kappas`: (8, n + 1), the last column for rows
/// that only fill a group.
void NestedCholesky::fillColumns(std::int64_t begin, std::span<float> kappas) {
    const std::size_t stride = kappas.size() / kTileColumns;
    std::fill(kappas.begin(), kappas.end(), 0.0f);
    for (std::int64_t c = begin; c < std::min(begin + kTileColumns, m_most); ++c)
        checkedKappaRow(m_run, rowAt(c), m_range, kappas.subspan(at(c - begin) * stride, stride - 1));
    for (std::int64_t number = begin / kGroupRows; number < m_groups; ++number) {
        Column* columns = group(number) + begin;
        const std::int32_t* places = m_place.data() + number * kGroupRows;
        for (std::size_t c = 0; c < kTileColumns; ++c) {
            const float* row = kappas.data() + c * stride;
            for (std::int64_t r = 0; r < kGroupRows; ++r)
                columns[c].rows[r] = static_cast<double>(row[places[r]]);
        }
    }
}

void NestedCholesky::factor(Panel panel) {
    subtractEarlier(panel, panel);
    for (std::int64_t number = panel.first; number < panel.last; ++number)
        finish(number, panel);
    const std::int64_t below = m_groups - panel.last;
    base::parallelFor((below + kGroupsAtOnce - 1) / kGroupsAtOnce, m_threads, m_context, [&](std::int64_t part, int) {
        const std::int64_t first = panel.last + part * kGroupsAtOnce;
        const Panel groups{first, std::min(first + kGroupsAtOnce, m_groups)};
        subtractEarlier(groups, panel);
        for (std::int64_t number = groups.first; number < groups.last; ++number)
            finish(number, panel);
    });
}

/// What the panels before this one explain of it.
void NestedCholesky::subtractEarlier(Panel groups, Panel panel) {
    for (std::int64_t earlier = 0; earlier < panel.first; earlier += kDepthGroups) {
        m_context.throwIfCancelled();
        for (std::int64_t number = groups.first; number < groups.last; ++number) {
            for (std::int64_t pivots = panel.first; pivots < std::min(panel.last, number + 1); ++pivots)
                subtract(number, pivots, earlier * kGroupRows, (earlier + kDepthGroups) * kGroupRows);
        }
    }
}

/// What columns [begin, end) explain of a group's kappa with the rows of the group `pivots`.
void NestedCholesky::subtract(std::int64_t number, std::int64_t pivots, std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = 0; c < kGroupRows; c += kTileColumns)
        m_products(group(number)[begin].rows, group(pivots)[begin].rows + c, end - begin,
                   group(number)[pivots * kGroupRows + c].rows);
}

/// A group's columns of the panel, once the panel's groups before it are done.
void NestedCholesky::finish(std::int64_t number, Panel panel) {
    for (std::int64_t pivots = panel.first; pivots < std::min(panel.last, number + 1); ++pivots) {
        const std::int64_t begin = pivots * kGroupRows;
        subtract(number, pivots, panel.first * kGroupRows, begin);
        if (pivots == number) {
            factorDiagonal(number);
            continue;
        }
        for (std::int64_t c = 0; c < kGroupRows; ++c)
            eliminate(group(number)[begin].rows, group(pivots)[begin].rows, c, m_inverse[at(begin + c)]);
    }
}

/// The columns whose pivots are the group's own rows. Above the diagonal stays what nobody reads.
void NestedCholesky::factorDiagonal(std::int64_t number) {
    const std::int64_t begin = number * kGroupRows;
    Column* columns = group(number) + begin;
    for (std::int64_t c = 0; c < kGroupRows; ++c) {
        const double pivot = columns[c].rows[c] + m_epsilon;
        if (begin + c < m_most && pivot > 0.5 * m_epsilon)
            m_inverse[at(begin + c)] = 1 / std::sqrt(pivot);
        eliminate(columns->rows, columns->rows, c, m_inverse[at(begin + c)]);
    }
}

/// Takes what pivots [begin, end) explain from the residuals of the rows after them.
void NestedCholesky::explain(std::int64_t begin, std::int64_t end) {
    for (std::int64_t number = begin / kGroupRows; number < m_groups; ++number) {
        const std::int64_t own = std::min(end, (number + 1) * kGroupRows);
        subtractSquares(group(number)[begin].rows, own - begin, m_residual.data() + number * kGroupRows);
    }
}

} // namespace lpntk::analysis
