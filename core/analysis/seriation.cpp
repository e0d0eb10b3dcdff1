#include <core/analysis/seriation.h>

#include <core/analysis/checked_row.h>
#include <core/analysis/leaf_order.h>
#include <core/base/parallel.h>

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

namespace lpntk::analysis {

using base::RowId;

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::size_t at(std::int64_t index) {
    return static_cast<std::size_t>(index);
}

/// Cosines of `rows` with `columns`, all of one class: (rows, columns). Reads the part of each row that has them.
Matrix cosinesOf(const run::Run& run, std::span<const RowId> rows, std::span<const RowId> columns,
                 const base::JobContext& context) {
    const auto [low, high] = std::minmax_element(columns.begin(), columns.end());
    const run::RowRange range{low->value(), high->value() + 1};
    std::vector<float> values(at(range.size()));
    Matrix cosines(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(columns.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i % 64 == 0)
            context.throwIfCancelled();
        checkedCosineRow(run, rows[i], range, values);
        float* out = cosines.row(static_cast<Eigen::Index>(i)).data();
        for (const RowId column : columns)
            *out++ = values[at(column.value() - range.begin)];
    }
    return cosines;
}

double neighbourSum(const run::Run& run, std::span<const RowId> rows) {
    double sum = 0;
    for (std::size_t i = 1; i < rows.size(); ++i)
        sum += static_cast<double>(run.cosine(rows[i - 1], rows[i]));
    return sum;
}

/// The end of `rows` that is more like `before` comes first.
void turnTowards(const run::Run& run, RowId before, std::span<RowId> rows) {
    if (before.isValid() && run.cosine(before, rows.back()) > run.cosine(before, rows.front()))
        std::reverse(rows.begin(), rows.end());
}

void orderLeaves(const run::Run& run, std::span<RowId> rows, const base::JobContext& context) {
    if (rows.size() < 3)
        return;
    Matrix cosines = cosinesOf(run, rows, rows, context);
    // The stored matrix is symmetric; half precision of a damaged one need not be.
    cosines = (0.5f * (cosines + cosines.transpose())).eval();
    const std::span<const float> similarity(cosines.data(), static_cast<std::size_t>(cosines.size()));
    std::vector<RowId> ordered;
    for (const std::int32_t item : optimalLeafOrder(averageLinkage(similarity, std::ssize(rows)), similarity))
        ordered.push_back(rows[at(item)]);
    std::copy(ordered.begin(), ordered.end(), rows.begin());
}

void orderSpectrally(const run::Run& run, std::span<RowId> rows, const base::JobContext& context) {
    const std::int64_t n = std::ssize(rows);
    std::vector<RowId> landmarks;
    for (std::int64_t i = 0; i < kSeriatedAtOnce; ++i)
        landmarks.push_back(rows[at(i * n / kSeriatedAtOnce)]);
    Matrix weights = cosinesOf(run, landmarks, rows, context);
    weights = (0.5f * (weights.array() + 1)).matrix(); // contradictory pairs weigh least
    context.throwIfCancelled();
    const auto coordinates =
        spectralCoordinates({weights.data(), static_cast<std::size_t>(weights.size())}, kSeriatedAtOnce, n);
    std::vector<std::int64_t> places(at(n));
    std::iota(places.begin(), places.end(), 0);
    std::stable_sort(places.begin(), places.end(),
                     [&](std::int64_t a, std::int64_t b) { return coordinates[at(a)] < coordinates[at(b)]; });
    std::vector<RowId> ordered;
    for (const std::int64_t place : places)
        ordered.push_back(rows[at(place)]);
    std::copy(ordered.begin(), ordered.end(), rows.begin());
}

/// The spectral order is right at large and blurred among near neighbours; those are put in order piece by piece.
void orderWindows(const run::Run& run, std::span<RowId> rows, const base::JobContext& context) {
    const std::int64_t n = std::ssize(rows), windows = (n + kSeriatedAtOnce / 2 - 1) / (kSeriatedAtOnce / 2);
    for (std::int64_t window = 0; window < windows; ++window) {
        const std::int64_t begin = window * n / windows, end = (window + 1) * n / windows;
        const auto part = rows.subspan(at(begin), at(end - begin));
        orderLeaves(run, part, context);
        turnTowards(run, begin > 0 ? rows[at(begin - 1)] : RowId(), part);
    }
}

std::vector<RowId> rowsOf(const ClusterAssignment::Cluster& cluster, std::span<const float> cosineToHead) {
    std::vector<RowId> rows = cluster.members;
    rows.insert(rows.end(), cluster.attached.begin(), cluster.attached.end());
    std::stable_sort(rows.begin() + 1, rows.end(),
                     [&](RowId a, RowId b) { return cosineToHead[at(a.value())] > cosineToHead[at(b.value())]; });
    return rows;
}

} // namespace

