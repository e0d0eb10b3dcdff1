#include "curation_fixture.h"

#include <core/curation/hand_clusters.h>

#include <QtTest>

#include <set>

using namespace lpntk;
using namespace lpntk::tests;
using base::RowId;
using base::SampleId;
using curation::Edit;
using curation::HandClusters;
using curation::HandHeads;

namespace {

std::size_t at(RowId row) {
    return static_cast<std::size_t>(row.value());
}

} // namespace

class TestHandClusters : public QObject {
    Q_OBJECT

    const CurationFixture fixture{makeSyntheticRun(240, 4, 3)};

    SampleId sample(RowId row) const { return fixture.run->sampleFromRow(row); }
    analysis::ClusterAssignment clusters(double ratio) const {
        return fixture.clustering->assign(fixture.clustering->headsForRatio(ratio));
    }
    static std::vector<RowId> rowsOf(const analysis::ClusterAssignment::Cluster& cluster) {
        std::vector<RowId> rows = cluster.members;
        rows.insert(rows.end(), cluster.attached.begin(), cluster.attached.end());
        return rows;
    }
    /// The two largest clusters of a class, larger first.
    std::pair<int, int> two(const analysis::ClusterAssignment& all) const {
        for (int b = 1; b < std::ssize(all.clusters); ++b)
            for (int a = 0; a < b; ++a)
                if (all.clusters[static_cast<std::size_t>(a)].label == all.clusters[static_cast<std::size_t>(b)].label)
                    return {a, b};
        return {-1, -1};
    }
    curation::Decisions merged(const analysis::ClusterAssignment& all, int from, int into) const {
        Edit edit;
        edit.kind = Edit::Kind::assign;
        for (const RowId row : rowsOf(all.clusters[static_cast<std::size_t>(from)]))
            edit.samples.push_back(sample(row));
        edit.head = sample(all.clusters[static_cast<std::size_t>(into)].head);
        curation::Decisions decisions;
        decisions.apply(edit);
        return decisions;
    }
    /// Every row in one cluster, lists and ids agree, cosines are those to the head, order as promised.
    void check(const analysis::ClusterAssignment& made) const {
        std::set<RowId> seen;
        for (std::size_t c = 0; c < made.clusters.size(); ++c) {
            const auto& cluster = made.clusters[c];
            QCOMPARE(cluster.members.front(), cluster.head);
            if (c > 0)
                QVERIFY(made.clusters[c - 1].size() >= cluster.size());
            for (const RowId row : rowsOf(cluster)) {
                QVERIFY(seen.insert(row).second);
                QCOMPARE(made.clusterOf[at(row)].value(), static_cast<std::int64_t>(c));
                QCOMPARE(fixture.run->labelOf(row), cluster.label);
                QVERIFY(std::abs(made.cosineToHead[at(row)] - fixture.run->cosine(row, cluster.head)) < 1e-6f);
            }
        }
        QCOMPARE(std::ssize(seen), fixture.run->rows());
        QCOMPARE(made.rankInClass.size(), made.clusters.size());
    }

private Q_SLOTS:
    void nothingByHandChangesNothing() {
        const auto before = clusters(0.4);
        const auto after = HandClusters(*fixture.run, {}).applied(before);
        QVERIFY(after.clusterOf == before.clusterOf);
        QVERIFY(after.cosineToHead == before.cosineToHead);
    }

    void mergeMovesAllMembers() {
        const auto before = clusters(0.4);
        const auto [into, from] = two(before);
        QVERIFY(from > 0);
        const auto heads = curation::handHeads(merged(before, from, into));
        const auto after = HandClusters(*fixture.run, heads).applied(before);
        check(after);
        QCOMPARE(after.clusters.size(), before.clusters.size() - 1);
        const RowId head = before.clusters[static_cast<std::size_t>(into)].head;
        const auto& joined = after.clusters[static_cast<std::size_t>(after.clusterOf[at(head)].value())];
        QCOMPARE(joined.head, head);
        QCOMPARE(joined.size(), before.clusters[static_cast<std::size_t>(into)].size() +
                                    before.clusters[static_cast<std::size_t>(from)].size());
    }

