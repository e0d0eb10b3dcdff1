#include "curation_fixture.h"

#include <core/analysis/class_pairs.h>
#include <core/curation/pruning.h>
#include <core/curation/shuffle.h>

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace lpntk;
using namespace lpntk::tests;
using base::RowId;
using base::SampleId;
using curation::Method;
using curation::PruneOptions;
using curation::Reason;

namespace {

std::size_t at(RowId row) { return static_cast<std::size_t>(row.value()); }

PruneOptions options(Method method, double keep = 0.3) {
    PruneOptions made;
    made.method = method;
    made.keep = keep;
    return made;
}

} // namespace

class TestPruning : public QObject {
    Q_OBJECT

    const CurationFixture fixture{makeSyntheticRun(240, 4, 3)};

    std::vector<float> scores() const {
        std::vector<float> made;
        for (std::int64_t i = 0; i < fixture.run->rows(); ++i)
            made.push_back(static_cast<float>((i * 37) % 101));
        return made;
    }

private Q_SLOTS:
    /// What holds for every method.
    void invariants_data() {
        QTest::addColumn<int>("method");
        for (const Method method : curation::allMethods())
            QTest::newRow(curation::nameOf(method)) << static_cast<int>(method);
    }
    void invariants() {
        QFETCH(int, method);
        PruneOptions rule = options(static_cast<Method>(method));
        rule.seed = 5;
        rule.clusterRatio = 0.6;
        if (curation::needsScores(rule.method))
            rule.scores = scores();
        const auto subset = fixture.prune(rule);
        const auto again = fixture.prune(rule);
        QVERIFY(subset.kept == again.kept);
        QCOMPARE(subset.keptCount, std::count(subset.kept.begin(), subset.kept.end(), 1));
        QVERIFY(subset.keptCount > 0 && subset.keptCount <= fixture.run->rows());
        const auto clusters = curation::clustersFor(*fixture.clustering, rule);
        std::int64_t stoodFor = 0;
        for (std::int64_t i = 0; i < fixture.run->rows(); ++i) {
            const RowId row(i);
            stoodFor += subset.standsFor[at(row)];
            QVERIFY(!curation::reasonText(*fixture.clustering, clusters, subset, row).empty());
            const bool keptReason = subset.reason[at(row)] == Reason::kept || subset.reason[at(row)] == Reason::keptHead;
            QCOMPARE(keptReason, subset.kept[at(row)] != 0);
            if (subset.kept[at(row)]) {
                QCOMPARE(subset.nearestKept[at(row)], row);
                continue;
            }
            QCOMPARE(subset.standsFor[at(row)], 0);
            checkNearest(subset, row);
        }
        QVERIFY(stoodFor <= fixture.run->rows() - subset.keptCount);
        QCOMPARE(curation::methodFromName(curation::nameOf(rule.method)), rule.method);
    }

    void headsAreAPrefixOfTheKeepOrder() {
        for (const double keep : {0.001, 0.1, 0.35, 0.9, 1.0}) {
            const auto subset = fixture.prune(options(Method::heads, keep));
            for (int label = 0; label < 4; ++label) {
                const auto order = fixture.clustering->keepOrder(label);
                const auto count = std::max<std::int64_t>(1, std::llround(keep * static_cast<double>(fixture.classSize(label))));
                for (std::size_t rank = 0; rank < order.size(); ++rank) {
                    QCOMPARE(subset.kept[at(order[rank])] != 0, static_cast<std::int64_t>(rank) < count);
                    QCOMPARE(subset.score[at(order[rank])], static_cast<float>(rank));
                }
            }
        }
    }

    void reasonsOfHeads() {
        const PruneOptions rule = options(Method::heads, 0.02);
        const auto subset = fixture.prune(rule);
        const auto clusters = curation::clustersFor(*fixture.clustering, rule);
        bool redundant = false, member = false;
        for (std::int64_t i = 0; i < fixture.run->rows(); ++i) {
            const RowId row(i);
            const std::string text = curation::reasonText(*fixture.clustering, clusters, subset, row);
            if (subset.kept[at(row)])
                continue;
            const bool isRedundant = fixture.clustering->redundancy().isRedundant(row);
            QCOMPARE(subset.reason[at(row)], isRedundant ? Reason::redundant : Reason::memberNotHead);
            if (isRedundant) {
                const auto other = fixture.run->sampleFromRow(fixture.clustering->redundancy().because[at(row)]).value();
                QVERIFY2(text.ends_with(" \u00D7 own \u03BA, with #" + std::to_string(other)), text.c_str());
                redundant = true;
            } else {
                const auto head = clusters.clusters[static_cast<std::size_t>(clusters.clusterOf[at(row)].value())].head;
                QVERIFY2(text.starts_with("head #" + std::to_string(fixture.run->sampleFromRow(head).value()) + ", cosine "), text.c_str());
                member = true;
            }
        }
        QVERIFY(redundant && member);
    }

