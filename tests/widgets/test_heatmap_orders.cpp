#include "picture_case.h"
#include "run_fixture.h"

#include <core/analysis/class_pairs.h>
#include <core/analysis/seriation.h>
#include <helpers/show_window.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/heatmap_bands.h>
#include <widgets/views/heatmap_canvas.h>
#include <widgets/views/heatmap_map.h>
#include <widgets/views/heatmap_orders.h>
#include <widgets/views/heatmap_range_box.h>
#include <widgets/views/heatmap_view.h>
#include <widgets/views/parts_busy.h>

#include <QAction>
#include <QComboBox>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <QtTest>

#include <cmath>

using namespace lpntk;
using namespace lpntk::views;
using analysis::RowBand;

class TestHeatmapOrders : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void init();
    void everyOrderIsShown_data();
    void everyOrderIsShown();
    void similarityFollowsTheCurrentSample();
    void anotherChoiceCancels();
    void classPairsOfScatteredClasses();
    void thePairStaysWhenTheOrderChanges();
    void doubleClickAndReturnZoomToThePair();
    void keysAreListed();
    void theCurrentCellIsSpoken();
    void stripsTellTheirSample();
    void prunedRowsAreMarked();
    void narrowBandsAreSummedUp();
    void sharesAreShaded();
    void rangesHoldTheirShareOfPairs();
    void anIdleViewRests();
    void pictures_data();
    void pictures();

private:
    HeatmapMap& map() { return m_view->canvas().map(); }
    QPoint placeOf(std::int64_t row, std::int64_t column) {
        return map().view().placeAt({static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5}).toPoint();
    }
    void choose(HeatmapOrders::Kind kind) { m_order->setCurrentIndex(kind); }
    void makeCurrent(std::int64_t row) {
        m_view->setFocus(); // not the map, which would keep its order
        m_fixture->session.selection().setCurrent(run()->sampleFromRow(base::RowId(row)), nullptr);
        m_fixture->session.selection().flush();
    }
    std::shared_ptr<const run::Run> run() const { return m_fixture->session.run(); }
    analysis::RowOrder plain(HeatmapOrders::Kind kind, std::int64_t row) const;

    std::unique_ptr<tests::RunFixture> m_fixture;
    std::unique_ptr<HeatmapView> m_view;
    QComboBox* m_order = nullptr;
};

void TestHeatmapOrders::initTestCase() {
    if (!lpntk::vtk::VtkHost::isUsable())
        QSKIP("this platform has no OpenGL widgets");
    models::theme().apply(*qApp);
    models::theme().setDark(true);
    m_fixture = std::make_unique<tests::RunFixture>();
    QVERIFY(m_fixture->wait());
    m_view = std::make_unique<HeatmapView>(m_fixture->session, nullptr);
    m_view->resize(1036, 790);
    m_view->setFocusPolicy(Qt::StrongFocus);
    m_order = m_view->findChildren<QComboBox*>().first();
    QVERIFY(tests::showActive(*m_view));
}

void TestHeatmapOrders::cleanupTestCase() {
    m_view.reset();
    m_fixture.reset();
}

void TestHeatmapOrders::init() {
    choose(HeatmapOrders::classes);
    map().fit();
    QTRY_VERIFY(m_view->isReady());
}

analysis::RowOrder TestHeatmapOrders::plain(HeatmapOrders::Kind kind, std::int64_t row) const {
    const analysis::ClusterAssignment& clusters = *m_fixture->session.clusters();
    switch (kind) {
    case HeatmapOrders::classes:
        return analysis::classOrder(*run());
    case HeatmapOrders::clusters:
        return analysis::clusterOrder(*run(), clusters);
    case HeatmapOrders::seriation:
        return analysis::seriationOrder(*run(), clusters, 1);
    case HeatmapOrders::similarity:
        return analysis::similarityOrder(*run(), base::RowId(row));
    case HeatmapOrders::overall:
        return analysis::overallSimilarityOrder(*run(), base::RowId(row));
    }
    return {};
}

void TestHeatmapOrders::everyOrderIsShown_data() {
    QTest::addColumn<int>("kind");
    for (int kind = HeatmapOrders::classes; kind <= HeatmapOrders::overall; ++kind)
        QTest::addRow("%d", kind) << kind;
}

