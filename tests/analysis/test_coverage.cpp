#include "run_fixture.h"

#include <core/analysis/coverage.h>

#include <Eigen/Dense>
#include <QtTest>

#include <algorithm>
#include <random>

using namespace lpntk;
using namespace lpntk::tests;
using base::RowId;

namespace {

/// method.md section 5 by a dense solve.
std::vector<double> denseCoverage(const RunFixture& fixture, const std::vector<char>& kept) {
    std::vector<double> result(kept.size(), 1);
    for (int label = 0; label < fixture.run->classes(); ++label) {
        const run::RowRange range = fixture.run->classRange(label);
        std::vector<std::int64_t> inside;
        double diagonal = 0;
        for (std::int64_t i = range.begin; i < range.end; ++i) {
            diagonal += static_cast<double>(fixture.dense.at(i, i));
            if (kept[static_cast<std::size_t>(i)])
                inside.push_back(i);
        }
        if (inside.empty()) {
            std::fill(result.begin() + range.begin, result.begin() + range.end, 0.0);
            continue;
        }
        const auto m = static_cast<Eigen::Index>(inside.size());
        Eigen::MatrixXd system(m, m);
        for (Eigen::Index a = 0; a < m; ++a) {
            for (Eigen::Index b = 0; b < m; ++b)
                system(a, b) = static_cast<double>(fixture.dense.at(inside[static_cast<std::size_t>(a)], inside[static_cast<std::size_t>(b)]));
            system(a, a) += 1e-6 * diagonal / static_cast<double>(range.size());
        }
        const Eigen::FullPivLU<Eigen::MatrixXd> solver(system);
        for (std::int64_t i = range.begin; i < range.end; ++i) {
            if (kept[static_cast<std::size_t>(i)])
                continue;
            Eigen::VectorXd with(m);
            for (Eigen::Index a = 0; a < m; ++a)
                with[a] = static_cast<double>(fixture.dense.at(inside[static_cast<std::size_t>(a)], i));
            result[static_cast<std::size_t>(i)] = with.dot(solver.solve(with)) / static_cast<double>(fixture.dense.at(i, i));
        }
    }
    return result;
}

std::vector<char> randomKept(std::int64_t rows, int oneIn, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<char> kept;
    for (std::int64_t i = 0; i < rows; ++i)
        kept.push_back(random() % static_cast<std::uint64_t>(oneIn) == 0);
    return kept;
}

} // namespace

