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

/// Blocked incremental Cholesky over the kept rows of each class, parallel over classes; float64. For m kept of n rows
/// n m^2 operations and n m doubles. Throws ShapeError when `kept` is not one entry per row.
Coverage coverage(const run::Run& run, std::span<const char> kept, int threads, const base::JobContext& context = {});

/// The mean coverage (over the rows not kept) along a nested keep order at the given total shares in [0, 1].
struct CoverageCurve {
    std::vector<double> share, mean, fifthPercentile;
};
/// `orders[label]`: rows of a class in the order in which they are kept; a prefix of each class is kept, its length
/// max(1, round(share * class size)). The points lie at shares maxShare * i / points, i = 1..points; the reported share is
/// that of the rows really kept. `maxShare` bounds the work (m kept rows of a class cost n m^2).
CoverageCurve coverageCurve(const run::Run& run, std::span<const std::vector<base::RowId>> orders, double maxShare,
                            int points, int threads, const base::JobContext& context = {});

} // namespace lpntk::analysis
