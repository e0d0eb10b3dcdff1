#include "run_fixture.h"

#include <helpers/picture_compare.h>
#include <helpers/show_window.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_histogram.h>
#include <widgets/views/relation_class_map.h>
#include <widgets/views/relation_graph.h>
#include <widgets/views/relation_pair_delegate.h>
#include <widgets/views/relation_pairs.h>
#include <widgets/views/relation_table.h>
#include <widgets/views/relation_table_view.h>
#include <widgets/views/relations_view.h>

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

using namespace lpntk;
using namespace lpntk::views;
using analysis::Relation;

class TestRelationsView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
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