void TestHeatmapOrders::everyOrderIsShown() {
    QFETCH(int, kind);
    makeCurrent(333);
    choose(static_cast<HeatmapOrders::Kind>(kind));
    QTRY_VERIFY(m_view->isReady());
    const auto wanted = plain(static_cast<HeatmapOrders::Kind>(kind), 333);
    for (std::int64_t position = 0; position < run()->rows(); ++position)
        QCOMPARE(m_view->canvas().sampleAt(position),
                 run()->sampleFromRow(wanted.rowAt[static_cast<std::size_t>(position)]));
    QCOMPARE(m_view->canvas().question().order->clusters, wanted.clusters);
    QCOMPARE(m_view->canvas().question().order->classes, wanted.classes);
}

void TestHeatmapOrders::similarityFollowsTheCurrentSample() {
    makeCurrent(10);
    choose(HeatmapOrders::overall);
    QTRY_VERIFY(m_view->isReady());
    QCOMPARE(m_view->canvas().sampleAt(0), run()->sampleFromRow(base::RowId(10)));
    map().clearFocus(); // the next one is chosen elsewhere
    makeCurrent(410);
    QTRY_COMPARE(m_view->canvas().sampleAt(0), run()->sampleFromRow(base::RowId(410)));
    // A click into the map chooses a sample and leaves the map where it is.
    map().setFocus();
    QTRY_VERIFY(m_view->isReady());
    QTest::mouseClick(&map(), Qt::LeftButton, {}, placeOf(200, 300));
    m_fixture->session.selection().flush();
    QVERIFY(m_fixture->session.selection().current() != run()->sampleFromRow(base::RowId(410)));
    QVERIFY(m_view->isReady());
    QCOMPARE(m_view->canvas().sampleAt(0), run()->sampleFromRow(base::RowId(410)));
}

void TestHeatmapOrders::anotherChoiceCancels() {
    choose(HeatmapOrders::seriation);
    QVERIFY(!m_view->isReady());
    choose(HeatmapOrders::similarity);
    choose(HeatmapOrders::classes);
    QVERIFY(m_view->canvas().question().order->isIdentity);
    QTRY_COMPARE(m_fixture->session.jobs().running(), 0);
    QVERIFY(m_view->isReady());
    QVERIFY(m_view->canvas().question().order->isIdentity);
}

void TestHeatmapOrders::classPairsOfScatteredClasses() {
    makeCurrent(333);
    choose(HeatmapOrders::overall);
    QTRY_VERIFY(m_view->isReady());
    m_view->canvas().showClassPair(2, 7);
    const auto& view = map().view();
    const QPointF middle = view.visible().center();
    const auto classAt = [this](double position) {
        return run()->labelOf(run()->rowFromSample(m_view->canvas().sampleAt(static_cast<std::int64_t>(position))));
    };
    QCOMPARE(m_view->canvas().classesInMiddle(), std::pair(classAt(middle.y()), classAt(middle.x())));
    // The most similar samples of both classes are seen.
    for (const int label : {2, 7}) {
        std::int64_t first = 0;
        while (classAt(static_cast<double>(first)) != label)
            ++first;
        const auto place = static_cast<double>(first) + 0.5;
        QVERIFY(label == 2 ? view.visible().top() <= place && place <= view.visible().bottom()
                           : view.visible().left() <= place && place <= view.visible().right());
    }
}

void TestHeatmapOrders::thePairStaysWhenTheOrderChanges() {
    map().view().centreOn({310.5, 120.5}, 12);
    map().viewMoved();
    QTest::mouseClick(&map(), Qt::LeftButton, {}, placeOf(120, 310));
    map().scene().overlay().boxes = {QRectF(300, 100, 5, 5)};
    choose(HeatmapOrders::seriation);
    QTRY_VERIFY(m_view->isReady());
    const auto& canvas = m_view->canvas();
    const std::int64_t row = canvas.positionOf(run()->sampleFromRow(base::RowId(120)));
    const std::int64_t column = canvas.positionOf(run()->sampleFromRow(base::RowId(310)));
    QVERIFY(row != 120 || column != 310);
    QVERIFY(map().scene().overlay().current == (lpntk::vtk::MapCell{row, column}));
    QVERIFY(
        map().view().visible().contains(QPointF(static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5)));
    QVERIFY(map().scene().overlay().boxes.empty()); // it enclosed other samples
}

