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

    /// Calls `at(count)` when `count` pivots stand, for each of the ascending `counts`, and `made(pivots)` block by
    /// block.
    template <typename At, typename Made> void run(std::span<const std::int64_t> counts, At at, Made made) {
        auto next = counts.begin();
        while (next != counts.end() && *next == 0)
            at(*next++);
        for (Eigen::Index begin = 0; begin < m_most && next != counts.end(); begin += kBlock) {
            const Eigen::Index width = std::min<Eigen::Index>(kBlock, m_most - begin);
            fillPanel(begin, width);
            for (Eigen::Index c = begin; c < begin + width; ++c) {
                factorColumn(begin, c);
                while (next != counts.end() && *next == c + 1)
                    at(*next++);
            }
            made(width);
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

/// One curve: the classes are independent until their rows are put together point by point.
class CurveWork {
public:
    CurveWork(const run::Run& run, const NestedOrder& order) : m_run(run), m_order(order) {
        const auto classes = static_cast<std::size_t>(run.classes());
        if (order.rows.size() != classes || order.counts.size() != classes)
            throw base::ShapeError(
                fmt::format("coverage curve: {} orders and {} lists of counts were given for {} classes",
                            order.rows.size(), order.counts.size(), run.classes()));
        m_points = order.counts.empty() ? 0 : order.counts.front().size();
        for (std::size_t label = 0; label < classes; ++label)
            check(label);
        m_dropped.assign(classes, std::vector<std::vector<float>>(m_points));
    }

    CoverageCurve curve(int threads, const base::JobContext& context) {
        base::parallelFor(m_run.classes(), threads, context,
                          [&](std::int64_t label, int) { workOn(static_cast<std::size_t>(label), context); });
        return together();
    }

private:
    void check(std::size_t label) {
        const std::int64_t size = m_run.classRange(static_cast<int>(label)).size();
        const auto& counts = m_order.counts[label];
        if (std::ssize(m_order.rows[label]) != size)
            throw base::ShapeError(fmt::format("coverage curve: class {} has {} rows, its order {}", label, size,
                                               m_order.rows[label].size()));
        if (counts.size() != m_points)
            throw base::ShapeError(fmt::format("coverage curve: class {} has {} counts, the first one {}", label,
                                               counts.size(), m_points));
        if (!counts.empty() &&
            (!std::is_sorted(counts.begin(), counts.end()) || counts.front() < 0 || counts.back() > size))
            throw base::ShapeError(
                fmt::format("coverage curve: the counts of class {} must rise from 0 to at most {}", label, size));
        m_pivots += counts.empty() ? 0 : counts.back();
    }

    void workOn(std::size_t label, const base::JobContext& context) {
        const auto& counts = m_order.counts[label];
        const run::RowRange range = m_run.classRange(static_cast<int>(label));
        if (range.size() == 0 || counts.empty())
            return;
        std::size_t point = 0;
        NestedCholesky cholesky(m_run, range, m_order.rows[label], counts.back(), context);
        const auto take = [&](std::int64_t count) {
            auto& values = m_dropped[label][point++];
            for (std::int64_t i = count; i < range.size(); ++i)
                values.push_back(cholesky.coverage(i));
        };
        cholesky.run(counts, take, [&](std::int64_t made) {
            const std::lock_guard lock(m_mutex);
            m_made += made;
            context.progress("coverage curve", static_cast<double>(m_made), static_cast<double>(m_pivots), "kept rows");
        });
    }

    CoverageCurve together() const {
        CoverageCurve curve;
        curve.shareOfClass.resize(m_dropped.size());
        curve.meanOfClass.resize(m_dropped.size());
        double fifth = 0;
        for (std::size_t point = 0; point < m_points; ++point) {
            std::vector<float> values;
            for (std::size_t label = 0; label < m_dropped.size(); ++label) {
                std::vector<float> ofClass = m_dropped[label][point];
                values.insert(values.end(), ofClass.begin(), ofClass.end());
                if (m_order.rows[label].empty())
                    continue;
                const auto size = static_cast<double>(m_order.rows[label].size());
                curve.shareOfClass[label].push_back(static_cast<double>(m_order.counts[label][point]) / size);
                summarize(ofClass, curve.meanOfClass[label].emplace_back(), fifth);
            }
            const auto left = static_cast<double>(values.size());
            curve.share.push_back(m_run.rows() > 0 ? 1 - left / static_cast<double>(m_run.rows()) : 1);
            summarize(values, curve.mean.emplace_back(), curve.fifthPercentile.emplace_back());
        }
        return curve;
    }

    const run::Run& m_run;
    const NestedOrder& m_order;
    std::size_t m_points = 0;
    std::vector<std::vector<std::vector<float>>> m_dropped; ///< [label][point] coverage of the rows that are not kept
    std::mutex m_mutex;
    std::int64_t m_made = 0, m_pivots = 0;
};

} // namespace

Coverage coverage(const run::Run& run, std::span<const char> kept, int threads, const base::JobContext& context) {
    if (static_cast<std::int64_t>(kept.size()) != run.rows())
        throw base::ShapeError(fmt::format("coverage: {} kept marks were given for {} rows", kept.size(), run.rows()));
    Coverage result;
    result.perRow.assign(kept.size(), 1);
    std::mutex mutex;
    std::int64_t done = 0;
    const auto total = std::count_if(kept.begin(), kept.end(), [](char mark) { return mark != 0; });
    const auto report = [&](std::int64_t made) {
        const std::lock_guard lock(mutex);
        done += made;
        context.progress("coverage", static_cast<double>(done), static_cast<double>(total), "kept rows");
    };
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
        if (most == range.size()) {
            report(most);
            return;
        }
        NestedCholesky cholesky(run, range, std::move(order), most, context);
        const std::int64_t counts[] = {most};
        cholesky.run(
            counts, [](std::int64_t) {}, report);
        for (std::int64_t i = most; i < range.size(); ++i)
            result.perRow[static_cast<std::size_t>(cholesky.rowAt(i).value())] = cholesky.coverage(i);
    });
    std::vector<float> dropped;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (!kept[i])
            dropped.push_back(result.perRow[i]);
    }
    summarize(dropped, result.mean, result.fifthPercentile);
    return result;
}

