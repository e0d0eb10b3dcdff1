#include "run_fixture.h"

#include <core/analysis/pair_query.h>
#include <helpers/picture_compare.h>
#include <helpers/show_window.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_histogram.h>
#include <widgets/views/parts_relation.h>
#include <widgets/views/relation_class_map.h>
#include <widgets/views/relation_graph.h>
#include <widgets/views/relation_layout.h>
#include <widgets/views/relation_pair_delegate.h>
#include <widgets/views/relation_pairs.h>
#include <widgets/views/relation_table.h>
#include <widgets/views/relation_table_view.h>
#include <widgets/views/relations_view.h>
#include <widgets/vtk/force_layout.h>

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QComboBox>
#include <QContextMenuEvent>
#include <QMenu>
#include <QTableView>
#include <QToolButton>
#include <QtTest>
#include <QUndoStack>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

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
    void limitOfNodesIsSaid();
    void forceLayoutKeepsPlaces();
    void pairModelIsConsistent();
    void pairModelSorts_data();
    void pairModelSorts();
    void pairFilterFindsClassAndNumber();
    void redundantListNamesTheReason();
    void opensReady();
    void clickOnANodeSelects();
    void keysAndMenuDecide();
    void expandShowsMore();
    void thresholdsMoveTheGraph();
    void tableShowsTheWorstFirst();
    void reviewButtonDecides();
    void severalPairsAreOneStep();
    void rowsAreCopied();
    void filterKeepsClassesAndKept();
    void redundantRowsAreListed();
    void classPairListsItsPairs();
    void expandingKeepsPlaces();
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
    RelationFilter filter;
    filter.classes = {0, 0, 1, 0, 1, 0, 0, 0, 0, 0};
    options.allowed = allowedRows(*run, filter, nullptr);
    for (const auto& node : egoGraph(*run, centre, options).nodes)
        QVERIFY(node.parent < 0 || run->labelOf(node.row) == 2 || run->labelOf(node.row) == 4);
    options.allowed.clear();
    // A partner has its place even when it is related to nothing.
    options.partner = base::RowId(500);
    const RelationGraph both = egoGraph(*run, centre, options);
    QCOMPARE(
        std::count_if(both.nodes.begin(), both.nodes.end(), [](const auto& node) { return node.row.value() == 500; }),
        std::ptrdiff_t(1));
    options.partner = {};
    options.shows[static_cast<std::size_t>(Relation::interchangeable)] = false;
    const RelationGraph signedOnes = egoGraph(*run, centre, options);
    QVERIFY(signedOnes.nodes.size() > 1);
    for (const auto& edge : signedOnes.edges)
        QVERIFY(edge.cosine < options.thresholds.plus);
}

void TestRelationsView::selectionGraphIsBounded() {
    std::vector<base::RowId> rows;
    for (int row = 0; row < 50; ++row)
        rows.emplace_back(row * 7);
    RelationGraphOptions options;
    options.limit = 30;
    const RelationGraph graph = selectionGraph(*m_fixture->session.run(), rows, options);
    QCOMPARE(graph.nodes.size(), std::size_t(30));
    QCOMPARE(graph.left, 20);
    QVERIFY(graph.edges.size() <= 30 * 8);
    for (const auto& edge : graph.edges)
        QVERIFY(analysis::relationOf(edge.cosine, options.thresholds) != Relation::unrelated);
    QVERIFY(selectionGraph(*m_fixture->session.run(), {}, options).nodes.empty());
    // The strongest pairs of either sign are among those that found a place.
    const auto run = m_fixture->session.run();
    std::pair<base::RowId, base::RowId> highest, lowest;
    float most = -2, least = 2;
    for (const auto a : rows)
        for (const auto b : rows) {
            const float cosine = run->cosine(a, b);
            if (a < b && cosine > most) {
                most = cosine;
                highest = {a, b};
            }
            if (a < b && cosine < least) {
                least = cosine;
                lowest = {a, b};
            }
        }
    const auto isThere = [&](base::RowId row) {
        return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                           [&](const RelationGraph::Node& node) { return node.row == row; });
    };
    QVERIFY(isThere(highest.first) && isThere(highest.second) && isThere(lowest.first) && isThere(lowest.second));
}

