#include "map_fixture.h"

#include <core/formats/npy.h>
#include <helpers/show_window.h>
#include <widgets/models/sample_map.h>
#include <widgets/models/theme.h>
#include <widgets/views/map_canvas.h>
#include <widgets/views/map_view.h>

#include <QComboBox>
#include <QtTest>

#include <cmath>

using namespace lpntk;
using namespace lpntk::views;
using base::SampleId;

/// Where the places of the sample map come from: components, refined ones, files, none.
class TestSampleMap : public tests::MapFixture {
    Q_OBJECT
private Q_SLOTS:
    void importedCoordinates();
    void importThatFailsIsAnIssue();
    void estimateIsRefinedWhenAsked();
    void classBlocksHaveNoMap();

};

void TestSampleMap::importedCoordinates() {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("umap.npy"));
    std::vector<float> values;
    for (int line = 0; line < 3 * 600; ++line) // line i belongs to the sample of index i
        values.insert(values.end(), {static_cast<float>(line), static_cast<float>(line % 7)});
    formats::writeNpy<float>(path.toStdString(), values, {1800, 2});
    m_view->map().import(path);
    QTRY_COMPARE(m_view->coordinatesBox().currentText(), QStringLiteral("umap.npy"));
    QTRY_VERIFY(m_view->isReady());
    QCOMPARE(m_view->caption(), QStringLiteral("umap.npy: 1 and 2"));
    const auto x = [&](int row) { return canvas().placeOf(row).x(); };
    const auto index = [&](int row) { return static_cast<double>(sample(row).value()); };
    const double factor = (x(599) - x(0)) / (index(599) - index(0));
    for (int row = 0; row < 600; row += 13)
        QVERIFY(std::abs(x(row) - x(0) - factor * (index(row) - index(0))) < 0.01);
    QVERIFY(m_view->coordinatesBox().findText(QStringLiteral("Kernel components")) == 0);
    m_view->coordinatesBox().setCurrentIndex(0);
    Q_EMIT m_view->coordinatesBox().activated(0);
    QVERIFY(m_view->caption().startsWith(QStringLiteral("Components")));
    QCOMPARE(m_view->axisBox(0).count(), 8);
}

void TestSampleMap::importThatFailsIsAnIssue() {
    const auto before = m_fixture->session.issues().size();
    m_view->map().import(QStringLiteral("/nowhere/points.npy"));
    QTRY_COMPARE(m_fixture->session.issues().size(), before + 1);
    const models::Issue& issue = m_fixture->session.issues().back();
    QVERIFY(issue.sentence.contains(QStringLiteral("/nowhere/points.npy")));
    QVERIFY(m_view->caption().startsWith(QStringLiteral("Components")));
}

/// More rows than are sampled: an estimate first, all of them after a moment, without being asked as they are few.
void TestSampleMap::estimateIsRefinedWhenAsked() {
    tests::RunFixture larger(2300, 5);
    QVERIFY(larger.wait());
    std::vector<bool> estimates;
    models::SampleMap map(larger.session, nullptr);
    connect(&map, &models::SampleMap::componentsChanged, this,
            [&] { estimates.push_back(map.components()->isEstimate()); });
    map.setRun(larger.session.run());
    QVERIFY(map.isBusy());
    QTRY_COMPARE_WITH_TIMEOUT(estimates.size(), std::size_t(2), 30000);
    QVERIFY(estimates[0] && !estimates[1]);
    QVERIFY(!map.canRefine());
    QTRY_COMPARE(larger.session.jobs().running(), 0);
    QVERIFY(!map.isBusy());
    // It is kept: the same run again has its map at once.
    const auto refined = map.components();
    map.setRun(nullptr);
    QVERIFY(!map.components());
    map.setRun(larger.session.run());
    QCOMPARE(map.components(), refined);
    QVERIFY(!map.isBusy());
}

void TestSampleMap::classBlocksHaveNoMap() {
    tests::RunFixture blocks(200, 4, run::Blocks::classes);
    QVERIFY(blocks.wait());
    MapView view(blocks.session, nullptr);
    view.resize(900, 600);
    QVERIFY(tests::showActive(view));
    QTRY_VERIFY(view.isReady());
    QVERIFY(!view.canvas().isVisible());
    QVERIFY(view.coordinatesBox().isEnabled());
    QVERIFY(!blocks.session.jobs().running());
    // Imported coordinates need no kernel at all.
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("points.npy"));
    formats::writeNpy<float>(path.toStdString(), std::vector<float>(1200, 1), {600, 2});
    view.map().import(path);
    QTRY_VERIFY(view.canvas().isVisible());
    QTRY_VERIFY(view.isReady());
    QCOMPARE(view.canvas().rows(), 200);
}

QTEST_MAIN(TestSampleMap)
#include "test_sample_map.moc"
