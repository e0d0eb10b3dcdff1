#pragma once

#include <core/base/job_context.h>

#include <Eigen/Core>

#include <functional>

namespace lpntk::analysis {

/// Leading eigenpairs of a symmetric matrix, largest values first.
struct EigenPairs {
    Eigen::VectorXd values;  ///< (width)
    Eigen::MatrixXd vectors; ///< (n, width), orthonormal
    /// Largest |A v - value v| of the wanted pairs, as a share of the largest value.
    double residual = 0;
    int passes = 0; ///< products with the matrix that it took
};

struct KrylovOptions {
    int wanted = 8;          ///< pairs that have to be right; the others of the block come along
    int passes = 8;          ///< products with the matrix at most
    double tolerance = 1e-4; ///< of the residual, at which it ends early
};

/// Block Lanczos with full reorthogonalisation (Golub and Underwood): the Rayleigh-Ritz pairs of the space that
/// `start`, A start, A^2 start ... span, computed in float64. The matrix is known by its products only: `multiply(in)`
/// is A in, for (n, width) blocks, and may be as exact as float32 sums are. As many passes as columns of `start` fit
/// into n rows give the exact answer. Throws what `multiply` throws.
EigenPairs leadingEigenPairs(const std::function<Eigen::MatrixXd(const Eigen::MatrixXd& in)>& multiply,
                             const Eigen::MatrixXd& start, const KrylovOptions& options,
                             const base::JobContext& context = {});

} // namespace lpntk::analysis
