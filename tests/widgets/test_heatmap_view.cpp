#include "run_fixture.h"

#include <helpers/show_window.h>
#include <helpers/picture_compare.h>
#include <widgets/models/theme.h>
#include <widgets/views/heatmap_canvas.h>
#include <widgets/views/heatmap_map.h>
#include <widgets/views/heatmap_tiles.h>
#include <widgets/views/heatmap_view.h>
#include <widgets/views/parts_class_matrix.h>
#include <widgets/views/parts_histogram.h>
#include <widgets/views/parts_pair_card.h>
#include <widgets/views/parts_relation.h>

#include <QComboBox>
#include <QContextMenuEvent>
#include <QMenu>
#include <QSignalSpy>
#include <QUndoStack>
#include <QtTest>

#include <cmath>

using namespace lpntk;
using namespace lpntk::views;

namespace {

/// The plainest way to a tile: every pair of every cell by itself.
float plainCell(const TileQuestion& question, std::int64_t cellRow, std::int64_t cellColumn, int level) {
    const std::int64_t side = std::int64_t{1} << level, rows = question.run->rows();
    double sum = 0, low = 1e30, high = -1e30;
    int count = 0;
    for (std::int64_t i = cellRow * side; i < std::min(rows, (cellRow + 1) * side); ++i)
        for (std::int64_t j = cellColumn * side; j < std::min(rows, (cellColumn + 1) * side); ++j) {
            const base::RowId a = question.order->rowAt[static_cast<std::size_t>(i)], b = question.order->rowAt[static_cast<std::size_t>(j)];
            const double value = static_cast<double>(question.quantity == Quantity::kappa ? question.run->kappa(a, b) : question.run->cosine(a, b));
            if (std::isnan(value))
                continue;
            sum += value;
            low = std::min(low, value);
            high = std::max(high, value);
            ++count;
        }
    if (count == 0)
        return std::nanf("");
    return static_cast<float>(question.statistic == run::CellStatistic::mean ? sum / count : question.statistic == run::CellStatistic::minimum ? low : high);
}

} // namespace

class TestHeatmapView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void tilesAreExact_data();
    void tilesAreExact();
    void cancelledTilesThrow();
    void opensReady();
    void hoverGivesTheRunsKappa();
    void clickSelectsThePair();
    void keysAndMenuDecide();
    void boxSelectsRowsAndColumns();
    void wheelKeepsTheCellUnderThePointer();
    void dragPans();
    void keysPanZoomAndFit();
    void thresholdHandlesChangeTheSession();
    void countsFollowThresholds();
    void classMatrixGoesThere();
    void goToFindsSamples();
    void clusterOrderIsShown();
    void unlinkedViewsKeepToThemselves();
    void pictures_data();
    void pictures();
    void classBlocksShowOnlyBlocks();
    void framesAreFast();

private:
    QPoint placeOfPair(std::int64_t row, std::int64_t column) const;
    void showFit();

    std::unique_ptr<tests::RunFixture> m_fixture;
    std::unique_ptr<HeatmapView> m_view;
};

void TestHeatmapView::initTestCase() {
    if (!lpntk::vtk::VtkHost::isUsable())
        QSKIP("this platform has no OpenGL widgets");
    models::theme().apply(*qApp);
    models::theme().setDark(true);
    m_fixture = std::make_unique<tests::RunFixture>();
    QVERIFY(m_fixture->wait());
    m_view = std::make_unique<HeatmapView>(m_fixture->session, nullptr);
    m_view->resize(1036, 790);
    QVERIFY(tests::showActive(*m_view));
}

void TestHeatmapView::cleanupTestCase() {
    m_view.reset();
    m_fixture.reset();
}

QPoint TestHeatmapView::placeOfPair(std::int64_t row, std::int64_t column) const {
    return m_view->canvas().map().view().placeAt({static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5}).toPoint();
}

void TestHeatmapView::showFit() {
    m_view->canvas().map().fit();
    QTRY_VERIFY(m_view->isReady());
}

