#include "run_fixture.h"

#include <core/analysis/leaf_order.h>
#include <core/analysis/seriation.h>

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

using namespace lpntk;
using namespace lpntk::tests;
using base::RowId;

namespace {

std::size_t at(std::int64_t index) {
    return static_cast<std::size_t>(index);
}

double uniform(std::mt19937_64& random) {
    return static_cast<double>(random() >> 11) * 0x1p-53;
}

std::vector<float> randomSimilarity(std::int64_t n, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<float> values(at(n * n), 1.0f);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < i; ++j)
            values[at(i * n + j)] = values[at(j * n + i)] = static_cast<float>(2 * uniform(random) - 1);
    return values;
}

/// Points of a line in a random order: similar when they are near.
struct Line {
    std::vector<double> places;
    Line(std::int64_t n, std::uint64_t seed) {
        std::mt19937_64 random(seed);
        for (std::int64_t i = 0; i < n; ++i)
            places.push_back(uniform(random));
    }
    float similarity(std::int64_t i, std::int64_t j) const {
        return static_cast<float>(std::exp(-2 * std::abs(places[at(i)] - places[at(j)])));
    }
    std::vector<float> matrix() const {
        std::vector<float> values;
        for (std::int64_t i = 0; i < std::ssize(places); ++i)
            for (std::int64_t j = 0; j < std::ssize(places); ++j)
                values.push_back(similarity(i, j));
        return values;
    }
    /// Whether the items stand in the order of their places, in either direction.
    bool isSorted(std::vector<std::int64_t> items) const {
        const auto before = [this](std::int64_t a, std::int64_t b) { return places[at(a)] < places[at(b)]; };
        if (std::is_sorted(items.begin(), items.end(), before))
            return true;
        std::reverse(items.begin(), items.end());
        return std::is_sorted(items.begin(), items.end(), before);
    }
};

/// Items below each node.
std::vector<std::set<std::int32_t>> membersOf(const analysis::LeafTree& tree) {
    std::vector<std::set<std::int32_t>> members;
    for (std::int64_t item = 0; item < tree.items; ++item)
        members.push_back({static_cast<std::int32_t>(item)});
    for (const auto& [left, right] : tree.children) {
        members.push_back(members[at(left)]);
        members.back().insert(members[at(right)].begin(), members[at(right)].end());
    }
    return members;
}

double neighbourSum(const std::vector<std::int32_t>& order, const std::vector<float>& similarity) {
    double sum = 0;
    for (std::size_t i = 1; i < order.size(); ++i)
        sum += static_cast<double>(similarity[at(order[i - 1]) * order.size() + at(order[i])]);
    return sum;
}

double neighbourSum(const run::Run& run, const std::vector<RowId>& rows, std::int64_t begin, std::int64_t end) {
    double sum = 0;
    for (std::int64_t i = begin + 1; i < end; ++i)
        sum += static_cast<double>(run.cosine(rows[at(i - 1)], rows[at(i)]));
    return sum;
}

analysis::ClusterAssignment clustersOf(const std::shared_ptr<const run::Run>& run, double ratio) {
    auto redundancy =
        std::make_shared<const analysis::Redundancy>(analysis::findRedundant(*run, analysis::Mode::paper));
    const auto clustering = analysis::Clustering::compute(run, analysis::Mode::paper, redundancy, 2);
    return clustering->assign(clustering->headsForRatio(ratio));
}

} // namespace

