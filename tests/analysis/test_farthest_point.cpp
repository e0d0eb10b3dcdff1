#include "naive.h"

#include <core/analysis/clustering.h>

#include <QtTest>

#include <cmath>
#include <numeric>
#include <random>
#include <set>

using namespace lpntk;
using namespace lpntk::tests;

namespace {

struct Block {
    std::vector<float> values;
    int n = 0;
    std::vector<float> diagonal;
    std::vector<int> reads; ///< how often each row was asked for

    Block(std::vector<float> kappa, int size) : values(std::move(kappa)), n(size), reads(static_cast<std::size_t>(size), 0) {
        for (int i = 0; i < n; ++i)
            diagonal.push_back(values[static_cast<std::size_t>(i * n + i)]);
    }
    analysis::SimilarityBlock view() {
        return {n,
                [this](std::int64_t row, std::span<float> out) {
                    ++reads[static_cast<std::size_t>(row)];
                    std::copy_n(values.begin() + row * n, n, out.begin());
                },
                diagonal};
    }
    /// Read by several rows at once only.
    analysis::SimilarityBlock groups(int atOnce, int kept) {
        analysis::SimilarityBlock block{n, nullptr, diagonal};
        block.rowsAtOnce = atOnce;
        block.rowsKept = kept;
        block.rows = [this, atOnce](std::span<const std::int32_t> members, std::span<float> out) {
            QVERIFY(!members.empty() && members.size() <= static_cast<std::size_t>(atOnce));
            QCOMPARE(out.size(), members.size() * static_cast<std::size_t>(n));
            ++calls;
            for (std::size_t i = 0; i < members.size(); ++i) {
                ++reads[static_cast<std::size_t>(members[i])];
                std::copy_n(values.begin() + members[i] * n, n, out.begin() + static_cast<std::ptrdiff_t>(i) * n);
            }
        };
        return block;
    }
    int readsInAll() const { return std::accumulate(reads.begin(), reads.end(), 0); }
    int calls = 0; ///< of several rows at once
};

void compareOrders(const analysis::FarthestPointOrder& a, const analysis::FarthestPointOrder& b) {
    const auto pairs = [](const analysis::FarthestPointOrder& order) {
        std::vector<std::pair<int, int>> moves;
        for (const auto& move : order.moves)
            moves.emplace_back(move.member, move.fromHead);
        return moves;
    };
    QCOMPARE(a.heads, b.heads);
    QCOMPARE(a.firstMove, b.firstMove);
    QCOMPARE(pairs(a), pairs(b));
    QCOMPARE(a.attachedTo, b.attachedTo);
    QCOMPARE(a.candidateCount, b.candidateCount);
    QCOMPARE(a.similarity, b.similarity);
}

/// What a class of a trained network looks like: most samples close together, some groups, few that stand alone.
std::vector<float> clusteredGram(int n, std::uint64_t seed) {
    constexpr int kWidth = 24, kGroups = 12;
    std::mt19937_64 random(seed);
    std::normal_distribution<float> normal;
    const auto draw = [&] {
        std::vector<float> point(kWidth);
        for (float& number : point)
            number = normal(random);
        return point;
    };
    std::vector<std::vector<float>> centres, points;
    for (int g = 0; g < kGroups; ++g)
        centres.push_back(draw());
    for (int i = 0; i < n; ++i) {
        std::vector<float> point = draw();
        const auto& centre =
            centres[static_cast<std::size_t>(std::min<int>(kGroups - 1, static_cast<int>(random() % 200) / 12))];
        const float length = std::exp(0.5f * normal(random));
        for (std::size_t c = 0; c < point.size(); ++c)
            point[c] = length * (2 * centres[0][c] + centre[c] + 0.3f * point[c]);
        points.push_back(point);
    }
    std::vector<float> gram;
    for (const auto& a : points) {
        for (const auto& b : points)
            gram.push_back(std::inner_product(a.begin(), a.end(), b.begin(), 0.0f));
    }
    return gram;
}

void compare(const analysis::FarthestPointOrder& order, const NaiveClusters& naive, int n) {
    QCOMPARE(std::vector<int>(order.heads.begin(), order.heads.end()), naive.heads);
    for (std::size_t count = 1; count <= naive.heads.size(); ++count) {
        const auto heads = order.assignment(count, static_cast<std::size_t>(n));
        QCOMPARE(std::vector<int>(heads.begin(), heads.end()), naive.headOfAfter[count - 1]);
    }
}

} // namespace

