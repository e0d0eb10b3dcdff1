#include <core/analysis/checked_row.h>
#include <core/analysis/coverage.h>
#include <core/base/parallel.h>

#include <Eigen/Core>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>

namespace lpntk::analysis {

using base::RowId;

namespace {

/// Cholesky of K_SS + eps I over rows of one class in the given order, and with it the residual of every later row after
/// each step. Blocks of columns: one matrix product for what earlier blocks explain, then column by column.
class NestedCholesky {
public:
    /// `order`: the class's rows; the first `most` become pivots in this order, none of the others.
    NestedCholesky(const run::Run& run, run::RowRange range, std::vector<RowId> order, std::int64_t most,
                   const base::JobContext& context)
        : m_run(run), m_range(range), m_order(std::move(order)), m_most(most), m_context(context),
          m_buffer(static_cast<std::size_t>(range.size())), m_diagonal(range.size()), m_factor(range.size(), most) {
        for (Eigen::Index i = 0; i < m_diagonal.size(); ++i)
            m_diagonal[i] = static_cast<double>(run.kappa(rowAt(i), rowAt(i)));
        m_residual = m_diagonal;
        const double share = run.manifest().plan.store == run::StoreType::f16 ? 1e-3 : 1e-6;
        m_epsilon = m_diagonal.size() ? share * m_diagonal.mean() : 0;
    }

    /// Calls `at(count)` when `count` pivots stand, for each of the ascending `counts`.
    template <typename At> void run(std::span<const std::int64_t> counts, At at) {
        auto next = counts.begin();
        for (Eigen::Index begin = 0; begin < m_most && next != counts.end(); begin += kBlock) {
            const Eigen::Index width = std::min<Eigen::Index>(kBlock, m_most - begin);
            fillPanel(begin, width);
            for (Eigen::Index c = begin; c < begin + width; ++c) {
                factorColumn(begin, c);
                while (next != counts.end() && *next == c + 1)
                    at(*next++);
            }
        }
    }

    /// Covered share of the row at position `i` of the order, which is no pivot yet.
    float coverage(Eigen::Index i) const {
        if (!(m_diagonal[i] > 0))
            return 1; // no gradient, nothing to cover
        return static_cast<float>(1 - std::clamp(m_residual[i] / m_diagonal[i], 0.0, 1.0));
    }

    RowId rowAt(Eigen::Index i) const { return m_order[static_cast<std::size_t>(i)]; }

private:
    static constexpr Eigen::Index kBlock = 64;
    static constexpr Eigen::Index kRowsAtOnce = 1024; ///< between two looks at the stop token

    void fillPanel(Eigen::Index begin, Eigen::Index width) {
        const Eigen::Index size = m_factor.rows();
        for (Eigen::Index c = begin; c < begin + width; ++c) {
            checkedKappaRow(m_run, rowAt(c), m_range, m_buffer);
            for (Eigen::Index i = begin; i < size; ++i)
                m_factor(i, c) = static_cast<double>(m_buffer[static_cast<std::size_t>(rowAt(i).value() - m_range.begin)]);
        }
        m_context.throwIfCancelled();
        if (begin == 0)
            return;
        const Eigen::MatrixXd pivots = m_factor.block(begin, 0, width, begin).transpose();
        for (Eigen::Index from = begin; from < size; from += kRowsAtOnce) {
            const Eigen::Index rows = std::min(kRowsAtOnce, size - from);
            m_factor.block(from, begin, rows, width).noalias() -= m_factor.block(from, 0, rows, begin) * pivots;
            m_context.throwIfCancelled();
        }
    }

    void factorColumn(Eigen::Index begin, Eigen::Index c) {
        const Eigen::Index below = m_factor.rows() - c;
        auto column = m_factor.col(c).tail(below);
        if (c > begin)
            column.noalias() -= m_factor.block(c, begin, below, c - begin) * m_factor.row(c).segment(begin, c - begin).transpose();
        const double pivot = column[0] + m_epsilon;
        if (pivot > 0.5 * m_epsilon) {
            column /= std::sqrt(pivot);
            column[0] = std::sqrt(pivot);
        } else {
            column.setZero();
        }
        m_residual.tail(below - 1).array() -= column.tail(below - 1).array().square();
    }

