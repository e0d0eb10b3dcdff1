#include "naive.h"
#include "run_fixture.h"

#include <core/analysis/clustering.h>
#include <core/analysis/order.h>

#include <QtTest>

#include <algorithm>
#include <random>
#include <set>

using namespace lpntk;
using namespace lpntk::tests;
using analysis::Clustering;
using analysis::Mode;
using base::RowId;

namespace {

/// Rows of classes in any data order, so that "later in the data order" and "later row" differ, with ties.
SyntheticRun mixedRun(int rows, int classes, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    constexpr int kWidth = 6;
    std::vector<double> features;
    std::vector<std::int64_t> labels;
    for (int i = 0; i < rows; ++i) {
        labels.push_back(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(classes)));
        for (int f = 0; f < kWidth; ++f)
            features.push_back(static_cast<double>(static_cast<int>(random() % 7) - 2));
    }
    return syntheticRunFromFeatures(features, kWidth, labels, classes);
}

std::vector<int> naiveBecause(const RunFixture& fixture, Mode mode) {
    std::vector<int> because;
    for (std::int64_t i = 0; i < fixture.dense.rows; ++i) {
        int best = -1;
        for (std::int64_t j = 0; j < fixture.dense.rows; ++j) {
            const bool later = fixture.dense.samples[static_cast<std::size_t>(j)] > fixture.dense.samples[static_cast<std::size_t>(i)];
            if (j == i || !fixture.has(i, j) || (mode == Mode::referenceCode && !later))
                continue;
            if (fixture.dense.at(i, j) > fixture.dense.at(i, i) && (best < 0 || fixture.dense.at(i, j) > fixture.dense.at(i, best)))
                best = static_cast<int>(j);
        }
        because.push_back(best);
    }
    return because;
}

} // namespace

