#include "run_fixture.h"

#include <core/analysis/block_products.h>
#include <core/analysis/components.h>
#include <core/analysis/kept_components.h>
#include <core/base/error.h>

#include <Eigen/Dense>
#include <QtTest>

#include <atomic>
#include <cmath>
#include <random>

using namespace lpntk;
using namespace lpntk::tests;
using analysis::ComponentOptions;
using analysis::Components;
using base::RowId;

namespace {

/// The whole matrix of cosines as the run gives them, and its eigen-decomposition by Eigen.
struct Dense {
    Eigen::MatrixXd cosines;
    Eigen::VectorXd values; ///< rising
    Eigen::MatrixXd vectors;
    double trace = 0;

    explicit Dense(const run::Run& run) : cosines(run.rows(), run.rows()) {
        for (std::int64_t i = 0; i < run.rows(); ++i)
            for (std::int64_t j = 0; j < run.rows(); ++j)
                cosines(i, j) = static_cast<double>(run.cosine(RowId(i), RowId(j)));
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(cosines);
        values = solver.eigenvalues();
        vectors = solver.eigenvectors();
        trace = cosines.trace();
    }
    double value(int c) const { return values[values.size() - 1 - c]; }
    Eigen::VectorXd coordinates(int c) const {
        Eigen::VectorXd column = vectors.col(vectors.cols() - 1 - c) * std::sqrt(std::max(value(c), 0.0));
        if (column.array().cube().sum() < 0)
            column = -column;
        return column;
    }
};

/// Few features and many samples, so that the first eigenvalues stand clearly apart.
SyntheticRun lowRank(std::int64_t rows, int classes, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-52 - 1; };
    constexpr std::int64_t kWidth = 40;
    std::vector<double> features, scales;
    for (std::int64_t f = 0; f < kWidth; ++f)
        scales.push_back(std::pow(0.75, static_cast<double>(f)));
    std::vector<std::int64_t> labels;
    for (std::int64_t row = 0; row < rows; ++row) {
        labels.push_back(row * classes / rows);
        const double length = row % 97 == 5 ? 0.0 : 1 + 20 * std::abs(uniform()); // some without a gradient
        for (std::int64_t f = 0; f < kWidth; ++f)
            features.push_back(length * scales[static_cast<std::size_t>(f)] *
                               (uniform() + (f == labels.back() ? 1.5 : 0)));
    }
    return syntheticRunFromFeatures(features, kWidth, labels, classes);
}

double farthest(const Components& found, const Dense& dense, int c, bool eitherSign = false) {
    const Eigen::VectorXd wanted = dense.coordinates(c);
    double most = 0, mirrored = 0;
    for (std::int64_t row = 0; row < found.rows; ++row) {
        most = std::max(most, std::abs(static_cast<double>(found.at(row, c)) - wanted[row]));
        mirrored = std::max(mirrored, std::abs(static_cast<double>(found.at(row, c)) + wanted[row]));
    }
    return eitherSign ? std::min(most, mirrored) : most;
}

} // namespace

