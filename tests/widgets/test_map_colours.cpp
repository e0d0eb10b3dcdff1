#include "map_fixture.h"

#include <helpers/show_window.h>
#include <widgets/models/sample_map.h>
#include <widgets/models/theme.h>
#include <widgets/views/map_canvas.h>
#include <widgets/views/map_legend.h>
#include <widgets/views/map_scale.h>
#include <widgets/views/map_view.h>

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace lpntk;
using namespace lpntk::views;
using base::SampleId;

/// What the colours of the sample map and its legends say.
class TestMapColours : public tests::MapFixture {
    Q_OBJECT
private Q_SLOTS:
    void legendIsConsistent();
    void coloursFollowWhatTheySay();

private:
    void choose(MapColour colour);
    void freshFrame();
};

void TestMapColours::choose(MapColour colour) {
    m_view->colourBox().setCurrentIndex(m_view->colourBox().findData(static_cast<int>(colour)));
}

void TestMapColours::freshFrame() {
    const int frames = canvas().framesPainted();
    canvas().update();
    QTRY_VERIFY(canvas().framesPainted() > frames);
}

void TestMapColours::legendIsConsistent() {
    MapLegendModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setGroups({{QStringLiteral("a"), Qt::red, 3}, {QStringLiteral("b"), Qt::blue, 4}});
    QVERIFY(model.setData(model.index(1), Qt::Unchecked, Qt::CheckStateRole));
    model.setGroups({{QStringLiteral("b"), Qt::green, 5}});
    QVERIFY(!model.isShown(0)); // the same name keeps its mark
    model.showAll();
    QVERIFY(model.isWhole());
    model.setGroups({});
    auto& list = m_view->classes();
    QSignalSpy spy(&list, &MapLegendList::groupChosen);
    list.setFocus();
    list.setCurrentIndex(list.legend().index(2));
    QTest::keyClick(&list, Qt::Key_Return);
    QCOMPARE(spy.count(), 1);
    QCOMPARE(m_fixture->session.selection().selected().count(), m_fixture->session.run()->classRange(2).size());
}

void TestMapColours::coloursFollowWhatTheySay() {
    const models::Session& session = m_fixture->session;
    // A point by itself: its middle has its colour.
    const auto colourAt = [&](int row) {
        const QImage picture = canvas().picture();
        const QPointF place = canvas().placeOf(row) * canvas().devicePixelRatioF();
        return picture.pixelColor(static_cast<int>(place.x()), static_cast<int>(place.y()));
    };
    const auto close = [](const QColor& a, const QColor& b) {
        return std::abs(a.red() - b.red()) + std::abs(a.green() - b.green()) + std::abs(a.blue() - b.blue()) < 24;
    };
    int lone = -1;
    for (int row = 0; row < 600 && lone < 0; ++row) {
        int near = 0;
        for (int other = 0; other < 600; ++other) {
            const QPointF away = canvas().placeOf(other) - canvas().placeOf(row);
            near += std::hypot(away.x(), away.y()) < 14;
        }
        if (near == 1)
            lone = row;
    }
    QVERIFY(lone >= 0);
    freshFrame();
    QVERIFY(close(colourAt(lone), models::theme().classColour(session.labelOf(sample(lone)), 10)));

    choose(MapColour::margin);
    QTRY_VERIFY(m_view->isReady());
    QVERIFY(m_view->scale().isVisible() && !m_view->groups().isVisible());
    QCOMPARE(m_view->scale().range().low, -1.0);
    QVERIFY(close(colourAt(lone), scoreColour((session.marginOf(sample(lone)) + 1) / 2)));

    for (const MapColour by : {MapColour::margin, MapColour::probability, MapColour::el2n, MapColour::norm}) {
        const std::vector<float> scores = scoreRows(by, *session.run());
        for (int row = 0; row < 600; row += 11) {
            const double wanted = by == MapColour::margin ? session.marginOf(sample(row))
                                  : by == MapColour::el2n ? session.el2nOf(sample(row))
                                  : by == MapColour::norm
                                      ? session.normOf(sample(row))
                                      : session.probabilityOf(sample(row), session.labelOf(sample(row)));
            QVERIFY(std::abs(static_cast<double>(scores[static_cast<std::size_t>(row)]) - wanted) < 1e-6);
        }
    }

    const MapGroups correct = groupRows(MapColour::correct, session), kept = groupRows(MapColour::kept, session),
                    clusters = groupRows(MapColour::cluster, session);
    for (int row = 0; row < 600; ++row) {
        const auto at = static_cast<std::size_t>(row);
        QCOMPARE(correct.groupOf[at] == 1, session.isMisclassified(sample(row)));
        QCOMPARE(kept.groupOf[at] == 1, session.isPruned(sample(row)));
        QCOMPARE(clusters.groupOf[at],
                 static_cast<std::int32_t>(std::min<std::int64_t>(session.clusters()->clusterOf[at].value(), 19)));
    }
    QCOMPARE(kept.groups[0].count, session.subset()->keptCount);
    std::int64_t inClusters = 0;
    for (const MapGroup& group : clusters.groups)
        inClusters += group.count;
    QCOMPARE(inClusters, std::int64_t{600});
    choose(MapColour::third);
    QVERIFY(m_view->axisBox(2).isVisible());
    for (const int axis : {2, 0}) {
        m_view->axisBox(2).setCurrentIndex(axis);
        freshFrame();
        const auto& range = m_view->scale().range();
        const double value = m_view->map().components()->at(lone, axis);
        QVERIFY(close(colourAt(lone), scoreColour((value - range.low) / (range.high - range.low))));
    }
    choose(MapColour::kept);
    QVERIFY(!m_view->axisBox(2).isVisible());
    QTRY_VERIFY(m_view->isReady());
    QCOMPARE(m_view->groups().legend().rowCount(), 2);
    m_view->groups().legend().setShown(1, false);
    QCOMPARE(canvas().scene().shown(), kept.groups[0].count);
    m_view->groups().legend().showAll();
}

QTEST_MAIN(TestMapColours)
#include "test_map_colours.moc"