void TestHeatmapOrders::doubleClickAndReturnZoomToThePair() {
    map().view().centreOn({300, 300}, 3);
    map().viewMoved();
    const QPoint place = placeOf(250, 340);
    const auto cell = map().view().cellAt(place);
    QVERIFY(cell);
    QTest::mouseClick(&map(), Qt::LeftButton, {}, place);
    QTest::mouseDClick(&map(), Qt::LeftButton, {}, place);
    const QPointF middle(static_cast<double>(cell->column) + 0.5, static_cast<double>(cell->row) + 0.5);
    QCOMPARE(map().view().scale(), 24.0);
    QVERIFY(QRectF(middle - QPointF(1, 1), QSizeF(2, 2)).contains(map().view().visible().center()));
    QVERIFY(m_fixture->session.selection().current() == m_view->canvas().sampleAt(cell->row));
    QEvent leave(QEvent::Leave); // a hovered cell would have its frame above
    QCoreApplication::sendEvent(&map(), &leave);
    // The frame is accent, inside of its casing.
    const QRectF frame =
        map().view().placeOf(QRectF(static_cast<double>(cell->column), static_cast<double>(cell->row), 1, 1));
    const QPointF inFrame(std::round(frame.left()) + 0.5, std::round(frame.center().y()));
    const QColor seen = map().picture().pixelColor((inFrame * map().devicePixelRatioF()).toPoint());
    QCOMPARE(seen.name(), models::theme().colour(models::Role::accent).name());
    map().fit();
    map().setFocus();
    QTest::keyClick(&map(), Qt::Key_Return);
    QCOMPARE(map().view().scale(), 24.0);
    QVERIFY(map().view().visible().contains(middle));
}

void TestHeatmapOrders::keysAreListed() {
    QStringList keys;
    for (const QAction* action : m_view->findChildren<QAction*>())
        for (const QKeySequence& key : action->shortcuts())
            if (!action->text().isEmpty())
                keys << key.toString();
    for (const char* key :
         {"+", "-", "F", "0", "G", "B", "Return", "Ctrl+Left", "Ctrl+Down", "PgUp", "Shift+PgDown", "Home", "End"})
        QVERIFY2(keys.contains(QLatin1String(key)), key);
    map().setFocus();
    map().view().centreOn({300, 300}, 8);
    map().viewMoved();
    const QPointF origin = map().view().origin();
    QTest::keyClick(&map(), Qt::Key_PageDown);
    QVERIFY(map().view().origin().y() > origin.y());
    QTest::keyClick(&map(), Qt::Key_PageDown, Qt::ShiftModifier);
    QVERIFY(map().view().origin().x() > origin.x());
    QTest::keyClick(&map(), Qt::Key_End);
    QVERIFY(map().view().visible().contains(QPointF(599.5, 599.5)));
    QTest::keyClick(&map(), Qt::Key_Minus);
    QVERIFY(map().view().scale() < 8);
}

void TestHeatmapOrders::theCurrentCellIsSpoken() {
    map().view().centreOn({300, 300}, 8);
    map().viewMoved();
    QTest::mouseClick(&map(), Qt::LeftButton, {}, placeOf(301, 305));
    const auto names = [this](int row, int column) {
        const auto name = [this](int place) {
            return QStringLiteral("#%1").arg(m_fixture->synthetic.samples[static_cast<std::size_t>(place)]);
        };
        return map().accessibleDescription().contains(name(row)) &&
               map().accessibleDescription().contains(name(column));
    };
    QVERIFY2(names(301, 305), qPrintable(map().accessibleDescription()));
    map().setFocus();
    QTest::keyClick(&map(), Qt::Key_Down);
    QVERIFY2(names(302, 305), qPrintable(map().accessibleDescription()));
}

void TestHeatmapOrders::stripsTellTheirSample() {
    choose(HeatmapOrders::clusters);
    QTRY_VERIFY(m_view->isReady());
    auto& canvas = m_view->canvas();
    const QPoint place(map().x() - 6, map().y() + placeOf(150, 0).y());
    const auto cell = map().view().cellAt(QPointF(0, place.y() - map().y()));
    QVERIFY(cell);
    const auto sample = canvas.sampleAt(cell->row);
    const auto& clusters = *m_fixture->session.clusters();
    const auto row = static_cast<std::size_t>(run()->rowFromSample(sample).value());
    const auto id = static_cast<std::size_t>(clusters.clusterOf[row].value());
    const QString wanted = QStringLiteral("#%1, %2 %3")
                               .arg(sample.value())
                               .arg(m_fixture->session.className(clusters.clusters[id].label))
                               .arg(clusters.rankInClass[id]);
    QHelpEvent event(QEvent::ToolTip, place, canvas.mapToGlobal(place));
    QCoreApplication::sendEvent(&canvas, &event);
    QVERIFY2(QToolTip::text().startsWith(wanted), qPrintable(QToolTip::text() + QStringLiteral(" / ") + wanted));
    QToolTip::hideText();
}

