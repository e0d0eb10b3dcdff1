#include "picture_case.h"

#include <helpers/show_window.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/pruning_amount.h>
#include <widgets/views/pruning_detail.h>
#include <widgets/views/pruning_methods.h>
#include <widgets/views/pruning_view.h>

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLocale>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QStandardItemModel>
#include <QtTest>
#include <QUndoStack>

#include <algorithm>
#include <limits>

using namespace lpntk;
using namespace lpntk::views;
using base::SampleId;

namespace {

void decide(models::Session& session, curation::Edit::Kind kind, SampleId sample) {
    curation::Edit edit;
    edit.kind = kind;
    edit.samples = {sample};
    session.decide(std::move(edit), QStringLiteral("edit"));
}

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

    void editsByHandStayWhenTheAmountChanges() {
        Shown shown;
        QVERIFY(shown.wait());
        auto& session = shown.session();
        const auto lost = shown.view.pruned().sections()[0].samples[0];
        const auto saved = shown.view.kept().sections()[0].samples[0];
        decide(session, curation::Edit::Kind::keep, lost);
        decide(session, curation::Edit::Kind::prune, saved);
        for (const int value : {100, 950, 400}) {
            shown.view.slider().setValue(value);
            QVERIFY(shown.wait());
            QVERIFY(!session.isPruned(lost) && session.isPruned(saved));
            QCOMPARE(session.subset()->handEdits, 2);
        }
        QVERIFY(shown.view.byHandOnly().isEnabled());
        QTest::mouseClick(&shown.view.byHandOnly(), Qt::LeftButton);
        QTRY_COMPARE(shown.view.kept().count(), 1);
        QCOMPARE(shown.view.kept().sections()[0].samples[0], lost);
        QCOMPARE(shown.view.pruned().count(), 1);
        QCOMPARE(shown.view.pruned().sections()[0].samples[0], saved);
        session.undoStack().undo();
        session.undoStack().undo();
        QVERIFY(shown.wait());
        QVERIFY(!shown.view.byHandOnly().isChecked());
        QTRY_COMPARE(shown.view.kept().count() + shown.view.pruned().count(), 400);
    }

    void prunedByCoverageAndByClass() {
        Shown shown;
        shown.view.slider().setValue(300);
        QVERIFY(shown.wait());
        const auto& run = *shown.session().run();
        const auto covered = [&](base::SampleId sample) {
            return shown.session().coverage()->perRow[static_cast<std::size_t>(run.rowFromSample(sample).value())];
        };
        const auto rises = [&](const GallerySection& section) {
            return std::is_sorted(section.samples.begin(), section.samples.end(),
                                  [&](auto a, auto b) { return covered(a) < covered(b); });
        };
        QTest::mouseClick(shown.view.sorting().button(1), Qt::LeftButton);
        QTRY_COMPARE(shown.view.pruned().sections()[0].key, QStringLiteral("worst-covered"));
        const auto all = shown.view.pruned().sections();
        QCOMPARE(all.size(), std::size_t{1});
        QCOMPARE(std::ssize(all[0].samples), 400 - shown.session().subset()->keptCount);
        QVERIFY(rises(all[0]));
        QVERIFY(covered(all[0].samples.front()) < covered(all[0].samples.back()));
        QTest::mouseClick(shown.view.sorting().button(2), Qt::LeftButton);
        QTRY_COMPARE(std::ssize(shown.view.pruned().sections()), 5);
        for (int label = 0; label < 5; ++label) {
            const auto& section = shown.view.pruned().sections()[static_cast<std::size_t>(label)];
            QCOMPARE(section.title, shown.session().className(label));
            QVERIFY(rises(section));
            for (const auto sample : section.samples)
                QCOMPARE(run.labelOf(run.rowFromSample(sample)), label);
        }
    }