void TestRelationsView::limitOfNodesIsSaid() {
    RelationGraphOptions options;
    options.limit = 12;
    const RelationGraph graph = egoGraph(*m_fixture->session.run(), base::RowId(33), options);
    RelationGraphOptions all = options;
    all.limit = 300;
    const RelationGraph whole = egoGraph(*m_fixture->session.run(), base::RowId(33), all);
    QCOMPARE(graph.nodes.size(), std::size_t(12));
    QCOMPARE(graph.left + 12, std::ssize(whole.nodes));
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

void TestRelationsView::forceLayoutKeepsPlaces() {
    std::vector<lpntk::vtk::LayoutEdge> edges;
    for (int node = 1; node < 24; ++node)
        edges.push_back({node, node / 2, 0.6});
    const auto places = lpntk::vtk::forceLayout(20, {edges.begin(), edges.begin() + 19}, 60);
    std::vector<std::optional<QPointF>> known(places.begin(), places.end());
    known.resize(24);
    const auto more = lpntk::vtk::forceLayoutAround(known, edges, 60);
    QCOMPARE(more.size(), std::size_t(24));
    for (std::size_t i = 0; i < more.size(); ++i) {
        if (i < 20)
            QVERIFY(more[i] == places[i]);
        for (std::size_t j = i + 1; j < more.size(); ++j) {
            const QPointF away = more[i] - more[j];
            QVERIFY(std::max(std::abs(away.x()), std::abs(away.y())) >= 55);
        }
    }
}

void TestRelationsView::forceLayoutStops() {
    int asked = 0;
    lpntk::vtk::forceLayout(10, {}, 60, 1000, [&] { return ++asked >= 3; });
    QCOMPARE(asked, 3);
}

namespace {

std::vector<RelationPair> somePairs(const run::Run& run, float minus, std::size_t limit) {
    std::vector<RelationPair> rows;
    for (const auto& pair : analysis::contradictoryPairs(run, {0.1f, minus}, limit))
        rows.push_back({pair.a, pair.b, pair.kappa, pair.cosine, 0});
    return rows;
}

} // namespace

void TestRelationsView::pairModelIsConsistent() {
    RelationPairModel model(m_fixture->session, nullptr);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const auto run = m_fixture->session.run();
    const auto pairs = somePairs(*run, 0.05f, 100);
    QVERIFY(pairs.size() > 3);
    model.setPairs(run, RelationList::contradictory, pairs);
    QCOMPARE(model.rowCount(), static_cast<int>(pairs.size()));
    QCOMPARE(model.index(0, RelationPairModel::rank).data().toString(), QStringLiteral("1"));
    QVERIFY(model.index(0, RelationPairModel::cosine).data().toString().startsWith(QChar(0x2212)));
    QVERIFY(model.index(0, RelationPairModel::first).data().toString().contains(QLatin1Char('#')));
    QVERIFY(model.asText({0, 1}).startsWith(QStringLiteral("Rank\tSample\tLearning it raises the loss of\tCosine")));
    QCOMPARE(model.asText({0, 1}).count(QLatin1Char('\n')), qsizetype(3));
    model.refresh();
    model.setPairs(run, RelationList::redundant, {});
    QCOMPARE(model.rowCount(), 0);
    model.setPairs(nullptr, RelationList::contradictory, {});
}

void TestRelationsView::pairModelSorts_data() {
    QTest::addColumn<int>("column");
    for (int column = 0; column < RelationPairModel::actions; ++column)
        QTest::addRow("%d", column) << column;
}

void TestRelationsView::pairModelSorts() {
    QFETCH(int, column);
    RelationPairModel model(m_fixture->session, nullptr);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const auto run = m_fixture->session.run();
    model.setPairs(run, RelationList::contradictory, somePairs(*run, 0.02f, 300));
    const QPersistentModelIndex kept = model.index(5, 0);
    const auto followed = model.sample(5, true);
    for (const auto order : {Qt::DescendingOrder, Qt::AscendingOrder}) {
        model.sort(column, order);
        for (int row = 1; row < model.rowCount(); ++row) {
            const double before = model.index(row - 1, column).data(RelationPairModel::SortRole).toDouble();
            const double now = model.index(row, column).data(RelationPairModel::SortRole).toDouble();
            QVERIFY(order == Qt::AscendingOrder ? before <= now : before >= now);
        }
        QCOMPARE(model.sample(kept.row(), true), followed);
    }
}

void TestRelationsView::pairFilterFindsClassAndNumber() {
    const auto run = m_fixture->session.run();
    RelationPairModel model(m_fixture->session, nullptr);
    model.setPairs(run, RelationList::contradictory, somePairs(*run, 0.02f, 200));
    const int all = model.rowCount();
    const QString number = QString::number(model.sample(0, true).value());
    const QString name = m_fixture->session.className(m_fixture->session.labelOf(model.sample(0, false)));
    int wanted = 0;
    for (int row = 0; row < all; ++row)
        for (const bool first : {true, false})
            if (m_fixture->session.className(m_fixture->session.labelOf(model.sample(row, first))).startsWith(name.left(4))) {
                ++wanted;
                break;
            }
    model.setText(QLatin1Char('#') + number);
    QVERIFY(model.rowCount() >= 1 && model.rowCount() < all);
    QCOMPARE(QString::number(model.sample(0, true).value()), number);
    model.setText(name.left(4).toLower());
    QCOMPARE(model.rowCount(), wanted);
    model.setText({});
    QCOMPARE(model.rowCount(), all);
}

void TestRelationsView::redundantListNamesTheReason() {
    const auto run = m_fixture->session.run();
    const auto rows = redundantPairs(*run, m_fixture->session.clustering()->redundancy());
    std::map<std::int64_t, std::pair<std::int64_t, double>> expected;
    const auto& dense = m_fixture->synthetic;
    for (std::int64_t i = 0; i < dense.rows; ++i) {
        std::int64_t best = -1;
        for (std::int64_t j = 0; j < dense.rows; ++j)
            if (j != i && dense.at(i, j) > dense.at(i, i) && (best < 0 || dense.at(i, j) > dense.at(i, best)))
                best = j;
        if (best >= 0)
            expected[i] = {best, static_cast<double>(dense.at(i, best)) / static_cast<double>(dense.at(i, i))};
    }
    QVERIFY(expected.size() > 5);
    QCOMPARE(rows.size(), expected.size());
    for (const RelationPair& row : rows) {
        QCOMPARE(row.b.value(), expected[row.a.value()].first);
        QVERIFY(std::abs(static_cast<double>(row.ratio) - expected[row.a.value()].second) < 1e-4);
        QVERIFY(std::abs(row.cosine - run->cosine(row.a, row.b)) < 1e-4f);
    }
    QVERIFY(std::is_sorted(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.ratio > b.ratio; }));
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
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                      table->visualRect(table->model()->index(0, RelationPairModel::cosine)).center());
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