void TestHeatmapView::tilesAreExact_data() {
    QTest::addColumn<int>("level");
    QTest::addColumn<int>("statistic");
    QTest::addColumn<bool>("kappa");
    QTest::addColumn<bool>("permuted");
    for (const int level : {0, 1, 3})
        for (const int statistic : {0, 1, 2})
            for (const bool kappa : {false, true})
                for (const bool permuted : {false, true})
                    QTest::addRow("level %d statistic %d %s %s", level, statistic, kappa ? "kappa" : "cosine", permuted ? "permuted" : "stored")
                        << level << statistic << kappa << permuted;
}

void TestHeatmapView::tilesAreExact() {
    QFETCH(int, level);
    QFETCH(int, statistic);
    QFETCH(bool, kappa);
    QFETCH(bool, permuted);
    const auto run = m_fixture->session.run();
    TileQuestion question{run, nullptr, static_cast<run::CellStatistic>(statistic), kappa ? Quantity::kappa : Quantity::cosine, 1};
    question.order = std::make_shared<const analysis::RowOrder>(permuted ? analysis::similarityOrder(*run, base::RowId(5)) : analysis::classOrder(*run));
    QVERIFY(isExact(question, level));
    const std::int64_t cells = (run->rows() + (1 << level) - 1) >> level;
    const int last = static_cast<int>((cells - 1) / lpntk::vtk::TileKey::kSide);
    std::vector<lpntk::vtk::TileKey> keys{{level, last, 0}};
    if (last > 0)
        keys.push_back({level, last, last});
    // The stored pyramid is float16: half a unit in its last place. Gathered cells come from the kernel itself.
    const float tolerance = level > 0 && !kappa && !permuted ? 0x1p-11f : 2e-6f;
    for (const MadeTile& tile : makeTiles(question, keys)) {
        const lpntk::vtk::TileValues& values = *tile.values;
        QCOMPARE(values.rows, static_cast<int>(cells - std::int64_t{last} * lpntk::vtk::TileKey::kSide));
        QCOMPARE(values.values.size(), static_cast<std::size_t>(values.rows) * static_cast<std::size_t>(values.columns));
        for (int row = 0; row < values.rows; row += 7)
            for (int column = 0; column < values.columns; column += 5) {
                const float wanted = plainCell(question, row + std::int64_t{tile.key.row} * lpntk::vtk::TileKey::kSide,
                                               column + std::int64_t{tile.key.column} * lpntk::vtk::TileKey::kSide, level);
                const float found = values.values[static_cast<std::size_t>(row * values.columns + column)];
                QVERIFY2(std::abs(wanted - found) <= tolerance * std::max(1.0f, std::abs(wanted)), qPrintable(QStringLiteral("%1 %2").arg(static_cast<double>(wanted)).arg(static_cast<double>(found))));
            }
    }
}

void TestHeatmapView::cancelledTilesThrow() {
    const auto run = m_fixture->session.run();
    const TileQuestion question{run, std::make_shared<const analysis::RowOrder>(analysis::classOrder(*run)), run::CellStatistic::mean, Quantity::kappa, 1};
    std::stop_source stop;
    stop.request_stop();
    const lpntk::vtk::TileKey key{2, 0, 0};
    QVERIFY_EXCEPTION_THROWN(makeTiles(question, {&key, 1}, {stop.get_token(), {}}), base::Cancelled);
}

void TestHeatmapView::opensReady() {
    QTRY_VERIFY(m_view->isReady());
    QCOMPARE(m_view->name(), QStringLiteral("heatmap"));
    QVERIFY(m_view->canvas().map().view().isFit());
}