class TestCoverage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void againstADenseSolve_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("classes");
        QTest::addColumn<int>("oneIn");
        QTest::newRow("few kept") << 300 << 3 << 8;
        QTest::newRow("half, several column blocks") << 600 << 2 << 2;
        QTest::newRow("hardly any, classes without") << 200 << 10 << 40;
    }
    void againstADenseSolve() {
        QFETCH(int, rows);
        QFETCH(int, classes);
        QFETCH(int, oneIn);
        SyntheticOptions options;
        options.blocks = run::Blocks::classes;
        const RunFixture fixture(makeSyntheticRun(rows, classes, 5), options);
        const auto kept = randomKept(rows, oneIn, 1);
        const auto expected = denseCoverage(fixture, kept);
        const auto found = analysis::coverage(*fixture.run, kept, 2);
        double sum = 0;
        std::vector<double> dropped;
        for (std::size_t i = 0; i < kept.size(); ++i) {
            QVERIFY2(std::abs(static_cast<double>(found.perRow[i]) - expected[i]) < 1e-4,
                     qPrintable(QString("row %1: %2 for %3").arg(i).arg(found.perRow[i]).arg(expected[i])));
            if (!kept[i]) {
                dropped.push_back(expected[i]);
                sum += expected[i];
            }
        }
        std::sort(dropped.begin(), dropped.end());
        const double place = 0.05 * static_cast<double>(dropped.size() - 1);
        const auto low = static_cast<std::size_t>(place);
        const double fifth = dropped[low] + (place - static_cast<double>(low)) * (dropped[low + 1] - dropped[low]);
        QVERIFY(std::abs(found.mean - sum / static_cast<double>(dropped.size())) < 1e-5);
        QVERIFY(std::abs(found.fifthPercentile - fifth) < 1e-4);
    }

    void duplicatesAndZeros() {
        // Kept copies make the system singular but for eps; a dropped copy is covered wholly, a zero gradient too.
        const RunFixture fixture(syntheticRunFromFeatures({1, 0, 1, 0, 1, 0, 0, 0, 0, 3, 1, 1}, 2, {0, 0, 0, 0, 0, 0}, 1));
        const auto found = analysis::coverage(*fixture.run, std::vector<char>{1, 1, 0, 0, 0, 0}, 1);
        QVERIFY(found.perRow[2] > 0.99999f && found.perRow[2] <= 1.0f);
        QCOMPARE(found.perRow[3], 1.0f);
        QCOMPARE(found.perRow[4], 0.0f);
        QVERIFY(std::abs(found.perRow[5] - 0.5f) < 1e-5f);
    }

    void halfPrecisionStaysClose() {
        SyntheticOptions options;
        options.store = run::StoreType::f16;
        const RunFixture half(makeSyntheticRun(600, 2, 5), options);
        const RunFixture exact(makeSyntheticRun(600, 2, 5));
        const auto kept = randomKept(600, 4, 2);
        const auto a = analysis::coverage(*half.run, kept, 2), b = analysis::coverage(*exact.run, kept, 2);
        QVERIFY2(std::abs(a.mean - b.mean) < 0.01, qPrintable(QString("%1 for %2").arg(a.mean).arg(b.mean)));
    }

    void everythingOrNothingKept() {
        const RunFixture fixture(makeSyntheticRun(100, 2, 5));
        QCOMPARE(analysis::coverage(*fixture.run, std::vector<char>(100, 1), 2).mean, 1.0);
        QCOMPARE(analysis::coverage(*fixture.run, std::vector<char>(100, 0), 2).mean, 0.0);
        QVERIFY_EXCEPTION_THROWN(analysis::coverage(*fixture.run, std::vector<char>(99, 1), 2), base::ShapeError);
    }

    void curveIsThatOfItsPoints() {
        const RunFixture fixture(makeSyntheticRun(300, 3, 5));
        std::vector<std::vector<RowId>> orders(3);
        std::mt19937_64 random(4);
        for (int label = 0; label < 3; ++label) {
            const run::RowRange range = fixture.run->classRange(label);
            for (std::int64_t i = range.begin; i < range.end; ++i)
                orders[static_cast<std::size_t>(label)].emplace_back(i);
            for (std::size_t i = orders[static_cast<std::size_t>(label)].size(); i > 1; --i)
                std::swap(orders[static_cast<std::size_t>(label)][i - 1], orders[static_cast<std::size_t>(label)][random() % i]);
        }
        const auto curve = analysis::coverageCurve(*fixture.run, orders, 0.6, 6, 2);
        QCOMPARE(curve.mean.size(), std::size_t{6});
        for (int point = 0; point < 6; ++point) {
            std::vector<char> kept(300, 0);
            std::int64_t total = 0;
            for (const auto& order : orders) {
                const auto count = std::llround(0.1 * (point + 1) * static_cast<double>(order.size()));
                for (std::int64_t i = 0; i < count; ++i)
                    kept[static_cast<std::size_t>(order[static_cast<std::size_t>(i)].value())] = 1;
                total += count;
            }
            const auto single = analysis::coverage(*fixture.run, kept, 2);
            const auto at = static_cast<std::size_t>(point);
            QVERIFY(std::abs(curve.mean[at] - single.mean) < 1e-5);
            QVERIFY(std::abs(curve.fifthPercentile[at] - single.fifthPercentile) < 1e-4);
            QVERIFY(std::abs(curve.share[at] - static_cast<double>(total) / 300) < 1e-12);
        }
    }

    /// Points with different shares of the classes, none of one of them at first, against the dense solve.
    void curveOfEachClass() {
        const RunFixture fixture(makeSyntheticRun(240, 3, 5));
        analysis::NestedOrder order;
        std::mt19937_64 random(6);
        for (int label = 0; label < 3; ++label) {
            auto& rows = order.rows.emplace_back();
            const run::RowRange range = fixture.run->classRange(label);
            for (std::int64_t i = range.begin; i < range.end; ++i)
                rows.emplace_back(i);
            for (std::size_t i = rows.size(); i > 1; --i)
                std::swap(rows[i - 1], rows[random() % i]);
        }
        const auto size = [&](int label) { return fixture.run->classRange(label).size(); };
        order.counts = {{3, 3, 40, size(0)}, {0, 0, 5, size(1)}, {1, 20, 70, size(2)}};
        double lastDone = 0, total = 0;
        base::JobContext context;
        context.report = [&](const base::Progress& progress) { lastDone = progress.done, total = progress.total; };
        const auto curve = analysis::coverageCurve(*fixture.run, order, 2, context);
        QCOMPARE(total, 240.0);
        QCOMPARE(lastDone, total);
        for (std::size_t point = 0; point < 4; ++point) {
            std::vector<char> kept(240, 0);
            for (std::size_t label = 0; label < 3; ++label)
                for (std::int64_t i = 0; i < order.counts[label][point]; ++i)
                    kept[static_cast<std::size_t>(order.rows[label][static_cast<std::size_t>(i)].value())] = 1;
            const auto expected = denseCoverage(fixture, kept);
            double all = 0, droppedOfAll = 0;
            for (int label = 0; label < 3; ++label) {
                double sum = 0, dropped = 0;
                for (std::int64_t i = fixture.run->classRange(label).begin; i < fixture.run->classRange(label).end;
                     ++i) {
                    if (kept[static_cast<std::size_t>(i)])
                        continue;
                    sum += expected[static_cast<std::size_t>(i)];
                    ++dropped;
                }
                all += sum;
                droppedOfAll += dropped;
                const double found = curve.meanOfClass[static_cast<std::size_t>(label)][point];
                QVERIFY2(std::abs(found - (dropped > 0 ? sum / dropped : 1)) < 1e-4,
                         qPrintable(QString("class %1, point %2: %3").arg(label).arg(point).arg(found)));
                QCOMPARE(curve.shareOfClass[static_cast<std::size_t>(label)][point],
                         1 - dropped / static_cast<double>(size(label)));
            }
            QVERIFY(std::abs(curve.mean[point] - (droppedOfAll > 0 ? all / droppedOfAll : 1)) < 1e-4);
        }
        order.counts[1] = {5, 4, 6, 7};
        QVERIFY_EXCEPTION_THROWN(analysis::coverageCurve(*fixture.run, order, 1), base::ShapeError);
        order.counts[1] = {1, 2};
        QVERIFY_EXCEPTION_THROWN(analysis::coverageCurve(*fixture.run, order, 1), base::ShapeError);
    }

    void reachOfACurve() {
        const RunFixture fixture(makeSyntheticRun(200, 2, 5));
        QCOMPARE(analysis::curveReach(*fixture.run, 1e12, 1e12, 2), 1.0);
        const auto n = static_cast<double>(fixture.run->classRange(0).size());
        const auto o = static_cast<double>(fixture.run->classRange(1).size());
        const double work = analysis::curveReach(*fixture.run, 1e5, 1e12, 2);
        QVERIFY(std::abs((n * n * n + o * o * o) * (work * work / 2 - work * work * work / 3) - 1e5) < 1);
        const double memory = analysis::curveReach(*fixture.run, 1e12, 20000, 2);
        QVERIFY(std::abs(2 * 8 * std::max(n, o) * std::max(n, o) * (memory - memory * memory / 2) - 20000) < 1);
    }

    void cancelled() {
        const RunFixture fixture(makeSyntheticRun(100, 2, 5));
        std::stop_source source;
        source.request_stop();
        QVERIFY_EXCEPTION_THROWN(analysis::coverage(*fixture.run, randomKept(100, 2, 1), 2, {source.get_token(), {}}), base::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestCoverage)
#include "test_coverage.moc"