CoverageCurve coverageCurve(const run::Run& run, const NestedOrder& order, int threads,
                            const base::JobContext& context) {
    return CurveWork(run, order).curve(threadsOf(threads), context);
}

CoverageCurve coverageCurve(const run::Run& run, std::span<const std::vector<RowId>> orders, double maxShare,
                            int points, int threads, const base::JobContext& context) {
    if (!(maxShare > 0 && maxShare <= 1) || points < 1)
        throw base::OptionError("coverage curve: a share above 0 and at most 1 and at least one point are needed");
    NestedOrder order{{orders.begin(), orders.end()}, {}};
    for (const auto& rows : orders) {
        auto& counts = order.counts.emplace_back();
        for (int point = 1; point <= points; ++point) {
            const double share = maxShare * point / points;
            counts.push_back(
                rows.empty() ? 0 : std::max<std::int64_t>(1, std::llround(share * static_cast<double>(rows.size()))));
        }
    }
    return coverageCurve(run, order, threads, context);
}

double curveReach(const run::Run& run, double operations, double bytes, int threads) {
    const auto fits = [&](double share) {
        double work = 0, largest = 0;
        for (int label = 0; label < run.classes(); ++label) {
            const auto n = static_cast<double>(run.classRange(label).size());
            const double m = share * n;
            work += n * m * m / 2 - m * m * m / 6;
            largest = std::max(largest, n * m * sizeof(double));
        }
        return work <= operations && largest * std::min(threadsOf(threads), std::max(1, run.classes())) <= bytes;
    };
    if (fits(1))
        return 1;
    double low = 0, high = 1;
    for (int step = 0; step < 40; ++step) {
        const double middle = (low + high) / 2;
        (fits(middle) ? low : high) = middle;
    }
    return low;
}

} // namespace lpntk::analysis