void TestHeatmapView::hoverGivesTheRunsKappa() {
    m_view->canvas().map().view().centreOn({200, 90}, 20);
    m_view->canvas().map().viewMoved();
    for (const auto& [row, column] : {std::pair(90, 200), std::pair(85, 205), std::pair(95, 95)}) {
        m_view->canvas().map().view().centreOn({column + 0.5, row + 0.5}, 20);
        m_view->canvas().map().viewMoved();
        QTest::mouseMove(&m_view->canvas().map(), QPoint(2, 2));
        QTest::mouseMove(&m_view->canvas().map(), placeOfPair(row, column));
        const PairCard& card = m_view->canvas().card();
        QTRY_VERIFY(card.isVisible());
        QTRY_COMPARE(card.first().value(), m_fixture->synthetic.samples[static_cast<std::size_t>(row)]);
        QCOMPARE(card.second().value(), m_fixture->synthetic.samples[static_cast<std::size_t>(column)]);
        QCOMPARE(card.kappa(), m_fixture->synthetic.at(row, column));
        QCOMPARE(card.cosine(), m_fixture->session.run()->cosine(base::RowId(row), base::RowId(column)));
        const QPoint pointer = m_view->canvas().map().mapTo(&m_view->canvas(), placeOfPair(row, column));
        QVERIFY(!card.geometry().contains(pointer));
        constexpr int kNear = 16; // pixels between the card and the pointer it belongs to
        QVERIFY(card.geometry().adjusted(-kNear, -kNear, kNear, kNear).contains(pointer));
    }
}

void TestHeatmapView::clickSelectsThePair() {
    showFit();
    m_view->canvas().map().view().centreOn({310.5, 120.5}, 16);
    m_view->canvas().map().viewMoved();
    QTest::mouseClick(&m_view->canvas().map(), Qt::LeftButton, {}, placeOfPair(120, 310));
    const auto& samples = m_fixture->synthetic.samples;
    auto& selection = m_fixture->session.selection();
    QCOMPARE(selection.current().value(), samples[120]);
    QCOMPARE(selection.selected().count(), 2);
    QVERIFY(selection.selected().contains(base::SampleId(samples[120])));
    QVERIFY(selection.selected().contains(base::SampleId(samples[310])));
}

void TestHeatmapView::keysAndMenuDecide() {
    auto& map = m_view->canvas().map();
    map.view().centreOn({310.5, 120.5}, 16);
    map.viewMoved();
    QTest::mouseClick(&map, Qt::LeftButton, {}, placeOfPair(121, 311));
    QTest::keyClick(&map, Qt::Key_K);
    const auto verdict = [this](int row) {
        const base::SampleId sample(m_fixture->synthetic.samples[static_cast<std::size_t>(row)]);
        return m_fixture->session.decisions().of(sample).verdict;
    };
    QCOMPARE(verdict(121), curation::Decision::Verdict::keep);
    QCOMPARE(verdict(311), curation::Decision::Verdict::keep);
    // The menu is about the pair under the pointer, unless its row is selected.
    const QPoint place = placeOfPair(118, 305);
    QContextMenuEvent asked(QContextMenuEvent::Mouse, place, map.mapToGlobal(place));
    QApplication::sendEvent(&map, &asked);
    auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    QVERIFY(menu);
    QTest::keyClick(menu, Qt::Key_P);
    menu->close();
    QCOMPARE(m_fixture->session.selection().current().value(), m_fixture->synthetic.samples[118]);
    QCOMPARE(verdict(118), curation::Decision::Verdict::prune);
    m_fixture->session.undoStack().undo();
    m_fixture->session.undoStack().undo();
    QCOMPARE(verdict(121), curation::Decision::Verdict::none);
}

void TestHeatmapView::boxSelectsRowsAndColumns() {
    auto& map = m_view->canvas().map();
    map.view().centreOn({310.5, 120.5}, 16);
    map.viewMoved();
    map.setBoxMode(true);
    QTest::mousePress(&map, Qt::LeftButton, {}, placeOfPair(118, 305));
    QTest::mouseMove(&map, placeOfPair(119, 306));
    QTest::mouseMove(&map, placeOfPair(120, 309));
    QTest::mouseRelease(&map, Qt::LeftButton, {}, placeOfPair(120, 309));
    map.setBoxMode(false);
    const models::SampleSet& selected = m_fixture->session.selection().selected();
    QCOMPARE(selected.count(), 3 + 5);
    for (const int row : {118, 120, 305, 309})
        QVERIFY(selected.contains(base::SampleId(m_fixture->synthetic.samples[static_cast<std::size_t>(row)])));
}

