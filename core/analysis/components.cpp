#include <core/analysis/components.h>

#include <core/analysis/block_krylov.h>
#include <core/analysis/block_products.h>
#include <core/analysis/checked_row.h>
#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/parallel.h>

#include <Eigen/Eigenvalues>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <random>

namespace lpntk::analysis {

namespace {

using base::RowId;
using FloatRows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::int64_t kRowsAtOnce = 16;   ///< of a step of a pass
constexpr std::int64_t kLongestSum = 4096; ///< columns added in float32 before float64 takes over
constexpr int kMostComponents = 12;
constexpr int kSmallPasses = 24; ///< over the sampled matrix, which is in memory
constexpr std::int64_t kDenseRows = 8 * kProductColumns;

constexpr std::size_t at(std::int64_t index) {
    return static_cast<std::size_t>(index);
}

int threadsOf(int threads) {
    return threads > 0 ? threads : base::availableThreads();
}

void check(const run::Run& run, const ComponentOptions& options) {
    if (!run.hasFull())
        throw base::ShapeError(
            fmt::format("{} holds class blocks only, so it has no components over all classes; compute it "
                        "again with all pairs (--blocks full)",
                        base::quoted(run.folder())));
    if (options.count < 1 || options.count > kMostComponents || options.sampled < 1 || options.passes < 1)
        throw base::OptionError(fmt::format(
            "components: 1 to {} components, at least one sampled row and one pass are needed", kMostComponents));
}

/// Every class gives rows evenly spread over its own, in proportion to its size.
std::vector<RowId> spreadRows(const run::Run& run, std::int64_t wanted) {
    std::vector<RowId> rows;
    if (run.rows() <= wanted) {
        for (std::int64_t row = 0; row < run.rows(); ++row)
            rows.emplace_back(row);
        return rows;
    }
    for (int label = 0; label < run.classes(); ++label) {
        const run::RowRange range = run.classRange(label);
        if (range.size() == 0)
            continue;
        const double share = static_cast<double>(range.size()) / static_cast<double>(run.rows());
        const auto count = std::clamp<std::int64_t>(std::llround(share * static_cast<double>(wanted)), 1, range.size());
        for (std::int64_t i = 0; i < count; ++i)
            rows.emplace_back(range.begin + (2 * i + 1) * range.size() / (2 * count));
    }
    return rows;
}

/// Columns of numbers in (-1, 1) from a fixed seed; std distributions differ between libraries.
Eigen::MatrixXd randomBlock(std::int64_t rows) {
    std::mt19937_64 random(1);
    Eigen::MatrixXd block(rows, kProductColumns);
    for (Eigen::Index c = 0; c < block.cols(); ++c)
        for (Eigen::Index r = 0; r < rows; ++r)
            block(r, c) = static_cast<double>(random() >> 11) * 0x1p-52 - 1;
    return block;
}

/// Rows of a matrix of `columns` floats times a block of vectors, with sums that stay short in float32.
class RowProducts {
public:
    RowProducts(const Eigen::MatrixXd& vectors) : m_vectors(vectors.cast<float>()) {}

