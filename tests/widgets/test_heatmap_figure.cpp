#include "run_fixture.h"

#include <core/analysis/order.h>
#include <widgets/views/heatmap_figure.h>

#include <QtTest>

#include <algorithm>
#include <stop_token>

using namespace lpntk;
using namespace lpntk::views;

/// The map as figures draw it: on a worker, at any resolution, without OpenGL.
class TestHeatmapFigure : public QObject {
    Q_OBJECT

    std::unique_ptr<tests::RunFixture> m_fixture;

    MapPicture wanted(bool byCluster) const {
        const auto run = m_fixture->session.run();
        auto order = std::make_shared<const analysis::RowOrder>(
            byCluster ? analysis::clusterOrder(*run, *m_fixture->session.clusters()) : analysis::classOrder(*run));
        MapPicture made{{run, order, run::CellStatistic::mean, Quantity::cosine, 1},
                        {},
                        2,
                        &analysis::ColourMap::diverging(false),
                        0.5f};
        made.view.setViewport({200, 120});
        made.view.setContent(run->rows());
        return made;
    }

private Q_SLOTS:
    void initTestCase() {
        m_fixture = std::make_unique<tests::RunFixture>(300, 4);
        QVERIFY(m_fixture->wait());
    }
    void cleanupTestCase() { m_fixture.reset(); }

    /// Every cell has the colour of its own pair, looked up one by one.
    void everyCellHasItsPairsColour_data() {
        QTest::addColumn<bool>("byCluster");
        QTest::newRow("class") << false;
        QTest::newRow("cluster") << true;
    }
    void everyCellHasItsPairsColour() {
        QFETCH(bool, byCluster);
        MapPicture picture = wanted(byCluster);
        picture.view.zoomTo({100, 60}, 8);
        picture.view.setOrigin({37, 101});
        const QImage image = drawMap(picture);
        QCOMPARE(image.size(), QSize(400, 240));
        const run::Run& run = *picture.question.run;
        int looked = 0;
        for (int row = 0; row < 15; ++row)
            for (int column = 0; column < 25; ++column) {
                const auto rowAt = [&](double position) {
                    return picture.question.order->rowAt[static_cast<std::size_t>(position)];
                };
                const QPointF origin = picture.view.origin();
                const float cosine = run.cosine(rowAt(origin.y() + row), rowAt(origin.x() + column));
                const analysis::Rgb colour = picture.colours->colour(cosine, picture.range);
                const QColor shown = image.pixelColor(column * 16 + 8, row * 16 + 8);
                QCOMPARE(shown, QColor(colour.red, colour.green, colour.blue));
                ++looked;
            }
        QCOMPARE(looked, 375);
    }

    void besideTheMapNothingIsDrawn() {
        const MapPicture picture = wanted(false);
        const QImage image = drawMap(picture); // 300 rows fit into 120 px, so the right of the 200 stays free
        QCOMPARE(image.pixelColor(100, 100).alpha(), 255);
        QCOMPARE(image.pixelColor(399, 100).alpha(), 0);
    }

    void cancelledMidwayItThrows() {
        std::stop_source stop;
        base::JobContext context;
        context.stop = stop.get_token();
        context.report = [&](const base::Progress&) { stop.request_stop(); };
        QVERIFY_EXCEPTION_THROWN(drawMap(wanted(true), context), base::Cancelled);
    }

    void thePictureIsKeptForItsRequestOnly() {
        HeatmapFigure figure(m_fixture->session.jobs(), nullptr);
        const MapPicture first = wanted(false);
        QCOMPARE(figure.prepare(first), FigureState::working);
        QTRY_COMPARE(figure.state(), FigureState::ready);
        QCOMPARE(figure.prepare(first), FigureState::ready);
        QVERIFY(!figure.picture(first).isNull());
        MapPicture second = first;
        second.ratio = 3;
        QVERIFY(figure.picture(second).isNull());
        QCOMPARE(figure.prepare(second), FigureState::working);
        m_fixture->session.jobs().cancelAll();
        QTRY_VERIFY(figure.state() != FigureState::working);
        figure.forget();
        QCOMPARE(figure.state(), FigureState::ready);
        QVERIFY(figure.picture(first).isNull());
    }
};

QTEST_MAIN(TestHeatmapFigure)
#include "test_heatmap_figure.moc"