    /// Whatever the slider says: merged samples never part, and members whose head was given away follow it.
    void mergesHoldAtAnyNumberOfHeads() {
        const auto before = clusters(0.4);
        const auto [into, from] = two(before);
        QVERIFY(from > 0);
        const HandClusters hand(*fixture.run, curation::handHeads(merged(before, from, into)));
        const RowId head = before.clusters[static_cast<std::size_t>(into)].head;
        for (const double ratio : {0.01, 0.1, 0.2, 0.6, 1.0}) {
            const auto plain = clusters(ratio);
            const auto after = hand.applied(plain);
            check(after);
            for (const RowId row : rowsOf(before.clusters[static_cast<std::size_t>(from)]))
                QCOMPARE(after.clusters[static_cast<std::size_t>(after.clusterOf[at(row)].value())].head, head);
            const RowId given = before.clusters[static_cast<std::size_t>(from)].head;
            for (std::int64_t i = 0; i < fixture.run->rows(); ++i) {
                const RowId row(i);
                if (plain.clusters[static_cast<std::size_t>(plain.clusterOf[at(row)].value())].head == given)
                    QCOMPARE(after.clusters[static_cast<std::size_t>(after.clusterOf[at(row)].value())].head, head);
            }
        }
    }

    /// The head that is merged into need not be one of the run's at another number of heads.
    void namedHeadsStayHeads() {
        const auto before = clusters(0.4);
        const auto [into, from] = two(before);
        QVERIFY(from > 0);
        const HandClusters hand(*fixture.run, curation::handHeads(merged(before, into, from)));
        const RowId head = before.clusters[static_cast<std::size_t>(from)].head;
        for (const double ratio : {0.01, 0.1, 0.6, 1.0}) {
            const auto after = hand.applied(clusters(ratio));
            check(after);
            QCOMPARE(after.clusters[static_cast<std::size_t>(after.clusterOf[at(head)].value())].head, head);
        }
    }

    void splitMakesHeads() {
        const auto before = clusters(0.05);
        const auto rows = rowsOf(before.clusters.front());
        const auto order = analysis::farthestPointOrder(*fixture.run, rows, 3);
        const auto headOf = order.assignment(3, rows.size());
        HandHeads heads;
        for (std::size_t i = 0; i < rows.size(); ++i)
            heads.emplace_back(sample(rows[i]), sample(rows[static_cast<std::size_t>(headOf[i])]));
        const auto after = HandClusters(*fixture.run, heads).applied(before);
        check(after);
        QCOMPARE(after.clusters.size(), before.clusters.size() + 2);
        for (std::size_t i = 0; i < rows.size(); ++i)
            QCOMPARE(after.clusters[static_cast<std::size_t>(after.clusterOf[at(rows[i])].value())].head,
                     rows[static_cast<std::size_t>(headOf[i])]);
    }

    void otherClassesAndCirclesAreLeftAlone() {
        const auto before = clusters(0.4);
        const RowId first = fixture.run->classRange(0).size() > 1 ? RowId(fixture.run->classRange(0).begin) : RowId();
        const RowId second(first.value() + 1);
        const RowId other(fixture.run->classRange(1).begin);
        const HandHeads across{{sample(first), sample(other)}, {SampleId(999999), sample(first)}};
        QVERIFY(HandClusters(*fixture.run, across).isEmpty());
        const HandHeads circle{{sample(first), sample(second)}, {sample(second), sample(first)}};
        const auto after = HandClusters(*fixture.run, circle).applied(before);
        check(after);
        QVERIFY(after.clusterOf == before.clusterOf);
    }

    /// As many are kept as without; heads named by hand come first, what was merged away comes last.
    void headsPruningFollows() {
        const auto before = clusters(0.4);
        const auto [into, from] = two(before);
        QVERIFY(from > 0);
        const auto decisions = merged(before, from, into);
        curation::PruneOptions options;
        options.keep = 0.4;
        const auto plain = fixture.prune(options);
        const auto subset = fixture.prune(options, decisions);
        QCOMPARE(subset.keptCount, plain.keptCount);
        QVERIFY(subset.handHeads == curation::handHeads(decisions));
        QVERIFY(subset.kept[at(before.clusters[static_cast<std::size_t>(into)].head)]);
        QVERIFY(plain.kept[at(before.clusters[static_cast<std::size_t>(from)].head)]);
        for (const RowId row : rowsOf(before.clusters[static_cast<std::size_t>(from)]))
            QVERIFY(!subset.kept[at(row)]);
        for (int label = 0; label < 4; ++label)
            QCOMPARE(fixture.keptOf(subset, label), fixture.keptOf(plain, label));
    }

    void randomMemberKeepsOneOfEachCluster() {
        const auto before = clusters(0.4);
        const auto [into, from] = two(before);
        curation::PruneOptions options;
        options.method = curation::Method::randomMember;
        options.keep = 0.3;
        const auto subset = fixture.prune(options, merged(before, from, into));
        const auto of = curation::clustersFor(*fixture.clustering, subset);
        check(of);
        for (const auto& cluster : of.clusters) {
            int kept = 0;
            for (const RowId row : rowsOf(cluster))
                kept += subset.kept[at(row)];
            QCOMPARE(kept, 1);
        }
    }
};

QTEST_GUILESS_MAIN(TestHandClusters)
#include "test_hand_clusters.moc"