void TestHeatmapView::wheelKeepsTheCellUnderThePointer() {
    showFit();
    auto& map = m_view->canvas().map();
    const QPoint onCanvas = map.mapTo(&m_view->canvas(), QPoint(map.width() / 2 + 41, map.height() / 2 - 33));
    const auto under = [&] { return map.view().positionAt(QPointF(map.mapFrom(&m_view->canvas(), onCanvas))); };
    const QPointF before = under();
    for (int notch = 0; notch < 14; ++notch) { // far enough for the thumbnail strips to appear
        const QPointF local(map.mapFrom(&m_view->canvas(), onCanvas));
        QWheelEvent event(local, map.mapToGlobal(local), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&map, &event);
    }
    QVERIFY(map.view().scale() > 16);
    const QPointF after = under();
    QVERIFY2(std::hypot(after.x() - before.x(), after.y() - before.y()) < 0.01, qPrintable(QStringLiteral("%1 %2 -> %3 %4").arg(before.x()).arg(before.y()).arg(after.x()).arg(after.y())));
}

void TestHeatmapView::dragPans() {
    auto& map = m_view->canvas().map();
    map.setKinetic(false);
    map.view().centreOn({300, 300}, 8);
    map.viewMoved();
    const QPointF before = map.view().origin();
    QTest::mousePress(&map, Qt::LeftButton, {}, QPoint(200, 200));
    QTest::mouseMove(&map, QPoint(210, 205));
    QTest::mouseMove(&map, QPoint(240, 216));
    QTest::mouseRelease(&map, Qt::LeftButton, {}, QPoint(240, 216));
    QCOMPARE(map.view().origin(), before - QPointF(40, 16) / 8);
    map.setKinetic(true);
}

void TestHeatmapView::keysPanZoomAndFit() {
    auto& map = m_view->canvas().map();
    map.view().centreOn({300, 300}, 8);
    map.viewMoved();
    const double scale = map.view().scale();
    QTest::keyClick(&map, Qt::Key_Plus);
    QVERIFY(map.view().scale() > scale);
    const QPointF origin = map.view().origin();
    QTest::keyClick(&map, Qt::Key_Right, Qt::ControlModifier);
    QVERIFY(map.view().origin().x() > origin.x());
    QTest::mouseClick(&map, Qt::LeftButton, {}, placeOfPair(300, 301));
    QTest::mouseMove(m_view.get(), QPoint(5, 5)); // off the map
    QTRY_VERIFY(!m_view->canvas().card().isVisible());
    QTest::keyClick(&map, Qt::Key_Down);
    QCOMPARE(m_fixture->session.selection().current().value(), m_fixture->synthetic.samples[301]);
    const PairCard& card = m_view->canvas().card();
    QVERIFY(card.isVisible());
    QCOMPARE(card.first().value(), m_fixture->synthetic.samples[301]);
    QCOMPARE(card.second().value(), m_fixture->synthetic.samples[301]);
    QTest::keyClick(&map, Qt::Key_Left, Qt::ControlModifier);
    QVERIFY(!card.isVisible());
    QTest::keyClick(&map, Qt::Key_Home);
    QCOMPARE(map.view().origin(), QPointF(0, 0));
    QTest::keyClick(&map, Qt::Key_F);
    QVERIFY(map.view().isFit());
}

