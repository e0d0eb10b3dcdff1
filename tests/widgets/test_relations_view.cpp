#include "run_fixture.h"

#include <helpers/show_window.h>
#include <helpers/picture_compare.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_histogram.h>
#include <widgets/views/parts_relation.h>
#include <widgets/views/relation_graph.h>
#include <widgets/views/relation_layout.h>
#include <widgets/views/relation_pair_delegate.h>
#include <widgets/views/relation_pairs.h>
#include <widgets/views/relations_view.h>
#include <widgets/vtk/force_layout.h>

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QContextMenuEvent>
#include <QMenu>
#include <QLineEdit>
#include <QTableView>
#include <QToolButton>
#include <QUndoStack>
#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace lpntk;
using namespace lpntk::views;
using analysis::Relation;

class TestRelationsView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void egoGraphHasTheStrongest();
    void selectionGraphIsBounded();
    void sidesDoNotOverlap();
    void forceLayoutIsDeterministicAndApart();
    void forceLayoutStops();
    void pairModelIsConsistent();
    void pairFilterFindsClassAndNumber();
    void opensReady();
    void clickOnANodeSelects();
    void keysAndMenuDecide();
    void expandShowsMore();
    void thresholdsMoveTheGraph();
    void tableShowsTheWorstFirst();
    void reviewButtonDecides();
    void selectionIsDrawn();
    void pictures_data();
    void pictures();

private:
    std::unique_ptr<tests::RunFixture> m_fixture;
    std::unique_ptr<RelationsView> m_view;
};

void TestRelationsView::initTestCase() {
    if (!lpntk::vtk::VtkHost::isUsable())
        QSKIP("this platform has no OpenGL widgets");
    models::theme().apply(*qApp);
    models::theme().setDark(false);
    m_fixture = std::make_unique<tests::RunFixture>();
    QVERIFY(m_fixture->wait());
    m_view = std::make_unique<RelationsView>(m_fixture->session, nullptr);
    m_view->resize(1036, 860);
    QVERIFY(tests::showActive(*m_view));
}

void TestRelationsView::cleanupTestCase() {
    m_view.reset();
    m_fixture.reset();
}

void TestRelationsView::egoGraphHasTheStrongest() {
    const auto run = m_fixture->session.run();
    const base::RowId centre(33);
    RelationGraphOptions options;
    options.thresholds = {0.1f, 0.02f};
    const RelationGraph graph = egoGraph(*run, centre, options);
    std::vector<float> cosines;
    for (std::int64_t row = 0; row < run->rows(); ++row)
        if (row != centre.value())
            cosines.push_back(run->cosine(centre, base::RowId(row)));
    std::sort(cosines.begin(), cosines.end());
    std::vector<float> plus, minus;
    for (const auto& node : graph.nodes) {
        if (node.parent != 0)
            continue;
        QCOMPARE(node.cosine, run->cosine(centre, node.row));
        QVERIFY(node.relation == analysis::relationOf(node.cosine, options.thresholds));
        if (node.relation == Relation::interchangeable)
            plus.push_back(node.cosine);
        else if (node.relation == Relation::contradictory)
            minus.push_back(node.cosine);
    }
    QCOMPARE(plus.size(), std::size_t(8));
    for (std::size_t place = 0; place < plus.size(); ++place)
        QCOMPARE(plus[place], cosines[cosines.size() - 1 - place]);
    for (std::size_t place = 0; place < minus.size(); ++place)
        QCOMPARE(minus[place], cosines[place]);
    options.label = 2;
    for (const auto& node : egoGraph(*run, centre, options).nodes)
        QVERIFY(node.parent < 0 || run->labelOf(node.row) == 2);
}

void TestRelationsView::selectionGraphIsBounded() {
    std::vector<base::RowId> rows;
    for (int row = 0; row < 50; ++row)
        rows.emplace_back(row * 7);
    RelationGraphOptions options;
    options.selectionLimit = 30;
    const RelationGraph graph = selectionGraph(*m_fixture->session.run(), rows, options);
    QCOMPARE(graph.nodes.size(), std::size_t(30));
    QCOMPARE(graph.left, 20);
    QVERIFY(graph.edges.size() <= 30 * 8);
    for (const auto& edge : graph.edges)
        QVERIFY(analysis::relationOf(edge.cosine, options.thresholds) != Relation::unrelated);
    QVERIFY(selectionGraph(*m_fixture->session.run(), {}, options).nodes.empty());
}