    void randomMemberKeepsOneOfEachCluster() {
        const PruneOptions rule = options(Method::randomMember, 0.2);
        const auto subset = fixture.prune(rule);
        for (const auto& cluster : curation::clustersFor(*fixture.clustering, rule).clusters) {
            std::int64_t kept = 0;
            for (const auto* rows : {&cluster.members, &cluster.attached}) {
                for (const RowId row : *rows)
                    kept += subset.kept[at(row)];
            }
            QCOMPARE(kept, std::int64_t{1});
        }
        PruneOptions other = rule;
        other.seed = 1;
        QVERIFY(fixture.prune(other).kept != subset.kept);
    }

    void thinLargestThinsTheLargest() {
        for (const double share : {0.0, 0.5, 1.0}) {
            PruneOptions rule = options(Method::thinLargest);
            rule.thinShare = share;
            const auto subset = fixture.prune(rule);
            const auto clusters = curation::clustersFor(*fixture.clustering, rule);
            for (std::size_t c = 0; c < clusters.clusters.size(); ++c) {
                const auto& cluster = clusters.clusters[c];
                std::int64_t dropped = 0;
                for (const auto* rows : {&cluster.members, &cluster.attached}) {
                    for (const RowId row : *rows)
                        dropped += subset.kept[at(row)] ? 0 : 1;
                }
                const auto wanted = std::min(std::llround(share * static_cast<double>(cluster.size())), static_cast<long long>(cluster.size() - 1));
                QCOMPARE(dropped, static_cast<std::int64_t>(clusters.rankInClass[c] == 1 ? wanted : 0));
                QVERIFY(subset.kept[at(cluster.head)]);
            }
        }
    }

    void dropSmallDropsTheSmall() {
        for (const int members : {0, 1, 3, 100000}) {
            PruneOptions rule = options(Method::dropSmall);
            rule.clusterRatio = 0.4;
            rule.smallMembers = members;
            const auto subset = fixture.prune(rule);
            const auto clusters = curation::clustersFor(*fixture.clustering, rule);
            for (std::size_t c = 0; c < clusters.clusters.size(); ++c) {
                const bool stays = clusters.clusters[c].size() > members || clusters.rankInClass[c] == 1;
                for (const auto* rows : {&clusters.clusters[c].members, &clusters.clusters[c].attached}) {
                    for (const RowId row : *rows)
                        QCOMPARE(subset.kept[at(row)] != 0, stays);
                }
            }
        }
    }

    void redundantDropsExactlyThose() {
        const auto subset = fixture.prune(options(Method::redundant));
        for (std::int64_t i = 0; i < fixture.run->rows(); ++i)
            QCOMPARE(subset.kept[static_cast<std::size_t>(i)] == 0, fixture.clustering->redundancy().isRedundant(RowId(i)));
    }

    void orderedMethodsKeepTheTop() {
        const auto means = analysis::averageKappa(*fixture.run).ownClass;
        for (const bool highest : {true, false}) {
            PruneOptions rule = options(Method::average, 0.25);
            rule.averageDropHighest = highest;
            const auto subset = fixture.prune(rule);
            QCOMPARE(subset.keptCount, std::int64_t{60});
            checkCut(subset, means, highest ? -1.0f : 1.0f);
        }
        PruneOptions rule = options(Method::el2n, 0.25);
        rule.scores = scores();
        const auto subset = fixture.prune(rule);
        QCOMPARE(subset.keptCount, std::int64_t{60});
        checkCut(subset, rule.scores, 1.0f);
        rule.scores[7] = std::numeric_limits<float>::infinity(); // never learned: kept longest
        QVERIFY(fixture.prune(rule).kept[7]);
    }

    void randomCounts() {
        QCOMPARE(fixture.prune(options(Method::random, 0.25)).keptCount, std::int64_t{60});
        const auto subset = fixture.prune(options(Method::classRandom, 0.25));
        for (int label = 0; label < 4; ++label)
            QCOMPARE(fixture.keptOf(subset, label), std::llround(0.25 * static_cast<double>(fixture.classSize(label))));
        PruneOptions other = options(Method::random, 0.25);
        other.seed = 12345;
        QVERIFY(fixture.prune(other).kept != fixture.prune(options(Method::random, 0.25)).kept);
    }