class TestClustering : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void redundancy_data() { kinds(); }
    void redundancy() {
        QFETCH(int, blocks);
        QFETCH(int, mode);
        for (const int top : {2, 50}) { // with short lists the whole row decides
            const RunFixture fixture(mixedRun(120, 4, 11), options(blocks, top));
            const auto found = analysis::findRedundant(*fixture.run, static_cast<Mode>(mode));
            const auto expected = naiveBecause(fixture, static_cast<Mode>(mode));
            QCOMPARE(found.withinClassOnly, blocks == 1);
            QVERIFY(found.count() > 0);
            for (std::size_t i = 0; i < expected.size(); ++i) {
                QCOMPARE(found.because[i].value(), static_cast<std::int64_t>(expected[i]));
                const auto row = static_cast<std::int64_t>(i);
                QCOMPARE(found.ratio[i], expected[i] < 0 ? 0.0f : fixture.dense.at(row, expected[i]) / fixture.dense.at(row, row));
            }
        }
    }

    void assignmentsAgainstNaive_data() { kinds(); }
    void assignmentsAgainstNaive() {
        QFETCH(int, blocks);
        QFETCH(int, mode);
        const RunFixture fixture(mixedRun(150, 4, 21), options(blocks, 50));
        const auto clustering = Clustering::compute(fixture.run, static_cast<Mode>(mode), nullptr, 2);
        const auto because = naiveBecause(fixture, static_cast<Mode>(mode));
        std::vector<std::int64_t> heads(4, 1);
        for (const int share : {0, 3, 7, 20, 1000}) {
            for (int label = 0; label < 4; ++label)
                heads[static_cast<std::size_t>(label)] = share + label;
            const auto assignment = clustering->assign(heads);
            checkPartition(fixture, *clustering, assignment);
            for (int label = 0; label < 4; ++label)
                compareClass(fixture, *clustering, assignment, because, label, heads[static_cast<std::size_t>(label)]);
        }
    }

    void headsForRatios() {
        const RunFixture fixture(mixedRun(150, 4, 21));
        const auto clustering = Clustering::compute(fixture.run, Mode::paper, nullptr, 1);
        const auto tenth = clustering->headsForRatio(0.1);
        std::int64_t candidates = 0;
        for (int label = 0; label < 4; ++label) {
            QCOMPARE(tenth[static_cast<std::size_t>(label)], std::max<std::int64_t>(1, clustering->candidates(label) / 10));
            candidates += clustering->candidates(label);
        }
        QCOMPARE(clustering->candidates(), candidates);
        QCOMPARE(candidates, fixture.run->rows() - clustering->redundancy().count());
    }

    void emptyClassesAndSingleSamples() {
        const RunFixture fixture(syntheticRunFromFeatures({1, 0, 0, 2}, 2, {0, 2}, 4));
        for (const Mode mode : {Mode::paper, Mode::referenceCode}) {
            const auto clustering = Clustering::compute(fixture.run, mode, nullptr, 2);
            QCOMPARE(clustering->headsForRatio(0.5), (std::vector<std::int64_t>{1, 0, 1, 0}));
            const auto assignment = clustering->assign(clustering->headsForRatio(0.5));
            QCOMPARE(assignment.clusters.size(), std::size_t{2});
            QVERIFY(clustering->keepOrder(1).empty());
        }
        const auto clustering = Clustering::compute(fixture.run, Mode::paper, nullptr, 2);
        QVERIFY_EXCEPTION_THROWN(clustering->assign(std::vector<std::int64_t>{1}), base::ShapeError);
    }

    void threadsDoNotMatter() {
        const RunFixture fixture(makeSyntheticRun(300, 5, 4));
        const auto one = Clustering::compute(fixture.run, Mode::paper, nullptr, 1);
        const auto three = Clustering::compute(fixture.run, Mode::paper, nullptr, 3);
        for (int label = 0; label < 5; ++label)
            QVERIFY(std::ranges::equal(one->keepOrder(label), three->keepOrder(label)));
    }

    void splittingACluster() {
        const RunFixture fixture(makeSyntheticRun(200, 4, 6));
        std::vector<RowId> rows;
        for (std::int64_t i = fixture.run->classRange(2).begin; i < fixture.run->classRange(2).end; i += 3)
            rows.emplace_back(i);
        const auto n = static_cast<int>(rows.size());
        std::vector<float> block;
        for (const RowId a : rows) {
            for (const RowId b : rows)
                block.push_back(fixture.dense.at(a.value(), b.value()));
        }
        const auto order = analysis::farthestPointOrder(*fixture.run, rows, 5);
        QCOMPARE(std::vector<int>(order.heads.begin(), order.heads.end()), naivePaper(block, n, std::vector<char>(rows.size(), 1), 5).heads);
        rows.emplace_back(fixture.run->classRange(0).begin);
        QVERIFY_EXCEPTION_THROWN(analysis::farthestPointOrder(*fixture.run, rows, 5), base::ShapeError);
    }

    void ordersOfTheMap() {
        const RunFixture fixture(makeSyntheticRun(200, 4, 6));
        const auto clustering = Clustering::compute(fixture.run, Mode::paper, nullptr, 2);
        const auto assignment = clustering->assign(clustering->headsForRatio(0.2));
        QVERIFY(analysis::classOrder(*fixture.run).isIdentity);
        const auto order = analysis::clusterOrder(*fixture.run, assignment);
        QVERIFY(!order.isIdentity);
        checkPermutation(order);
        for (std::size_t p = 1; p < order.rowAt.size(); ++p) {
            const RowId before = order.rowAt[p - 1], row = order.rowAt[p];
            QVERIFY(fixture.run->labelOf(before) <= fixture.run->labelOf(row));
            const auto a = assignment.clusterOf[static_cast<std::size_t>(before.value())], b = assignment.clusterOf[static_cast<std::size_t>(row.value())];
            if (fixture.run->labelOf(before) == fixture.run->labelOf(row))
                QVERIFY(a <= b);
            if (a != b)
                QCOMPARE(assignment.clusters[static_cast<std::size_t>(b.value())].head, row);
        }
        const auto similar = analysis::similarityOrder(*fixture.run, RowId(3));
        checkPermutation(similar);
        QCOMPARE(similar.rowAt[0], RowId(3));
    }

    void cancelled() {
        const RunFixture fixture(makeSyntheticRun(200, 4, 6));
        std::stop_source source;
        source.request_stop();
        QVERIFY_EXCEPTION_THROWN(Clustering::compute(fixture.run, Mode::paper, nullptr, 2, {source.get_token(), {}}), base::Cancelled);
    }