void TestRelationsView::severalPairsAreOneStep() {
    auto& session = m_fixture->session;
    auto& actions = m_view->table().actions();
    auto& view = m_view->table().table();
    view.clearSelection();
    view.selectRow(0);
    view.selectionModel()->select(view.model()->index(2, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    const auto pairs = m_view->table().selectedPairs();
    QCOMPARE(pairs.size(), std::size_t(2));
    for (const auto& [first, second] : pairs)
        QVERIFY(session.selection().selected().contains(first) && session.selection().selected().contains(second));
    const int before = session.undoStack().index();
    // A button of a selected row acts on all of them and leaves the selection alone.
    const QModelIndex cell = view.model()->index(2, RelationPairModel::actions);
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {},
                      RelationPairDelegate::buttonRect(view.visualRect(cell), 1).center());
    QCOMPARE(m_view->table().selectedPairs().size(), std::size_t(2));
    QCOMPARE(session.undoStack().index(), before + 1);
    for (const auto& [first, second] : pairs)
        QVERIFY(session.decisions().of(first).review && session.decisions().of(second).review);
    session.undoStack().undo();
    std::vector<SamplePair> swaps;
    for (int row = 0; row < m_view->pairs().rowCount() && swaps.size() < 2; ++row) {
        const SamplePair pair{m_view->pairs().sample(row, true), m_view->pairs().sample(row, false)};
        if (session.labelOf(pair.first) != session.labelOf(pair.second) &&
            (swaps.empty() || (pair.first != swaps[0].first && pair.second != swaps[0].second &&
                               pair.first != swaps[0].second && pair.second != swaps[0].first)))
            swaps.push_back(pair);
    }
    QCOMPARE(swaps.size(), std::size_t(2));
    actions.swapLabels(swaps);
    QCOMPARE(session.undoStack().undoText(), QStringLiteral("Swap the labels of 2 pairs"));
    for (const auto& [first, second] : swaps) {
        QCOMPARE(session.decisions().of(first).relabel, session.labelOf(second));
        QCOMPARE(session.decisions().of(second).relabel, session.labelOf(first));
    }
    session.undoStack().undo();
    for (const auto& [first, second] : swaps)
        QCOMPARE(session.decisions().of(first).relabel, -1);
    actions.prune(swaps, false);
    QCOMPARE(session.decisions().of(swaps[1].second).verdict, curation::Decision::Verdict::prune);
    QCOMPARE(session.decisions().of(swaps[1].first).verdict, curation::Decision::Verdict::none);
    session.undoStack().undo();
}

void TestRelationsView::rowsAreCopied() {
    auto& view = m_view->table().table();
    view.selectRow(1);
    view.setFocus();
    QTest::keyClick(&view, Qt::Key_C, Qt::ControlModifier);
    const QStringList lines = QGuiApplication::clipboard()->text().trimmed().split(QLatin1Char('\n'));
    QCOMPARE(lines.size(), qsizetype(2));
    QVERIFY(lines[1].contains(QStringLiteral("#%1 ").arg(m_view->pairs().sample(1, true).value())));
    QCOMPARE(lines[0].count(QLatin1Char('\t')), lines[1].count(QLatin1Char('\t')));
}

void TestRelationsView::filterKeepsClassesAndKept() {
    auto& session = m_fixture->session;
    session.selection().click(base::SampleId(m_fixture->synthetic.samples[33]), false, nullptr);
    session.selection().flush();
    QTRY_VERIFY(m_view->isReady());
    const auto run = session.run();
    const auto subset = session.subset();
    QVERIFY(subset);
    const auto isKept = [&](std::int64_t row) { return subset->kept[static_cast<std::size_t>(row)] != 0; };
    RelationFilter filter;
    filter.classes.assign(10, 0);
    filter.classes[3] = 1;
    filter.kept = RelationFilter::Kept::kept;
    m_view->filter().setFilter(filter);
    QTRY_VERIFY(m_view->isReady());
    for (const auto& node : m_view->graph().graph()->nodes)
        QVERIFY(node.parent < 0 || (run->labelOf(node.row) == 3 && isKept(node.row.value())));
    int expected = 0;
    for (std::int64_t i = 0; i < run->rows(); ++i)
        for (std::int64_t j = i + 1; j < run->rows(); ++j)
            expected += isKept(i) && isKept(j) &&
                        (run->labelOf(base::RowId(i)) == 3 || run->labelOf(base::RowId(j)) == 3) &&
                        run->cosine(base::RowId(i), base::RowId(j)) <= -session.thresholds().minus;
    QVERIFY(expected > 0);
    QCOMPARE(m_view->pairs().rowCount(), expected);
    m_view->filter().setFilter({});
    QTRY_VERIFY(m_view->isReady());
    QVERIFY(m_view->pairs().rowCount() > expected);
}

void TestRelationsView::redundantRowsAreListed() {
    auto& session = m_fixture->session;
    m_view->table().setList(RelationList::redundant);
    QTRY_VERIFY(m_view->isReady());
    const auto rows = redundantPairs(*session.run(), session.clustering()->redundancy());
    QCOMPARE(m_view->pairs().rowCount(), static_cast<int>(rows.size()));
    auto& view = m_view->table().table();
    QVERIFY(view.isColumnHidden(RelationPairModel::angle) && !view.isColumnHidden(RelationPairModel::ratio));
    const QString kept = view.model()->index(0, RelationPairModel::kept).data().toString();
    const bool a = !session.isPruned(m_view->pairs().sample(0, true)),
               b = !session.isPruned(m_view->pairs().sample(0, false));
    QCOMPARE(kept == QStringLiteral("both kept"), a && b);
    QCOMPARE(kept == QStringLiteral("both pruned"), !a && !b);
    view.clearSelection();
    view.selectRow(0);
    QCOMPARE(session.selection().current(), m_view->pairs().sample(0, true));
    QVERIFY(session.selection().selected().contains(m_view->pairs().sample(0, false)));
    m_view->table().setList(RelationList::contradictory);
    QTRY_VERIFY(m_view->isReady());
}

namespace {

void choose(RelationsView& view, const char* words) {
    for (auto* button : view.findChildren<QToolButton*>())
        if (button->text() == QLatin1String(words) || button->accessibleName() == QLatin1String(words))
            return button->click();
    QFAIL("no such button");
}

} // namespace

void TestRelationsView::classPairListsItsPairs() {
    auto& session = m_fixture->session;
    const auto run = session.run();
    choose(*m_view, "Class pairs");
    QTRY_VERIFY(m_view->isReady());
    auto& map = m_view->classMap();
    QVERIFY(map.isVisible());
    const int a = 1, b = 4;
    analysis::RelationCounts counts;
    double sum = 0;
    std::vector<std::pair<float, std::pair<std::int64_t, std::int64_t>>> worst;
    for (std::int64_t i = run->classRange(a).begin; i < run->classRange(a).end; ++i)
        for (std::int64_t j = run->classRange(b).begin; j < run->classRange(b).end; ++j) {
            const float cosine = run->cosine(base::RowId(i), base::RowId(j));
            sum += static_cast<double>(cosine);
            switch (analysis::relationOf(cosine, session.thresholds())) {
            case Relation::interchangeable:
                ++counts.interchangeable;
                break;
            case Relation::unrelated:
                ++counts.unrelated;
                break;
            case Relation::contradictory:
                ++counts.contradictory;
                worst.push_back({cosine, {i, j}});
            }
        }
    std::sort(worst.begin(), worst.end());
    for (const auto& [row, column] : {std::pair(a, b), std::pair(b, a)}) {
        const auto* cell = map.cell(row, column);
        QVERIFY(cell && cell->computed);
        QCOMPARE(cell->counts.contradictory, counts.contradictory);
        QCOMPARE(cell->counts.interchangeable, counts.interchangeable);
        QCOMPARE(cell->counts.total(), counts.total());
        QVERIFY(std::abs(cell->meanCosine - sum / static_cast<double>(counts.total())) < 0.0026); // half a bin
    }
    QTest::mouseClick(&map, Qt::LeftButton, {}, map.rectOf(a, b).center().toPoint());
    QTRY_VERIFY(m_view->isReady());
    QCOMPARE(m_view->pairs().rowCount(), static_cast<int>(worst.size()));
    for (int row = 0; row < m_view->pairs().rowCount(); ++row) {
        QCOMPARE(m_view->pairs().pair(row).cosine, worst[static_cast<std::size_t>(row)].first);
        QCOMPARE(m_view->pairs().pair(row).a.value(), worst[static_cast<std::size_t>(row)].second.first);
        QCOMPARE(m_view->pairs().pair(row).b.value(), worst[static_cast<std::size_t>(row)].second.second);
    }
    // Keys: one cell down, Enter.
    map.setFocus();
    QTest::keyClick(&map, Qt::Key_Down);
    QCOMPARE(map.current(), std::pair(a + 1, b));
    QVERIFY(map.accessibleDescription().startsWith(QStringLiteral("Pullover × Coat: mean cosine ")));
    QTest::keyClick(&map, Qt::Key_Return);
    QVERIFY(m_view->table().classPair() == std::pair(a + 1, b));
    // What the cells count is what the table lists.
    auto* measure = m_view->findChild<QComboBox*>(QStringLiteral("measure"));
    measure->setCurrentIndex(1);
    QCOMPARE(m_view->table().list(), RelationList::interchangeable);
    QTRY_VERIFY(m_view->isReady());
    QCOMPARE(static_cast<std::int64_t>(m_view->pairs().rowCount()), map.cell(a + 1, b)->counts.interchangeable);
    measure->setCurrentIndex(0);
    m_view->table().setClassPair({});
    QTRY_VERIFY(m_view->isReady());
    choose(*m_view, "Current sample");
    QTRY_VERIFY(m_view->isReady());
}

void TestRelationsView::expandingKeepsPlaces() {
    auto* layout = m_view->findChild<QComboBox*>(QStringLiteral("layout"));
    layout->setCurrentIndex(1);
    QTRY_VERIFY(m_view->isReady());
    auto& graph = m_view->graph();
    const auto before = graph.places();
    QVERIFY(before.size() > 10);
    const QPoint mark = graph.expandRect(4).center().toPoint();
    const auto sample = graph.sampleOf(4);
    QTest::mouseClick(&graph, Qt::LeftButton, {}, mark);
    QTRY_VERIFY(graph.places().size() > before.size());
    QTRY_VERIFY(m_view->isReady());
    const auto after = graph.places();
    for (const auto& [row, place] : before)
        QVERIFY(after.at(row) == place);
    int expanded = -1;
    for (int node = 0; node < static_cast<int>(graph.graph()->nodes.size()); ++node)
        if (graph.sampleOf(node) == sample)
            expanded = node;
    QVERIFY(graph.spokenNode(expanded).endsWith(QStringLiteral("expanded")));
    // The same mark takes them away again.
    QTest::mouseClick(&graph, Qt::LeftButton, {}, graph.expandRect(expanded).center().toPoint());
    QTRY_COMPARE(graph.places().size(), before.size());
    QTRY_VERIFY(m_view->isReady());
    for (const auto& [row, place] : graph.places())
        QVERIFY(before.at(row) == place);
    layout->setCurrentIndex(0);
    QTRY_VERIFY(m_view->isReady());
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
    QTest::addColumn<bool>("classes");
    QTest::newRow("relations_light") << false << false;
    QTest::newRow("relations_dark") << true << false;
    QTest::newRow("relations_classes_light") << false << true;
    QTest::newRow("relations_classes_dark") << true << true;
}

void TestRelationsView::pictures() {
    QFETCH(bool, dark);
    QFETCH(bool, classes);
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
    m_view->table().table().clearSelection();
    if (classes) {
        choose(*m_view, "Class pairs");
        QTRY_VERIFY(m_view->isReady());
        QTest::mouseClick(&m_view->classMap(), Qt::LeftButton, {}, m_view->classMap().rectOf(2, 5).center().toPoint());
        QTRY_VERIFY(m_view->isReady());
    }
    const QString wrong = tests::differsFromBaseline(m_view->grab().toImage(), QString::fromLatin1(QTest::currentDataTag()));
    models::theme().setDark(false);
    if (classes) {
        m_view->table().setClassPair({});
        choose(*m_view, "Current sample");
    }
    if (m_fixture->session.data() == nullptr)
        QSKIP("Fashion-MNIST is not installed: the pictures have no thumbnails");
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

QTEST_MAIN(TestRelationsView)
#include "test_relations_view.moc"
