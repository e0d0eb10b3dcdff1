#include "naive.h"

#include <core/analysis/clustering.h>

#include <QtTest>

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
};

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
