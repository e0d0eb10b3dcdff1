#pragma once

#include <core/base/ids.h>
#include <core/base/job_context.h>
#include <core/run/run.h>

#include <cstdint>
#include <span>
#include <vector>

namespace lpntk::analysis {

/// How much of each sample's squared gradient norm the kept ones of its class span (method.md section 5):
/// 1 - residual / kappa_ii, residual = kappa_ii - K_iS (K_SS + eps I)^-1 K_Si, eps = 1e-6 of the class's mean diagonal;
/// 1e-3 of it for kernels stored as float16, whose rounding a smaller one would amplify. A kept row whose pivot drowns in
/// rounding adds nothing: the rows before it span it already.
/// S is taken class by class, so the cost is that of the class blocks and class-block runs have it too.
struct Coverage {
    std::vector<float> perRow;   ///< (N), 1 for kept rows
    double mean = 0;             ///< over dropped rows; 1 when none is dropped
    double fifthPercentile = 0;
};

/// Cholesky over the kept rows of each class (nested_cholesky.h) in float64, the same bits with any number of threads:
/// classes at the same time, and where they are fewer than threads, several threads for each. Throws ShapeError when
/// `kept` is not one entry per row.
Coverage coverage(const run::Run& run, std::span<const char> kept, int threads, const base::JobContext& context = {});

/// What m kept of a class's n rows take: multiply-adds, and doubles in memory while the class is worked on.
double coverageOperations(double n, double m);
double coverageDoubles(double n, double m);
/// Multiply-adds of coverage(run, kept).
double coverageOperations(const run::Run& run, std::span<const char> kept);

/// Coverage along a nested keep order: one factorization gives every point of it.
struct CoverageCurve {
    std::vector<double> share, mean, fifthPercentile; ///< of all rows; the means are over the rows that are not kept
    /// [label][point] the same of one class; mean 1 where none of it is dropped. Empty for a class without rows.
    std::vector<std::vector<double>> shareOfClass, meanOfClass;
};

/// What a curve is computed along: rows of every class in the order in which they are kept, and how many of each are
/// kept at each point.
struct NestedOrder {
    std::vector<std::vector<base::RowId>> rows;    ///< [label] all rows of the class
    std::vector<std::vector<std::int64_t>> counts; ///< [label][point] ascending, the same number of points for all
};
/// Exact, as coverage() at every point, and at the price of the last point alone. Reports kept rows as progress. Throws
/// ShapeError when orders or counts do not fit the run.
CoverageCurve coverageCurve(const run::Run& run, const NestedOrder& order, int threads,
                            const base::JobContext& context = {});

/// The same with equal shares of all classes: a prefix of `orders[label]` is kept, its length max(1, round(share *
/// class size)), at shares maxShare * i / points, i = 1..points.
CoverageCurve coverageCurve(const run::Run& run, std::span<const std::vector<base::RowId>> orders, double maxShare,
                            int points, int threads, const base::JobContext& context = {});

/// The largest share of every class up to which a curve takes no more than `operations` multiply-adds and, with
/// `threads` classes at a time, no more than `bytes` of memory; at most 1.
double curveReach(const run::Run& run, double operations, double bytes, int threads);

} // namespace lpntk::analysis