class TestSeriation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void treeIsAverageLinkage_data() {
        QTest::addColumn<int>("n");
        for (const int n : {1, 2, 3, 12, 40})
            QTest::addRow("%d items", n) << n;
    }
    void treeIsAverageLinkage() {
        QFETCH(int, n);
        const auto similarity = randomSimilarity(n, 5);
        // The plainest way: join the two clusters whose items are most similar on average over all pairs.
        std::vector<std::set<std::int32_t>> open;
        for (int item = 0; item < n; ++item)
            open.push_back({item});
        std::set<std::set<std::int32_t>> wanted;
        while (open.size() > 1) {
            double largest = -2;
            std::pair<std::size_t, std::size_t> pair;
            for (std::size_t a = 0; a < open.size(); ++a)
                for (std::size_t b = 0; b < a; ++b) {
                    double sum = 0;
                    for (const auto i : open[a])
                        for (const auto j : open[b])
                            sum += static_cast<double>(similarity[at(i * n + j)]);
                    const double mean = sum / static_cast<double>(open[a].size() * open[b].size());
                    if (mean > largest) {
                        largest = mean;
                        pair = {a, b};
                    }
                }
            open[pair.second].insert(open[pair.first].begin(), open[pair.first].end());
            wanted.insert(open[pair.second]);
            open.erase(open.begin() + static_cast<std::ptrdiff_t>(pair.first));
        }
        const auto tree = analysis::averageLinkage(similarity, n);
        QCOMPARE(std::ssize(tree.children), n - 1);
        const auto members = membersOf(tree);
        QCOMPARE(std::set(members.begin() + n, members.end()), wanted);
    }

    void leafOrderIsTheBestOfAll_data() {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("seed");
        for (const int n : {1, 2, 3, 5, 8})
            for (const int seed : {1, 2, 3})
                QTest::addRow("%d items, %d", n, seed) << n << seed;
    }
    void leafOrderIsTheBestOfAll() {
        QFETCH(int, n);
        QFETCH(int, seed);
        const auto similarity = randomSimilarity(n, static_cast<std::uint64_t>(seed));
        const auto tree = analysis::averageLinkage(similarity, n);
        const auto members = membersOf(tree);
        const auto keepsTree = [&](const std::vector<std::int32_t>& order) {
            return std::all_of(members.begin(), members.end(), [&](const auto& set) {
                const auto isIn = [&](std::int32_t item) { return set.count(item) > 0; };
                const auto first = std::find_if(order.begin(), order.end(), isIn);
                return std::all_of(first, first + std::ssize(set), isIn);
            });
        };
        std::vector<std::int32_t> order(at(n));
        std::iota(order.begin(), order.end(), 0);
        double best = -1e9;
        int possible = 0;
        do {
            if (!keepsTree(order))
                continue;
            ++possible;
            best = std::max(best, neighbourSum(order, similarity));
        } while (std::next_permutation(order.begin(), order.end()));
        QCOMPARE(possible, 1 << (n - 1)); // every node can be turned around
        const auto found = analysis::optimalLeafOrder(tree, similarity);
        QCOMPARE(found.size(), at(n));
        QVERIFY(keepsTree(found));
        QVERIFY(std::abs(neighbourSum(found, similarity) - best) < 1e-5);
    }

    void equalSimilaritiesEnd() {
        // Ties everywhere: any order will do, but it has to come.
        const std::int64_t n = 200;
        std::vector<float> similarity(at(n * n), 0.3f);
        auto order = analysis::optimalLeafOrder(analysis::averageLinkage(similarity, n), similarity);
        std::sort(order.begin(), order.end());
        for (std::int64_t i = 0; i < n; ++i)
            QCOMPARE(order[at(i)], static_cast<std::int32_t>(i));
    }

    void linesAreFoundAgain() {
        const Line line(400, 3);
        const auto similarity = line.matrix();
        const auto leaves = analysis::optimalLeafOrder(analysis::averageLinkage(similarity, 400), similarity);
        QVERIFY(line.isSorted({leaves.begin(), leaves.end()}));
    }

    void spectralOrderFindsTheLine_data() {
        QTest::addColumn<int>("landmarks");
        QTest::addColumn<double>("tolerance");
        // Points nearer than the similarities' rounding may change places; beyond the outermost landmark all look
        // alike.
        QTest::newRow("all") << 300 << 1e-3;
        QTest::newRow("some") << 60 << 0.03;
    }
    void spectralOrderFindsTheLine() {
        QFETCH(int, landmarks);
        QFETCH(double, tolerance);
        const std::int64_t n = 300;
        const Line line(n, 4);
        std::vector<float> weights;
        for (std::int64_t i = 0; i < landmarks; ++i)
            for (std::int64_t j = 0; j < n; ++j)
                weights.push_back(line.similarity(i * n / landmarks, j));
        const auto coordinates = analysis::spectralCoordinates(weights, landmarks, n);
        QCOMPARE(coordinates.size(), at(n));
        QVERIFY(coordinates.front() <= 0);
        std::vector<std::int64_t> items(at(n));
        std::iota(items.begin(), items.end(), 0);
        std::sort(items.begin(), items.end(),
                  [&](std::int64_t a, std::int64_t b) { return coordinates[at(a)] < coordinates[at(b)]; });
        double wrong = 0;
        const bool falling = line.places[at(items.front())] > line.places[at(items.back())];
        for (std::int64_t i = 1; i < n; ++i) {
            const double step = line.places[at(items[at(i)])] - line.places[at(items[at(i - 1)])];
            wrong = std::max(wrong, falling ? step : -step);
        }
        QVERIFY2(wrong < tolerance, qPrintable(QString::number(wrong)));
    }

    void manyRowsAreSeriated() {
        // More than fit into one leaf order: spectral order and windows.
        const std::int64_t n = 3 * analysis::kSeriatedAtOnce / 2 + 11;
        const RunFixture fixture(makeSyntheticRun(n, 1, 3));
        std::vector<RowId> rows;
        for (std::int64_t i = 0; i < n; ++i)
            rows.emplace_back(i);
        const auto ordered = analysis::seriate(*fixture.run, rows);
        std::vector<RowId> sorted = ordered;
        std::sort(sorted.begin(), sorted.end());
        QCOMPARE(sorted, rows);
        // Random rows of these runs have a mean cosine of 0.3 or so; neighbours of a good order much more.
        const double before = neighbourSum(*fixture.run, rows, 0, n) / static_cast<double>(n - 1);
        const double after = neighbourSum(*fixture.run, ordered, 0, n) / static_cast<double>(n - 1);
        QVERIFY2(after > before + 0.1, qPrintable(QStringLiteral("%1 -> %2").arg(before).arg(after)));
        QCOMPARE(analysis::seriate(*fixture.run, rows), ordered);
    }

    void runsAreSeriatedByCluster_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("classes");
        QTest::addColumn<double>("ratio");
        QTest::addColumn<bool>("blocks");
        QTest::newRow("ten classes") << 600 << 10 << 0.2 << false;
        QTest::newRow("class blocks") << 500 << 4 << 0.1 << true;
        QTest::newRow("one cluster a class, large") << 1300 << 2 << 0.0 << false;
        QTest::newRow("all heads") << 300 << 3 << 1.0 << false;
    }
    void runsAreSeriatedByCluster() {
        QFETCH(int, rows);
        QFETCH(int, classes);
        QFETCH(double, ratio);
        QFETCH(bool, blocks);
        SyntheticOptions options;
        options.blocks = blocks ? run::Blocks::classes : run::Blocks::full;
        const RunFixture fixture(makeSyntheticRun(rows, classes, 9), options);
        const auto clusters = clustersOf(fixture.run, ratio);
        const auto plain = analysis::clusterOrder(*fixture.run, clusters);
        double reported = 0;
        base::JobContext context;
        context.report = [&](const base::Progress& progress) { reported = progress.done; };
        const auto order = analysis::seriationOrder(*fixture.run, clusters, 2, context);
        QCOMPARE(reported, static_cast<double>(rows));
        QVERIFY(order.keepsClasses);
        QCOMPARE(order.classes, plain.classes);
        QCOMPARE(order.clusters.size(), clusters.clusters.size());
        QCOMPARE(plain.clusters.size(), clusters.clusters.size());
        std::int64_t next = 0;
        double sum = 0, plainSum = 0;
        for (const analysis::RowBand& band : order.clusters) {
            QCOMPARE(band.begin, next);
            next = band.end;
            for (std::int64_t position = band.begin; position < band.end; ++position) {
                const RowId row = order.rowAt[at(position)];
                QCOMPARE(clusters.clusterOf[at(row.value())].value(), band.id);
                QCOMPARE(order.positionOf[at(row.value())], static_cast<std::int32_t>(position));
            }
            const auto same = std::find_if(plain.clusters.begin(), plain.clusters.end(),
                                           [&](const auto& other) { return other.id == band.id; });
            QVERIFY(same != plain.clusters.end());
            const double of = neighbourSum(*fixture.run, order.rowAt, band.begin, band.end);
            const double ofPlain = neighbourSum(*fixture.run, plain.rowAt, same->begin, same->end);
            QVERIFY(of >= ofPlain - 1e-9);
            sum += of;
            plainSum += ofPlain;
        }
        QCOMPARE(next, rows);
        if (ratio < 1)
            QVERIFY2(sum > plainSum, qPrintable(QStringLiteral("%1 %2").arg(sum).arg(plainSum)));
        // Threads do not matter.
        QCOMPARE(analysis::seriationOrder(*fixture.run, clusters, 1).rowAt, order.rowAt);
    }

    void cancelledSeriationThrows() {
        const RunFixture fixture(makeSyntheticRun(200, 2, 1));
        const auto clusters = clustersOf(fixture.run, 0.1);
        std::stop_source stop;
        int reports = 0;
        const base::JobContext context{stop.get_token(), [&](const base::Progress&) {
                                           ++reports;
                                           stop.request_stop();
                                       }};
        QVERIFY_EXCEPTION_THROWN(analysis::seriationOrder(*fixture.run, clusters, 1, context), base::Cancelled);
        QCOMPARE(reports, 1);
    }

    void overallSimilaritySortsAllRows() {
        const RunFixture fixture(makeSyntheticRun(300, 5, 2));
        const RowId row(77);
        const auto order = analysis::overallSimilarityOrder(*fixture.run, row);
        QCOMPARE(order.rowAt.front(), row);
        for (std::size_t i = 2; i < order.rowAt.size(); ++i)
            QVERIFY(fixture.run->cosine(row, order.rowAt[i - 1]) >= fixture.run->cosine(row, order.rowAt[i]));
        QVERIFY(!order.keepsClasses);
        QVERIFY(order.clusters.empty());
        std::int64_t next = 0;
        for (const analysis::RowBand& band : order.classes) {
            QCOMPARE(band.begin, next);
            QVERIFY(band.end > band.begin);
            for (std::int64_t position = band.begin; position < band.end; ++position)
                QCOMPARE(fixture.run->labelOf(order.rowAt[at(position)]), static_cast<int>(band.id));
            next = band.end;
        }
        QCOMPARE(next, 300);
    }

    void rowsWithoutValuesStandLast() {
        SyntheticOptions options;
        options.blocks = run::Blocks::classes;
        const RunFixture fixture(makeSyntheticRun(120, 3, 2), options);
        const RowId row(fixture.run->classRange(1).begin + 4);
        const auto order = analysis::overallSimilarityOrder(*fixture.run, row);
        const auto own = fixture.run->classRange(1).size();
        QCOMPARE(order.classes.front(), (analysis::RowBand{0, own, 1}));
        QCOMPARE(order.rowAt[at(own)], RowId(0));
        QCOMPARE(order.rowAt.back(), RowId(119));
    }
};

QTEST_GUILESS_MAIN(TestSeriation)
#include "test_seriation.moc"