    void amountIsTypedAsShareOrCount_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<double>("share");
        QTest::newRow("share") << "30 %" << 0.3;
        QTest::newRow("share with decimals") << "12.5" << 0.125;
        QTest::newRow("count") << "100" << 0.25;
        QTest::newRow("thousands") << QLocale().toString(400) << 1.0;
        QTest::newRow("too many") << "401" << -1.0;
        QTest::newRow("none") << "0 %" << -1.0;
        QTest::newRow("above all") << "130%" << -1.0;
        QTest::newRow("words") << "most" << -1.0;
    }
    void amountIsTypedAsShareOrCount() {
        QFETCH(QString, text);
        QFETCH(double, share);
        const auto found = shareFromText(text, 400);
        QCOMPARE(found.value_or(-1), share);
    }

    void typedAmountIsTaken() {
        Shown shown;
        QVERIFY(shown.wait());
        auto& field = shown.view.amountField();
        field.setFocus();
        field.selectAll();
        QTest::keyClicks(&field, QStringLiteral("100"));
        QTest::keyClick(&field, Qt::Key_Return);
        QCOMPARE(shown.session().pruneOptions().keep, 0.25);
        QVERIFY(shown.wait());
        QCOMPARE(shown.session().subset()->keptCount, 100);
        QCOMPARE(shown.view.slider().value(), 250);
        field.selectAll();
        QTest::keyClicks(&field, QStringLiteral("900"));
        QTest::keyClick(&field, Qt::Key_Return);
        QCOMPARE(shown.session().pruneOptions().keep, 0.25);
        QVERIFY(field.property("error").toBool());
        QTest::keyClick(&field, Qt::Key_Escape);
        QVERIFY(!field.property("error").toBool());
        QCOMPARE(field.text(), models::format::share(0.25));
    }

    void aPrunedSampleSaysWhyAndLeadsToItsNearest() {
        Shown shown;
        shown.view.slider().setValue(300);
        QVERIFY(shown.wait());
        auto& gallery = shown.view.pruned();
        const auto sample = gallery.sections()[0].samples[0];
        QTest::mouseClick(gallery.viewport(), Qt::LeftButton, {}, gallery.rectOf(sample).center());
        const auto& run = *shown.session().run();
        const auto row = run.rowFromSample(sample);
        const auto& subset = *shown.session().subset();
        const auto clusters = curation::clustersFor(*shown.session().clustering(), subset.options);
        const QString reason =
            QString::fromStdString(curation::reasonText(*shown.session().clustering(), clusters, subset, row));
        QTRY_VERIFY2(shown.view.detail().text().contains(reason), qPrintable(shown.view.detail().text()));
        const auto nearest = run.sampleFromRow(subset.nearestKept[static_cast<std::size_t>(row.value())]);
        QVERIFY(shown.view.detail().nearest().text().contains(models::format::sample(nearest)));
        QTest::mouseClick(&shown.view.detail().nearest(), Qt::LeftButton);
        QCOMPARE(shown.session().selection().current(), nearest);
        QTRY_VERIFY2(shown.view.detail().text().startsWith(QLatin1String("kept")),
                     qPrintable(shown.view.detail().text()));
    }

    void listsAreCopiedAsText() {
        Shown shown;
        shown.view.slider().setValue(300);
        QVERIFY(shown.wait());
        QVERIFY(tests::showActive(shown.view));
        QSignalSpy copied(&shown.view, &PruningView::copied);
        shown.view.pruned().setFocus();
        QTest::keyClick(&shown.view.pruned(), Qt::Key_C, Qt::ControlModifier);
        QTRY_COMPARE(copied.count(), 1);
        const QStringList lines = QApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 1 + shown.view.pruned().count());
        const auto sample = shown.view.pruned().sections()[0].samples[0];
        const QStringList cells = lines[1].split(QLatin1Char('\t'));
        QCOMPARE(cells.size(), 8);
        QCOMPARE(cells[0], QString::number(sample.value()));
        QCOMPARE(cells[1], shown.session().className(shown.session().labelOf(sample)));
        QCOMPARE(cells[2], QStringLiteral("pruned"));
        shown.view.methods().setFocus();
        shown.view.copyAsText();
        QCOMPARE(copied.count(), 2);
        QVERIFY(QApplication::clipboard()->text().startsWith(QLatin1String("Method\tCoverage")));
        QCOMPARE(QApplication::clipboard()->text().count(QLatin1Char('\n')), 7);
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