class TestFarthestPoint : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void paperAgainstNaive_data() { sizes(); }
    void paperAgainstNaive() {
        QFETCH(int, n);
        QFETCH(int, largest);
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            Block block(integerGram(n, 4, largest, seed), n);
            const auto order = analysis::farthestPointOrder(block.view(), {}, n);
            compare(order, naivePaper(block.values, n, std::vector<char>(static_cast<std::size_t>(n), 1), n), n);
            QCOMPARE(std::set<int>(block.reads.begin(), block.reads.end()), std::set<int>{1});
            QVERIFY(order.attachedTo.empty());
        }
    }

    void redundantOnesFollowAndThenTakePart_data() { sizes(); }
    void redundantOnesFollowAndThenTakePart() {
        QFETCH(int, n);
        QFETCH(int, largest);
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            Block block(integerGram(n, 4, largest, seed), n);
            std::mt19937_64 random(seed + 100);
            std::vector<char> candidates;
            for (int i = 0; i < n; ++i)
                candidates.push_back(random() % 3 == 0);
            const auto order = analysis::farthestPointOrder(block.view(), candidates, n);
            compare(order, naivePaper(block.values, n, candidates, n), n);
            QCOMPARE(std::set<int>(block.reads.begin(), block.reads.end()), std::set<int>{1});
        }
    }

    void fewerHeadsAreAPrefix() {
        const int n = 80;
        Block block(integerGram(n, 5, 3, 7), n);
        std::vector<char> candidates(n, 1);
        for (int i = 0; i < n; i += 3)
            candidates[static_cast<std::size_t>(i)] = 0;
        const auto whole = analysis::farthestPointOrder(block.view(), candidates, n);
        for (const int count : {1, 5, 30, 53, 54, 70}) {
            const auto part = analysis::farthestPointOrder(block.view(), candidates, count);
            QCOMPARE(part.heads, std::vector<std::int32_t>(whole.heads.begin(), whole.heads.begin() + count));
            QCOMPARE(part.attachedTo, whole.attachedTo);
            QCOMPARE(part.assignment(static_cast<std::size_t>(count), n), whole.assignment(static_cast<std::size_t>(count), n));
        }
    }

    void severalRowsAtOnceChangeNothing_data() { sizes(); }
    void severalRowsAtOnceChangeNothing() {
        QFETCH(int, n);
        QFETCH(int, largest);
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            Block block(integerGram(n, 4, largest, seed), n);
            std::mt19937_64 random(seed + 300);
            std::vector<char> some;
            for (int i = 0; i < n; ++i)
                some.push_back(random() % 3 != 0);
            for (const auto& candidates : {std::vector<char>(), some}) {
                for (const int heads : {1, n / 3, n / 2, n}) {
                    const auto one = analysis::farthestPointOrder(block.view(), candidates, heads);
                    for (const auto& [atOnce, kept] :
                         {std::pair(1, 0), std::pair(3, 2), std::pair(8, 100), std::pair(500, 9)})
                        compareOrders(analysis::farthestPointOrder(block.groups(atOnce, kept), candidates, heads), one);
                }
            }
            for (const int atOnce : {1, 5, 100})
                compareOrders(analysis::farthestPointOrderReference(block.groups(atOnce, 20), n),
                              analysis::farthestPointOrderReference(block.view(), n));
        }
    }

    void severalRowsAtOnceAreReadFewTimes() {
        const int n = 1500, heads = 150;
        Block block(clusteredGram(n, 5), n);
        const auto one = analysis::farthestPointOrder(block.view(), {}, heads);
        block.reads.assign(n, 0);
        compareOrders(analysis::farthestPointOrder(block.groups(16, 64), {}, heads), one);
        QVERIFY2(block.readsInAll() < n / 3, qPrintable(QString::number(block.readsInAll())));
        QVERIFY2(block.calls < heads / 3, qPrintable(QString::number(block.calls)));
        // With room for all of them no row is read twice.
        block.reads.assign(n, 0);
        block.calls = 0;
        analysis::farthestPointOrder(block.groups(16, n), {}, n);
        QCOMPARE(std::set<int>(block.reads.begin(), block.reads.end()), std::set<int>{1});
        QVERIFY2(block.calls <= n / 8, qPrintable(QString::number(block.calls)));
    }

    void similarityIsThatToTheHead() {
        const int n = 90;
        Block block(integerGram(n, 4, 60, 11), n);
        std::vector<char> candidates(n, 1);
        for (int i = 0; i < n; i += 4)
            candidates[static_cast<std::size_t>(i)] = 0;
        for (const int count : {1, 20, 80}) {
            for (const auto& chosen : {std::vector<char>(), candidates}) {
                const auto order = analysis::farthestPointOrder(block.view(), chosen, count);
                const bool follows = count < order.candidateCount;
                const auto heads = order.assignment(static_cast<std::size_t>(count), static_cast<std::size_t>(n));
                for (std::size_t i = 0; i < heads.size(); ++i) {
                    const bool attached = follows && !order.attachedTo.empty() && order.attachedTo[i] >= 0;
                    const auto to = static_cast<std::size_t>(attached ? order.attachedTo[i] : heads[i]);
                    QCOMPARE(order.similarity[i], block.values[i * static_cast<std::size_t>(n) + to]);
                }
            }
        }
    }

    void referenceAgainstNaive_data() { sizes(); }
    void referenceAgainstNaive() {
        QFETCH(int, n);
        QFETCH(int, largest);
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            Block block(integerGram(n, 4, largest, seed), n);
            compare(analysis::farthestPointOrderReference(block.view(), n), naiveReference(block.values, n, n), n);
        }
    }

    void tiesGoToTheSmallestNumber() {
        Block block(std::vector<float>(9, 2.0f), 3);
        QCOMPARE(analysis::farthestPointOrder(block.view(), {}, 3).heads, (std::vector<std::int32_t>{0, 1, 2}));
    }

    void emptyAndSingle() {
        QVERIFY(analysis::farthestPointOrder(analysis::SimilarityBlock{}, {}, 5).heads.empty());
        Block one({3.0f}, 1);
        QCOMPARE(analysis::farthestPointOrder(one.view(), {}, 5).heads, std::vector<std::int32_t>{0});
        QCOMPARE(analysis::farthestPointOrderReference(one.view(), 5).heads, std::vector<std::int32_t>{0});
        QCOMPARE(analysis::farthestPointOrder(one.view(), std::vector<char>{0}, 5).assignment(1, 1), std::vector<std::int32_t>{0});
    }

    void wrongSizesAreRefused() {
        Block block(integerGram(5, 3, 3, 1), 5);
        QVERIFY_EXCEPTION_THROWN(analysis::farthestPointOrder(block.view(), std::vector<char>{1, 1}, 5), base::ShapeError);
    }

    void cancelledMidway() {
        const int n = 200;
        Block block(integerGram(n, 5, 50, 3), n);
        std::stop_source source;
        int rows = 0;
        analysis::SimilarityBlock view = block.view();
        view.row = [&, inner = view.row](std::int64_t row, std::span<float> out) {
            inner(row, out);
            if (++rows == 20)
                source.request_stop();
        };
        QVERIFY_EXCEPTION_THROWN(analysis::farthestPointOrder(view, {}, n, {source.get_token(), {}}), base::Cancelled);
        QCOMPARE(rows, 20);
    }

private:
    static void sizes() {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("largest");
        QTest::newRow("tiny with ties") << 7 << 1;
        QTest::newRow("one block") << 64 << 2;
        QTest::newRow("over the edge of a block") << 65 << 3;
        QTest::newRow("few ties") << 90 << 60;
    }
};

QTEST_GUILESS_MAIN(TestFarthestPoint)
#include "test_farthest_point.moc"
