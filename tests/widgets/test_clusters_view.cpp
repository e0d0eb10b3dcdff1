#include "picture_case.h"

#include <helpers/show_window.h>
#include <widgets/models/theme.h>
#include <widgets/views/clusters_actions.h>
#include <widgets/views/clusters_head_card.h>
#include <widgets/views/clusters_list.h>
#include <widgets/views/clusters_view.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_segment.h>

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>
#include <QtTest>
#include <QUndoStack>

#include <cmath>
#include <filesystem>
#include <limits>
#include <set>

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
        for (int sort = 0; sort < 5; ++sort)
            model.setSort(static_cast<ClusterSort>(sort));
        model.setClusters(nullptr, {}, -1);
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

    /// Parts become clusters, which stay whatever the slider says, in one undo step.
    void splitIsDecided() {
        Shown shown;
        QVERIFY(shown.wait());
        QVERIFY(tests::showActive(shown.view));
        auto& session = shown.session();
        const auto before = session.clusters()->clusters.size();
        shown.view.gallery().setFocus();
        QTest::keyClick(&shown.view.gallery(), Qt::Key_S);
        QTRY_COMPARE(shown.view.gallery().sections()[0].title, QStringLiteral("Part 1"));
        const auto parts = shown.view.gallery().sections();
        QTest::keyClick(&shown.view.gallery(), Qt::Key_S, Qt::ShiftModifier);
        QCOMPARE(session.undoStack().count(), 1);
        QVERIFY(session.undoStack().undoText().endsWith("split into 2"));
        QTRY_COMPARE(session.clusters()->clusters.size(), before + 1);
        session.setClusterRatio(0.02);
        QVERIFY(shown.fixture.wait());
        for (const auto& part : parts)
            for (const SampleId sample : part.samples) {
                const auto& clusters = *session.clusters();
                const auto row = session.run()->rowFromSample(sample);
                const auto& own = clusters.clusters[static_cast<std::size_t>(
                    clusters.clusterOf[static_cast<std::size_t>(row.value())].value())];
                QCOMPARE(session.run()->sampleFromRow(own.head), part.samples.front());
            }
        session.undoStack().undo();
        session.setClusterRatio(0.1);
        QVERIFY(shown.fixture.wait());
        QTRY_COMPARE(session.clusters()->clusters.size(), before);
        QVERIFY(session.decisions().all().empty());
    }

    void mergeIsOneUndoStep() {
        Shown shown;
        QVERIFY(shown.wait());
        auto& session = shown.session();
        session.setClusterRatio(0.5);
        QVERIFY(shown.fixture.wait());
        QTRY_VERIFY(shown.view.shownCluster() >= 0 &&
                    shown.view.list().clusters().shown() == std::ssize(session.clusters()->clusters));
        const auto before = session.clusters();
        shown.view.showCluster(0, false);
        QMenu menu;
        shown.view.actions().fillMerge(menu);
        QVERIFY(!menu.isEmpty() && menu.actions().front()->isEnabled());
        // The offer named first is the other head of the class with the largest cosine.
        const auto own = before->clusters[0].head;
        int nearest = -1;
        for (int i = 1; i < std::ssize(before->clusters); ++i)
            if (const auto& other = before->clusters[static_cast<std::size_t>(i)];
                other.label == before->clusters[0].label &&
                (nearest < 0 ||
                 session.run()->cosine(own, other.head) >
                     session.run()->cosine(own, before->clusters[static_cast<std::size_t>(nearest)].head)))
                nearest = i;
        QVERIFY(
            menu.actions().front()->text().startsWith(shown.view.list().clusters().nameOf(nearest) + QLatin1Char(',')));
        menu.actions().front()->trigger();
        QCOMPARE(session.undoStack().count(), 1);
        QTRY_COMPARE(session.clusters()->clusters.size(), before->clusters.size() - 1);
        const auto target = before->clusters[static_cast<std::size_t>(nearest)].head;
        const auto& after = *session.clusters();
        const auto& joined =
            after.clusters[static_cast<std::size_t>(after.clusterOf[static_cast<std::size_t>(own.value())].value())];
        QCOMPARE(joined.head, target);
        QCOMPARE(joined.size(),
                 before->clusters[0].size() + before->clusters[static_cast<std::size_t>(nearest)].size());
        // The note offers the way back.
        QTRY_COMPARE(session.run()->sampleFromRow(target),
                     session.run()->sampleFromRow(
                         session.clusters()->clusters[static_cast<std::size_t>(shown.view.shownCluster())].head));
        QVERIFY(shown.view.actions().isByHand());
        shown.view.actions().leaveToClustering();
        QTRY_COMPARE(session.clusters()->clusters.size(), before->clusters.size());
        QVERIFY(session.decisions().all().empty());
        QCOMPARE(session.undoStack().count(), 2);
        QVERIFY(shown.fixture.wait());
    }

    void reviewMarksTheWholeCluster() {
        Shown shown;
        QVERIFY(shown.wait());
        auto& session = shown.session();
        QVERIFY(tests::showActive(shown.view));
        shown.view.gallery().setFocus();
        QTest::keyClick(&shown.view.gallery(), Qt::Key_M, Qt::ShiftModifier);
        QCOMPARE(session.undoStack().count(), 1);
        QCOMPARE(std::ssize(session.decisions().all()), session.clusters()->clusters[0].size());
        for (const auto& [sample, decision] : session.decisions().all())
            QVERIFY(decision.review);
        QTest::keyClick(&shown.view.gallery(), Qt::Key_M, Qt::ShiftModifier);
        QVERIFY(session.decisions().all().empty());
        QVERIFY(shown.fixture.wait());
    }

    void keepSomeKeepsTheMostDifferent() {
        Shown shown;
        QVERIFY(shown.wait());
        auto& session = shown.session();
        shown.view.actions().keepSome(3);
        QTRY_COMPARE(session.undoStack().count(), 1);
        const auto& cluster = session.clusters()->clusters[0];
        auto rows = cluster.members;
        rows.insert(rows.end(), cluster.attached.begin(), cluster.attached.end());
        std::set<SampleId> expected;
        for (const auto position : analysis::farthestPointOrder(*session.run(), rows, 3).heads)
            expected.insert(session.run()->sampleFromRow(rows[static_cast<std::size_t>(position)]));
        std::set<SampleId> kept;
        for (const auto& [sample, decision] : session.decisions().all())
            if (decision.verdict == curation::Decision::Verdict::keep)
                kept.insert(sample);
        QVERIFY(kept == expected);
        QCOMPARE(std::ssize(session.decisions().all()), cluster.size());
        QVERIFY(shown.fixture.wait());
    }

    void listSorts() {
        Shown shown;
        QVERIFY(shown.wait());
        auto& model = shown.view.list().clusters();
        const auto& clusters = shown.session().clusters()->clusters;
        const auto key = [&](ClusterSort sort, int index) {
            const auto& facts = model.factsOf(index);
            switch (sort) {
            case ClusterSort::size:
                return -static_cast<double>(clusters[static_cast<std::size_t>(index)].size());
            case ClusterSort::mostSimilar:
                return -facts.meanCosine;
            case ClusterSort::leastSimilar:
                return facts.meanCosine;
            case ClusterSort::misclassified:
                return -static_cast<double>(facts.misclassified) /
                       static_cast<double>(clusters[static_cast<std::size_t>(index)].size());
            case ClusterSort::spread:
                return -facts.spread;
            }
            return 0.0;
        };
        for (int sort = 4; sort >= 0; --sort) {
            model.setSort(static_cast<ClusterSort>(sort));
            const auto large = static_cast<std::size_t>(model.shown() - model.singletons());
            QVERIFY(large > 2);
            for (std::size_t i = 1; i < large; ++i)
                QVERIFY(key(model.sort(), model.order()[i - 1]) <= key(model.sort(), model.order()[i]));
        }
    }

    void membersSort() {
        Shown shown;
        QVERIFY(shown.wait());
        auto& session = shown.session();
        auto& view = shown.view;
        QSignalSpy changed(&view, &ClustersView::memberSortChanged);
        const auto value = [&](SampleId sample) {
            switch (view.memberSort()) {
            case MemberSort::cosineToHead:
                break;
            case MemberSort::meanToClass:
                return std::numeric_limits<double>::quiet_NaN();
            case MemberSort::margin:
                return session.marginOf(sample);
            case MemberSort::el2n:
                return -session.el2nOf(sample);
            case MemberSort::norm:
                return -session.normOf(sample);
            }
            const auto head = session.clusters()->clusters[0].head;
            return -static_cast<double>(session.run()->cosine(head, session.run()->rowFromSample(sample)));
        };
        for (const auto sort : {MemberSort::margin, MemberSort::el2n, MemberSort::norm, MemberSort::meanToClass,
                                MemberSort::cosineToHead}) {
            view.setMemberSort(sort);
            for (const auto& section : view.gallery().sections())
                for (std::size_t i = 1; i < section.samples.size(); ++i)
                    QVERIFY(!(value(section.samples[i - 1]) > value(section.samples[i]) + 1e-6));
            QCOMPARE(MemberOrder::sortFromName(MemberOrder::nameOf(sort)), sort);
        }
        QCOMPARE(changed.count(), 5);
    }

    void allClustersHaveASectionEach() {
        Shown shown;
        QVERIFY(shown.wait());
        auto& view = shown.view;
        auto& session = shown.session();
        view.setAllShown(true);
        QCOMPARE(view.gallery().count(), session.run()->rows());
        const auto& model = view.list().clusters();
        const auto large = model.shown() - model.singletons();
        QCOMPARE(std::ssize(view.gallery().sections()), large + (model.singletons() > 0 ? 1 : 0));
        for (std::size_t i = 0; i < static_cast<std::size_t>(large); ++i) {
            const auto& cluster = session.clusters()->clusters[static_cast<std::size_t>(model.order()[i])];
            QCOMPARE(view.gallery().sections()[i].samples.front(), session.run()->sampleFromRow(cluster.head));
            QCOMPARE(std::ssize(view.gallery().sections()[i].samples), cluster.size());
        }
        // A cluster of the list is scrolled to, and the arrows of the list go on from there.
        view.showCluster(model.order()[4], true);
        QVERIFY(view.gallery().viewport()->rect().intersects(view.gallery().rectOf(session.run()->sampleFromRow(
            session.clusters()->clusters[static_cast<std::size_t>(model.order()[4])].head))));
        session.setClusterRatio(0.3);
        QVERIFY(shown.fixture.wait());
        QTRY_COMPARE(model.shown(), std::ssize(session.clusters()->clusters));
        QCOMPARE(view.gallery().count(), session.run()->rows());
        view.setAllShown(false);
        QVERIFY(view.gallery().count() < session.run()->rows());
    }

    void keysGoThroughClustersAndSamples() {
        Shown shown;
        QVERIFY(shown.wait());
        QVERIFY(tests::showActive(shown.view));
        auto& list = shown.view.list();
        auto& session = shown.session();
        list.setFocus();
        QTest::keyClick(&list, Qt::Key_Down);
        QCOMPARE(shown.view.shownCluster(), 1);
        QTest::keyClick(&list, Qt::Key_Return);
        QVERIFY(shown.view.gallery().hasFocus());
        session.selection().flush();
        const auto first = shown.view.gallery().sections()[0].samples.front();
        QCOMPARE(session.selection().current(), first);
        QTest::keyClick(&shown.view.gallery(), Qt::Key_Right);
        QCOMPARE(session.selection().current(), shown.view.gallery().sections()[0].samples[1]);
        QTest::keyClick(&shown.view.gallery(), Qt::Key_Escape);
        QVERIFY(list.hasFocus());
        QTest::keyClick(&list, Qt::Key_BracketRight);
        QCOMPARE(shown.view.shownCluster(), 2);
        QTest::keyClick(&list, Qt::Key_A);
        QVERIFY(shown.view.isAllShown());
    }

    void copiesAsText() {
        Shown shown;
        QVERIFY(shown.wait());
        QVERIFY(tests::showActive(shown.view));
        auto& session = shown.session();
        shown.view.list().setFocus();
        QTest::keyClick(&shown.view.list(), Qt::Key_C, Qt::ControlModifier);
        const auto lines = QGuiApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), shown.view.list().clusters().shown() + 1);
        const auto fields = lines[1].split(QLatin1Char('\t'));
        QCOMPARE(fields.size(), lines[0].split(QLatin1Char('\t')).size());
        QCOMPARE(fields[3].toLongLong(), session.clusters()->clusters[0].size());
        QCOMPARE(fields[2].toLongLong(), session.run()->sampleFromRow(session.clusters()->clusters[0].head).value());
        shown.view.gallery().setFocus();
        QTest::keyClick(&shown.view.gallery(), Qt::Key_C, Qt::ControlModifier);
        const auto rows = QGuiApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(rows.size(), shown.view.gallery().count() + 1);
        const SampleId sample(rows[1].split(QLatin1Char('\t'))[0].toLongLong());
        QCOMPARE(sample, shown.view.gallery().sections()[0].samples.front());
        QVERIFY(std::abs(rows[1].split(QLatin1Char('\t'))[8].toDouble() - session.el2nOf(sample)) < 1e-3);
        // Several selected samples: only these.
        models::SampleSet two;
        two.insert(shown.view.gallery().sections()[0].samples[0]);
        two.insert(shown.view.gallery().sections()[0].samples[2]);
        session.selection().setSelected(two, nullptr);
        QCOMPARE(shown.view.galleryText().count(QLatin1Char('\n')), 3);
    }

    /// What the card and the list say of predictions and relabelled members.
    void mixedClassesAreNamed() {
        Shown shown;
        QVERIFY(shown.wait());
        auto& session = shown.session();
        auto made = tests::makeSyntheticRun(300, 5, 11);
        for (std::size_t i = 0; i < made.probabilities.size();
             i += 7 * 5) // every seventh row is taken for the next class
            made.probabilities[i + static_cast<std::size_t>((made.labels[i / 5] + 1) % 5)] = 2;
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "mixed";
        tests::writeSyntheticRun(path, made);
        session.openRun(path);
        QTRY_VERIFY(session.run() && session.run()->rows() == 300 && session.clusters());
        QVERIFY(shown.fixture.wait());
        auto& model = shown.view.list().clusters();
        QTRY_COMPARE(model.shown(), std::ssize(session.clusters()->clusters));
        int mixed = -1;
        for (const int index : model.order())
            if (model.factsOf(index).misclassified > 0 && model.factsOf(index).predicted.size() > 1 && mixed < 0)
                mixed = index;
        QVERIFY(mixed >= 0);
        shown.view.showCluster(mixed, false);
        for (const auto& [label, count] : model.factsOf(mixed).predicted)
            QVERIFY(shown.view.card().accessibleName().contains(
                QStringLiteral("predicted %1 %2").arg(session.className(label)).arg(count)));
        const auto index = model.index(model.rowOf(mixed));
        QCOMPARE(index.data(ClusterListModel::MixedRole).toList().size(),
                 std::count_if(model.factsOf(mixed).predicted.begin(), model.factsOf(mixed).predicted.end(),
                               [&](const auto& entry) {
                                   return entry.first !=
                                          session.clusters()->clusters[static_cast<std::size_t>(mixed)].label;
                               }));
        curation::Edit edit;
        edit.kind = curation::Edit::Kind::relabel;
        edit.label = 3;
        edit.samples = {
            session.run()->sampleFromRow(session.clusters()->clusters[static_cast<std::size_t>(mixed)].head)};
        session.decide(edit, QStringLiteral("Relabel"));
        QTRY_VERIFY(
            shown.view.card().accessibleName().contains(QStringLiteral("relabelled %1 1").arg(session.className(3))));
        QVERIFY(shown.fixture.wait());
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

    void pictureOfAllClusters() {
        Shown shown;
        QVERIFY(shown.wait());
        shown.view.setMemberSort(MemberSort::margin);
        shown.view.setAllShown(true);
        shown.view.showCluster(shown.view.list().clusters().order()[1], false);
        tests::checkPicture(shown.view, shown.fixture, true, QStringLiteral("clusters_all_dark"));
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
