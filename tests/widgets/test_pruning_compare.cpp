#include "picture_case.h"

#include <core/curation/keep_rank.h>
#include <helpers/show_window.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/pruning_agreement.h>
#include <widgets/views/pruning_charts.h>
#include <widgets/views/pruning_compare.h>
#include <widgets/views/pruning_coverage_chart.h>
#include <widgets/views/pruning_rank_scatter.h>
#include <widgets/views/pruning_view.h>

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QtTest>

#include <algorithm>
#include <set>

using namespace lpntk;
using namespace lpntk::views;
using base::RowId;
using base::SampleId;
using curation::Method;

namespace {

struct Shown {
    explicit Shown(bool compare, double keep = 0.3) : fixture(400, 5), view(fixture.session) {
        curation::PruneOptions options;
        options.keep = keep;
        session().setPruneOptions(options);
        view.resize(1100, 860);
        view.show();
        view.compareButton().setChecked(compare);
    }
    bool wait() {
        return QTest::qWaitForWindowExposed(&view) && fixture.wait() &&
               QTest::qWaitFor([this] { return view.isReady() && session().jobs().running() == 0; }, 60000);
    }
    bool against(const QString& text) {
        auto& box = view.comparison().against();
        const int index = box.findText(text, Qt::MatchStartsWith);
        if (index < 0)
            return false;
        box.setCurrentIndex(index);
        Q_EMIT box.activated(index);
        return QTest::qWaitFor([this] { return view.comparison().isReady() && session().jobs().running() == 0; },
                               60000);
    }
    models::Session& session() { return fixture.session; }
    tests::RunFixture fixture;
    PruningView view;
};

std::set<std::int64_t> samplesOf(const Gallery& gallery) {
    std::set<std::int64_t> result;
    for (const auto& section : gallery.sections())
        for (const auto sample : section.samples)
            result.insert(sample.value());
    return result;
}

/// What is kept in `a` and not in `b`, by looking at every row.
std::set<std::int64_t> onlyIn(const run::Run& run, const std::vector<char>& a, const std::vector<char>& b) {
    std::set<std::int64_t> result;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] && !b[i])
            result.insert(run.sampleFromRow(RowId(static_cast<std::int64_t>(i))).value());
    return result;
}

} // namespace