    /// The generator is part of the file format: recipes of another platform must give the same rows.
    void shuffleIsTheDocumentedOne() {
        std::mt19937_64 generator(7);
        std::vector<int> expected{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, shuffled = expected;
        for (std::size_t i = 10; i > 1; --i)
            std::swap(expected[i - 1], expected[generator() % i]); // rejection happens once in 1e18 draws here
        curation::Shuffler(7).shuffle(shuffled);
        QCOMPARE(shuffled, expected);
        QCOMPARE(std::set<int>(shuffled.begin(), shuffled.end()).size(), std::size_t{10});
        curation::Shuffler shuffler(1);
        for (int i = 0; i < 1000; ++i)
            QVERIFY(shuffler.below(0xC000000000000001ull) < 0xC000000000000001ull);
    }

    void verdictsComeLast() {
        const PruneOptions rule = options(Method::heads, 0.2);
        const auto before = fixture.prune(rule);
        std::int64_t keptRow = 0, prunedRow = 0;
        while (!before.kept[static_cast<std::size_t>(keptRow)])
            ++keptRow;
        while (before.kept[static_cast<std::size_t>(prunedRow)])
            ++prunedRow;
        curation::Decisions decisions;
        const auto edit = [&](curation::Edit::Kind kind, std::int64_t row) {
            curation::Edit made;
            made.kind = kind;
            made.samples = {fixture.run->sampleFromRow(RowId(row))};
            decisions.apply(made);
        };
        edit(curation::Edit::Kind::prune, keptRow);
        edit(curation::Edit::Kind::keep, prunedRow);
        curation::Edit elsewhere; // a sample that the run does not have
        elsewhere.samples = {SampleId(999999)};
        decisions.apply(elsewhere);
        const auto after = fixture.prune(rule, decisions);
        QCOMPARE(after.keptCount, before.keptCount);
        QCOMPARE(after.handEdits, std::int64_t{2});
        QCOMPARE(after.reason[static_cast<std::size_t>(keptRow)], Reason::prunedByHand);
        QCOMPARE(after.reason[static_cast<std::size_t>(prunedRow)], Reason::keptByHand);
        for (std::size_t i = 0; i < after.kept.size(); ++i) {
            if (static_cast<std::int64_t>(i) != keptRow && static_cast<std::int64_t>(i) != prunedRow)
                QCOMPARE(after.kept[i], before.kept[i]);
        }
    }

    void optionsAreChecked() {
        const auto fails = [&](auto change) {
            PruneOptions rule = options(Method::heads);
            change(rule);
            try {
                fixture.prune(rule);
            } catch (const base::OptionError&) {
                return true;
            }
            return false;
        };
        QVERIFY(fails([](PruneOptions& rule) { rule.keep = 0; }));
        QVERIFY(fails([](PruneOptions& rule) { rule.keep = 1.01; }));
        QVERIFY(fails([](PruneOptions& rule) { rule.keep = std::nan(""); }));
        QVERIFY(fails([](PruneOptions& rule) { rule.thinShare = -0.1; }));
        QVERIFY(fails([](PruneOptions& rule) { rule.clusterRatio = 0; }));
        QVERIFY(fails([](PruneOptions& rule) { rule.smallMembers = -1; }));
        QVERIFY(fails([](PruneOptions& rule) { rule.method = Method::el2n; }));
        QVERIFY(fails([](PruneOptions& rule) { rule.method = Method::el2n; rule.scores = {1, 2}; }));
        QVERIFY(fails([this](PruneOptions& rule) { rule.method = Method::grand; rule.scores = scores(); rule.scores[3] = std::nanf(""); }));
        QVERIFY_EXCEPTION_THROWN(curation::methodFromName("best"), base::OptionError);
    }

    void cancelled() {
        std::stop_source source;
        source.request_stop();
        QVERIFY_EXCEPTION_THROWN(curation::prune(*fixture.clustering, options(Method::heads), {}, true, 2, {source.get_token(), {}}), base::Cancelled);
    }

private:
    void checkNearest(const curation::Subset& subset, RowId row) const {
        const run::RowRange range = fixture.run->classRange(fixture.run->labelOf(row));
        RowId best;
        for (std::int64_t j = range.begin; j < range.end; ++j) {
            if (subset.kept[static_cast<std::size_t>(j)] && (!best.isValid() || fixture.run->cosine(row, RowId(j)) > fixture.run->cosine(row, best)))
                best = RowId(j);
        }
        QCOMPARE(subset.nearestKept[at(row)], best);
        if (best.isValid())
            QCOMPARE(subset.nearestCosine[at(row)], fixture.run->cosine(row, best));
    }

    static void checkCut(const curation::Subset& subset, const std::vector<float>& values, float sign) {
        float leastKept = std::numeric_limits<float>::infinity(), mostDropped = -leastKept;
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (subset.kept[i])
                leastKept = std::min(leastKept, sign * values[i]);
            else
                mostDropped = std::max(mostDropped, sign * values[i]);
        }
        QVERIFY(leastKept >= mostDropped);
    }
};

QTEST_GUILESS_MAIN(TestPruning)
#include "test_pruning.moc"
