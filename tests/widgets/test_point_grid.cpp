#include <widgets/vtk/point_grid.h>

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <random>

using lpntk::vtk::PointGrid;

namespace {

std::vector<QPointF> cloud(int count, std::uint64_t seed, double outlier) {
    std::mt19937_64 random(seed);
    const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-52 - 1; };
    std::vector<QPointF> places;
    for (int i = 0; i < count; ++i)
        places.emplace_back(uniform() * std::abs(uniform()), uniform());
    if (outlier > 0)
        places.emplace_back(outlier, -outlier); // all others are then in a few cells
    places.push_back(places.front());           // and one place twice
    return places;
}

/// The winding number of the polygon about a place, by its angles: another way than crossings.
int windings(const QPolygonF& polygon, QPointF place) {
    double turned = 0;
    for (qsizetype i = 0; i < polygon.size(); ++i) {
        const QPointF a = polygon[i] - place, b = polygon[(i + 1) % polygon.size()] - place;
        turned += std::atan2(a.x() * b.y() - a.y() * b.x(), QPointF::dotProduct(a, b));
    }
    return static_cast<int>(std::lround(turned / (2 * M_PI)));
}

} // namespace

class TestPointGrid : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void againstPlainLoops_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<double>("outlier");
        QTest::newRow("one") << 0 << 3.0;
        QTest::newRow("some") << 40 << 0.0;
        QTest::newRow("many") << 3000 << 0.0;
        QTest::newRow("crowded by an outlier") << 3000 << 400.0;
    }
    void againstPlainLoops() {
        QFETCH(int, count);
        QFETCH(double, outlier);
        const PointGrid grid(cloud(count, 3, outlier));
        const auto& places = grid.places();
        std::vector<char> shown(places.size(), 1);
        for (std::size_t i = 0; i < shown.size(); i += 3)
            shown[i] = 0;
        for (const QPointF pointer : cloud(100, 9, 2)) {
            for (const double radius : {0.02, 0.4, 1e9}) {
                int wanted = -1;
                double least = radius * radius;
                for (int i = 0; i < static_cast<int>(places.size()); ++i) {
                    const QPointF away = places[static_cast<std::size_t>(i)] - pointer;
                    const double squared = QPointF::dotProduct(away, away);
                    if (shown[static_cast<std::size_t>(i)] && (squared < least || (wanted < 0 && squared == least))) {
                        wanted = i;
                        least = squared;
                    }
                }
                QCOMPARE(grid.nearest(pointer, radius, shown), wanted);
            }
        }
        const QRectF rect(-0.3, -0.6, 0.5, 0.9);
        const QPolygonF star{QPointF(-0.5, -0.5), QPointF(0.6, -0.4), QPointF(0.1, 0.05),
                             QPointF(0.5, 0.7),   QPointF(-0.1, 0.3), QPointF(-0.6, 0.6)};
        std::vector<std::int32_t> inRect, inStar;
        for (std::int32_t i = 0; i < std::ssize(places); ++i) {
            if (!shown[static_cast<std::size_t>(i)])
                continue;
            const QPointF place = places[static_cast<std::size_t>(i)];
            if (place.x() >= rect.left() && place.x() <= rect.right() && place.y() >= rect.top() &&
                place.y() <= rect.bottom())
                inRect.push_back(i);
            if (windings(star, place) != 0)
                inStar.push_back(i);
        }
        QCOMPARE(grid.inside(rect, shown), inRect);
        QCOMPARE(grid.inside(star, shown), inStar);
        const auto few = grid.inside(rect, shown, 3);
        QCOMPARE(few.size(), std::min<std::size_t>(inRect.size(), 4));
        QVERIFY(std::includes(inRect.begin(), inRect.end(), few.begin(), few.end()));
        QVERIFY(count < 100 || (inStar.size() > 5 && inRect.size() > 5));
    }

    void nextGoesThatWay() {
        const PointGrid grid({{0, 0}, {1, 0.1}, {0.2, 0.9}, {-3, 0}, {5, 0}, {0, -1}});
        QCOMPARE(grid.next(0, {1, 0}), 1);
        QCOMPARE(grid.next(1, {1, 0}), 4);
        QCOMPARE(grid.next(0, {-1, 0}), 3);
        QCOMPARE(grid.next(0, {0, 1}), 2);
        QCOMPARE(grid.next(0, {0, -1}), 5);
        QCOMPARE(grid.next(4, {1, 0}), -1);
        const std::vector<char> shown{1, 0, 1, 1, 1, 1};
        QCOMPARE(grid.next(0, {1, 0}, shown), 2 /* 0.2 ahead, 0.9 aside: 2.0 */);
        QCOMPARE(grid.next(-1, {1, 0}), -1);
    }

    void emptyHasNothing() {
        const PointGrid grid;
        QCOMPARE(grid.nearest({0, 0}, 1), -1);
        QVERIFY(grid.inside(QRectF(-1, -1, 2, 2)).empty());
    }
};

QTEST_GUILESS_MAIN(TestPointGrid)
#include "test_point_grid.moc"
