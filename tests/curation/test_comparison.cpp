#include "curation_fixture.h"

#include <core/curation/comparison.h>
#include <core/curation/keep_rank.h>

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace lpntk;
using namespace lpntk::tests;
using base::RowId;
using curation::Method;
using curation::PruneOptions;

namespace {

/// Ranks by counting: how many are smaller, and half of the other equal ones.
std::vector<double> countedRanks(const std::vector<float>& values) {
    std::vector<double> ranks;
    for (const float value : values) {
        const auto less = std::count_if(values.begin(), values.end(), [&](float other) { return other < value; });
        const auto equal = std::count(values.begin(), values.end(), value);
        ranks.push_back(static_cast<double>(less) + static_cast<double>(equal - 1) / 2);
    }
    return ranks;
}

double pearson(const std::vector<double>& x, const std::vector<double>& y) {
    const auto n = static_cast<double>(x.size());
    double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        sx += x[i];
        sy += y[i];
        sxx += x[i] * x[i];
        syy += y[i] * y[i];
        sxy += x[i] * y[i];
    }
    return (n * sxy - sx * sy) / std::sqrt((n * sxx - sx * sx) * (n * syy - sy * sy));
}

} // namespace

class TestComparison : public QObject {
    Q_OBJECT

    const CurationFixture fixture{makeSyntheticRun(240, 4, 3)};

    PruneOptions optionsOf(Method method) const {
        PruneOptions options;
        options.method = method;
        options.seed = 9;
        if (curation::needsScores(method))
            for (std::int64_t i = 0; i < fixture.run->rows(); ++i)
                options.scores.push_back(static_cast<float>((i * 37) % 101));
        return options;
    }

    static void addNested() {
        QTest::addColumn<int>("method");
        for (const Method method : curation::allMethods())
            if (curation::isNested(method))
                QTest::newRow(curation::nameOf(method)) << static_cast<int>(method);
    }

private Q_SLOTS:
    void countsOfTwoChoices() {
        std::mt19937_64 random(1);
        std::vector<char> a, b;
        for (int i = 0; i < 240; ++i) {
            a.push_back(random() % 3 == 0);
            b.push_back(random() % 2 == 0);
        }
        const auto found = curation::compareKept(*fixture.run, a, b);
        for (int label = 0; label < 4; ++label) {
            const auto range = fixture.run->classRange(label);
            std::int64_t seen[4] = {};
            for (auto i = static_cast<std::size_t>(range.begin); i < static_cast<std::size_t>(range.end); ++i)
                ++seen[(a[i] ? 0 : 2) + (b[i] ? 0 : 1)];
            const auto& counts = found.ofClass[static_cast<std::size_t>(label)];
            QCOMPARE(counts.both, seen[0]);
            QCOMPARE(counts.onlyA, seen[1]);
            QCOMPARE(counts.onlyB, seen[2]);
            QCOMPARE(counts.neither, seen[3]);
        }
        QCOMPARE(found.all.both + found.all.onlyA + found.all.onlyB + found.all.neither, std::int64_t{240});
        QCOMPARE(std::ssize(found.onlyA), found.all.onlyA);
        QCOMPARE(std::ssize(found.onlyB), found.all.onlyB);
        for (const RowId row : found.onlyA)
            QVERIFY(a[static_cast<std::size_t>(row.value())] && !b[static_cast<std::size_t>(row.value())]);
        for (const RowId row : found.onlyB)
            QVERIFY(!a[static_cast<std::size_t>(row.value())] && b[static_cast<std::size_t>(row.value())]);
        QCOMPARE(found.all.overlap(),
                 static_cast<double>(found.all.both) / static_cast<double>(240 - found.all.neither));
        QCOMPARE(found.all.agreement(), static_cast<double>(found.all.both + found.all.neither) / 240);
        QCOMPARE(curation::compareKept(*fixture.run, a, a).all.overlap(), 1.0);
        QVERIFY_EXCEPTION_THROWN(curation::compareKept(*fixture.run, a, std::vector<char>(3)), base::ShapeError);
    }

