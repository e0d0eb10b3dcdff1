#include <widgets/vtk/point_raster.h>

#include <QtTest>

#include <cmath>
#include <vector>

using lpntk::vtk::PointRaster;

class TestPointRaster : public QObject {
    Q_OBJECT
    static constexpr QRgb kBlack = 0xFF000000, kWhite = 0xFFFFFFFF, kRed = 0xFFFF0000, kBlue = 0xFF0000FF;

private Q_SLOTS:
    void discsHaveTheirAreaAndPlace_data() {
        QTest::addColumn<double>("diameter");
        for (const double diameter : {3.0, 4.5, 7.0, 11.0, 22.0})
            QTest::addRow("%g pixels", diameter) << diameter;
    }
    /// Sum and centre of what a disc covers, wherever in a pixel it lies; places are good to a quarter of a pixel.
    void discsHaveTheirAreaAndPlace() {
        QFETCH(double, diameter);
        for (const QPointF place : {QPointF(20, 20), QPointF(20.49, 21.26), QPointF(19.99, 20.75)}) {
            PointRaster raster;
            raster.begin({40, 42}, kBlack);
            const std::vector<QPointF> places{QPointF(7, 7), place};
            const std::int32_t points[] = {1};
            const QRgb colours[] = {kBlue, kWhite};
            raster.draw(places, points, colours, diameter, 1, {0, 0});
            double area = 0, x = 0, y = 0;
            for (int row = 0; row < 42; ++row)
                for (int column = 0; column < 40; ++column) {
                    const double cover = qGreen(raster.at(column, row)) / 255.0;
                    area += cover;
                    x += cover * (column + 0.5);
                    y += cover * (row + 0.5);
                    // Fully inside and fully outside are exactly that.
                    const double away = std::hypot(column + 0.5 - place.x(), row + 0.5 - place.y());
                    if (away < diameter / 2 - 0.8)
                        QCOMPARE(raster.at(column, row), kWhite);
                    if (away > diameter / 2 + 0.8)
                        QCOMPARE(raster.at(column, row), kBlack);
                }
            const double wanted = M_PI * diameter * diameter / 4;
            QVERIFY2(std::abs(area - wanted) < 0.06 * wanted,
                     qPrintable(QStringLiteral("%1 for %2").arg(area).arg(wanted)));
            QVERIFY(std::abs(x / area - place.x()) < 0.2 && std::abs(y / area - place.y()) < 0.2);
        }
    }

    void laterOnesLieAbove() {
        PointRaster raster;
        raster.begin({30, 30}, kBlack);
        const std::vector<QPointF> places{QPointF(1, 1), QPointF(1.2, 1)};
        const QRgb colours[] = {kRed, kBlue};
        const std::int32_t forth[] = {0, 1}, back[] = {1, 0};
        raster.draw(places, forth, colours, 12, 10, {4, 4});
        QCOMPARE(raster.at(14, 14), kBlue);
        raster.draw(places, back, colours, 12, 10, {4, 4});
        QCOMPARE(raster.at(14, 14), kRed);
        const QRgb half[] = {0x80FFFFFF};
        raster.draw(places, {forth, 1}, half, 12, 10, {4, 4});
        QVERIFY(std::abs(qGreen(raster.at(14, 14)) - 128) <= 1 && qRed(raster.at(14, 14)) == 255);
    }

    void edgesCutThem() {
        PointRaster raster;
        raster.begin({8, 6}, kBlack);
        const std::vector<QPointF> places{QPointF(0, 0), QPointF(8, 6), QPointF(-900, 2), QPointF(1e300, 0),
                                          QPointF(std::nan(""), 0)};
        const std::int32_t points[] = {0, 1, 2, 3, 4};
        const QRgb colours[] = {kWhite};
        raster.draw(places, points, colours, 5, 1, {0, 0});
        QCOMPARE(raster.at(0, 0), kWhite);
        QCOMPARE(raster.at(7, 5), kWhite);
        QCOMPARE(raster.at(4, 3), kBlack);
        raster.fill({6, -5, 50, 7}, kRed);
        QCOMPARE(raster.at(7, 1), kRed);
        QCOMPARE(raster.at(5, 1), kBlack);
        raster.begin({0, 0}, kBlack);
        raster.draw(places, points, colours, 5, 1, {0, 0});
    }
};

QTEST_GUILESS_MAIN(TestPointRaster)
#include "test_point_raster.moc"
