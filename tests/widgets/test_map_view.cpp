#include "map_fixture.h"
#include "picture_case.h"

#include <helpers/picture_compare.h>
#include <helpers/show_window.h>
#include <widgets/models/sample_map.h>
#include <widgets/models/theme.h>
#include <widgets/views/map_canvas.h>
#include <widgets/views/map_legend.h>
#include <widgets/views/map_view.h>
#include <widgets/views/parts_pair_card.h>

#include <QComboBox>
#include <QLabel>
#include <QtTest>
#include <QUndoStack>

#include <algorithm>
#include <cmath>

using namespace lpntk;
using namespace lpntk::views;
using base::RowId;
using base::SampleId;

class TestMapView : public tests::MapFixture {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void placesAreTheComponents();
    void clickPicksTheNearest();
    void hoverShowsTheCard();
    void lassoSelectsWhatIsInside();
    void boxSelectsWhatIsInside();
    void escapeLeavesTheMode();
    void arrowsWalk();
    void wheelKeepsThePlaceUnderThePointer();
    void hiddenClassesAreNeitherDrawnNorPicked();
    void picturesStandForPointsWhenFewAreSeen();
    void selectionOfOthersIsMarked();
    void keysDecide();
    void pictures_data();
    void pictures();

private:
    models::SelectionModel& selection() { return m_fixture->session.selection(); }
    void choose(MapColour colour);
    void drag(const QPolygon& corners, Qt::KeyboardModifiers modifiers = {});
    std::vector<std::int64_t> samplesInside(const std::function<bool(QPointF)>& inside);
    std::vector<std::int64_t> selected() const;
    void freshFrame();
    void zoomToPictures(QPointF place);
};

void TestMapView::init() {
    choose(MapColour::label);
    m_view->classes().legend().showAll();
    canvas().setMode(MapCanvas::Mode::pan);
    canvas().fit();
    selection().clear(nullptr);
    selection().setCurrent({}, nullptr);
    selection().setHovered({}, nullptr);
    selection().flush();
    QTRY_VERIFY(m_view->isReady());
}

void TestMapView::choose(MapColour colour) {
    m_view->colourBox().setCurrentIndex(m_view->colourBox().findData(static_cast<int>(colour)));
}

void TestMapView::freshFrame() {
    const int frames = canvas().framesPainted();
    canvas().update();
    QTRY_VERIFY(canvas().framesPainted() > frames);
}

void TestMapView::drag(const QPolygon& corners, Qt::KeyboardModifiers modifiers) {
    QTest::mousePress(&canvas(), Qt::LeftButton, modifiers, corners.front());
    for (const QPoint corner : corners)
        QTest::mouseMove(&canvas(), corner);
    QTest::mouseRelease(&canvas(), Qt::LeftButton, modifiers, corners.back());
    selection().flush();
}

std::vector<std::int64_t> TestMapView::samplesInside(const std::function<bool(QPointF)>& inside) {
    std::vector<std::int64_t> samples;
    for (int row = 0; row < 600; ++row)
        if (inside(canvas().placeOf(row)))
            samples.push_back(sample(row).value());
    std::sort(samples.begin(), samples.end());
    return samples;
}

std::vector<std::int64_t> TestMapView::selected() const {
    std::vector<std::int64_t> samples;
    for (const SampleId chosen : m_fixture->session.selection().selected().toVector())
        samples.push_back(chosen.value());
    return samples;
}

void TestMapView::zoomToPictures(QPointF place) {
    for (int notch = 0; notch < 24 && !canvas().showsPictures(); ++notch) {
        QWheelEvent event(place, canvas().mapToGlobal(place), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&canvas(), &event);
        freshFrame();
    }
}

void TestMapView::placesAreTheComponents() {
    const auto components = m_view->map().components();
    QVERIFY(components && !components->isEstimate());
    QVERIFY(m_view->caption().startsWith(QStringLiteral("Components 1 and 2: ")));
    QVERIFY(m_view->note().isEmpty());
    m_view->axisBox(1).setCurrentIndex(2);
    // Distances in the widget are those of components 1 and 3 times one factor, and y goes up.
    const auto away = [&](int row) { return canvas().placeOf(row) - canvas().placeOf(0); };
    const auto wanted = [&](int row) {
        return QPointF(components->at(row, 0) - components->at(0, 0), components->at(0, 2) - components->at(row, 2));
    };
    const double factor = away(599).x() / wanted(599).x();
    QVERIFY(factor > 0);
    for (int row = 0; row < 600; row += 7) {
        const QPointF off = away(row) - wanted(row) * factor;
        QVERIFY(std::hypot(off.x(), off.y()) < 0.01);
        QVERIFY(canvas().rect().contains(canvas().placeOf(row).toPoint()));
    }
    QVERIFY(m_view->caption().startsWith(QStringLiteral("Components 1 and 3: ")));
    m_view->axisBox(1).setCurrentIndex(0); // the other axis gives way
    QCOMPARE(m_view->axisBox(0).currentIndex(), 1);
    m_view->axisBox(0).setCurrentIndex(0);
    QCOMPARE(m_view->axisBox(1).currentIndex(), 1);
}