void TestHeatmapOrders::prunedRowsAreMarked() {
    // A whole class pruned: its strip is marked from end to end, the others are not.
    std::vector<char> kept(static_cast<std::size_t>(run()->rows()), 1);
    const run::RowRange pruned = run()->classRange(4);
    std::fill(kept.begin() + pruned.begin, kept.begin() + pruned.end, 0);
    auto& canvas = m_view->canvas();
    canvas.setKept(kept);
    // Between the names and the bands, as far from the map as any mark.
    const auto markAt = [&](std::int64_t row) {
        const QImage picture = canvas.grab().toImage();
        const int y = map().y() + placeOf(row, 0).y();
        const QColor ground = models::theme().colour(models::Role::window);
        const int bandEnd = map().x() - 2 - 4; // gap and class band
        int found = 0;
        for (int x = bandEnd - 4; x < bandEnd; ++x)
            found += picture.pixelColor(QPoint(x, y) * picture.devicePixelRatio()) != ground;
        return found;
    };
    QTRY_VERIFY(m_view->isReady());
    QVERIFY(markAt(pruned.begin + pruned.size() / 4) >= 3);
    QVERIFY(markAt(pruned.end + pruned.size() / 4) == 0);
    choose(HeatmapOrders::overall);
    QTRY_VERIFY(m_view->isReady());
    const base::RowId first(pruned.begin);
    QVERIFY(markAt(canvas.positionOf(run()->sampleFromRow(first))) >= 3);
    canvas.setKept({});
    QCOMPARE(markAt(canvas.positionOf(run()->sampleFromRow(first))), 0);
    canvas.setKept(m_fixture->session.subset()->kept);
}

void TestHeatmapOrders::narrowBandsAreSummedUp() {
    // 1,000 positions on 100 pixels: the first half in one band, then bands of one position, one in three of them red.
    std::vector<RowBand> bands{{0, 500, 2}};
    for (std::int64_t position = 500; position < 1000; ++position)
        bands.push_back({position, position + 1, position % 3 == 0 ? 0 : 1});
    QImage picture(100, 10, QImage::Format_RGB32);
    picture.fill(Qt::black);
    QPainter painter(&picture);
    const AxisStrip strip{false, QRect(0, 8, 100, 2), 0, 0.1};
    paintBands(
        painter, strip, bands, {Qt::red, Qt::green, Qt::blue},
        [](const RowBand& band) { return static_cast<std::size_t>(band.id); }, 1, 4);
    painter.end();
    QCOMPARE(picture.pixelColor(20, 5), QColor(Qt::blue));
    for (const int x : {50, 63, 77, 99})
        QCOMPARE(picture.pixelColor(x, 5), QColor(Qt::green));
    QCOMPARE(picture.pixelColor(60, 2), QColor(Qt::black)); // beyond the band
    // Zoomed in, every position has its own colour.
    const AxisStrip near{false, QRect(0, 8, 100, 2), 600, 10};
    QCOMPARE(near.visible(bands).front(), (RowBand{600, 601, 0}));
    QCOMPARE(near.visible(bands).size(), std::size_t{10});
    picture.fill(Qt::black);
    QPainter second(&picture);
    paintBands(
        second, near, bands, {Qt::red, Qt::green, Qt::blue},
        [](const RowBand& band) { return static_cast<std::size_t>(band.id); }, 1, 4);
    second.end();
    QCOMPARE(picture.pixelColor(5, 5), QColor(Qt::red));
    QCOMPARE(picture.pixelColor(15, 5), QColor(Qt::green));
    QCOMPARE(picture.pixelColor(35, 5), QColor(Qt::red));
}