    void rankCorrelation() {
        std::mt19937_64 random(2);
        std::vector<float> a, b;
        for (int i = 0; i < 300; ++i) { // few values, so many ties
            a.push_back(static_cast<float>(random() % 20));
            b.push_back(a.back() + static_cast<float>(random() % 15));
        }
        const double found = curation::spearman(a, b);
        QVERIFY2(std::abs(found - pearson(countedRanks(a), countedRanks(b))) < 1e-12,
                 qPrintable(QString::number(found)));
        QVERIFY(found > 0.3 && found < 1);
        QCOMPARE(curation::spearman(a, a), 1.0);
        QCOMPARE(curation::spearman(std::vector<float>{1, 2, 3}, std::vector<float>{9, 4, 1}), -1.0);
        QVERIFY(std::isnan(curation::spearman(std::vector<float>{1, 1}, std::vector<float>{1, 2})));
        QVERIFY(std::isnan(curation::spearman(std::vector<float>{1}, std::vector<float>{2})));
        QVERIFY_EXCEPTION_THROWN(curation::spearman(a, std::vector<float>{1}), base::ShapeError);
    }

    /// A row is kept from the amount on that its rank says.
    void ranksAreThoseOfThePrunedSets_data() { addNested(); }
    void ranksAreThoseOfThePrunedSets() {
        QFETCH(int, method);
        PruneOptions options = optionsOf(static_cast<Method>(method));
        const auto ranks = curation::keepRanks(*fixture.clustering, options);
        QCOMPARE(ranks.size(), std::size_t{240});
        const bool byClass = options.method == Method::heads || options.method == Method::classRandom;
        for (const double keep : {0.05, 0.3, 0.77, 1.0}) {
            options.keep = keep;
            const auto subset = fixture.prune(options);
            for (std::size_t i = 0; i < ranks.size(); ++i) {
                const auto size = static_cast<double>(
                    byClass ? fixture.classSize(fixture.run->labelOf(RowId(static_cast<std::int64_t>(i)))) : 240);
                const bool kept =
                    std::llround(static_cast<double>(ranks[i]) * size) < std::max(1LL, std::llround(keep * size));
                QCOMPARE(subset.kept[i] != 0, kept);
            }
        }
    }

    void pointsOfACurveAreThePrunedSets_data() { addNested(); }
    void pointsOfACurveAreThePrunedSets() {
        QFETCH(int, method);
        PruneOptions options = optionsOf(static_cast<Method>(method));
        const auto order = curation::nestedOrder(*fixture.clustering, options, 0.8, 8);
        for (int point = 0; point < 8; ++point) {
            options.keep = 0.1 * (point + 1);
            const auto subset = fixture.prune(options);
            for (int label = 0; label < 4; ++label) {
                const auto of = static_cast<std::size_t>(label);
                QCOMPARE(std::ssize(order.rows[of]), fixture.classSize(label));
                const auto count = order.counts[of][static_cast<std::size_t>(point)];
                QCOMPARE(count, fixture.keptOf(subset, label));
                QVERIFY(std::all_of(order.rows[of].begin(), order.rows[of].begin() + count, [&](RowId row) {
                    return subset.kept[static_cast<std::size_t>(row.value())] != 0;
                }));
            }
        }
    }

    void methodsWithoutAnOrder() {
        PruneOptions options;
        options.method = Method::dropSmall;
        QVERIFY(!curation::isNested(options.method));
        QVERIFY(curation::keepRanks(*fixture.clustering, options).empty());
        QVERIFY_EXCEPTION_THROWN(curation::nestedOrder(*fixture.clustering, options, 0.5, 5), base::OptionError);
    }
};

QTEST_GUILESS_MAIN(TestComparison)
#include "test_comparison.moc"
