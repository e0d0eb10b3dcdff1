#include <core/kernel/neighbours.h>

#include <QtTest>

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>
#include <vector>

using namespace lpntk;
using kernel::NeighbourKey;

/// Lists of neighbours that grow piece by piece, against all of a row sorted at once.
class TestNeighbours : public QObject {
    Q_OBJECT

    /// The k largest keys of sign * values, without the row's own; 0 where there are fewer.
    static std::vector<NeighbourKey> sorted(const std::vector<float>& values, std::int64_t row, float sign,
                                            std::size_t k) {
        std::vector<NeighbourKey> keys;
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (static_cast<std::int64_t>(i) != row)
                keys.push_back(kernel::neighbourKey(sign * values[i], static_cast<std::int64_t>(i)));
        }
        std::sort(keys.begin(), keys.end(), std::greater<>());
        keys.resize(k);
        return keys;
    }

    static void compare(const std::vector<float>& values, std::int64_t row, std::size_t k, std::size_t piece,
                        unsigned seed) {
        std::vector<NeighbourKey> top(k), bottom(k);
        std::vector<std::size_t> pieces((values.size() + piece - 1) / piece);
        std::iota(pieces.begin(), pieces.end(), std::size_t{0});
        std::mt19937 random(seed);
        std::shuffle(pieces.begin(), pieces.end(), random);
        kernel::NeighbourFinder finder;
        for (const std::size_t number : pieces) {
            const std::size_t first = number * piece;
            finder.add({top, bottom}, row, static_cast<std::int64_t>(first),
                       std::span(values).subspan(first, std::min(piece, values.size() - first)));
        }
        QVERIFY(top == sorted(values, row, 1, k));
        QVERIFY(bottom == sorted(values, row, -1, k));
    }

private Q_SLOTS:
    void anyOrderGivesTheSortedLists_data() {
        QTest::addColumn<int>("k");
        QTest::addColumn<int>("piece");
        for (const int k : {1, 2, 7, 50, 128, 129, 400}) {
            for (const int piece : {1, 63, 64, 100, 512, 1024, 3000})
                QTest::addRow("%d of pieces of %d", k, piece) << k << piece;
        }
    }
    void anyOrderGivesTheSortedLists() {
        QFETCH(int, k);
        QFETCH(int, piece);
        std::mt19937 random(static_cast<unsigned>(k * 10000 + piece));
        std::normal_distribution<float> normal;
        for (const std::size_t count : {std::size_t{40}, std::size_t{2100}}) {
            std::vector<float> values(count);
            for (float& value : values)
                value = normal(random);
            const std::int64_t own = static_cast<std::int64_t>(random() % count);
            values[static_cast<std::size_t>(own)] = 1e9f; // what must not count
            compare(values, own, static_cast<std::size_t>(k), static_cast<std::size_t>(piece), 1);
            compare(values, -1, static_cast<std::size_t>(k), static_cast<std::size_t>(piece), 2);
            // Pieces of which nearly all are outside of what the lists have so far.
            std::sort(values.begin(), values.end());
            compare(values, own, static_cast<std::size_t>(k), static_cast<std::size_t>(piece), 5);
            // Many that are equal, of which the first rows count; zeros of both signs are one value.
            for (float& value : values)
                value = static_cast<float>(static_cast<int>(random() % 5) - 2) * (random() % 2 ? 0.0f : 1.0f);
            compare(values, own, static_cast<std::size_t>(k), static_cast<std::size_t>(piece), 3);
            std::sort(values.begin(), values.end());
            compare(values, own, static_cast<std::size_t>(k), static_cast<std::size_t>(piece), 4);
        }
    }

    void keysGiveBackWhatTheyWereMadeOf() {
        for (const float value : {0.0f, 1.5f, -1.5f, 3e38f, -3e38f, 1e-45f}) {
            const NeighbourKey key = kernel::neighbourKey(value, 59999);
            QVERIFY(kernel::valueOf(key) == value);
            QCOMPARE(kernel::rowOf(key), 59999);
            QVERIFY(key > 0);
        }
        QVERIFY(kernel::neighbourKey(1, 3) > kernel::neighbourKey(1, 4));
        QVERIFY(kernel::neighbourKey(-1, 3) < kernel::neighbourKey(-0.5f, 4));
    }
};

QTEST_GUILESS_MAIN(TestNeighbours)
#include "test_neighbours.moc"
