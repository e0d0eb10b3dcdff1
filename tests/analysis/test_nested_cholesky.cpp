#include "run_fixture.h"

#include <core/analysis/nested_cholesky.h>
#include <core/analysis/tile_products.h>

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

using namespace lpntk;
using namespace lpntk::tests;
using analysis::NestedCholesky;
using base::RowId;

namespace {

double uniform(std::mt19937_64& random) {
    return static_cast<double>(random() >> 11) * 0x1p-52 - 1;
}

/// `rows` samples of class 1 after 30 of class 0, every 11th a copy of the one before it. With `drowning` a few are so
/// long that what a multiple of them leaves is the rounding of kappa, more than eps.
RunFixture fixtureOf(std::int64_t rows, std::int64_t width, bool drowning = false) {
    constexpr std::int64_t kOthers = 30;
    std::mt19937_64 random(static_cast<std::uint64_t>(rows * 1000 + width));
    std::vector<double> features;
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < kOthers + rows; ++i) {
        const bool multiple = drowning && i % 100 > 50 && i % 100 < 60;
        const bool copy = multiple || i % 11 == 1;
        const double length = drowning && i % 100 == 50 ? 1e5 : 1;
        for (std::int64_t j = 0; j < width; ++j)
            features.push_back(copy ? features[features.size() - static_cast<std::size_t>(width)] * (multiple ? 0.7 : 1)
                                    : length * uniform(random));
        labels.push_back(i < kOthers ? 0 : 1);
    }
    SyntheticOptions options;
    options.blocks = run::Blocks::classes;
    return RunFixture(syntheticRunFromFeatures(features, width, labels, 2), options);
}

std::vector<RowId> shuffled(run::RowRange range) {
    std::vector<RowId> order;
    for (std::int64_t i = range.begin; i < range.end; ++i)
        order.emplace_back(i);
    std::mt19937_64 random(3);
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[random() % i]);
    return order;
}

using Coverages = std::map<std::int64_t, std::vector<float>>; ///< by number of pivots, of the rows after them

/// Cholesky column by column, each entry by one loop.
class PlainCholesky {
public:
    PlainCholesky(const RunFixture& fixture, const std::vector<RowId>& order, std::int64_t most)
        : m_size(std::ssize(order)), m_columns(static_cast<std::size_t>(most)) {
        const auto kappa = [&](std::int64_t i, std::int64_t j) {
            return static_cast<double>(fixture.dense.at(order[static_cast<std::size_t>(i)].value(),
                                                        order[static_cast<std::size_t>(j)].value()));
        };
        for (std::int64_t i = 0; i < m_size; ++i)
            m_diagonal.push_back(kappa(i, i));
        const double epsilon =
            1e-6 * std::accumulate(m_diagonal.begin(), m_diagonal.end(), 0.0) / static_cast<double>(m_size);
        for (std::int64_t c = 0; c < most; ++c) {
            const double pivot = rest(kappa(c, c), c, c) + epsilon;
            std::vector<double> column(static_cast<std::size_t>(m_size));
            if (pivot > 0.5 * epsilon) {
                for (std::int64_t i = c; i < m_size; ++i)
                    column[static_cast<std::size_t>(i)] = rest(kappa(i, c), i, c) / std::sqrt(pivot);
            } else {
                ++drowned;
            }
            m_columns[static_cast<std::size_t>(c)] = std::move(column);
        }
    }

    std::vector<float> coverage(std::int64_t count) const {
        std::vector<float> result;
        for (std::int64_t i = count; i < m_size; ++i) {
            double residual = m_diagonal[static_cast<std::size_t>(i)];
            for (std::int64_t c = 0; c < count; ++c)
                residual -= entry(i, c) * entry(i, c);
            result.push_back(
                static_cast<float>(1 - std::clamp(residual / m_diagonal[static_cast<std::size_t>(i)], 0.0, 1.0)));
        }
        return result;
    }

    int drowned = 0;

private:
    double entry(std::int64_t i, std::int64_t c) const {
        return m_columns[static_cast<std::size_t>(c)][static_cast<std::size_t>(i)];
    }
    double rest(double value, std::int64_t i, std::int64_t c) const {
        for (std::int64_t k = 0; k < c; ++k)
            value -= entry(i, k) * entry(c, k);
        return value;
    }

    std::int64_t m_size;
    std::vector<double> m_diagonal;
    std::vector<std::vector<double>> m_columns;
};