void TestHeatmapView::thresholdHandlesChangeTheSession() {
    auto* histogram = m_view->findChild<HistogramPart*>();
    m_fixture->session.setThresholds({0.1f, 0.1f});
    QTRY_COMPARE(histogram->thresholds(), (analysis::Thresholds{0.1f, 0.1f}));
    const auto drag = [&](HistogramPart::Handle handle, double to) {
        const QPoint from = histogram->grip(handle).center().toPoint();
        QTest::mousePress(histogram, Qt::LeftButton, {}, from);
        const QPoint place(from.x(), from.y() + qRound(histogram->placeOf(to) - histogram->grip(handle).center().y()));
        QTest::mouseMove(histogram, place);
        QTest::mouseRelease(histogram, Qt::LeftButton, {}, place);
    };
    drag(HistogramPart::Handle::plus, 0.4);
    QVERIFY(std::abs(m_fixture->session.thresholds().plus - 0.4f) < 0.01f);
    QCOMPARE(m_fixture->session.thresholds().minus, 0.1f);
    drag(HistogramPart::Handle::minus, -0.2);
    QVERIFY(std::abs(m_fixture->session.thresholds().minus - 0.2f) < 0.01f);
    // Thresholds lie on bin edges, so live counts are exact.
    const double steps = static_cast<double>(m_fixture->session.thresholds().plus) / 0.005;
    QVERIFY(std::abs(steps - std::round(steps)) < 1e-4);
    histogram->setFocus();
    const float before = m_fixture->session.thresholds().minus;
    QTest::keyClick(histogram, Qt::Key_Down);
    QVERIFY(std::abs(m_fixture->session.thresholds().minus - before - 0.005f) < 1e-5f);
    m_fixture->session.setThresholds({0.1f, 0.1f});
}

void TestHeatmapView::countsFollowThresholds() {
    auto* legend = m_view->findChild<RelationLegend*>();
    m_fixture->session.setThresholds({0.25f, 0.05f});
    std::int64_t plus = 0, minus = 0;
    const auto run = m_fixture->session.run();
    for (std::int64_t i = 0; i < run->rows(); ++i)
        for (std::int64_t j = i + 1; j < run->rows(); ++j) {
            const float cosine = run->cosine(base::RowId(i), base::RowId(j));
            plus += cosine >= 0.25f;
            minus += cosine <= -0.05f;
        }
    QTRY_COMPARE(legend->counts().interchangeable, plus);
    QCOMPARE(legend->counts().contradictory, minus);
    QCOMPARE(legend->counts().total(), run->rows() * (run->rows() - 1) / 2);
    m_fixture->session.setThresholds({0.1f, 0.1f});
}

void TestHeatmapView::classMatrixGoesThere() {
    showFit();
    auto* matrix = m_view->findChild<ClassMatrixPart*>();
    QTest::mouseClick(matrix, Qt::LeftButton, {}, matrix->cell(3, 7).center().toPoint());
    QCOMPARE(m_view->canvas().classesInMiddle(), std::pair(3, 7));
    QVERIFY(!m_view->canvas().map().view().isFit());
}

void TestHeatmapView::goToFindsSamples() {
    const auto& samples = m_fixture->synthetic.samples;
    QVERIFY(m_view->goTo(QStringLiteral("#%1, %2").arg(samples[40]).arg(samples[500])));
    const auto& view = m_view->canvas().map().view();
    QVERIFY(view.visible().contains(QPointF(500.5, 40.5)));
    QVERIFY(view.scale() >= 24);
    QCOMPARE(m_fixture->session.selection().current().value(), samples[40]);
    QVERIFY(!m_view->goTo(QStringLiteral("2"))); // indices are 3 n + 1
    QVERIFY(!m_view->goTo(QStringLiteral("none")));
}

void TestHeatmapView::clusterOrderIsShown() {
    auto* order = m_view->findChildren<QComboBox*>().first();
    order->setCurrentIndex(1);
    QTRY_VERIFY(m_view->isReady());
    const auto wanted = analysis::clusterOrder(*m_fixture->session.run(), *m_fixture->session.clusters());
    for (const std::int64_t position : {0, 77, 599})
        QCOMPARE(m_view->canvas().sampleAt(position), m_fixture->session.run()->sampleFromRow(wanted.rowAt[static_cast<std::size_t>(position)]));
    const auto sample = m_view->canvas().sampleAt(123);
    QCOMPARE(m_view->canvas().positionOf(sample), 123);
    QVERIFY(m_view->goTo(QString::number(sample.value())));
    QTRY_VERIFY(m_view->isReady());
    order->setCurrentIndex(0);
    QTRY_VERIFY(m_view->isReady());
    QCOMPARE(m_view->canvas().sampleAt(0).value(), m_fixture->synthetic.samples[0]);
}