void TestRelationsView::sidesDoNotOverlap() {
    RelationGraph graph;
    graph.nodes.push_back({});
    for (int number = 0; number < 21; ++number)
        graph.nodes.push_back({base::RowId(number), 0, 0.5f,
                               number < 8 ? Relation::interchangeable : number < 18 ? Relation::contradictory : Relation::unrelated});
    const auto places = sidesBySign(graph, {833, 551}, 48, 76);
    for (std::size_t i = 0; i < places.size(); ++i)
        for (std::size_t j = i + 1; j < places.size(); ++j) {
            const QPointF away = places[i] - places[j];
            const double least = i == 0 ? (48 + 76) / 2.0 : 48;
            QVERIFY2(std::abs(away.x()) >= least || std::abs(away.y()) >= least,
                     qPrintable(QStringLiteral("%1 and %2: %3, %4").arg(i).arg(j).arg(away.x()).arg(away.y())));
        }
    for (std::size_t node = 1; node < places.size(); ++node) {
        QVERIFY(std::abs(places[node].x()) <= 833 / 2.0 - 24 && std::abs(places[node].y()) <= 551 / 2.0 - 24);
        if (node <= 8)
            QVERIFY(places[node].x() < 0);
        else if (node <= 18)
            QVERIFY(places[node].x() > 0);
    }
    QVERIFY(places[1].y() < places[8].y()); // strongest on top
}

void TestRelationsView::forceLayoutIsDeterministicAndApart() {
    std::vector<lpntk::vtk::LayoutEdge> edges;
    for (int node = 1; node < 20; ++node)
        edges.push_back({node, node / 2, 0.6});
    edges.push_back({3, 17, -0.4});
    const auto places = lpntk::vtk::forceLayout(20, edges, 60);
    QVERIFY(places == lpntk::vtk::forceLayout(20, edges, 60));
    for (std::size_t i = 0; i < places.size(); ++i)
        for (std::size_t j = i + 1; j < places.size(); ++j) {
            const QPointF away = places[i] - places[j];
            QVERIFY(std::max(std::abs(away.x()), std::abs(away.y())) >= 55);
        }
    // A wide area: the layout is compressed into it and the cards still do not cover each other.
    const auto fitted = lpntk::vtk::fitLayout(places, QSizeF(700, 260), 50);
    for (std::size_t i = 0; i < fitted.size(); ++i) {
        QVERIFY(std::abs(fitted[i].x()) <= 350 && std::abs(fitted[i].y()) <= 130);
        for (std::size_t j = i + 1; j < fitted.size(); ++j) {
            const QPointF away = fitted[i] - fitted[j];
            QVERIFY(std::max(std::abs(away.x()), std::abs(away.y())) >= 49);
        }
    }
    QVERIFY(lpntk::vtk::forceLayout(0, {}, 60).empty());
    QCOMPARE(lpntk::vtk::forceLayout(1, {}, 60).front(), QPointF(0, 0));
}

void TestRelationsView::forceLayoutStops() {
    int asked = 0;
    lpntk::vtk::forceLayout(10, {}, 60, 1000, [&] { return ++asked >= 3; });
    QCOMPARE(asked, 3);
}

void TestRelationsView::pairModelIsConsistent() {
    RelationPairModel model(m_fixture->session, nullptr);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const auto run = m_fixture->session.run();
    const auto pairs = analysis::contradictoryPairs(*run, {0.1f, 0.05f}, 100);
    QVERIFY(pairs.size() > 3);
    model.setPairs(run, pairs);
    RelationPairFilter filter(nullptr);
    filter.setSourceModel(&model);
    QAbstractItemModelTester filterTester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.rowCount(), static_cast<int>(pairs.size()));
    QCOMPARE(model.index(0, RelationPairModel::rank).data().toString(), QStringLiteral("1"));
    QVERIFY(model.index(0, RelationPairModel::cosine).data().toString().startsWith(QChar(0x2212)));
    QVERIFY(model.index(0, RelationPairModel::first).data().toString().contains(QLatin1Char('#')));
    filter.sort(RelationPairModel::kappa);
    model.refresh();
    model.setPairs(run, {});
    QCOMPARE(filter.rowCount(), 0);
    model.setPairs(nullptr, {});
}