void TestMapView::clickPicksTheNearest() {
    for (const int row : {5, 250, 333, 598}) {
        const QPoint place = canvas().placeOf(row).toPoint() + QPoint(2, 1);
        int nearest = 0;
        const auto distance = [&](int candidate) {
            const QPointF away = canvas().placeOf(candidate) - place;
            return QPointF::dotProduct(away, away);
        };
        for (int candidate = 1; candidate < 600; ++candidate)
            if (distance(candidate) < distance(nearest))
                nearest = candidate;
        QTest::mouseClick(&canvas(), Qt::LeftButton, {}, place);
        QCOMPARE(selection().current().value(), sample(nearest).value());
        QCOMPARE(selection().selected().count(), 1);
    }
    const SampleId last = selection().current();
    QTest::mouseClick(&canvas(), Qt::LeftButton, Qt::ControlModifier, canvas().placeOf(5).toPoint());
    QVERIFY(selection().selected().contains(last));
    QCOMPARE(selection().selected().count(), 2);
}

void TestMapView::hoverShowsTheCard() {
    auto* card = m_view->findChild<PairCard*>();
    QVERIFY(card);
    QTest::mouseMove(&canvas(), QPoint(2, 2));
    QTRY_VERIFY(!card->isVisible());
    QTest::mouseMove(&canvas(), canvas().placeOf(40).toPoint());
    QTRY_VERIFY(card->isVisible());
    const int hovered = canvas().hoveredRow();
    QCOMPARE(card->first().value(), sample(hovered).value());
    QVERIFY(!card->second().isValid());
    QCOMPARE(selection().hovered().value(), sample(hovered).value());
    // With a current sample the card says how both are related.
    selection().click(sample(500), false, nullptr);
    QTest::mouseMove(&canvas(), QPoint(2, 2));
    QTest::mouseMove(&canvas(), canvas().placeOf(40).toPoint());
    QTRY_COMPARE(card->second().value(), sample(hovered).value());
    QCOMPARE(card->first().value(), sample(500).value());
    QCOMPARE(card->cosine(), m_fixture->session.run()->cosine(RowId(500), RowId(hovered)));
    QTest::mouseMove(&canvas(), QPoint(2, 2));
    QTRY_VERIFY(!card->isVisible());
}

void TestMapView::lassoSelectsWhatIsInside() {
    QTest::keyClick(&canvas(), Qt::Key_L);
    QCOMPARE(canvas().mode(), MapCanvas::Mode::lasso);
    const int w = canvas().width(), h = canvas().height();
    const QPolygon corners{QPoint(w / 5, h / 5), QPoint(3 * w / 4, h / 6), QPoint(w / 2, h / 2),
                           QPoint(2 * w / 3, 4 * h / 5), QPoint(w / 4, 2 * h / 3)};
    drag(corners);
    const auto inside = [&](QPointF place) { return QPolygonF(corners).containsPoint(place, Qt::OddEvenFill); };
    const auto wanted = samplesInside(inside);
    QVERIFY(wanted.size() > 20 && wanted.size() < 580);
    QCOMPARE(selected(), wanted);
    QVERIFY(selection().selected().contains(selection().current()));
    // Shift adds what another one holds.
    const QPolygon other{QPoint(w / 2, h / 2), QPoint(w - 10, h / 2), QPoint(w - 10, h - 10), QPoint(w / 2, h - 10)};
    drag(other, Qt::ShiftModifier);
    QCOMPARE(selected(), samplesInside([&](QPointF place) {
                 return inside(place) || QPolygonF(other).containsPoint(place, Qt::OddEvenFill);
             }));
    QTRY_COMPARE(canvas().scene().selected(), selection().selected().count());
}