    const run::Run& m_run;
    run::RowRange m_range;
    std::vector<RowId> m_order;
    std::int64_t m_most;
    const base::JobContext& m_context;
    std::vector<float> m_buffer;
    Eigen::VectorXd m_diagonal, m_residual;
    Eigen::MatrixXd m_factor; ///< (n, most): rows in order, a column per pivot
    double m_epsilon = 0;
};

/// numpy.percentile's linear rule. `values` is sorted here.
double percentile(std::vector<float>& values, double share) {
    std::sort(values.begin(), values.end());
    const double place = share * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::size_t>(place);
    const std::size_t high = std::min(low + 1, values.size() - 1);
    const double part = place - static_cast<double>(low);
    return static_cast<double>(values[low]) * (1 - part) + static_cast<double>(values[high]) * part;
}

void summarize(std::vector<float>& dropped, double& mean, double& fifth) {
    mean = fifth = 1;
    if (dropped.empty())
        return;
    double sum = 0;
    for (const float value : dropped)
        sum += static_cast<double>(value);
    mean = sum / static_cast<double>(dropped.size());
    fifth = percentile(dropped, 0.05);
}

int threadsOf(int threads) {
    return threads > 0 ? threads : base::availableThreads();
}

} // namespace

Coverage coverage(const run::Run& run, std::span<const char> kept, int threads, const base::JobContext& context) {
    if (static_cast<std::int64_t>(kept.size()) != run.rows())
        throw base::ShapeError(fmt::format("coverage: {} kept marks were given for {} rows", kept.size(), run.rows()));
    Coverage result;
    result.perRow.assign(kept.size(), 1);
    std::mutex mutex;
    int done = 0;
    base::parallelFor(run.classes(), threadsOf(threads), context, [&](std::int64_t label, int) {
        const run::RowRange range = run.classRange(static_cast<int>(label));
        std::vector<RowId> order;
        for (const bool wanted : {true, false}) {
            for (std::int64_t i = range.begin; i < range.end; ++i) {
                if ((kept[static_cast<std::size_t>(i)] != 0) == wanted)
                    order.emplace_back(i);
            }
        }
        const auto most = static_cast<std::int64_t>(
            std::count_if(order.begin(), order.end(), [&](RowId row) { return kept[static_cast<std::size_t>(row.value())] != 0; }));
        if (most == range.size())
            return;
        NestedCholesky cholesky(run, range, std::move(order), most, context);
        const std::int64_t counts[] = {most};
        cholesky.run(counts, [](std::int64_t) {});
        for (std::int64_t i = most; i < range.size(); ++i)
            result.perRow[static_cast<std::size_t>(cholesky.rowAt(i).value())] = cholesky.coverage(i);
        const std::lock_guard lock(mutex);
        context.progress("coverage", ++done, run.classes(), "classes");
    });
    std::vector<float> dropped;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (!kept[i])
            dropped.push_back(result.perRow[i]);
    }
    summarize(dropped, result.mean, result.fifthPercentile);
    return result;
}

CoverageCurve coverageCurve(const run::Run& run, std::span<const std::vector<RowId>> orders, double maxShare, int points,
                            int threads, const base::JobContext& context) {
    if (static_cast<int>(orders.size()) != run.classes())
        throw base::ShapeError(fmt::format("coverage curve: {} orders were given for {} classes", orders.size(), run.classes()));
    if (!(maxShare > 0 && maxShare <= 1) || points < 1)
        throw base::OptionError("coverage curve: a share above 0 and at most 1 and at least one point are needed");
    const auto steps = static_cast<std::size_t>(points);
    // dropped[label][point]: coverage of the rows of a class that are not kept at that point.
    std::vector<std::vector<std::vector<float>>> dropped(orders.size(), std::vector<std::vector<float>>(steps));
    base::parallelFor(run.classes(), threadsOf(threads), context, [&](std::int64_t label, int) {
        const run::RowRange range = run.classRange(static_cast<int>(label));
        const std::vector<RowId>& order = orders[static_cast<std::size_t>(label)];
        if (static_cast<std::int64_t>(order.size()) != range.size())
            throw base::ShapeError(fmt::format("coverage curve: class {} has {} rows, its order {}", label, range.size(), order.size()));
        if (order.empty())
            return;
        std::vector<std::int64_t> counts;
        for (int point = 1; point <= points; ++point) {
            const double share = maxShare * point / points;
            counts.push_back(std::max<std::int64_t>(1, std::llround(share * static_cast<double>(range.size()))));
        }
        std::size_t point = 0;
        NestedCholesky cholesky(run, range, order, counts.back(), context);
        cholesky.run(counts, [&](std::int64_t count) {
            auto& values = dropped[static_cast<std::size_t>(label)][point++];
            for (std::int64_t i = count; i < range.size(); ++i)
                values.push_back(cholesky.coverage(i));
        });
    });
    CoverageCurve curve;
    for (std::size_t point = 0; point < steps; ++point) {
        std::vector<float> values;
        for (const auto& ofClass : dropped)
            values.insert(values.end(), ofClass[point].begin(), ofClass[point].end());
        const auto left = static_cast<double>(values.size());
        curve.share.push_back(run.rows() > 0 ? 1 - left / static_cast<double>(run.rows()) : 1);
        summarize(values, curve.mean.emplace_back(), curve.fifthPercentile.emplace_back());
    }
    return curve;
}

} // namespace lpntk::analysis
