#include "run_fixture.h"

#include <core/analysis/pair_query.h>
#include <widgets/views/relation_filter.h>
#include <widgets/views/relation_layout.h>
#include <widgets/views/relation_pairs.h>
#include <widgets/vtk/force_layout.h>

#include <QAbstractItemModelTester>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

using namespace lpntk;
using namespace lpntk::views;
using analysis::Relation;

/// Graphs, layouts and lists of relations, without their view.
class TestRelationModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
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

private:
    std::unique_ptr<tests::RunFixture> m_fixture;
};

void TestRelationModels::initTestCase() {
    m_fixture = std::make_unique<tests::RunFixture>();
    QVERIFY(m_fixture->wait());
}

void TestRelationModels::egoGraphHasTheStrongest() {
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

void TestRelationModels::selectionGraphIsBounded() {
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

void TestRelationModels::limitOfNodesIsSaid() {
    RelationGraphOptions options;
    options.limit = 12;
    const RelationGraph graph = egoGraph(*m_fixture->session.run(), base::RowId(33), options);
    RelationGraphOptions all = options;
    all.limit = 300;
    const RelationGraph whole = egoGraph(*m_fixture->session.run(), base::RowId(33), all);
    QCOMPARE(graph.nodes.size(), std::size_t(12));
    QCOMPARE(graph.left + 12, std::ssize(whole.nodes));
}

void TestRelationModels::sidesDoNotOverlap() {
    RelationGraph graph;
    graph.nodes.push_back({});
    for (int number = 0; number < 21; ++number)
        graph.nodes.push_back({base::RowId(number), 0, 0.5f,
                               number < 8    ? Relation::interchangeable
                               : number < 18 ? Relation::contradictory
                                             : Relation::unrelated});
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

void TestRelationModels::forceLayoutIsDeterministicAndApart() {
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

void TestRelationModels::forceLayoutKeepsPlaces() {
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

void TestRelationModels::forceLayoutStops() {
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

void TestRelationModels::pairModelIsConsistent() {
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

void TestRelationModels::pairModelSorts_data() {
    QTest::addColumn<int>("column");
    for (int column = 0; column < RelationPairModel::actions; ++column)
        QTest::addRow("%d", column) << column;
}

void TestRelationModels::pairModelSorts() {
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

void TestRelationModels::pairFilterFindsClassAndNumber() {
    const auto run = m_fixture->session.run();
    RelationPairModel model(m_fixture->session, nullptr);
    model.setPairs(run, RelationList::contradictory, somePairs(*run, 0.02f, 200));
    const int all = model.rowCount();
    const QString number = QString::number(model.sample(0, true).value());
    const QString name = m_fixture->session.className(m_fixture->session.labelOf(model.sample(0, false)));
    int wanted = 0;
    for (int row = 0; row < all; ++row)
        for (const bool first : {true, false})
            if (m_fixture->session.className(m_fixture->session.labelOf(model.sample(row, first)))
                    .startsWith(name.left(4))) {
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

void TestRelationModels::redundantListNamesTheReason() {
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

QTEST_MAIN(TestRelationModels)
#include "test_relation_models.moc"