void TestRelationsView::pairFilterFindsClassAndNumber() {
    const auto run = m_fixture->session.run();
    RelationPairModel model(m_fixture->session, nullptr);
    model.setPairs(run, analysis::contradictoryPairs(*run, {0.1f, 0.02f}, 200));
    RelationPairFilter filter(nullptr);
    filter.setSourceModel(&model);
    const QString number = QString::number(model.sample(0, true).value());
    filter.setText(QLatin1Char('#') + number);
    QVERIFY(filter.rowCount() >= 1 && filter.rowCount() < model.rowCount());
    const QString name = m_fixture->session.className(m_fixture->session.labelOf(model.sample(0, false)));
    filter.setText(name.left(4).toLower());
    int wanted = 0;
    for (int row = 0; row < model.rowCount(); ++row)
        for (const bool first : {true, false})
            if (m_fixture->session.className(m_fixture->session.labelOf(model.sample(row, first))).startsWith(name.left(4))) {
                ++wanted;
                break;
            }
    QCOMPARE(filter.rowCount(), wanted);
    filter.setText({});
    QCOMPARE(filter.rowCount(), model.rowCount());
}

void TestRelationsView::opensReady() {
    m_fixture->session.selection().click(base::SampleId(m_fixture->synthetic.samples[33]), false, nullptr);
    m_fixture->session.selection().flush();
    QTRY_VERIFY(m_view->isReady());
    QTRY_COMPARE(m_view->graph().sampleOf(0).value(), m_fixture->synthetic.samples[33]);
    QCOMPARE(m_view->name(), QStringLiteral("relations"));
}

void TestRelationsView::clickOnANodeSelects() {
    const auto sample = m_view->graph().sampleOf(2);
    QTest::mouseClick(&m_view->graph(), Qt::LeftButton, {}, m_view->graph().scene().widgetPlace(2).toPoint());
    QCOMPARE(m_fixture->session.selection().current(), sample);
    QTRY_COMPARE(m_view->graph().sampleOf(0), sample); // it becomes the centre
    QTRY_VERIFY(m_view->isReady());
}

void TestRelationsView::keysAndMenuDecide() {
    auto& graph = m_view->graph();
    const auto place = [&](int node) { return graph.scene().widgetPlace(node).toPoint(); };
    const auto verdict = [this](base::SampleId sample) { return m_fixture->session.decisions().of(sample).verdict; };
    const auto clicked = graph.sampleOf(3);
    QTest::mouseClick(&graph, Qt::LeftButton, {}, place(3));
    QTest::keyClick(&graph, Qt::Key_P);
    QCOMPARE(verdict(clicked), curation::Decision::Verdict::prune);
    QTRY_COMPARE(graph.sampleOf(0), clicked);
    QTRY_VERIFY(m_view->isReady());
    const auto other = graph.sampleOf(2);
    QContextMenuEvent event(QContextMenuEvent::Mouse, place(2), graph.mapToGlobal(place(2)));
    QApplication::sendEvent(&graph, &event);
    auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    QVERIFY(menu);
    QCOMPARE(m_fixture->session.selection().current(), other);
    menu->close();
    m_fixture->session.undoStack().undo();
    QCOMPARE(verdict(clicked), curation::Decision::Verdict::none);
    QTRY_VERIFY(m_view->isReady());
}

void TestRelationsView::expandShowsMore() {
    QTRY_VERIFY(m_view->isReady());
    const std::size_t shown = m_view->graph().graph()->nodes.size();
    m_fixture->session.selection().setHovered(m_view->graph().sampleOf(3), nullptr);
    QTest::keyClick(&m_view->graph(), Qt::Key_E);
    QTRY_VERIFY(m_view->graph().graph()->nodes.size() > shown);
}

void TestRelationsView::thresholdsMoveTheGraph() {
    QTRY_VERIFY(m_view->isReady());
    auto* histogram = m_view->findChild<HistogramPart*>();
    histogram->setFocus();
    const analysis::Thresholds before = m_fixture->session.thresholds();
    for (int step = 0; step < 4; ++step)
        QTest::keyClick(histogram, Qt::Key_Up, Qt::ShiftModifier);
    QVERIFY(m_fixture->session.thresholds().plus > before.plus + 0.15f);
    QTRY_VERIFY(m_view->isReady());
    QTRY_VERIFY([&] {
        const auto& nodes = m_view->graph().graph()->nodes;
        return std::all_of(nodes.begin(), nodes.end(), [&](const RelationGraph::Node& node) {
            return node.parent != 0 || node.relation != Relation::interchangeable || node.cosine >= m_fixture->session.thresholds().plus;
        });
    }());
    m_fixture->session.setThresholds(before);
    QTRY_VERIFY(m_view->isReady());
}