Coverages coverages(const RunFixture& fixture, std::int64_t most, const std::vector<std::int64_t>& counts,
                    int threads) {
    const run::RowRange range = fixture.run->classRange(1);
    const base::JobContext context;
    NestedCholesky cholesky(*fixture.run, range, shuffled(range), most, threads, context);
    Coverages found;
    std::int64_t pivots = 0;
    std::size_t taken = 0;
    const auto take = [&](std::int64_t count) {
        found[count].clear();
        for (std::int64_t i = count; i < range.size(); ++i)
            found[count].push_back(cholesky.coverage(i));
        ++taken;
    };
    cholesky.run(counts, take, [&](std::int64_t made) { pivots += made; });
    if (pivots != most || taken != counts.size())
        qFatal("%d of %d pivots, %d of %d counts", int(pivots), int(most), int(taken), int(counts.size()));
    return found;
}

} // namespace

class TestNestedCholesky : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Every width that this processor can run; nothing but the tile is written.
    void productsOfTiles() {
        struct alignas(64) Column {
            double rows[analysis::kGroupRows];
        };
        std::mt19937_64 random(1);
        std::vector<Column> rows(400), others(400), tile(10);
        for (auto* columns : {&rows, &others, &tile}) {
            for (Column& column : *columns)
                std::generate(std::begin(column.rows), std::end(column.rows), [&] { return uniform(random); });
        }
        QVERIFY(!analysis::productsOfTiles().empty());
        for (const auto products : analysis::productsOfTiles()) {
            for (const std::int64_t depth : {0, 1, 2, 7, 144, 399}) {
                auto found = tile;
                products(rows[1].rows, others[1].rows + 16, depth, found[1].rows);
                for (std::size_t c = 0; c < tile.size(); ++c) {
                    for (std::size_t r = 0; r < static_cast<std::size_t>(analysis::kGroupRows); ++r) {
                        double expected = tile[c].rows[r];
                        for (std::size_t k = 1; c >= 1 && c <= 8 && k <= static_cast<std::size_t>(depth); ++k)
                            expected -= rows[k].rows[r] * others[k].rows[16 + c - 1];
                        QVERIFY(std::abs(found[c].rows[r] - expected) < 1e-12);
                    }
                }
            }
        }
    }

    /// Sizes around those of groups (24), products (144) and panels (288), and what no block divides.
    void againstPlainLoops_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("most");
        QTest::addColumn<bool>("drowning");
        QTest::newRow("no pivot") << 301 << 310 << 0 << false;
        QTest::newRow("one pivot") << 301 << 310 << 1 << false;
        QTest::newRow("one row") << 1 << 3 << 1 << false;
        QTest::newRow("less than a group") << 17 << 20 << 13 << false;
        QTest::newRow("a panel and all rows but one") << 290 << 300 << 289 << false;
        QTest::newRow("one panel") << 313 << 320 << 288 << false;
        QTest::newRow("no block divides them, all rows") << 577 << 600 << 577 << false;
        QTest::newRow("no block divides them") << 701 << 720 << 611 << false;
        QTest::newRow("pivots drown") << 640 << 650 << 601 << true;
    }
    void againstPlainLoops() {
        QFETCH(int, rows);
        QFETCH(int, width);
        QFETCH(int, most);
        QFETCH(bool, drowning);
        const RunFixture fixture = fixtureOf(rows, width, drowning);
        const PlainCholesky plain(fixture, shuffled(fixture.run->classRange(1)), most);
        QCOMPARE(plain.drowned > 0, drowning);
        std::vector<std::int64_t> counts;
        for (const std::int64_t count : {0, 1, 1, 23, 24, 100, 287, 288, 289, 300, 577, 600})
            counts.push_back(std::min<std::int64_t>(count, most));
        counts.push_back(most);
        const auto found = coverages(fixture, most, counts, 1);
        for (const auto& [count, values] : found) {
            const auto expected = plain.coverage(count);
            QCOMPARE(values.size(), expected.size());
            for (std::size_t i = 0; i < values.size(); ++i)
                QVERIFY2(std::abs(values[i] - expected[i]) < 1e-6f,
                         qPrintable(
                             QString("row %1 after %2: %3 for %4").arg(i).arg(count).arg(values[i]).arg(expected[i])));
        }
        for (const int threads : {2, 5})
            QCOMPARE(coverages(fixture, most, counts, threads), found);
    }

    void cancelledMidway() {
        const RunFixture fixture = fixtureOf(700, 20);
        const run::RowRange range = fixture.run->classRange(1);
        std::stop_source source;
        const base::JobContext context{source.get_token(), {}};
        NestedCholesky cholesky(*fixture.run, range, shuffled(range), 700, 2, context);
        std::int64_t pivots = 0;
        const auto stop = [&](std::int64_t made) {
            pivots += made;
            source.request_stop();
        };
        const std::int64_t counts[] = {700};
        QVERIFY_EXCEPTION_THROWN(cholesky.run(
                                     counts, [](std::int64_t) {}, stop),
                                 base::Cancelled);
        QCOMPARE(pivots, 288);
    }
};

QTEST_GUILESS_MAIN(TestNestedCholesky)
#include "test_nested_cholesky.moc"
