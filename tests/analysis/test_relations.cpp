#include "run_fixture.h"

#include <core/analysis/class_pairs.h>
#include <core/analysis/pair_query.h>
#include <core/analysis/relations.h>

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace lpntk;
using namespace lpntk::tests;
using analysis::Thresholds;
using base::RowId;

namespace {

std::vector<analysis::RelationCounts> naiveCounts(const RunFixture& fixture, Thresholds thresholds) {
    const int k = fixture.dense.classes;
    std::vector<analysis::RelationCounts> counts(static_cast<std::size_t>(k * k));
    for (std::int64_t i = 0; i < fixture.dense.rows; ++i) {
        for (std::int64_t j = i + 1; j < fixture.dense.rows; ++j) {
            if (!fixture.has(i, j))
                continue;
            const float cosine = fixture.run->cosine(RowId(i), RowId(j));
            analysis::RelationCounts one;
            if (cosine >= thresholds.plus)
                one.interchangeable = 1;
            else if (cosine <= -thresholds.minus)
                one.contradictory = 1;
            else
                one.unrelated = 1;
            const int a = fixture.run->labelOf(RowId(i)), b = fixture.run->labelOf(RowId(j));
            counts[static_cast<std::size_t>(a * k + b)] += one;
            if (a != b)
                counts[static_cast<std::size_t>(b * k + a)] += one;
        }
    }
    return counts;
}

void compare(const analysis::RelationCounts& a, const analysis::RelationCounts& b) {
    QCOMPARE(a.interchangeable, b.interchangeable);
    QCOMPARE(a.unrelated, b.unrelated);
    QCOMPARE(a.contradictory, b.contradictory);
}

} // namespace