class TestComponents : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void productsAreThoseOfALoop() {
        std::mt19937_64 random(3);
        const auto uniform = [&] { return static_cast<float>(static_cast<double>(random() >> 11) * 0x1p-52 - 1); };
        constexpr std::int64_t kColumns = 37, kStride = 41, kRows = 11, kLanes = analysis::kProductColumns;
        std::vector<float> matrix(static_cast<std::size_t>((kRows + 8) * kStride)),
            vectors(static_cast<std::size_t>(kColumns * kLanes));
        for (auto* numbers : {&matrix, &vectors})
            for (float& number : *numbers)
                number = uniform();
        std::vector<float> byRow(static_cast<std::size_t>(8 * kLanes), 0.5f),
            byColumn(static_cast<std::size_t>(kColumns * kLanes), 0.5f);
        analysis::addRowProducts(matrix.data(), kStride, kColumns, vectors.data(), byRow.data());
        analysis::addColumnProducts(matrix.data(), kStride, kRows, kColumns, vectors.data(), byColumn.data());
        const auto close = [](float found, double wanted) {
            return std::abs(static_cast<double>(found) - wanted) < 1e-5;
        };
        for (std::int64_t c = 0; c < kLanes; ++c) {
            for (std::int64_t r = 0; r < 8; ++r) {
                double sum = 0.5;
                for (std::int64_t j = 0; j < kColumns; ++j)
                    sum += static_cast<double>(matrix[static_cast<std::size_t>(r * kStride + j)]) *
                           static_cast<double>(vectors[static_cast<std::size_t>(j * kLanes + c)]);
                QVERIFY(close(byRow[static_cast<std::size_t>(r * kLanes + c)], sum));
            }
            for (std::int64_t j = 0; j < kColumns; ++j) {
                double sum = 0.5;
                for (std::int64_t r = 0; r < kRows; ++r)
                    sum += static_cast<double>(matrix[static_cast<std::size_t>(r * kStride + j)]) *
                           static_cast<double>(vectors[static_cast<std::size_t>(r * kLanes + c)]);
                QVERIFY(close(byColumn[static_cast<std::size_t>(j * kLanes + c)], sum));
            }
        }
    }

    void exactOfSmallRuns_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<bool>("half");
        QTest::newRow("a handful") << 12 << false;
        QTest::newRow("dense") << 100 << false;
        QTest::newRow("passes") << 700 << false;
        QTest::newRow("passes, float16") << 700 << true;
    }
    /// No more rows than are sampled: the answer is Eigen's, up to float32 products.
    void exactOfSmallRuns() {
        QFETCH(int, rows);
        QFETCH(bool, half);
        SyntheticOptions store;
        store.store = half ? run::StoreType::f16 : run::StoreType::f32;
        const RunFixture fixture(lowRank(rows, 4, 11), store);
        const Dense dense(*fixture.run);
        const Components found = analysis::estimateComponents(*fixture.run, {}, 2);
        QVERIFY(!found.isEstimate());
        QCOMPARE(found.rows, std::int64_t(rows));
        QCOMPARE(found.count, 8);
        for (int c = 0; c < found.count; ++c) {
            QVERIFY2(std::abs(found.share[static_cast<std::size_t>(c)] - dense.value(c) / dense.trace) < 1e-5,
                     qPrintable(QString::number(c)));
            const double apart = farthest(found, dense, c);
            QVERIFY2(apart < 2e-3, qPrintable(QStringLiteral("component %1 is %2 off").arg(c).arg(apart)));
        }
    }

    /// A refinement of an estimate from few rows comes to the dense answer, and says that it is none any more.
    void refinementReachesTheDenseAnswer() {
        SyntheticOptions store;
        store.store = run::StoreType::f16;
        const RunFixture fixture(lowRank(900, 5, 5), store);
        const Dense dense(*fixture.run);
        ComponentOptions options;
        options.sampled = 150;
        options.passes = 8;
        options.tolerance = 1e-5;
        const Components estimate = analysis::estimateComponents(*fixture.run, options, 2);
        QVERIFY(estimate.isEstimate());
        QVERIFY(estimate.sampled >= 145 && estimate.sampled <= 155);
        const Components refined = analysis::refineComponents(*fixture.run, estimate, options, 2);
        QVERIFY(!refined.isEstimate());
        QVERIFY(refined.residual <= 1e-5);
        double off = 0;
        for (int c = 0; c < 8; ++c) {
            QVERIFY(std::abs(refined.share[static_cast<std::size_t>(c)] - dense.value(c) / dense.trace) < 1e-5);
            const double apart = farthest(refined, dense, c, true);
            QVERIFY2(apart < 2e-3, qPrintable(QStringLiteral("component %1 is %2 off").arg(c).arg(apart)));
            double alike = 0;
            for (std::int64_t row = 0; row < 900; ++row)
                alike += static_cast<double>(estimate.at(row, c)) * static_cast<double>(refined.at(row, c));
            QVERIFY(alike > 0);
            off = std::max(off, farthest(estimate, dense, c, true));
        }
        QVERIFY(off > 2e-2); // the estimate alone would not have passed
    }

    /// Nystroem's extension written down as it stands in the books, among the same sampled rows.
    void estimateIsNystroems() {
        const RunFixture fixture(lowRank(500, 3, 9));
        ComponentOptions options;
        options.sampled = 60;
        options.count = 4;
        const Components found = analysis::estimateComponents(*fixture.run, options, 2);
        std::vector<std::int64_t> rows;
        for (int label = 0; label < 3; ++label) {
            const run::RowRange range = fixture.run->classRange(label);
            const auto count =
                static_cast<std::int64_t>(std::llround(60.0 * static_cast<double>(range.size()) / 500.0));
            for (std::int64_t i = 0; i < count; ++i)
                rows.push_back(range.begin + (2 * i + 1) * range.size() / (2 * count));
        }
        QCOMPARE(found.sampled, std::ssize(rows));
        const Dense dense(*fixture.run);
        const auto n = static_cast<Eigen::Index>(rows.size());
        Eigen::MatrixXd among(n, n), across(500, n);
        for (Eigen::Index b = 0; b < n; ++b) {
            for (Eigen::Index a = 0; a < n; ++a)
                among(a, b) = dense.cosines(rows[static_cast<std::size_t>(a)], rows[static_cast<std::size_t>(b)]);
            across.col(b) = dense.cosines.col(rows[static_cast<std::size_t>(b)]);
        }
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(among);
        for (int c = 0; c < 4; ++c) {
            const double value = solver.eigenvalues()[n - 1 - c];
            Eigen::VectorXd wanted = across * solver.eigenvectors().col(n - 1 - c) / std::sqrt(value);
            if (wanted.array().cube().sum() < 0)
                wanted = -wanted;
            for (std::int64_t row = 0; row < 500; ++row)
                QVERIFY(std::abs(static_cast<double>(found.at(row, c)) - wanted[row]) < 1e-4);
            QVERIFY(std::abs(found.share[static_cast<std::size_t>(c)] - value / among.trace()) < 1e-6);
        }
    }

    void threadsDoNotChangeABit() {
        const RunFixture fixture(lowRank(400, 3, 2));
        ComponentOptions options;
        options.sampled = 150;
        const Components one = analysis::estimateComponents(*fixture.run, options, 1);
        const Components three = analysis::estimateComponents(*fixture.run, options, 3);
        QVERIFY(one.values == three.values && one.share == three.share);
        QVERIFY(analysis::refineComponents(*fixture.run, one, options, 1).values ==
                analysis::refineComponents(*fixture.run, three, options, 3).values);
    }

    void stopsWhenAsked() {
        const RunFixture fixture(lowRank(400, 3, 2));
        ComponentOptions options;
        options.sampled = 150;
        options.tolerance = 0;
        const Components start = analysis::estimateComponents(*fixture.run, options, 1);
        std::stop_source stop;
        std::atomic<int> reports = 0;
        base::JobContext context{stop.get_token(), [&](const base::Progress& progress) {
                                     QVERIFY(progress.done <= progress.total);
                                     if (++reports == 3)
                                         stop.request_stop();
                                 }};
        QVERIFY_EXCEPTION_THROWN(analysis::refineComponents(*fixture.run, start, options, 1, context), base::Cancelled);
        QVERIFY(reports <= 4);
        QVERIFY_EXCEPTION_THROWN(analysis::estimateComponents(*fixture.run, options, 1, context), base::Cancelled);
    }

    void refinedOnesAreKept() {
        QTemporaryDir cache;
        const QByteArray former = qgetenv("XDG_CACHE_HOME");
        qputenv("XDG_CACHE_HOME", cache.path().toUtf8());
        const RunFixture fixture(lowRank(300, 3, 4)), other(lowRank(300, 3, 5));
        ComponentOptions options;
        options.sampled = 150;
        const Components estimate = analysis::estimateComponents(*fixture.run, options, 1);
        analysis::keepComponents(*fixture.run, estimate);
        QVERIFY(!analysis::keptComponents(*fixture.run));
        const Components refined = analysis::refineComponents(*fixture.run, estimate, options, 1);
        analysis::keepComponents(*fixture.run, refined);
        const auto kept = analysis::keptComponents(*fixture.run);
        QVERIFY(kept && !kept->isEstimate());
        QCOMPARE(kept->count, refined.count);
        for (int c = 0; c < refined.count; ++c) {
            QVERIFY(std::abs(kept->share[static_cast<std::size_t>(c)] - refined.share[static_cast<std::size_t>(c)]) <
                    1e-7);
            for (std::int64_t row = 0; row < 300; ++row)
                QVERIFY(kept->at(row, c) == refined.at(row, c));
        }
        QVERIFY(!analysis::keptComponents(*other.run));
        // A damaged file is as good as none.
        const QDir maps(cache.filePath(QStringLiteral("lpntk-explorer/maps")));
        QCOMPARE(maps.entryList(QDir::Files).size(), 1);
        QFile file(maps.filePath(maps.entryList(QDir::Files).front()));
        QVERIFY(file.open(QIODevice::ReadWrite) && file.resize(file.size() - 4));
        file.close();
        QVERIFY(!analysis::keptComponents(*fixture.run));
        qputenv("XDG_CACHE_HOME", former);
    }

    void refusesWhatItCannotDo() {
        SyntheticOptions classes;
        classes.blocks = run::Blocks::classes;
        const RunFixture blocks(lowRank(60, 3, 2), classes);
        QVERIFY_EXCEPTION_THROWN(analysis::estimateComponents(*blocks.run), base::ShapeError);
        const RunFixture full(lowRank(60, 3, 2));
        Components other = analysis::estimateComponents(*full.run);
        other.rows = 59;
        QVERIFY_EXCEPTION_THROWN(analysis::refineComponents(*full.run, other), base::ShapeError);
        QVERIFY_EXCEPTION_THROWN(analysis::estimateComponents(*full.run, {0}), base::OptionError);
    }
};

QTEST_GUILESS_MAIN(TestComponents)
#include "test_components.moc"