private:
    static void kinds() {
        QTest::addColumn<int>("blocks");
        QTest::addColumn<int>("mode");
        QTest::newRow("full, paper") << 0 << 0;
        QTest::newRow("full, reference code") << 0 << 1;
        QTest::newRow("class blocks, paper") << 1 << 0;
        QTest::newRow("class blocks, reference code") << 1 << 1;
    }
    static SyntheticOptions options(int blocks, int top) {
        SyntheticOptions made;
        made.blocks = static_cast<run::Blocks>(blocks);
        made.top = top;
        return made;
    }

    static void checkPermutation(const analysis::RowOrder& order) {
        std::set<RowId> seen(order.rowAt.begin(), order.rowAt.end());
        QCOMPARE(seen.size(), order.rowAt.size());
        for (std::size_t p = 0; p < order.rowAt.size(); ++p)
            QCOMPARE(order.positionOf[static_cast<std::size_t>(order.rowAt[p].value())], static_cast<std::int32_t>(p));
    }

    /// Every row in exactly one cluster, everything in the promised order.
    static void checkPartition(const RunFixture& fixture, const Clustering& clustering, const analysis::ClusterAssignment& assignment) {
        std::set<RowId> seen;
        std::vector<int> rank(4, 0);
        for (std::size_t c = 0; c < assignment.clusters.size(); ++c) {
            const auto& cluster = assignment.clusters[c];
            QCOMPARE(cluster.members.front(), cluster.head);
            QCOMPARE(assignment.rankInClass[c], ++rank[static_cast<std::size_t>(cluster.label)]);
            if (c > 0)
                QVERIFY(assignment.clusters[c - 1].size() >= cluster.size());
            for (const auto* rows : {&cluster.members, &cluster.attached}) {
                float before = 2;
                for (const RowId row : *rows) {
                    QVERIFY(seen.insert(row).second);
                    QCOMPARE(assignment.clusterOf[static_cast<std::size_t>(row.value())].value(), static_cast<std::int64_t>(c));
                    const float cosine = assignment.cosineToHead[static_cast<std::size_t>(row.value())];
                    QCOMPARE(cosine, fixture.run->cosine(cluster.head, row));
                    QVERIFY(row == cluster.head || cosine <= before);
                    before = row == cluster.head ? before : cosine;
                    const bool attached = clustering.mode() == Mode::paper && clustering.redundancy().isRedundant(row) && row != cluster.head;
                    QCOMPARE(rows == &cluster.attached, attached);
                }
            }
        }
        QCOMPARE(seen.size(), static_cast<std::size_t>(fixture.dense.rows));
    }

    static void compareClass(const RunFixture& fixture, const Clustering& clustering, const analysis::ClusterAssignment& assignment,
                             const std::vector<int>& because, int label, std::int64_t heads) {
        const run::RowRange range = fixture.run->classRange(label);
        const auto n = static_cast<int>(range.size());
        std::vector<float> block;
        std::vector<char> candidate;
        for (std::int64_t i = range.begin; i < range.end; ++i) {
            candidate.push_back(because[static_cast<std::size_t>(i)] < 0);
            for (std::int64_t j = range.begin; j < range.end; ++j)
                block.push_back(fixture.dense.at(i, j));
        }
        const auto naive = clustering.mode() == Mode::paper ? naivePaper(block, n, candidate, n) : naiveReference(block, n, n);
        const auto keep = clustering.keepOrder(label);
        QCOMPARE(keep.size(), static_cast<std::size_t>(n));
        QCOMPARE(std::set<RowId>(keep.begin(), keep.end()).size(), keep.size());
        for (std::size_t m = 0; m < naive.heads.size(); ++m)
            QCOMPARE(keep[m].value(), range.begin + naive.heads[m]);
        const auto count = std::clamp<std::size_t>(static_cast<std::size_t>(heads), 1, naive.heads.size());
        for (int i = 0; i < n; ++i) {
            const auto cluster = assignment.clusterOf[static_cast<std::size_t>(range.begin + i)];
            QCOMPARE(assignment.clusters[static_cast<std::size_t>(cluster.value())].head.value(),
                     range.begin + naive.headOfAfter[count - 1][static_cast<std::size_t>(i)]);
        }
    }
};

QTEST_GUILESS_MAIN(TestClustering)
#include "test_clustering.moc"
