#include <core/analysis/coverage.h>
#include <core/analysis/nested_cholesky.h>
#include <core/base/parallel.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>

namespace lpntk::analysis {

using base::RowId;

namespace {

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

/// Threads go to different classes; where these are fewer, each class has several.
struct ThreadPlan {
    int classesAtOnce = 1, perClass = 1;
};
ThreadPlan threadPlan(const run::Run& run, int threads) {
    const int classesAtOnce = std::clamp(run.classes(), 1, threads);
    return {classesAtOnce, threads / classesAtOnce};
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
        const ThreadPlan plan = threadPlan(m_run, threads);
        base::parallelFor(m_run.classes(), plan.classesAtOnce, context, [&](std::int64_t label, int) {
            workOn(static_cast<std::size_t>(label), plan.perClass, context);
        });
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

    void workOn(std::size_t label, int threads, const base::JobContext& context) {
        const auto& counts = m_order.counts[label];
        const run::RowRange range = m_run.classRange(static_cast<int>(label));
        if (range.size() == 0 || counts.empty())
            return;
        std::size_t point = 0;
        NestedCholesky cholesky(m_run, range, m_order.rows[label], counts.back(), threads, context);
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
    const ThreadPlan plan = threadPlan(run, threadsOf(threads));
    base::parallelFor(run.classes(), plan.classesAtOnce, context, [&](std::int64_t label, int) {
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
        NestedCholesky cholesky(run, range, std::move(order), most, plan.perClass, context);
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

double coverageOperations(double n, double m) {
    return n * m * m / 2 - m * m * m / 3;
}

double coverageDoubles(double n, double m) {
    return n * m - m * m / 2;
}

double coverageOperations(const run::Run& run, std::span<const char> kept) {
    double operations = 0;
    for (int label = 0; label < run.classes(); ++label) {
        const auto range = run.classRange(label);
        const auto own = kept.subspan(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
        operations += coverageOperations(static_cast<double>(range.size()),
                                         static_cast<double>(std::count(own.begin(), own.end(), 1)));
    }
    return operations;
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
            work += coverageOperations(n, m);
            largest = std::max(largest, coverageDoubles(n, m) * sizeof(double));
        }
        return work <= operations && largest * threadPlan(run, threadsOf(threads)).classesAtOnce <= bytes;
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