void TestRelationsView::tableShowsTheWorstFirst() {
    auto* table = m_view->findChild<QTableView*>();
    QTRY_VERIFY(table->model()->rowCount() > 0);
    const auto run = m_fixture->session.run();
    float worst = 1;
    for (std::int64_t i = 0; i < run->rows(); ++i)
        for (std::int64_t j = i + 1; j < run->rows(); ++j)
            worst = std::min(worst, run->cosine(base::RowId(i), base::RowId(j)));
    QCOMPARE(static_cast<float>(table->model()->index(0, RelationPairModel::cosine).data(RelationPairModel::SortRole).toDouble()), worst);
    table->selectRow(0);
    QCOMPARE(m_fixture->session.selection().current(), m_view->pairs().sample(0, true));
    QVERIFY(m_fixture->session.selection().selected().contains(m_view->pairs().sample(0, false)));
}

void TestRelationsView::reviewButtonDecides() {
    auto* table = m_view->findChild<QTableView*>();
    const QModelIndex cell = table->model()->index(0, RelationPairModel::actions);
    const QPoint place = RelationPairDelegate::buttonRect(table->visualRect(cell), 1).center();
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, place);
    const auto first = m_view->pairs().sample(0, true), second = m_view->pairs().sample(0, false);
    QVERIFY(m_fixture->session.decisions().of(first).review);
    QVERIFY(m_fixture->session.decisions().of(second).review);
    m_fixture->session.undoStack().undo();
    QVERIFY(!m_fixture->session.decisions().of(first).review);
}

void TestRelationsView::selectionIsDrawn() {
    models::SampleSet samples;
    for (int row = 0; row < 40; ++row)
        samples.insert(base::SampleId(m_fixture->synthetic.samples[static_cast<std::size_t>(row * 13)]));
    m_fixture->session.selection().setSelected(samples, nullptr);
    QToolButton* button = nullptr;
    for (auto* candidate : m_view->findChildren<QToolButton*>())
        if (candidate->text() == QStringLiteral("Selection"))
            button = candidate;
    QVERIFY(button);
    button->click();
    QTRY_VERIFY(m_view->isReady());
    QTRY_COMPARE(m_view->graph().graph()->nodes.size(), std::size_t(40));
    const QString wrong = tests::differsFromBaseline(m_view->grab().toImage(), QStringLiteral("relations_selection_light"));
    if (m_fixture->session.data() != nullptr)
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    for (auto* candidate : m_view->findChildren<QToolButton*>())
        if (candidate->text() == QStringLiteral("Current sample"))
            candidate->click();
    QTRY_VERIFY(m_view->isReady());
}

void TestRelationsView::pictures_data() {
    QTest::addColumn<bool>("dark");
    QTest::newRow("relations_light") << false;
    QTest::newRow("relations_dark") << true;
}

void TestRelationsView::pictures() {
    QFETCH(bool, dark);
    models::theme().setDark(dark);
    m_fixture->session.selection().click(base::SampleId(m_fixture->synthetic.samples[33]), false, nullptr);
    m_fixture->session.selection().setHovered({}, nullptr);
    m_fixture->session.selection().flush();
    QTRY_COMPARE(m_view->graph().sampleOf(0).value(), m_fixture->synthetic.samples[33]);
    QTRY_VERIFY(m_view->isReady());
    QTRY_COMPARE(m_fixture->session.jobs().running(), 0);
    m_view->graph().fit();
    const int frames = m_view->graph().framesPainted();
    m_view->graph().update();
    QTRY_VERIFY(m_view->graph().framesPainted() > frames);
    const QString wrong = tests::differsFromBaseline(m_view->grab().toImage(), QString::fromLatin1(QTest::currentDataTag()));
    models::theme().setDark(false);
    if (m_fixture->session.data() == nullptr)
        QSKIP("Fashion-MNIST is not installed: the pictures have no thumbnails");
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

QTEST_MAIN(TestRelationsView)
#include "test_relations_view.moc"
