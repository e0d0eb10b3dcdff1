#include <core/analysis/colour_map.h>
#include <helpers/picture_compare.h>
#include <widgets/vtk/heatmap_scene.h>
#include <widgets/vtk/vtk_host.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <cmath>

using namespace lpntk;
using namespace lpntk::vtk;

namespace {

QColor colourOf(analysis::Rgb rgb) { return {rgb.red, rgb.green, rgb.blue}; }

/// A map of 700 rows whose value tells row and column: every tile is delivered at once.
class Map : public VtkHost {
public:
    static constexpr std::int64_t kRows = 700;

    Map() : VtkHost(nullptr), scene(renderer(), overlay()) {
        resize(400, 300);
        view.setViewport(size());
        view.setContent(kRows);
        scene.setContent(kRows, {0, 1, 2});
        scene.setColours(analysis::ColourMap::diverging(true), 1);
    }

    static float valueOf(std::int64_t row, std::int64_t column) {
        return static_cast<float>((row * 37 + column * 11) % 401 - 200) / 200.0f;
    }

    void deliverWanted(int onlyLevel = -1) {
        scene.setView(view, devicePixelRatioF());
        for (const TileKey& key : scene.wanted()) {
            if (onlyLevel >= 0 && key.level != onlyLevel)
                continue;
            const std::int64_t cell = std::int64_t{1} << key.level, cells = (kRows + cell - 1) / cell;
            auto tile = std::make_shared<TileValues>();
            const std::int64_t top = std::int64_t{key.row} * TileKey::kSide, left = std::int64_t{key.column} * TileKey::kSide;
            tile->rows = static_cast<int>(std::min<std::int64_t>(TileKey::kSide, cells - top));
            tile->columns = static_cast<int>(std::min<std::int64_t>(TileKey::kSide, cells - left));
            for (int row = 0; row < tile->rows; ++row)
                for (int column = 0; column < tile->columns; ++column)
                    tile->values.push_back(key.level == 0 ? valueOf(top + row, left + column) : 0.5f);
            scene.deliver(key, scene.generation(), tile);
        }
    }

    HeatmapScene scene;
    HeatmapTransform view;

protected:
    void prepareFrame() override {
        setPixelCameras(*this);
        scene.setView(view, devicePixelRatioF());
        scene.draw();
    }
};

} // namespace

class TestVtkHeatmapScene : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void colourMapHasTheTokens_data();
    void colourMapHasTheTokens();
    void colourMapIsEven();
    void colourMapEdges();
    void zoomKeepsThePlaceUnderThePointer();
    void transformClampsAndFits();
    void levelsMatchPixels();
    void cacheDropsTheOldest();
    void staleAnswersAreDropped();
    void pixelsShowTheirCells_data();
    void pixelsShowTheirCells();
    void coarseTileStandsIn();
    void comparisonSeesDifferences();
};

void TestVtkHeatmapScene::colourMapHasTheTokens_data() {
    QTest::addColumn<bool>("dark");
    QTest::newRow("dark") << true;
    QTest::newRow("light") << false;
}