    /// out(first + i) for the `count` rows of `matrix`, whose buffer has kProductRows more rows to spare.
    void multiply(const float* matrix, std::int64_t count, Eigen::MatrixXd& out, std::int64_t first) const {
        const std::int64_t columns = m_vectors.rows();
        for (std::int64_t begin = 0; begin < count; begin += kProductRows) {
            std::array<double, at(kProductRows * kProductColumns)> sums{};
            for (std::int64_t from = 0; from < columns; from += kLongestSum) {
                std::array<float, at(kProductRows * kProductColumns)> part{};
                addRowProducts(matrix + begin * columns + from, columns, std::min(kLongestSum, columns - from),
                               m_vectors.data() + from * kProductColumns, part.data());
                std::transform(sums.begin(), sums.end(), part.begin(), sums.begin(), std::plus<>());
            }
            for (std::int64_t r = begin; r < std::min(begin + kProductRows, count); ++r)
                for (std::int64_t c = 0; c < kProductColumns; ++c)
                    out(first + r, c) = sums[at((r - begin) * kProductColumns + c)];
        }
    }

private:
    FloatRows m_vectors;
};

constexpr std::int64_t roundedRows(std::int64_t rows) {
    return (rows + kProductRows - 1) / kProductRows * kProductRows;
}

/// Whether a column of coordinates is to be turned around: by convention, or away from what it was before.
bool isUpsideDown(const Eigen::MatrixXd& coordinates, Eigen::Index c, const Components* former) {
    if (!former || c >= former->width)
        return coordinates.col(c).array().cube().sum() < 0;
    double alike = 0;
    for (Eigen::Index r = 0; r < coordinates.rows(); ++r)
        alike += coordinates(r, c) * static_cast<double>(former->values[at(r * former->width + c)]);
    return alike < 0;
}

/// `coordinates`: (rows, up to 16), eigenvectors scaled by the roots of the eigenvalues; `former`: whose signs are
/// kept.
Components finish(const Eigen::MatrixXd& coordinates, const EigenPairs& pairs, double trace,
                  const ComponentOptions& options, std::int64_t sampled, const Components* former = nullptr) {
    Components result;
    result.rows = coordinates.rows();
    result.width = static_cast<int>(coordinates.cols());
    result.count = std::min(options.count, result.width);
    result.sampled = sampled;
    result.residual = pairs.residual;
    result.values.resize(at(result.rows * result.width));
    for (Eigen::Index c = 0; c < coordinates.cols(); ++c) {
        const double sign = isUpsideDown(coordinates, c, former) ? -1 : 1;
        for (Eigen::Index r = 0; r < coordinates.rows(); ++r)
            result.values[at(r * result.width + c)] = static_cast<float>(sign * coordinates(r, c));
        if (c < result.count)
            result.share.push_back(trace > 0 ? std::clamp(pairs.values[c] / trace, 0.0, 1.0) : 0);
    }
    return result;
}

/// Reports of several threads, one at a time.
class Counter {
public:
    Counter(const base::JobContext& context, const char* phase, std::int64_t total, const char* unit)
        : m_context(context), m_phase(phase), m_total(static_cast<double>(total)), m_unit(unit) {}
    void add(std::int64_t count) {
        const std::lock_guard lock(m_mutex);
        m_done += static_cast<double>(count);
        m_context.progress(m_phase, m_done, m_total, m_unit);
    }

private:
    const base::JobContext& m_context;
    const char* m_phase;
    double m_total;
    const char* m_unit;
    double m_done = 0;
    std::mutex m_mutex;
};

/// Cosines among some rows, (n, n) and rows to spare.
std::vector<float> gather(const run::Run& run, std::span<const RowId> rows, int threads,
                          const base::JobContext& context) {
    const auto n = std::ssize(rows);
    std::vector<float> matrix(at(roundedRows(n) * n));
    std::vector<std::vector<float>> buffers(at(threads), std::vector<float>(at(run.rows())));
    Counter counter(context, "sampled rows", n, "rows");
    base::parallelFor(n, threads, context, [&](std::int64_t i, int worker) {
        std::vector<float>& whole = buffers[at(worker)];
        checkedCosineRow(run, rows[at(i)], {0, run.rows()}, whole);
        for (std::int64_t j = 0; j < n; ++j)
            matrix[at(i * n + j)] = whole[at(rows[at(j)].value())];
        counter.add(1);
    });
    return matrix;
}

EigenPairs eigenPairsInMemory(const std::vector<float>& matrix, std::int64_t n, const ComponentOptions& options,
                              const base::JobContext& context) {
    if (n <= kDenseRows) {
        const Eigen::MatrixXd dense = Eigen::Map<const FloatRows>(matrix.data(), n, n).cast<double>();
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(dense);
        const Eigen::Index width = std::min<Eigen::Index>(n, kProductColumns);
        return {solver.eigenvalues().tail(width).reverse(), solver.eigenvectors().rightCols(width).rowwise().reverse(),
                0, 1};
    }
    const auto multiply = [&](const Eigen::MatrixXd& in) {
        Eigen::MatrixXd out(n, kProductColumns);
        RowProducts(in).multiply(matrix.data(), n, out, 0);
        context.throwIfCancelled();
        return out;
    };
    return leadingEigenPairs(multiply, randomBlock(n), {options.count, kSmallPasses, 1e-6}, context);
}

/// out(j) = sum over the sampled rows i of cosine(i, j) * vectors(i), for all rows j of the run.
Eigen::MatrixXd extend(const run::Run& run, std::span<const RowId> rows, const Eigen::MatrixXd& vectors, int threads,
                       const base::JobContext& context) {
    const FloatRows factors = vectors.cast<float>();
    Eigen::MatrixXd out(run.rows(), kProductColumns);
    constexpr std::int64_t kColumns = 2048, kRows = 64;
    const std::int64_t pieces = (run.rows() + kColumns - 1) / kColumns;
    Counter counter(context, "all samples", run.rows(), "samples");
    base::parallelFor(pieces, threads, context, [&](std::int64_t piece, int) {
        const run::RowRange columns{piece * kColumns, std::min((piece + 1) * kColumns, run.rows())};
        const std::int64_t width = columns.size();
        std::vector<float> block(at(kRows * width)), sums(at(width * kProductColumns));
        for (std::int64_t begin = 0; begin < std::ssize(rows); begin += kRows) {
            context.throwIfCancelled();
            const std::int64_t count = std::min<std::int64_t>(kRows, std::ssize(rows) - begin);
            for (std::int64_t i = 0; i < count; ++i)
                checkedCosineRow(run, rows[at(begin + i)], columns, std::span(block).subspan(at(i * width), at(width)));
            addColumnProducts(block.data(), width, count, width, factors.data() + begin * kProductColumns, sums.data());
        }
        out.middleRows(columns.begin, width) =
            Eigen::Map<const FloatRows>(sums.data(), width, kProductColumns).cast<double>();
        counter.add(width);
    });
    return out;
}

/// Trace of the matrix of cosines: 1 for every row with a gradient.
double traceOf(const run::Run& run, std::span<const RowId> rows) {
    return static_cast<double>(
        std::count_if(rows.begin(), rows.end(), [&](RowId row) { return run.norms()[at(row.value())] > 0; }));
}

} // namespace

Components estimateComponents(const run::Run& run, const ComponentOptions& options, int threads,
                              const base::JobContext& context) {
    check(run, options);
    threads = threadsOf(threads);
    const std::vector<RowId> rows = spreadRows(run, options.sampled);
    const std::int64_t n = std::ssize(rows);
    const EigenPairs pairs = eigenPairsInMemory(gather(run, rows, threads, context), n, options, context);
    const Eigen::ArrayXd roots = pairs.values.array().max(0).sqrt();
    if (n == run.rows())
        return finish(pairs.vectors * roots.matrix().asDiagonal(), pairs, traceOf(run, rows), options, n);
    // Components that drown in rounding have nothing to extend.
    const double least = 1e-6 * std::max(pairs.values[0], 0.0);
    Eigen::MatrixXd factors = Eigen::MatrixXd::Zero(n, kProductColumns);
    for (Eigen::Index c = 0; c < pairs.values.size(); ++c)
        if (pairs.values[c] > least)
            factors.col(c) = pairs.vectors.col(c) / roots[c];
    return finish(extend(run, rows, factors, threads, context), pairs, traceOf(run, rows), options, n);
}

Components refineComponents(const run::Run& run, const Components& start, const ComponentOptions& options, int threads,
                            const base::JobContext& context) {
    check(run, options);
    const std::int64_t n = run.rows();
    if (start.rows != n)
        throw base::ShapeError(fmt::format("components: the start has {} rows, the run {}", start.rows, n));
    if (n <= kDenseRows)
        return estimateComponents(run, {options.count, n, options.passes, options.tolerance}, threads, context);
    threads = threadsOf(threads);
    // Further directions where the start has none.
    Eigen::MatrixXd block = randomBlock(n) / std::sqrt(static_cast<double>(n)) * 1e-3;
    for (int c = 0; c < std::min<int>(start.width, kProductColumns); ++c)
        for (std::int64_t r = 0; r < n; ++r)
            block(r, c) += static_cast<double>(start.values[at(r * start.width + c)]);
    Counter counter(context, "passes", n * options.passes, "rows");
    const auto multiply = [&](const Eigen::MatrixXd& in) {
        const RowProducts products(in);
        Eigen::MatrixXd out(n, kProductColumns);
        std::vector<std::vector<float>> buffers(at(threads), std::vector<float>(at(kRowsAtOnce * n)));
        base::parallelFor((n + kRowsAtOnce - 1) / kRowsAtOnce, threads, context, [&](std::int64_t step, int worker) {
            std::vector<float>& buffer = buffers[at(worker)];
            const std::int64_t begin = step * kRowsAtOnce, count = std::min(kRowsAtOnce, n - begin);
            for (std::int64_t i = 0; i < count; ++i)
                checkedCosineRow(run, RowId(begin + i), {0, n}, std::span(buffer).subspan(at(i * n), at(n)));
            products.multiply(buffer.data(), count, out, begin);
            counter.add(count);
        });
        return out;
    };
    const EigenPairs pairs =
        leadingEigenPairs(multiply, block, {options.count, options.passes, options.tolerance}, context);
    std::vector<RowId> all;
    for (std::int64_t row = 0; row < n; ++row)
        all.emplace_back(row);
    const Eigen::ArrayXd roots = pairs.values.array().max(0).sqrt();
    return finish(pairs.vectors * roots.matrix().asDiagonal(), pairs, traceOf(run, all), options, n, &start);
}

} // namespace lpntk::analysis