class TestRelations : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void counts_data() {
        QTest::addColumn<int>("blocks");
        QTest::addColumn<int>("store");
        QTest::addColumn<float>("plus");
        QTest::addColumn<float>("minus");
        for (const auto blocks : {run::Blocks::full, run::Blocks::classes}) {
            for (const auto store : {run::StoreType::f32, run::StoreType::f16}) {
                // On bin edges (the histogram way), beside them (streaming), and at the ends.
                for (const auto& [plus, minus] : {std::pair(0.1f, 0.1f), {0.7f, 0.3f}, {0.123f, 0.0571f}, {0.0f, 0.0f}, {1.0f, 1.0f}, {0.1f, 0.0f}})
                    QTest::addRow("%s %s %g %g", run::nameOf(blocks), run::nameOf(store), static_cast<double>(plus), static_cast<double>(minus))
                        << static_cast<int>(blocks) << static_cast<int>(store) << plus << minus;
            }
        }
    }
    void counts() {
        QFETCH(int, blocks);
        QFETCH(int, store);
        QFETCH(float, plus);
        QFETCH(float, minus);
        SyntheticOptions options;
        options.blocks = static_cast<run::Blocks>(blocks);
        options.store = static_cast<run::StoreType>(store);
        const RunFixture fixture(makeSyntheticRun(150, 5, 3), options);
        const auto summary = analysis::countRelations(*fixture.run, {plus, minus});
        const auto expected = naiveCounts(fixture, {plus, minus});
        QCOMPARE(summary.byClassPair.size(), expected.size());
        analysis::RelationCounts sum;
        for (std::size_t i = 0; i < expected.size(); ++i) {
            compare(summary.byClassPair[i], expected[i]);
            if (i % 5 >= i / 5)
                sum += expected[i];
        }
        compare(summary.overall, sum);
    }

    void histogramRoundsToTheNearestEdge() {
        const RunFixture fixture(makeSyntheticRun(120, 4, 5));
        const auto live = analysis::countRelationsFromHistogram(*fixture.run, {0.1013f, 0.0991f});
        compare(live.overall, analysis::countRelations(*fixture.run, {0.1f, 0.1f}).overall);
    }

    void contradictoryPairs_data() {
        QTest::addColumn<int>("blocks");
        QTest::addColumn<int>("store");
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("top");
        QTest::newRow("full") << 0 << 0 << 300 << 50;
        QTest::newRow("short lists") << 0 << 0 << 300 << 2;
        QTest::newRow("half precision") << 0 << 1 << 300 << 10;
        QTest::newRow("class blocks") << 1 << 0 << 200 << 10;
        QTest::newRow("larger than a strip") << 0 << 0 << 700 << 3;
    }
    void contradictoryPairs() {
        QFETCH(int, blocks);
        QFETCH(int, store);
        QFETCH(int, rows);
        QFETCH(int, top);
        SyntheticOptions options;
        options.blocks = static_cast<run::Blocks>(blocks);
        options.store = static_cast<run::StoreType>(store);
        options.top = top;
        const RunFixture fixture(makeSyntheticRun(rows, 5, 9), options);
        std::vector<std::tuple<float, std::int64_t, std::int64_t>> all;
        for (std::int64_t i = 0; i < rows; ++i) {
            for (std::int64_t j = i + 1; j < rows; ++j) {
                if (fixture.has(i, j))
                    all.emplace_back(fixture.run->cosine(RowId(i), RowId(j)), i, j);
            }
        }
        std::sort(all.begin(), all.end());
        for (const float minus : {0.05f, 0.2f, 0.0f}) {
            for (const std::size_t limit : {std::size_t{1}, std::size_t{10}, std::size_t{100000}}) {
                auto expected = all;
                expected.erase(std::find_if(expected.begin(), expected.end(), [&](const auto& pair) { return !(std::get<0>(pair) <= -minus); }),
                               expected.end());
                expected.resize(std::min(limit, expected.size()));
                const auto found = analysis::contradictoryPairs(*fixture.run, {0.1f, minus}, limit);
                QCOMPARE(found.size(), expected.size());
                for (std::size_t p = 0; p < found.size(); ++p) {
                    QCOMPARE(std::tuple(found[p].cosine, found[p].a.value(), found[p].b.value()), expected[p]);
                    QCOMPARE(found[p].kappa, fixture.run->kappa(found[p].a, found[p].b));
                }
            }
        }
    }

    void pairsOfAQuery_data() {
        QTest::addColumn<int>("relation");
        QTest::addColumn<int>("blocks");
        QTest::addColumn<int>("store");
        QTest::addColumn<int>("want");
        QTest::addColumn<bool>("byClass");
        QTest::addColumn<int>("rows");
        for (const int relation : {0, 2})
            for (const int want : {0, 1, 2})
                for (const bool byClass : {false, true}) {
                    QTest::addRow("relation %d, kept %d, class pair %d", relation, want, byClass)
                        << relation << 0 << 0 << want << byClass << 300;
                    QTest::addRow("the same, half precision %d %d %d", relation, want, byClass)
                        << relation << 0 << 1 << want << byClass << 700;
                }
        QTest::newRow("class blocks") << 0 << 1 << 0 << 0 << true << 200;
    }
    /// Against a loop over all pairs that sorts everything.
    void pairsOfAQuery() {
        QFETCH(int, relation);
        QFETCH(int, blocks);
        QFETCH(int, store);
        QFETCH(int, want);
        QFETCH(bool, byClass);
        QFETCH(int, rows);
        SyntheticOptions options;
        options.blocks = static_cast<run::Blocks>(blocks);
        options.store = static_cast<run::StoreType>(store);
        options.top = 5;
        const RunFixture fixture(makeSyntheticRun(rows, 5, 9), options);
        analysis::PairQuery query;
        query.relation = static_cast<analysis::Relation>(relation);
        query.thresholds = {0.2f, 0.05f};
        query.want = static_cast<analysis::PairQuery::Want>(want);
        for (int row = 0; row < rows; ++row)
            query.kept.push_back(row % 3 != 0);
        const auto chosen = [&](std::int64_t a, std::int64_t b) {
            return !byClass || (std::min(a, b) == 1 && std::max(a, b) == 3) || (a == 2 && b == 2);
        };
        for (int a = 0; byClass && a < 5; ++a)
            for (int b = 0; b < 5; ++b)
                query.classPairs.push_back(chosen(a, b));
        const float sign = relation == 2 ? 1 : -1;
        std::vector<std::tuple<float, std::int64_t, std::int64_t>> expected;
        const auto& labels = fixture.dense.labels;
        for (std::int64_t i = 0; i < rows; ++i)
            for (std::int64_t j = i + 1; j < rows; ++j) {
                const bool both = i % 3 != 0 && j % 3 != 0;
                if (!fixture.has(i, j) ||
                    !chosen(labels[static_cast<std::size_t>(i)], labels[static_cast<std::size_t>(j)]) ||
                    (want == 1 && !both) || (want == 2 && both))
                    continue;
                const float cosine = fixture.run->cosine(RowId(i), RowId(j));
                if (relation == 2 ? cosine <= -0.05f : cosine >= 0.2f)
                    expected.emplace_back(sign * cosine, i, j);
            }
        std::sort(expected.begin(), expected.end());
        QVERIFY(expected.size() > 3);
        for (const std::size_t limit : {std::size_t{3}, std::size_t{40}, std::size_t{1000000}}) {
            query.limit = limit;
            const auto found = analysis::findPairs(*fixture.run, query);
            QCOMPARE(found.size(), std::min(limit, expected.size()));
            for (std::size_t p = 0; p < found.size(); ++p)
                QVERIFY(std::tuple(sign * found[p].cosine, found[p].a.value(), found[p].b.value()) == expected[p]);
        }
    }

    void queriesAreChecked() {
        const RunFixture fixture(makeSyntheticRun(60, 3, 9));
        analysis::PairQuery query;
        query.classPairs = {1, 0, 1};
        QVERIFY_EXCEPTION_THROWN(analysis::findPairs(*fixture.run, query), base::OptionError);
        query.classPairs = {};
        query.want = analysis::PairQuery::Want::bothKept;
        QVERIFY_EXCEPTION_THROWN(analysis::findPairs(*fixture.run, query), base::OptionError);
        query.want = analysis::PairQuery::Want::any;
        query.relation = analysis::Relation::unrelated;
        QVERIFY_EXCEPTION_THROWN(analysis::findPairs(*fixture.run, query), base::OptionError);
        query.relation = analysis::Relation::contradictory;
        query.classPairs.assign(9, 0);
        QVERIFY(analysis::findPairs(*fixture.run, query).empty());
    }

    void neighbourhoodOfASample() {
        const RunFixture fixture(makeSyntheticRun(120, 4, 2));
        const RowId row(17);
        const auto found = analysis::neighbourhood(*fixture.run, row, {0.1f, 0.1f}, 7);
        QCOMPARE(found.interchangeable.size(), std::size_t{7});
        std::vector<std::pair<float, std::int64_t>> all;
        for (std::int64_t j = 0; j < 120; ++j) {
            if (j != 17)
                all.emplace_back(-fixture.run->cosine(row, RowId(j)), j);
        }
        std::sort(all.begin(), all.end());
        for (std::size_t i = 0; i < 7; ++i) {
            QCOMPARE(found.interchangeable[i].row.value(), all[i].second);
            QCOMPARE(found.interchangeable[i].cosine, -all[i].first);
            QCOMPARE(found.interchangeable[i].kappa, fixture.run->kappa(row, RowId(all[i].second)));
        }
        QVERIFY(!found.contradictory.empty());
        QCOMPARE(found.contradictory[0].cosine, -all.back().first);
        QVERIFY(std::is_sorted(found.unrelated.begin(), found.unrelated.end(),
                               [](const auto& a, const auto& b) { return std::abs(a.cosine) < std::abs(b.cosine); }));
        std::int64_t binned = 0;
        for (const std::int64_t count : found.histogram)
            binned += count;
        QCOMPARE(binned, std::int64_t{119});
        QCOMPARE(found.counts.total(), std::int64_t{119});
    }

    void thresholdsAreChecked() {
        QVERIFY_EXCEPTION_THROWN(Thresholds({-0.1f, 0.1f}).check(), base::OptionError);
        QVERIFY_EXCEPTION_THROWN(Thresholds({0.1f, 1.1f}).check(), base::OptionError);
        QVERIFY_EXCEPTION_THROWN(Thresholds({0.1f, std::nanf("")}).check(), base::OptionError);
        QCOMPARE(analysis::relationOf(0.1f, {}), analysis::Relation::interchangeable);
        QCOMPARE(analysis::relationOf(-0.1f, {}), analysis::Relation::contradictory);
        QCOMPARE(analysis::relationOf(-0.09f, {}), analysis::Relation::unrelated);
        QCOMPARE(analysis::angleOf(0.5), 60.0);
        QCOMPARE(analysis::angleOf(-1.0000001), 180.0);
    }

    void cancelled() {
        const RunFixture fixture(makeSyntheticRun(120, 4, 5));
        std::stop_source source;
        source.request_stop();
        const base::JobContext context{source.get_token(), {}};
        QVERIFY_EXCEPTION_THROWN(analysis::countRelations(*fixture.run, {0.123f, 0.1f}, context), base::Cancelled);
        QVERIFY_EXCEPTION_THROWN(analysis::contradictoryPairs(*fixture.run, {}, 10, context), base::Cancelled);
    }

    void meansByClass() {
        const RunFixture full(makeSyntheticRun(90, 3, 8));
        const auto means = analysis::classPairMeans(*full.run);
        const auto average = analysis::averageKappa(*full.run);
        for (int a = 0; a < 3; ++a) {
            for (int b = 0; b < 3; ++b) {
                double kappa = 0, cosine = 0, pairs = 0;
                for (std::int64_t i = full.run->classRange(a).begin; i < full.run->classRange(a).end; ++i) {
                    for (std::int64_t j = full.run->classRange(b).begin; j < full.run->classRange(b).end; ++j) {
                        if (i == j)
                            continue;
                        kappa += static_cast<double>(full.dense.at(i, j));
                        cosine += static_cast<double>(full.run->cosine(RowId(i), RowId(j)));
                        ++pairs;
                    }
                }
                const auto at = static_cast<std::size_t>(a * 3 + b);
                QVERIFY(std::abs(means.kappa[at] - kappa / pairs) < 1e-5 * (1 + std::abs(kappa / pairs)));
                QVERIFY(std::abs(means.cosine[at] - cosine / pairs) < 0.0026);
            }
        }
        double own = 0, all = 0;
        for (std::int64_t j = 0; j < 90; ++j) {
            if (j == 40)
                continue;
            all += static_cast<double>(full.dense.at(40, j)) / 89;
            if (full.dense.labels[static_cast<std::size_t>(j)] == full.dense.labels[40])
                own += static_cast<double>(full.dense.at(40, j)) / static_cast<double>(full.run->classRange(full.run->labelOf(RowId(40))).size() - 1);
        }
        QVERIFY(std::abs(static_cast<double>(average.ownClass[40]) - own) < 1e-4 * (1 + std::abs(own)));
        QVERIFY(std::abs(static_cast<double>(average.all[40]) - all) < 1e-4 * (1 + std::abs(all)));

        SyntheticOptions options;
        options.blocks = run::Blocks::classes;
        const RunFixture blocks(makeSyntheticRun(90, 3, 8), options);
        const auto within = analysis::classPairMeans(*blocks.run);
        QVERIFY(std::isnan(within.kappa[1]) && std::isnan(within.cosine[1]));
        QCOMPARE(within.kappa[0], means.kappa[0]);
        QVERIFY(analysis::averageKappa(*blocks.run).all.empty());
    }

    void rangeOfTheMap() {
        const RunFixture fixture(makeSyntheticRun(120, 4, 5));
        std::vector<float> magnitudes;
        for (std::int64_t i = 0; i < 120; ++i) {
            for (std::int64_t j = i + 1; j < 120; ++j)
                magnitudes.push_back(std::abs(fixture.run->cosine(RowId(i), RowId(j))));
        }
        std::sort(magnitudes.begin(), magnitudes.end());
        for (const double quantile : {0.5, 0.9, 0.98, 1.0}) {
            const double range = analysis::defaultRange(*fixture.run, quantile);
            const auto count = static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(magnitudes.size())));
            const double exact = static_cast<double>(magnitudes[count - 1]);
            QVERIFY2(range >= exact && range <= exact + 0.0551, qPrintable(QString("%1 for %2").arg(range).arg(exact)));
            QCOMPARE(std::round(range * 20) / 20, range);
        }
    }
};

QTEST_GUILESS_MAIN(TestRelations)
#include "test_relations.moc"