void TestHeatmapView::unlinkedViewsKeepToThemselves() {
    const auto current = m_fixture->session.selection().current();
    m_view->setLinked(false);
    QTest::mouseClick(&m_view->canvas().map(), Qt::LeftButton, {}, QPoint(50, 60));
    QCOMPARE(m_fixture->session.selection().current(), current);
    m_view->setLinked(true);
}

void TestHeatmapView::pictures_data() {
    QTest::addColumn<bool>("dark");
    QTest::addColumn<double>("scale");
    QTest::newRow("heatmap_fit_dark") << true << 0.0;
    QTest::newRow("heatmap_24px_light") << false << 24.0;
    QTest::newRow("heatmap_values_dark") << true << 56.0;
}

void TestHeatmapView::pictures() {
    QFETCH(bool, dark);
    QFETCH(double, scale);
    models::theme().setDark(dark);
    auto& map = m_view->canvas().map();
    m_fixture->session.selection().clear(nullptr);
    m_view->canvas().setShownPair({}, {});
    map.scene().overlay().boxes.clear();
    map.fit();
    if (scale > 0)
        QVERIFY(m_view->goTo(QStringLiteral("%1, %2").arg(m_fixture->synthetic.samples[118]).arg(m_fixture->synthetic.samples[121])));
    if (scale > 24)
        map.zoomBy(scale / map.view().scale());
    QTRY_VERIFY(m_view->isReady());
    if (scale > 0 && m_view->canvas().isComplete())
        QTest::mouseMove(&map, placeOfPair(116, 124));
    else
        QTest::mouseMove(&map, QPoint(map.width() - 1, map.height() - 1));
    QTRY_COMPARE(m_fixture->session.jobs().running(), 0);
    const int frames = map.framesPainted();
    map.update();
    QTRY_VERIFY(map.framesPainted() > frames);
    QTRY_VERIFY(m_view->canvas().card().isVisible() == (scale > 0));
    const QString wrong = tests::differsFromBaseline(m_view->grab().toImage(), QString::fromLatin1(QTest::currentDataTag()));
    models::theme().setDark(true);
    if (m_fixture->session.data() == nullptr)
        QSKIP("Fashion-MNIST is not installed: the pictures have no thumbnails");
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void TestHeatmapView::classBlocksShowOnlyBlocks() {
    tests::RunFixture fixture(300, 5, run::Blocks::classes);
    QVERIFY(fixture.wait());
    HeatmapView view(fixture.session, nullptr);
    view.resize(900, 700);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QTRY_VERIFY(view.isReady());
    auto& map = view.canvas().map();
    const QImage picture = map.picture();
    const auto colourAt = [&](double row, double column) {
        return picture.pixelColor((map.view().placeAt({column, row}) * map.devicePixelRatioF()).toPoint()).name();
    };
    const auto nan = analysis::ColourMap::diverging(true).nan();
    QCOMPARE(colourAt(30, 200), QColor(nan.red, nan.green, nan.blue).name());
    QVERIFY(colourAt(30, 20) != QColor(nan.red, nan.green, nan.blue).name());
    QTest::mouseMove(&map, map.view().placeAt({200, 30}).toPoint());
    QTRY_VERIFY(view.canvas().card().isVisible());
    QVERIFY(std::isnan(view.canvas().card().cosine()));
}

void TestHeatmapView::framesAreFast() {
    showFit();
    auto& map = m_view->canvas().map();
    map.view().centreOn({300, 300}, 6);
    map.viewMoved();
    QTRY_VERIFY(m_view->isReady());
    double slowest = 0, sum = 0;
    int frames = 0;
    for (int step = 0; step < 30; ++step) {
        map.view().panBy(QPointF(7, 3));
        map.viewMoved();
        const int before = map.framesPainted();
        QTRY_VERIFY(map.framesPainted() > before);
        slowest = std::max(slowest, map.frameMilliseconds());
        sum += map.frameMilliseconds();
        ++frames;
    }
    qInfo("pan: %.1f ms a frame in VTK on average, %.1f ms at most", sum / frames, slowest);
    QVERIFY(sum / frames < 1000); // a hang, not a benchmark
}

QTEST_MAIN(TestHeatmapView)
#include "test_heatmap_view.moc"
