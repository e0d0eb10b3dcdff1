#include "picture_case.h"

#include <helpers/show_window.h>
#include <widgets/models/theme.h>
#include <widgets/views/clusters_list.h>
#include <widgets/views/clusters_view.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_segment.h>

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QSignalSpy>
#include <QSlider>
#include <QUndoStack>
#include <QtTest>

using namespace lpntk;
using namespace lpntk::views;
using base::SampleId;

namespace {

struct Shown {
    explicit Shown(std::int64_t rows = 400) : fixture(rows, 5), view(fixture.session) {
        view.resize(1000, 760);
        view.show();
    }
    bool wait() { return QTest::qWaitForWindowExposed(&view) && fixture.wait() && QTest::qWaitFor([this] { return view.isReady(); }); }
    models::Session& session() { return fixture.session; }
    tests::RunFixture fixture;
    ClustersView view;
};

} // namespace

class TestClustersView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { models::theme().apply(*qApp); }

    void showsTheLargestClusterFirst() {
        Shown shown;
        QVERIFY(shown.wait());
        QCOMPARE(shown.view.shownCluster(), 0);
        const auto& cluster = shown.session().clusters()->clusters[0];
        QCOMPARE(shown.view.gallery().count(), cluster.size() - 1); // the head stands above
        QVERIFY(!shown.session().selection().current().isValid()); // opening a view selects nothing
    }

    void sliderChangesClustersLive() {
        Shown shown;
        QVERIFY(shown.wait());
        const auto before = shown.session().clusters()->clusters.size();
        for (int value = 100; value <= 800; value += 50)
            shown.view.slider().setValue(value);
        QVERIFY(shown.fixture.wait());
        QTRY_VERIFY(shown.view.list().clusters().shown() == std::ssize(shown.session().clusters()->clusters));
        QVERIFY(shown.session().clusters()->clusters.size() > before);
        QCOMPARE(shown.session().clusterRatio(), 0.8);
    }

    void listModelKeepsItsPromises() {
        Shown shown;
        QVERIFY(shown.wait());
        auto& model = shown.view.list().clusters();
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        shown.session().setClusterRatio(0.9);
        QVERIFY(shown.fixture.wait());
        QTRY_VERIFY(model.singletons() > 0);
        const int folded = model.rowCount();
        model.setSingletonsOpen(true);
        QCOMPARE(model.rowCount(), folded + static_cast<int>(model.singletons()));
        for (int row = 0; row < model.rowCount(); ++row)
            if (const int cluster = model.clusterAt(row); cluster >= 0)
                QCOMPARE(model.rowOf(cluster), row);
        model.setSingletonsOpen(false);
        QCOMPARE(model.rowCount(), folded);
        model.setClusters(nullptr, -1);
        QCOMPARE(model.rowCount(), 0);
    }

    void clickOnAClusterShowsItAndItsHead() {
        Shown shown;
        QVERIFY(shown.wait());
        auto& list = shown.view.list();
        QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, list.visualRect(list.model()->index(2, 0)).center());
        QCOMPARE(shown.view.shownCluster(), 2);
        const auto head = shown.session().run()->sampleFromRow(shown.session().clusters()->clusters[2].head);
        QCOMPARE(shown.session().selection().current(), head);
        QTest::keyClick(&list, Qt::Key_Down);
        QCOMPARE(shown.view.shownCluster(), 3);
    }

    void followsTheCurrentSample() {
        Shown shown;
        QVERIFY(shown.wait());
        const auto& clusters = *shown.session().clusters();
        const auto row = clusters.clusters[4].head;
        shown.session().selection().click(shown.session().run()->sampleFromRow(row), false, nullptr);
        QTRY_COMPARE(shown.view.shownCluster(), 4);
        shown.view.setLinked(false);
        shown.session().selection().click(shown.session().run()->sampleFromRow(clusters.clusters[1].head), false, nullptr);
        shown.session().selection().flush();
        QCOMPARE(shown.view.shownCluster(), 4);
        shown.view.setLinked(true);
        QCOMPARE(shown.view.shownCluster(), 1);
    }

    void actionsAreOneUndoStep() {
        Shown shown;
        QVERIFY(shown.wait());
        auto& session = shown.session();
        const auto& cluster = session.clusters()->clusters[0];
        auto* segment = shown.view.findChild<Segment*>();
        QVERIFY(segment);
        QTest::mouseClick(segment->button(0), Qt::LeftButton); // keep head
        QCOMPARE(session.undoStack().count(), 1);
        QVERIFY(session.undoStack().undoText().endsWith("keep head"));
        using Verdict = curation::Decision::Verdict;
        const auto verdict = [&](base::RowId row) { return session.decisions().of(session.run()->sampleFromRow(row)).verdict; };
        QCOMPARE(verdict(cluster.head), Verdict::keep);
        for (const auto* rows : {&cluster.members, &cluster.attached})
            for (const auto row : *rows)
                if (row != cluster.head)
                    QCOMPARE(verdict(row), Verdict::prune);
        QCOMPARE(segment->current(), 0);
        session.undoStack().undo();
        QVERIFY(session.decisions().all().empty());
        QTRY_COMPARE(segment->current(), -1);
        QTest::mouseClick(segment->button(3), Qt::LeftButton); // drop
        QCOMPARE(verdict(cluster.head), Verdict::prune);
        QTest::mouseClick(segment->button(3), Qt::LeftButton); // the second click takes it back
        QCOMPARE(verdict(cluster.head), Verdict::none);
        QVERIFY(shown.fixture.wait());
    }

    void splitShowsParts() {
        Shown shown;
        QVERIFY(shown.wait());
        const auto whole = shown.view.gallery().count() + 1;
        QVERIFY(tests::showActive(shown.view));
        shown.view.gallery().setFocus();
        QTest::keyClick(&shown.view.gallery(), Qt::Key_S);
        QTRY_COMPARE(shown.view.gallery().count(), whole);
        QCOMPARE(shown.view.gallery().sections().size(), std::size_t(2));
        QTest::mouseClick(shown.view.gallery().viewport(), Qt::LeftButton, {}, QPoint(60, 18)); // a heading selects its part
        QCOMPARE(shown.session().selection().selected().count(), std::ssize(shown.view.gallery().sections()[0].samples));
    }

    void classFilter() {
        Shown shown;
        QVERIFY(shown.wait());
        QComboBox* classes = nullptr;
        for (auto* box : shown.view.findChildren<QComboBox*>())
            if (box->count() == 6)
                classes = box;
        QVERIFY(classes);
        classes->setCurrentIndex(3);
        for (const int cluster : shown.view.list().clusters().order())
            QCOMPARE(shown.session().clusters()->clusters[static_cast<std::size_t>(cluster)].label, 2);
        QVERIFY(shown.view.list().clusters().shown() > 0);
    }

    void hiddenViewsWait() {
        tests::RunFixture fixture(200, 5);
        ClustersView view(fixture.session);
        QSignalSpy ready(&view, &ClustersView::ready);
        QVERIFY(fixture.wait());
        QVERIFY(!view.isReady());
        QCOMPARE(view.list().clusters().rowCount(), 0);
        view.show();
        QTRY_COMPARE(ready.count(), 1);
        QVERIFY(view.list().clusters().rowCount() > 0);
    }

    void pictures_data() { tests::addPictureRows("clusters"); }
    void pictures() {
        QFETCH(bool, dark);
        Shown shown;
        QVERIFY(shown.wait());
        const auto& cluster = shown.session().clusters()->clusters[0];
        const auto row = cluster.members.size() > 1 ? cluster.members[1] : cluster.head;
        shown.session().selection().click(shown.session().run()->sampleFromRow(row), false, nullptr);
        shown.session().selection().flush();
        QVERIFY(shown.wait());
        tests::checkPicture(shown.view, shown.fixture, dark, QString::fromLatin1(QTest::currentDataTag()));
    }
};

QTEST_MAIN(TestClustersView)
#include "test_clusters_view.moc"