void TestMapView::boxSelectsWhatIsInside() {
    QTest::keyClick(&canvas(), Qt::Key_B);
    QCOMPARE(canvas().mode(), MapCanvas::Mode::box);
    const QRect box(canvas().width() / 3, canvas().height() / 4, canvas().width() / 3, canvas().height() / 2);
    const QPoint end = box.topLeft() + QPoint(box.width(), box.height());
    drag({end, box.center(), box.topLeft()}); // from below, to the left
    const auto wanted = samplesInside([&](QPointF place) { return QRectF(box).contains(place); });
    QVERIFY(wanted.size() > 10);
    QCOMPARE(selected(), wanted);
}

void TestMapView::escapeLeavesTheMode() {
    // Whether the canvas wants the key before the window's shortcut, which empties the selection.
    const auto wantsEscape = [this] {
        QKeyEvent event(QEvent::ShortcutOverride, Qt::Key_Escape, Qt::NoModifier);
        event.ignore();
        QCoreApplication::sendEvent(&canvas(), &event);
        return event.isAccepted();
    };
    QVERIFY(!wantsEscape());
    QTest::keyClick(&canvas(), Qt::Key_L);
    QTest::mousePress(&canvas(), Qt::LeftButton, {}, QPoint(100, 100));
    QTest::mouseMove(&canvas(), QPoint(300, 100));
    QTest::mouseMove(&canvas(), QPoint(300, 300));
    QVERIFY(wantsEscape());
    QTest::keyClick(&canvas(), Qt::Key_Escape); // first what is being drawn
    QTest::mouseRelease(&canvas(), Qt::LeftButton, {}, QPoint(300, 300));
    QVERIFY(selected().empty());
    QCOMPARE(canvas().mode(), MapCanvas::Mode::lasso);
    QTest::keyClick(&canvas(), Qt::Key_Escape);
    QCOMPARE(canvas().mode(), MapCanvas::Mode::pan);
    QVERIFY(!wantsEscape());
    const QPointF before = canvas().placeOf(0);
    drag({QPoint(200, 200), QPoint(210, 205), QPoint(240, 216)});
    QCOMPARE(canvas().placeOf(0), before + QPointF(40, 16));
    QVERIFY(selected().empty());
    QTest::keyClick(&canvas(), Qt::Key_F);
    QCOMPARE(canvas().placeOf(0), before);
}

void TestMapView::arrowsWalk() {
    selection().click(sample(300), false, nullptr);
    selection().flush();
    QTest::keyClick(&canvas(), Qt::Key_Right);
    const SampleId right = selection().current();
    QVERIFY(right != sample(300));
    const RowId row = m_fixture->session.run()->rowFromSample(right);
    QVERIFY(canvas().placeOf(static_cast<int>(row.value())).x() > canvas().placeOf(300).x());
    QTest::keyClick(&canvas(), Qt::Key_Down, Qt::ShiftModifier);
    QCOMPARE(selection().selected().count(), 2);
    QVERIFY(canvas().accessibleDescription().contains(QLatin1Char('#')));
}

void TestMapView::wheelKeepsThePlaceUnderThePointer() {
    const QPointF place = canvas().placeOf(123);
    const double before = canvas().zoom();
    for (int notch = 0; notch < 6; ++notch) {
        QWheelEvent event(place, canvas().mapToGlobal(place), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&canvas(), &event);
    }
    QVERIFY(canvas().zoom() > 3 * before);
    const QPointF off = canvas().placeOf(123) - place;
    QVERIFY(std::hypot(off.x(), off.y()) < 1e-6);
}

void TestMapView::hiddenClassesAreNeitherDrawnNorPicked() {
    QTRY_COMPARE(canvas().scene().shown(), 600);
    const auto range = m_fixture->session.run()->classRange(3);
    auto& list = m_view->classes();
    const QPoint middle = list.visualRect(list.legend().index(3)).center();
    QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, middle);
    QVERIFY(!list.legend().isShown(3));
    QCOMPARE(canvas().scene().shown(), 600 - range.size());
    QVERIFY(m_view->note().startsWith(QStringLiteral("%1 of 600 shown").arg(600 - range.size())));
    for (std::int64_t row = range.begin; row < range.end; ++row) {
        const int found = canvas().rowAt(canvas().placeOf(static_cast<int>(row)));
        QVERIFY(found < range.begin || found >= range.end);
    }
    // A lasso around everything leaves them out.
    canvas().setMode(MapCanvas::Mode::box);
    drag({QPoint(1, 1), QPoint(400, 300), QPoint(canvas().width() - 1, canvas().height() - 1)});
    QCOMPARE(selection().selected().count(), 600 - range.size());
    list.setFocus();
    list.setCurrentIndex(list.legend().index(3));
    QTest::keyClick(&list, Qt::Key_Space);
    QVERIFY(list.legend().isWhole());
    QVERIFY(m_view->note().isEmpty());
    // Double click: this class alone, then all again.
    QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, middle);
    QTest::mouseDClick(list.viewport(), Qt::LeftButton, {}, middle);
    QCOMPARE(canvas().scene().shown(), range.size());
    QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, middle);
    QTest::mouseDClick(list.viewport(), Qt::LeftButton, {}, middle);
    QCOMPARE(canvas().scene().shown(), 600);
}