void TestHeatmapOrders::sharesAreShaded() {
    std::vector<char> flags(1000, 0);
    std::fill(flags.begin(), flags.begin() + 100, 1); // all of ten pixels
    for (std::size_t position = 200; position < 300; position += 2)
        flags[position] = 1; // half
    flags[405] = 1;          // a tenth of one pixel
    QImage picture(100, 10, QImage::Format_RGB32);
    picture.fill(Qt::black);
    QPainter painter(&picture);
    paintShares(painter, {false, QRect(0, 8, 100, 2), 0, 0.1}, flags, Qt::white, 1, 4);
    painter.end();
    const auto shade = [&](int x) { return picture.pixelColor(x, 5).red(); };
    QCOMPARE(shade(5), 255);
    QVERIFY(shade(25) > 130 && shade(25) < 190);
    QVERIFY(shade(40) > 50 && shade(40) < 110); // one sample can still be seen
    for (const int x : {15, 35, 39, 41, 90})
        QCOMPARE(shade(x), 0);
}

void TestHeatmapOrders::rangesHoldTheirShareOfPairs() {
    const auto* box = m_view->findChild<HeatmapRangeBox*>();
    std::vector<double> sizes;
    for (std::int64_t i = 0; i < run()->rows(); ++i)
        for (std::int64_t j = i + 1; j < run()->rows(); ++j)
            sizes.push_back(static_cast<double>(std::abs(run()->cosine(base::RowId(i), base::RowId(j)))));
    const auto within = [&](double range) {
        const auto count = std::count_if(sizes.begin(), sizes.end(), [range](double size) { return size < range; });
        return static_cast<double>(count) / static_cast<double>(sizes.size());
    };
    int checked = 0;
    for (int item = 1; item < box->count(); ++item)
        for (const double share : {0.5, 0.9, 0.99, 0.999})
            if (box->itemText(item).contains(QLatin1Char(' ') + models::format::share(share, share > 0.99 ? 1 : 0))) {
                const double range = box->itemData(item).toDouble();
                QVERIFY2(within(range + 1e-6) >= share - 1e-9, qPrintable(box->itemText(item)));
                QVERIFY2(within(range - 0.005 - 1e-6) < share, qPrintable(box->itemText(item)));
                ++checked;
            }
    QCOMPARE(checked, 4);
    QCOMPARE(box->itemData(0).toDouble(), analysis::defaultRange(*run()));
}

void TestHeatmapOrders::anIdleViewRests() {
    // A bar that asks for a new layout while it is laid out keeps a core busy for ever.
    class Counter : public QObject {
    public:
        int requests = 0;
        bool eventFilter(QObject* watched, QEvent* event) override {
            requests += event->type() == QEvent::LayoutRequest && watched->isWidgetType();
            return false;
        }
    } counter;
    QTRY_COMPARE(m_fixture->session.jobs().running(), 0);
    for (int turn = 0; turn < 20; ++turn)
        QCoreApplication::processEvents();
    qApp->installEventFilter(&counter);
    for (int turn = 0; turn < 20; ++turn)
        QCoreApplication::processEvents();
    qApp->removeEventFilter(&counter);
    QCOMPARE(counter.requests, 0);
}

void TestHeatmapOrders::pictures_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<bool>("dark");
    QTest::addColumn<double>("scale");
    QTest::newRow("heatmap_seriation_dark") << int{HeatmapOrders::seriation} << true << 0.0;
    QTest::newRow("heatmap_seriation_near_light") << int{HeatmapOrders::seriation} << false << 8.0;
    QTest::newRow("heatmap_similarity_light") << int{HeatmapOrders::overall} << false << 0.0;
    QTest::newRow("heatmap_similarity_24px_dark") << int{HeatmapOrders::overall} << true << 24.0;
}

void TestHeatmapOrders::pictures() {
    QFETCH(int, kind);
    QFETCH(bool, dark);
    QFETCH(double, scale);
    m_fixture->session.selection().clear(nullptr);
    makeCurrent(333);
    m_view->canvas().setShownPair({}, {});
    choose(static_cast<HeatmapOrders::Kind>(kind));
    QTRY_VERIFY(m_view->isReady());
    map().fit();
    if (scale > 0)
        map().view().centreOn({60, 60}, scale);
    map().viewMoved();
    QTest::mouseMove(&map(), QPoint(map().width() - 1, map().height() - 1));
    QTRY_VERIFY(m_view->isReady());
    QTRY_COMPARE(m_fixture->session.jobs().running(), 0);
    tests::checkPicture(*m_view, *m_fixture, dark, QString::fromLatin1(QTest::currentDataTag()));
}

QTEST_MAIN(TestHeatmapOrders)
#include "test_heatmap_orders.moc"