class TestPruningCompare : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { models::theme().apply(*qApp); }

    void galleriesOfAMethodAtTheSameAmount() {
        Shown shown(true);
        QVERIFY(shown.wait());
        QVERIFY(shown.against(QStringLiteral("EL2N")));
        auto options = shown.session().pruneOptions();
        options.method = Method::average;
        QVERIFY(shown.against(QStringLiteral("Average lpNTK")));
        options.keep = static_cast<double>(shown.session().subset()->keptCount) / 400;
        const auto other = curation::prune(*shown.session().clustering(), options, {}, false, 1);
        const auto& run = *shown.session().run();
        const auto& kept = shown.session().subset()->kept;
        auto& page = shown.view.comparison();
        QVERIFY(!samplesOf(page.onlyA()).empty());
        QCOMPARE(samplesOf(page.onlyA()), onlyIn(run, kept, other.kept));
        QCOMPARE(samplesOf(page.onlyB()), onlyIn(run, other.kept, kept));
        QVERIFY(page.agreement().asText().contains(QStringLiteral("All classes\t")));
    }

    void aPinnedChoiceStaysWhileTheAmountChanges() {
        Shown shown(true);
        QVERIFY(shown.wait());
        const auto former = shown.session().subset();
        QTest::mouseClick(&shown.view.comparison().pinButton(), Qt::LeftButton);
        QVERIFY(!shown.view.comparison().pinButton().isEnabled());
        QVERIFY(shown.against(QStringLiteral("Pinned: Cluster heads")));
        QCOMPARE(shown.view.comparison().content()->counts.all.onlyA, 0);
        QCOMPARE(shown.view.comparison().content()->counts.all.overlap(), 1.0);
        shown.view.slider().setValue(500);
        QVERIFY(shown.wait());
        const auto& run = *shown.session().run();
        QVERIFY(shown.session().subset()->keptCount > former->keptCount);
        QCOMPARE(samplesOf(shown.view.comparison().onlyA()), onlyIn(run, shown.session().subset()->kept, former->kept));
        QVERIFY(samplesOf(shown.view.comparison().onlyB()).empty()); // heads are nested
        QVERIFY(std::abs(shown.view.comparison().content()->spearman - 1) < 1e-12);
    }

    void theSelectionIsAChoiceToo() {
        Shown shown(true);
        QVERIFY(shown.wait());
        models::SampleSet chosen;
        const auto& run = *shown.session().run();
        std::vector<char> marks(400, 0);
        for (std::int64_t row = 0; row < 400; row += 3) {
            chosen.insert(run.sampleFromRow(RowId(row)));
            marks[static_cast<std::size_t>(row)] = 1;
        }
        shown.session().selection().setSelected(chosen, this);
        QVERIFY(shown.against(QStringLiteral("The selected")));
        QCOMPARE(samplesOf(shown.view.comparison().onlyB()), onlyIn(run, marks, shown.session().subset()->kept));
        QVERIFY(shown.view.comparison().content()->rankA.empty());
    }

    void savedSelectionsAreChoices() {
        Shown shown(true);
        QVERIFY(shown.wait());
        auto& page = shown.view.comparison();
        auto& saved = shown.session().savedSelections();
        const auto& run = *shown.session().run();
        const auto first = [&](std::int64_t count) {
            models::SampleSet set;
            for (std::int64_t row = 0; row < count; ++row)
                set.insert(run.sampleFromRow(RowId(row)));
            return set;
        };
        const auto marks = [](std::size_t count) {
            std::vector<char> made(400, 0);
            std::fill_n(made.begin(), count, 1);
            return made;
        };
        saved.add(QStringLiteral("Odd ones"), first(90));
        QVERIFY(shown.against(QStringLiteral("Saved: Odd ones")));
        const auto& kept = shown.session().subset()->kept;
        QCOMPARE(samplesOf(page.onlyB()), onlyIn(run, marks(90), kept));
        QCOMPARE(samplesOf(page.onlyA()), onlyIn(run, kept, marks(90)));
        saved.update(0, first(200));
        QVERIFY(shown.wait());
        QTRY_COMPARE(samplesOf(page.onlyB()), onlyIn(run, marks(200), kept));
        saved.remove(0);
        QVERIFY(page.against().currentText().startsWith(QStringLiteral("Random within")) ||
                page.against().currentText().contains(QStringLiteral("same amount")));
        QTRY_VERIFY(page.isReady());
        QCOMPARE(page.against().findText(QStringLiteral("Saved: Odd ones")), -1);
    }

    void ranksAreClickedAndBoxed() {
        Shown shown(true);
        QVERIFY(shown.wait());
        QVERIFY(shown.against(QStringLiteral("Random, same")));
        auto& chart = shown.view.comparison().ranks();
        const auto& content = *shown.view.comparison().content();
        QCOMPARE(content.rankA.size(), std::size_t{400});
        QCOMPARE(content.spearman, curation::spearman(content.rankA, content.rankB));
        const auto& run = *shown.session().run();
        const SampleId sample = run.sampleFromRow(RowId(123));
        const QPoint place = chart.placeOf(sample).toPoint();
        const SampleId found = chart.sampleAt(place);
        QVERIFY((chart.placeOf(found) - place).manhattanLength() <=
                (chart.placeOf(sample) - place).manhattanLength() + 0.5);
        QTest::mouseClick(&chart, Qt::LeftButton, {}, place);
        QCOMPARE(shown.session().selection().current(), found);
        const QRect box(place.x() - 40, place.y() - 40, 80, 80);
        QTest::mousePress(&chart, Qt::LeftButton, {}, box.topLeft());
        QTest::mouseMove(&chart, box.center());
        QTest::mouseMove(&chart, box.bottomRight());
        QTest::mouseRelease(&chart, Qt::LeftButton, {}, box.bottomRight());
        const auto& selected = shown.session().selection().selected();
        QVERIFY(selected.contains(sample) && selected.count() > 1 && selected.count() < 400);
        for (std::int64_t row = 0; row < 400; ++row) {
            const SampleId other = run.sampleFromRow(RowId(row));
            if (selected.contains(other))
                QVERIFY(QRectF(box).adjusted(-1, -1, 1, 1).contains(chart.placeOf(other)));
            else
                QVERIFY(!QRectF(box).adjusted(1, 1, -1, -1).contains(chart.placeOf(other)));
        }
    }

    void curvesPassThroughThePresentCoverage() {
        Shown shown(false, 0.5);
        QVERIFY(shown.wait());
        const auto& curves = shown.view.chart().curves();
        QCOMPARE(curves.size(), std::size_t{3});
        for (const Method method : {Method::heads, Method::average, Method::el2n}) {
            auto options = shown.session().pruneOptions();
            options.method = method;
            options.keep = 0.5;
            shown.session().setPruneOptions(options);
            QVERIFY(shown.wait());
            const auto& present = shown.view.chart().curves();
            const auto curve =
                std::find_if(present.begin(), present.end(), [&](const auto& one) { return one.method == method; });
            QVERIFY(curve != present.end());
            // The points lie at 2.5 %, 5 % ...: the twentieth is this subset.
            QVERIFY(std::abs(curve->curve.share[19] - 0.5) < 0.01);
            QVERIFY2(std::abs(curve->curve.mean[19] - shown.session().coverage()->mean) < 1e-5,
                     qPrintable(
                         QStringLiteral("%1 for %2").arg(curve->curve.mean[19]).arg(shown.session().coverage()->mean)));
        }
    }

    void valuesAreReadOffTheCurves() {
        Shown shown(false);
        QVERIFY(shown.wait());
        QVERIFY(tests::showActive(shown.view));
        auto& chart = shown.view.chart();
        QVERIFY(chart.reading().isEmpty());
        chart.setReading(0.5);
        const auto& curve = chart.curves().front();
        QCOMPARE(curve.method, Method::heads);
        QCOMPARE(chart.reading().size(), 4);
        QCOMPARE(chart.reading()[0], QStringLiteral("%1 kept").arg(models::format::share(curve.curve.share[19])));
        QCOMPARE(chart.reading()[1], QStringLiteral("heads %1").arg(models::format::share(curve.curve.mean[19])));
        chart.setFocus();
        QTest::keyClick(&chart, Qt::Key_Right);
        QCOMPARE(chart.reading()[1], QStringLiteral("heads %1").arg(models::format::share(curve.curve.mean[20])));
        QTest::mouseClick(&shown.view.balance(), Qt::LeftButton, {}, QPoint(40, 2 + 21 * 2 + 10));
        QCOMPARE(chart.shownClass(), 2);
        QCOMPARE(shown.view.classBox().currentIndex(), 3);
        chart.setReading(0.5);
        QVERIFY2(chart.reading()[1].endsWith(models::format::share(curve.curve.meanOfClass[2][19])),
                 qPrintable(chart.reading()[1]));
        QCOMPARE(chart.asText().count(QLatin1Char('\n')), 1 + 3 * 38);
        QVERIFY(!shown.view.wholeCurve().isVisible());
    }

    void pictures_data() { tests::addPictureRows("pruning_compare"); }
    void pictures() {
        QFETCH(bool, dark);
        Shown shown(true);
        QVERIFY(shown.wait());
        QVERIFY(shown.against(QStringLiteral("Average lpNTK")));
        tests::checkPicture(shown.view, shown.fixture, dark, QString::fromLatin1(QTest::currentDataTag()));
    }
};

QTEST_MAIN(TestPruningCompare)
#include "test_pruning_compare.moc"