void TestMapView::picturesStandForPointsWhenFewAreSeen() {
    if (m_fixture->session.data() == nullptr)
        QSKIP("Fashion-MNIST is not installed");
    freshFrame();
    QVERIFY(!canvas().showsPictures());
    const QPointF place = canvas().placeOf(50);
    for (int notch = 0; notch < 24 && !canvas().showsPictures(); ++notch) {
        QWheelEvent event(place, canvas().mapToGlobal(place), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&canvas(), &event);
        freshFrame();
    }
    QVERIFY(canvas().showsPictures());
    std::size_t seen = 0;
    for (int row = 0; row < 600; ++row)
        seen += QRectF(canvas().rect()).adjusted(-28, -28, 28, 28).contains(canvas().placeOf(row));
    QTRY_COMPARE(canvas().scene().picturesPlaced(), seen);
    QTest::keyClick(&canvas(), Qt::Key_F);
    freshFrame();
    QVERIFY(!canvas().showsPictures());
    QCOMPARE(canvas().scene().picturesPlaced(), std::size_t(0));
}

void TestMapView::selectionOfOthersIsMarked() {
    models::SampleSet samples;
    for (const int row : {3, 30, 300})
        samples.insert(sample(row));
    samples.insert(SampleId(2)); // not in the run
    selection().setSelected(samples, nullptr);
    selection().flush();
    QCOMPARE(canvas().scene().selected(), 3);
    m_view->setLinked(false);
    selection().clear(nullptr);
    selection().flush();
    QCOMPARE(canvas().scene().selected(), 3);
    QTest::mouseClick(&canvas(), Qt::LeftButton, {}, canvas().placeOf(9).toPoint());
    QVERIFY(!selection().current().isValid());
    m_view->setLinked(true);
    QCOMPARE(canvas().scene().selected(), 0);
}

void TestMapView::keysDecide() {
    QTest::mouseClick(&canvas(), Qt::LeftButton, {}, canvas().placeOf(77).toPoint());
    const SampleId chosen = selection().current();
    QTest::keyClick(&canvas(), Qt::Key_P);
    QCOMPARE(m_fixture->session.decisions().of(chosen).verdict, curation::Decision::Verdict::prune);
    m_fixture->session.undoStack().undo();
    QVERIFY(m_fixture->session.decisions().of(chosen).isEmpty());
    QTRY_COMPARE(m_fixture->session.jobs().running(), 0);
}

void TestMapView::pictures_data() {
    tests::addPictureRows("map");
    QTest::newRow("map_score_dark") << true;
    QTest::newRow("map_zoomed_light") << false;
}

void TestMapView::pictures() {
    QFETCH(bool, dark);
    const QString name = QString::fromLatin1(QTest::currentDataTag());
    models::theme().setDark(dark);
    QTest::mouseMove(&canvas(), QPoint(2, 2));
    if (name.contains(QStringLiteral("zoomed"))) {
        zoomToPictures(canvas().placeOf(50));
        QTest::mouseMove(&canvas(), QPoint(1, 1));
        selection().click(sample(50), false, nullptr);
    } else {
        models::SampleSet samples;
        for (const auto chosen :
             samplesInside([&](QPointF place) { return QRectF(100, 100, 260, 300).contains(place); }))
            samples.insert(SampleId(chosen));
        selection().setSelected(samples, nullptr);
        selection().setCurrent(sample(50), nullptr);
    }
    if (name.contains(QStringLiteral("score")))
        choose(MapColour::norm);
    selection().setHovered({}, nullptr);
    selection().flush();
    QTRY_VERIFY(m_view->isReady());
    QTRY_COMPARE(m_fixture->session.jobs().running(), 0);
    freshFrame();
    tests::checkPicture(*m_view, *m_fixture, dark, name);
}

QTEST_MAIN(TestMapView)
#include "test_map_view.moc"