void TestVtkHeatmapScene::colourMapHasTheTokens() {
    QFETCH(bool, dark);
    QFile file(QStringLiteral(LPNTK_SOURCE_DIR "/resources/tokens.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonObject tokens = QJsonDocument::fromJson(file.readAll()).object();
    const QString theme = dark ? QStringLiteral("dark") : QStringLiteral("light");
    const auto check = [&](const QJsonArray& points, const analysis::ColourMap& map) {
        for (qsizetype place = 0; place < points.size(); ++place)
            QCOMPARE(colourOf(map.at(static_cast<double>(place) / static_cast<double>(points.size() - 1))).name().toUpper(),
                     points[place].toString());
    };
    check(tokens["diverging"][theme].toArray(), analysis::ColourMap::diverging(dark));
    QCOMPARE(colourOf(analysis::ColourMap::diverging(dark).nan()).name().toUpper(), tokens["diverging"]["nan"][theme].toString());
    // 512 / 5 is no whole entry: within one step of the table.
    const QJsonArray sequential = tokens["sequential"][theme].toArray();
    for (qsizetype place = 0; place < sequential.size(); ++place) {
        const QColor wanted(sequential[place].toString());
        const QColor found = colourOf(analysis::ColourMap::sequential(dark).at(static_cast<double>(place) / 5));
        QVERIFY(std::abs(found.red() - wanted.red()) <= 1 && std::abs(found.green() - wanted.green()) <= 1 &&
                std::abs(found.blue() - wanted.blue()) <= 1);
    }
}

void TestVtkHeatmapScene::colourMapIsEven() {
    // White, middle grey of OKLab and black: the published values of the conversion.
    const auto white = analysis::okLabFromRgb({255, 255, 255});
    QVERIFY(std::abs(white[0] - 1) < 1e-4 && std::abs(white[1]) < 1e-4 && std::abs(white[2]) < 1e-4);
    const auto red = analysis::okLabFromRgb({255, 0, 0});
    QVERIFY(std::abs(red[0] - 0.62796) < 1e-4 && std::abs(red[1] - 0.22486) < 1e-4 && std::abs(red[2] - 0.12585) < 1e-4);
    // Half way between two control points lies half way in OKLab.
    const auto& table = analysis::ColourMap::diverging(true).table();
    const auto from = analysis::okLabFromRgb(table[256]), to = analysis::okLabFromRgb(table[320]), middle = analysis::okLabFromRgb(table[288]);
    for (std::size_t part = 0; part < 3; ++part)
        QVERIFY(std::abs((from[part] + to[part]) / 2 - middle[part]) < 0.004);
}

void TestVtkHeatmapScene::colourMapEdges() {
    using analysis::ColourMap;
    QCOMPARE(ColourMap::indexOf(0, 0.3f), 256);
    QCOMPARE(ColourMap::indexOf(0.3f, 0.3f), 512);
    QCOMPARE(ColourMap::indexOf(-0.3f, 0.3f), 0);
    QCOMPARE(ColourMap::indexOf(7, 0.3f), 512);
    QCOMPARE(ColourMap::indexOf(-7, 0.3f), 0);
    QVERIFY(ColourMap::diverging(true).colour(std::nanf(""), 1) == ColourMap::diverging(true).nan());
}

void TestVtkHeatmapScene::zoomKeepsThePlaceUnderThePointer() {
    HeatmapTransform view;
    view.setViewport({800, 600});
    view.setContent(10000);
    view.centreOn({5000, 5000}, 2);
    const QPointF pointer(123.25, 456.5);
    const QPointF before = view.positionAt(pointer);
    for (const double factor : {1.25, 3.0, 0.7, 11.0, 0.5}) {
        view.zoomAt(pointer, factor);
        const QPointF after = view.positionAt(pointer);
        QVERIFY(std::hypot(after.x() - before.x(), after.y() - before.y()) < 1e-6);
    }
    view.zoomAt(pointer, 1e9);
    QCOMPARE(view.scale(), HeatmapTransform::kMaximumScale);
    QCOMPARE(view.cellAt(pointer)->column, static_cast<std::int64_t>(before.x()));
}

void TestVtkHeatmapScene::transformClampsAndFits() {
    HeatmapTransform view;
    view.setViewport({800, 600});
    view.setContent(1500);
    QVERIFY(view.isFit());
    QCOMPARE(view.scale(), 0.4);
    QVERIFY(!view.cellAt({700, 10}).has_value()); // right of the square map
    QCOMPARE(view.cellAt({599, 599})->column, 1497);
    // In a viewport that is not square the pointer keeps its position from the first step of the wheel on.
    const QPointF pointer(500, 420), under = view.positionAt(pointer);
    for (int step = 0; step < 10; ++step) {
        view.zoomAt(pointer, 1.1);
        QVERIFY((view.positionAt(pointer) - under).manhattanLength() < 1e-6);
    }
    view.zoomAt({0, 0}, 0.01);
    QVERIFY(view.isFit());
    view.setViewport({400, 400});
    QVERIFY(view.isFit());
    view.zoomTo({100, 100}, 10);
    view.panBy({1e6, 1e6});
    QCOMPARE(view.origin(), QPointF(0, 0));
    view.panBy({-1e7, -1e7});
    QCOMPARE(view.placeAt({1500, 1500}), QPointF(400, 400));
    view.show({100, 200, 50, 20});
    QVERIFY(view.visible().contains(QRectF(100, 200, 50, 20)));
    view.setContent(0);
    QVERIFY(!view.cellAt({5, 5}).has_value());
}

void TestVtkHeatmapScene::levelsMatchPixels() {
    const std::vector<int> levels{0, 1, 2, 3, 4, 5};
    QCOMPARE(levelForScale(5, levels), 0);
    QCOMPARE(levelForScale(1, levels), 0);
    QCOMPARE(levelForScale(0.5, levels), 1);
    QCOMPARE(levelForScale(0.3, levels), 2);
    QCOMPARE(levelForScale(0.001, levels), 5);
    QCOMPARE(levelForScale(0.5, {0, 3}), 3);
    QCOMPARE(levelForScale(0.5, {}), 0);
}

void TestVtkHeatmapScene::cacheDropsTheOldest() {
    TileCache cache(2);
    const auto values = std::make_shared<const TileValues>();
    cache.insert({{0, 0, 0}, values, 1});
    cache.insert({{0, 0, 1}, values, 1});
    QVERIFY(cache.find({0, 0, 0}));
    cache.insert({{0, 1, 0}, values, 1});
    QVERIFY(cache.find({0, 0, 0}));
    QVERIFY(!cache.find({0, 0, 1}));
    cache.insert({{0, 0, 0}, values, 2});
    QCOMPARE(cache.size(), std::size_t(2));
    QCOMPARE(cache.find({0, 0, 0})->generation, std::uint64_t(2));
}

void TestVtkHeatmapScene::staleAnswersAreDropped() {
    Map map;
    map.deliverWanted();
    QVERIFY(map.scene.isComplete());
    const std::uint64_t old = map.scene.generation();
    map.scene.renew();
    QVERIFY(!map.scene.isComplete());
    const TileKey key = map.scene.wanted().front();
    auto tile = std::make_shared<TileValues>(TileValues{1, 1, {0.0f}});
    map.scene.deliver(key, old, tile);
    QVERIFY(!map.scene.isComplete());
    map.deliverWanted();
    QVERIFY(map.scene.isComplete());
}

void TestVtkHeatmapScene::pixelsShowTheirCells_data() {
    QTest::addColumn<double>("scale");
    QTest::addColumn<QPointF>("middle");
    QTest::newRow("4 px, across tiles") << 4.0 << QPointF(256, 256);
    QTest::newRow("7.3 px") << 7.3 << QPointF(500.2, 300.7);
    QTest::newRow("40 px, far corner") << 40.0 << QPointF(699, 699);
}

void TestVtkHeatmapScene::pixelsShowTheirCells() {
    if (!VtkHost::isUsable())
        QSKIP("this platform has no OpenGL widgets");
    QFETCH(double, scale);
    QFETCH(QPointF, middle);
    Map map;
    map.view.centreOn(middle, scale);
    map.deliverWanted();
    map.show();
    QVERIFY(QTest::qWaitForWindowExposed(&map));
    QTRY_VERIFY(map.framesPainted() > 0);
    const QImage picture = map.picture();
    QCOMPARE(picture.size(), map.pixelSize());
    int checked = 0;
    for (int y = 3; y < map.height(); y += 23)
        for (int x = 2; x < map.width(); x += 17) {
            const QPointF place(x + 0.5, y + 0.5), position = map.view.positionAt(place);
            const QPointF inside(position.x() - std::floor(position.x()), position.y() - std::floor(position.y()));
            if (std::min({inside.x(), inside.y(), 1 - inside.x(), 1 - inside.y()}) * scale < 1)
                continue; // edges of tiles are rounded to pixels
            const auto cell = map.view.cellAt(place);
            QVERIFY(cell.has_value());
            const QColor wanted = colourOf(analysis::ColourMap::diverging(true).colour(Map::valueOf(cell->row, cell->column), 1));
            QCOMPARE(picture.pixelColor(x, y).name(), wanted.name());
            ++checked;
        }
    QVERIFY(checked > 40);
}

void TestVtkHeatmapScene::coarseTileStandsIn() {
    if (!VtkHost::isUsable())
        QSKIP("this platform has no OpenGL widgets");
    Map map;
    map.view.centreOn({350, 350}, 4);
    map.deliverWanted(2);
    QVERIFY(!map.scene.isComplete());
    map.show();
    QVERIFY(QTest::qWaitForWindowExposed(&map));
    QTRY_VERIFY(map.framesPainted() > 0);
    const QColor coarse = colourOf(analysis::ColourMap::diverging(true).colour(0.5f, 1));
    QCOMPARE(map.picture().pixelColor(200, 150).name(), coarse.name());
    map.deliverWanted();
    QVERIFY(map.scene.isComplete());
    const auto cell = map.view.cellAt({200.5, 150.5});
    const QColor fine = colourOf(analysis::ColourMap::diverging(true).colour(Map::valueOf(cell->row, cell->column), 1));
    QCOMPARE(map.picture().pixelColor(200, 150).name(), fine.name());
}

void TestVtkHeatmapScene::comparisonSeesDifferences() {
    QImage one(40, 30, QImage::Format_RGB32), other(40, 30, QImage::Format_RGB32);
    one.fill(Qt::black);
    other.fill(QColor(10, 10, 10));
    QVERIFY(tests::comparePictures(one, other).equal);
    for (int x = 0; x < 40; ++x)
        other.setPixel(x, 3, qRgb(255, 0, 0));
    const auto difference = tests::comparePictures(one, other);
    QVERIFY(!difference.equal);
    QCOMPARE(difference.largest, 255);
    QVERIFY(difference.sentence.contains(QStringLiteral("pixels differ")));
    QVERIFY(!tests::comparePictures(one, QImage(41, 30, QImage::Format_RGB32)).equal);
}

QTEST_MAIN(TestVtkHeatmapScene)
#include "test_vtk_heatmap_scene.moc"
