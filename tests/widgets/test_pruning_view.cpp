#include "picture_case.h"

#include <helpers/show_window.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/pruning_methods.h>
#include <widgets/views/pruning_view.h>

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QStandardItemModel>
#include <QUndoStack>
#include <QtTest>

#include <limits>

using namespace lpntk;
using namespace lpntk::views;
using base::SampleId;

namespace {

struct Shown {
    explicit Shown(std::int64_t rows = 400) : fixture(rows, 5), view(fixture.session) {
        view.resize(1100, 860);
        view.show();
    }
    bool wait() {
        return QTest::qWaitForWindowExposed(&view) && fixture.wait() &&
               QTest::qWaitFor([this] { return view.isReady() && session().jobs().running() == 0; }, 60000);
    }
    models::Session& session() { return fixture.session; }
    tests::RunFixture fixture;
    PruningView view;
};

} // namespace

class TestPruningView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { models::theme().apply(*qApp); }

    void galleriesShowTheSubset() {
        Shown shown;
        QVERIFY(shown.wait());
        const auto& subset = *shown.session().subset();
        QCOMPARE(shown.view.kept().count(), subset.keptCount);
        QCOMPARE(shown.view.pruned().count(), 400 - subset.keptCount);
        for (const auto& section : shown.view.pruned().sections())
            for (const auto sample : section.samples)
                QVERIFY(shown.session().isPruned(sample));
        std::int32_t last = std::numeric_limits<std::int32_t>::max();
        for (const auto sample : shown.view.kept().sections()[0].samples) {
            const auto stands = subset.standsFor[static_cast<std::size_t>(shown.session().run()->rowFromSample(sample).value())];
            QVERIFY(stands <= last);
            last = stands;
        }
    }

    void sliderChangesTheSubsetLive() {
        Shown shown;
        QVERIFY(shown.wait());
        for (int value = 900; value >= 250; value -= 50)
            shown.view.slider().setValue(value);
        QVERIFY(shown.wait());
        QCOMPARE(shown.session().pruneOptions().keep, 0.25);
        QCOMPARE(shown.view.kept().count(), shown.session().subset()->keptCount);
        QVERIFY(shown.view.kept().count() <= 105);
    }

    void methodsAtTheSameAmount() {
        Shown shown;
        QVERIFY(shown.wait());
        auto& model = shown.view.methods().figures();
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model.rowCount(), 6);
        const int row = model.rowOf(curation::Method::random);
        QVERIFY(row > 0);
        const auto kept = shown.session().subset()->keptCount;
        QTest::mouseClick(shown.view.methods().viewport(), Qt::LeftButton, {}, shown.view.methods().visualRect(model.index(row, 0)).center());
        QCOMPARE(shown.session().pruneOptions().method, curation::Method::random);
        QVERIFY(shown.wait());
        QCOMPARE(shown.session().subset()->keptCount, kept);
        QCOMPARE(model.index(model.rowOf(curation::Method::random), MethodsModel::OverlapColumn).data().toString().left(3), QStringLiteral("100"));
    }

    void methodsThatNeedScoresAreOff() {
        Shown shown;
        QVERIFY(shown.wait());
        const auto* items = qobject_cast<QStandardItemModel*>(shown.view.methodBox().model());
        QVERIFY(items);
        const auto enabled = [&](curation::Method method) { return items->item(shown.view.methodBox().findData(static_cast<int>(method)))->isEnabled(); };
        QVERIFY(enabled(curation::Method::el2n) && enabled(curation::Method::heads));
        QVERIFY(!enabled(curation::Method::grand) && !enabled(curation::Method::forgetting));
    }

    void keysMoveSamplesBetweenTheGalleries() {
        Shown shown;
        shown.session().setPruneOptions([] {
            curation::PruneOptions options;
            options.keep = 0.5;
            return options;
        }());
        QVERIFY(shown.wait());
        QVERIFY(tests::showActive(shown.view));
        auto& gallery = shown.view.kept();
        const auto sample = gallery.sections()[0].samples[0];
        QTest::mouseClick(gallery.viewport(), Qt::LeftButton, {}, gallery.rectOf(sample).center());
        gallery.setFocus();
        QTest::keyClick(&gallery, Qt::Key_P);
        QVERIFY(shown.wait());
        QVERIFY(shown.session().isPruned(sample));
        QCOMPARE(shown.view.pruned().sections().front().key, QStringLiteral("pruned-by-hand"));
        QCOMPARE(shown.session().subset()->handEdits, 1);
        shown.session().undoStack().undo();
        QVERIFY(shown.wait());
        QVERIFY(!shown.session().isPruned(sample));
    }

    void exportIsAskedFor() {
        Shown shown;
        QVERIFY(shown.wait());
        QSignalSpy spy(&shown.view, &PruningView::exportRequested);
        for (auto* button : shown.view.findChildren<QPushButton*>())
            if (button->property("primary").toBool())
                QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(spy.count(), 1);
    }

    void pictures_data() { tests::addPictureRows("pruning"); }
    void pictures() {
        QFETCH(bool, dark);
        Shown shown;
        curation::PruneOptions options;
        options.keep = 0.3;
        shown.session().setPruneOptions(options);
        QVERIFY(shown.wait());
        tests::checkPicture(shown.view, shown.fixture, dark, QString::fromLatin1(QTest::currentDataTag()));
    }
};

QTEST_MAIN(TestPruningView)
#include "test_pruning_view.moc"
