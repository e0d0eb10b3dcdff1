#include "run_fixture.h"

#include <helpers/show_window.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_neighbour_row.h>
#include <widgets/views/sample_actions.h>

#include <QAbstractItemModelTester>
#include <QMenu>
#include <QScrollBar>
#include <QSignalSpy>
#include <QtTest>
#include <QUndoStack>
#include <QWheelEvent>

using namespace lpntk;
using namespace lpntk::views;
using base::SampleId;

namespace {

std::unique_ptr<GalleryDelegate> captions(models::Session& session) {
    return std::make_unique<CaptionDelegate>(session, [](SampleId sample) { return QString::number(sample.value()); });
}

std::vector<SampleId> samples(std::int64_t first, std::int64_t count) {
    std::vector<SampleId> result;
    for (std::int64_t i = 0; i < count; ++i)
        result.emplace_back(first + i);
    return result;
}

void click(Gallery& gallery, SampleId sample, Qt::KeyboardModifiers modifiers = {}) {
    QTest::mouseClick(gallery.viewport(), Qt::LeftButton, modifiers, gallery.rectOf(sample).center());
}

} // namespace

class TestGallery : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { models::theme().apply(*qApp); }

    void clicksSelect() {
        models::Session session;
        Gallery gallery(session, captions(session), nullptr);
        gallery.resize(400, 400);
        gallery.setSections({{"a", "A", "5", "", samples(0, 5)}, {"b", "B", "20", "", samples(100, 20)}});
        gallery.show();
        QVERIFY(QTest::qWaitForWindowExposed(&gallery));
        auto& selection = session.selection();
        click(gallery, SampleId(3));
        QCOMPARE(selection.current(), SampleId(3));
        click(gallery, SampleId(101), Qt::ControlModifier);
        QCOMPARE(selection.selected().count(), 2);
        click(gallery, SampleId(4));
        click(gallery, SampleId(102), Qt::ShiftModifier); // across sections: 4, 100, 101, 102
        QVERIFY((selection.selected().toVector() == std::vector{SampleId(4), SampleId(100), SampleId(101), SampleId(102)}));
        QTest::mouseMove(gallery.viewport(), gallery.rectOf(SampleId(105)).center());
        QTRY_COMPARE(selection.hovered(), SampleId(105));
        QCOMPARE(gallery.sampleAt(gallery.rectOf(SampleId(119)).center()), SampleId(119));
        QCOMPARE(gallery.count(), 25);
    }

    void keysMove() {
        models::Session session;
        Gallery gallery(session, captions(session), nullptr);
        gallery.resize(400, 400);
        gallery.setSections({{"a", "A", "", "", samples(0, 8)}, {"b", "B", "", "", samples(100, 20)}});
        gallery.show();
        QVERIFY(QTest::qWaitForWindowExposed(&gallery));
        auto& selection = session.selection();
        QTest::keyClick(&gallery, Qt::Key_Right);
        QCOMPARE(selection.current(), SampleId(0));
        QTest::keyClick(&gallery, Qt::Key_Left); // stays at the first
        QCOMPARE(selection.current(), SampleId(0));
        QTest::keyClick(&gallery, Qt::Key_Right);
        QTest::keyClick(&gallery, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(selection.selected().count(), 2);
        click(gallery, SampleId(1));
        const int columns = gallery.rectOf(SampleId(7)).top() > gallery.rectOf(SampleId(0)).top() ? [&] {
            int n = 1;
            while (gallery.rectOf(SampleId(n)).top() == gallery.rectOf(SampleId(0)).top())
                ++n;
            return n;
        }()
                                                                                                 : 8;
        QVERIFY(columns > 1 && columns < 8);
        QTest::keyClick(&gallery, Qt::Key_Down); // into the short last row or the cell below
        QCOMPARE(selection.current(), SampleId(std::min(1 + columns, 7)));
        QTest::keyClick(&gallery, Qt::Key_Down); // across the heading
        QVERIFY(selection.current().value() >= 100);
        QTest::keyClick(&gallery, Qt::Key_End);
        QCOMPARE(selection.current(), SampleId(119));
        QTest::keyClick(&gallery, Qt::Key_Home);
        QCOMPARE(selection.current(), SampleId(0));
        QTest::keyClick(&gallery, Qt::Key_Space);
        QVERIFY(!selection.selected().contains(SampleId(0)));
        QTest::keyClick(&gallery, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(selection.selected().count(), 28);
    }

    void headingsFold() {
        models::Session session;
        Gallery gallery(session, captions(session), nullptr);
        gallery.setFoldable(true);
        gallery.resize(400, 300);
        gallery.setSections({{"a", "A", "", "", samples(0, 8)}, {"b", "B", "", "", samples(100, 2)}});
        gallery.show();
        QVERIFY(QTest::qWaitForWindowExposed(&gallery));
        const int before = gallery.rectOf(SampleId(100)).top();
        QTest::mouseClick(gallery.viewport(), Qt::LeftButton, {}, QPoint(60, 18));
        QVERIFY(gallery.rectOf(SampleId(0)).isNull());
        QVERIFY(gallery.rectOf(SampleId(100)).top() < before);
        gallery.setSections({{"a", "A", "", "", samples(0, 9)}, {"b", "B", "", "", samples(100, 2)}});
        QVERIFY(gallery.rectOf(SampleId(0)).isNull()); // stays folded when the content changes
    }

    void headingsStay() {
        models::Session session;
        Gallery gallery(session, captions(session), nullptr);
        gallery.setStickyHeadings(true);
        gallery.resize(400, 300);
        gallery.setSections({{"a", "A", "", "", samples(0, 60)}, {"b", "B", "", "", samples(100, 60)}});
        gallery.show();
        QVERIFY(QTest::qWaitForWindowExposed(&gallery));
        QSignalSpy clicked(&gallery, &Gallery::headingClicked);
        gallery.verticalScrollBar()->setValue(120);
        QVERIFY(!gallery.sampleAt(QPoint(40, 10)).isValid()); // the heading lies above the cells
        QVERIFY(gallery.sampleAt(QPoint(40, 60)).isValid());
        QTest::mouseClick(gallery.viewport(), Qt::LeftButton, {}, QPoint(40, 10));
        gallery.showSection(1);
        QTest::mouseClick(gallery.viewport(), Qt::LeftButton, {}, QPoint(40, 10));
        QCOMPARE(clicked.count(), 2);
        QCOMPARE(clicked[0][0].toInt(), 0);
        QCOMPARE(clicked[1][0].toInt(), 1);
        // A cell that a key goes to is not left below the heading.
        gallery.ensureVisible(SampleId(0));
        QVERIFY(gallery.rectOf(SampleId(0)).top() >= models::theme().row("section"));
        gallery.verticalScrollBar()->setValue(0);
        QTest::keyClick(&gallery, Qt::Key_End);
        QCOMPARE(session.selection().current(), SampleId(159));
        QCOMPARE(std::ssize(gallery.shownSamples()), 120);
    }

    void copyKeyIsTaken() {
        models::Session session;
        Gallery gallery(session, captions(session), nullptr);
        gallery.setSections({{"a", "A", "", "", samples(0, 6)}});
        gallery.show();
        QVERIFY(QTest::qWaitForWindowExposed(&gallery));
        QKeyEvent press(QEvent::ShortcutOverride, Qt::Key_C, Qt::ControlModifier);
        press.ignore();
        QCoreApplication::sendEvent(&gallery, &press);
        QVERIFY(!press.isAccepted()); // nobody listens: the window's own key
        QSignalSpy copied(&gallery, &Gallery::copyRequested);
        QTest::keyClick(&gallery, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(copied.count(), 1);
    }

    void sixtyThousandCellsScrollWithoutWaiting() {
        models::Session session;
        Gallery gallery(session, captions(session), nullptr);
        gallery.resize(800, 600);
        gallery.show();
        QVERIFY(QTest::qWaitForWindowExposed(&gallery));
        QElapsedTimer timer;
        timer.start();
        gallery.setSections({{"all", "All", "60,000", "", samples(0, 60000)}});
        for (int i = 0; i < 100; ++i) {
            gallery.verticalScrollBar()->setValue(gallery.verticalScrollBar()->maximum() / 100 * i);
            gallery.viewport()->repaint();
        }
        // Generous: this guards against painting or laying out what is not visible.
        QVERIFY2(timer.elapsed() < 10000, qPrintable(QString::number(timer.elapsed())));
        session.selection().click(SampleId(59999), false, nullptr);
        session.selection().flush();
        QVERIFY(gallery.viewport()->rect().contains(gallery.rectOf(SampleId(59999)).center()));
    }

    void wheelWithCtrlChangesTheSize() {
        models::Session session;
        Gallery gallery(session, captions(session), nullptr);
        gallery.resize(400, 300);
        gallery.setSections({{"a", "", "", "", samples(0, 8)}});
        gallery.show();
        QVERIFY(QTest::qWaitForWindowExposed(&gallery));
        QWheelEvent event(QPointF(50, 50), gallery.viewport()->mapToGlobal(QPointF(50, 50)), {}, QPoint(0, 120), Qt::NoButton, Qt::ControlModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(gallery.viewport(), &event);
        QCOMPARE(gallery.thumbnailSide(), 84);
    }

    void keysDecide() {
        tests::RunFixture fixture(200, 5);
        QVERIFY(fixture.wait());
        auto& session = fixture.session;
        QWidget window;
        window.resize(400, 300);
        SampleActions actions(session, &window);
        auto* gallery = new Gallery(session, captions(session), &window);
        gallery->resize(400, 300);
        const auto first = session.run()->sampleFromRow(base::RowId(0));
        const auto second = session.run()->sampleFromRow(base::RowId(1));
        gallery->setSections({{"a", "", "", "", {first, second}}});
        QVERIFY(tests::showActive(window));
        gallery->setFocus();
        click(*gallery, first);
        click(*gallery, second, Qt::ControlModifier);
        using Verdict = curation::Decision::Verdict;
        QTest::keyClick(gallery, Qt::Key_P);
        QCOMPARE(session.decisions().of(first).verdict, Verdict::prune);
        QCOMPARE(session.decisions().of(second).verdict, Verdict::prune);
        QCOMPARE(session.undoStack().count(), 1);
        QCOMPARE(session.undoStack().undoText(), QStringLiteral("Prune 2 samples"));
        QTest::keyClick(gallery, Qt::Key_K);
        QCOMPARE(session.decisions().of(first).verdict, Verdict::keep);
        QTest::keyClick(gallery, Qt::Key_K); // takes it back
        QCOMPARE(session.decisions().of(first).verdict, Verdict::none);
        QTest::keyClick(gallery, Qt::Key_M);
        QVERIFY(session.decisions().of(second).review);
        QTest::keyClick(gallery, Qt::Key_R);
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        QVERIFY(menu);
        QCOMPARE(menu->actions().size(), 5);
        menu->actions()[3]->trigger();
        menu->close();
        QCOMPARE(session.decisions().of(first).relabel, 3);
        QVERIFY(fixture.wait());
    }

    void neighbourModelKeepsItsPromises() {
        tests::RunFixture fixture(200, 5);
        QVERIFY(fixture.wait());
        NeighbourList list(fixture.session, nullptr);
        QAbstractItemModelTester tester(&list.neighbours(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto answer = analysis::neighbourhood(*fixture.session.run(), base::RowId(5), {}, 10);
        list.neighbours().setNeighbours(answer.interchangeable);
        QCOMPARE(list.neighbours().rowCount(), static_cast<int>(answer.interchangeable.size()));
        QVERIFY(list.neighbours().index(0).data().toString().contains("cosine +"));
        list.resize(300, 400);
        list.show();
        QVERIFY(QTest::qWaitForWindowExposed(&list));
        QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, list.visualRect(list.neighbours().index(1)).center());
        QCOMPARE(fixture.session.selection().current(), list.neighbours().sampleAt(1));
        list.neighbours().setNeighbours({});
        QCOMPARE(list.neighbours().rowCount(), 0);
    }
};

QTEST_MAIN(TestGallery)
#include "test_gallery.moc"