std::vector<float> spectralCoordinates(std::span<const float> weights, std::int64_t landmarks, std::int64_t n) {
    const Eigen::Map<const Matrix> given(weights.data(), landmarks, n);
    const auto inverseRoot = [](const Eigen::VectorXf& sums) -> Eigen::VectorXf {
        return sums.unaryExpr([](float sum) { return sum > 0 ? 1 / std::sqrt(sum) : 0.0f; });
    };
    const Eigen::VectorXf ofRows = inverseRoot(given.rowwise().sum()),
                          ofColumns = inverseRoot(given.colwise().sum().transpose());
    const Matrix scaled = ofRows.asDiagonal() * given * ofColumns.asDiagonal();
    Eigen::MatrixXf gram = Eigen::MatrixXf::Zero(landmarks, landmarks);
    gram.selfadjointView<Eigen::Lower>().rankUpdate(scaled);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram.cast<double>().selfadjointView<Eigen::Lower>());
    // The largest one belongs to the sums themselves.
    const Eigen::VectorXf second = solver.eigenvectors().col(std::max<Eigen::Index>(landmarks - 2, 0)).cast<float>();
    Eigen::VectorXf coordinates = (scaled.transpose() * second).cwiseProduct(ofColumns);
    if (coordinates[0] > 0)
        coordinates = -coordinates;
    return {coordinates.begin(), coordinates.end()};
}

std::vector<RowId> seriate(const run::Run& run, std::span<const RowId> rows, const base::JobContext& context) {
    std::vector<RowId> ordered(rows.begin(), rows.end());
    if (std::ssize(ordered) <= kSeriatedAtOnce) {
        orderLeaves(run, ordered, context);
    } else {
        orderSpectrally(run, ordered, context);
        orderWindows(run, ordered, context);
    }
    if (neighbourSum(run, ordered) < neighbourSum(run, rows))
        ordered.assign(rows.begin(), rows.end());
    return ordered;
}

RowOrder seriationOrder(const run::Run& run, const ClusterAssignment& clusters, int threads,
                        const base::JobContext& context) {
    std::mutex mutex;
    double done = 0;
    std::vector<std::vector<RowBand>> bands(at(run.classes()));
    std::vector<std::vector<RowId>> ordered(at(run.classes()));
    base::parallelFor(run.classes(), threads, context, [&](std::int64_t label, int) {
        std::vector<std::int64_t> ids(at(run.rows()), -1); // by head
        std::vector<RowId> heads;
        for (std::size_t id = 0; id < clusters.clusters.size(); ++id)
            if (clusters.clusters[id].label == label) {
                heads.push_back(clusters.clusters[id].head);
                ids[at(heads.back().value())] = static_cast<std::int64_t>(id);
            }
        std::vector<RowId>& rows = ordered[at(label)];
        for (const RowId head : seriate(run, heads, context)) {
            const std::int64_t id = ids[at(head.value())];
            std::vector<RowId> members =
                seriate(run, rowsOf(clusters.clusters[at(id)], clusters.cosineToHead), context);
            turnTowards(run, rows.empty() ? RowId() : rows.back(), members);
            const std::int64_t begin = std::ssize(rows);
            rows.insert(rows.end(), members.begin(), members.end());
            bands[at(label)].push_back({begin, std::ssize(rows), id});
            const std::lock_guard lock(mutex);
            done += static_cast<double>(members.size());
            context.progress("seriation", done, static_cast<double>(run.rows()), "rows");
        }
    });
    std::vector<RowId> rows;
    std::vector<RowBand> clusterBands;
    for (std::size_t label = 0; label < ordered.size(); ++label) {
        const std::int64_t offset = std::ssize(rows);
        for (const RowBand& band : bands[label])
            clusterBands.push_back({band.begin + offset, band.end + offset, band.id});
        rows.insert(rows.end(), ordered[label].begin(), ordered[label].end());
    }
    return orderFromRows(run, std::move(rows), std::move(clusterBands));
}

} // namespace lpntk::analysis
