#include <core/analysis/block_krylov.h>

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

#include <algorithm>

namespace lpntk::analysis {

namespace {

Eigen::MatrixXd orthonormal(const Eigen::MatrixXd& block) {
    const Eigen::HouseholderQR<Eigen::MatrixXd> factors(block);
    return factors.householderQ() * Eigen::MatrixXd::Identity(block.rows(), block.cols());
}

} // namespace

EigenPairs leadingEigenPairs(const std::function<Eigen::MatrixXd(const Eigen::MatrixXd&)>& multiply,
                             const Eigen::MatrixXd& start, const KrylovOptions& options,
                             const base::JobContext& context) {
    const Eigen::Index n = start.rows(), width = start.cols();
    const auto blocks = std::min<Eigen::Index>(options.passes, n / width);
    Eigen::MatrixXd basis(n, blocks * width);
    Eigen::MatrixXd projected = Eigen::MatrixXd::Zero(blocks * width, blocks * width);
    basis.leftCols(width) = orthonormal(start);
    EigenPairs found;
    for (Eigen::Index block = 0; block < blocks; ++block) {
        const Eigen::Index from = block * width, used = from + width;
        Eigen::MatrixXd rest = multiply(basis.middleCols(from, width));
        const auto all = basis.leftCols(used);
        const Eigen::MatrixXd inside = all.transpose() * rest;
        projected.block(0, from, used, width) = inside;
        projected.block(from, 0, width, used) = inside.transpose();
        rest.noalias() -= all * inside;
        const Eigen::MatrixXd square = projected.topLeftCorner(used, used);
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver((square + square.transpose()) / 2);
        // Its values rise; ours fall.
        const Eigen::MatrixXd mix = solver.eigenvectors().rightCols(width).rowwise().reverse();
        found.values = solver.eigenvalues().tail(width).reverse();
        found.passes = static_cast<int>(block) + 1;
        const Eigen::Index wanted = std::min<Eigen::Index>(options.wanted, width);
        const double scale = std::max(std::abs(found.values[0]), 1e-300);
        found.residual = (rest * mix.bottomLeftCorner(width, wanted)).colwise().norm().maxCoeff() / scale;
        if (found.residual <= options.tolerance || block + 1 == blocks) {
            found.vectors = all * mix;
            break;
        }
        // Where the space is complete already the next directions are arbitrary: they must not lean on the former ones.
        Eigen::MatrixXd next = orthonormal(rest);
        for (int again = 0; again < 2; ++again) {
            next -= all * (all.transpose() * next);
            next = orthonormal(next);
        }
        basis.middleCols(used, width) = next;
        context.throwIfCancelled();
    }
    return found;
}

} // namespace lpntk::analysis
