#include "curation_fixture.h"

#include <core/base/hash.h>
#include <core/curation/figure_recipe.h>

#include <QtTest>

#include <set>

using namespace lpntk;
using base::SampleId;

class TestFigureRecipe : public QObject {
    Q_OBJECT

    tests::SyntheticRun m_dense = tests::makeSyntheticRun(120, 3);

    curation::FigureFacts facts(const run::Run& run, const curation::Decisions& decisions) {
        curation::FigureFacts made;
        made.view = "heatmap";
        made.settings = {{"Order", "Class"}};
        made.run = &run;
        made.decisions = &decisions;
        made.selected = {SampleId(1), SampleId(4)};
        return made;
    }

private Q_SLOTS:
    void equalContentsGiveEqualHashesWhereverTheyLie() {
        tests::SyntheticOptions here, there;
        here.dataSource = "/data/here";
        there.dataSource = "/somewhere/else";
        const tests::CurationFixture a(m_dense, here), b(m_dense, there);
        curation::Decisions early, late;
        curation::Edit edit;
        edit.kind = curation::Edit::Kind::prune;
        edit.samples = {SampleId(1)};
        edit.time = "2026-01-01T00:00:00Z";
        early.apply(edit);
        edit.time = "2026-02-01T00:00:00Z";
        late.apply(edit);
        const base::Json first = curation::figureRecipe(facts(*a.run, early)),
                         second = curation::figureRecipe(facts(*b.run, late));
        QCOMPARE(curation::recipeSha256(first), curation::recipeSha256(second));
        // The hash is that of the text in the file, and the text reads back.
        base::Sha256 hash;
        hash.add(curation::canonicalText(first));
        QCOMPARE(curation::recipeSha256(first), hash.hex());
        QCOMPARE(curation::canonicalText(base::parseJson(curation::canonicalText(first), "x")),
                 curation::canonicalText(first));
        QCOMPARE(first["run"]["rows"].get<int>(), 120);
        QCOMPARE(first["selection"]["selected"].get<int>(), 2);
    }

    void noPathsAreTold() {
        tests::SyntheticOptions options;
        options.dataSource = "/secret/place";
        const tests::CurationFixture fixture(m_dense, options);
        const std::string text = curation::canonicalText(curation::figureRecipe(facts(*fixture.run, {})));
        QVERIFY(!QString::fromStdString(text).contains(QLatin1Char('/')));
        QVERIFY(QString::fromStdString(text).contains(QStringLiteral("\"name\":\"run\"")));
    }

    void whatIsShownChangesTheHash() {
        const tests::CurationFixture fixture(m_dense);
        const curation::Decisions none;
        const auto hashOf = [](const curation::FigureFacts& facts) {
            return curation::recipeSha256(curation::figureRecipe(facts));
        };
        std::set<std::string> seen{hashOf(facts(*fixture.run, none))};
        const auto differs = [&](const std::function<void(curation::FigureFacts&)>& change) {
            curation::FigureFacts changed = facts(*fixture.run, none);
            change(changed);
            return seen.insert(hashOf(changed)).second;
        };
        QVERIFY(differs([](auto& changed) { changed.view = "clusters"; }));
        QVERIFY(differs([](auto& changed) { changed.settings["Order"] = "Cluster"; }));
        QVERIFY(differs([](auto& changed) { changed.thresholds.plus = 0.2f; }));
        QVERIFY(differs([](auto& changed) { changed.clusterRatio = 0.2; }));
        QVERIFY(differs([](auto& changed) { changed.prune.keep = 0.5; }));
        QVERIFY(differs([](auto& changed) { changed.current = SampleId(7); }));
        QVERIFY(differs([](auto& changed) { changed.selected.emplace_back(7); }));
        curation::Decisions some;
        curation::Edit edit;
        edit.samples = {SampleId(1)};
        some.apply(edit);
        QVERIFY(differs([&](auto& changed) { changed.decisions = &some; }));
        const tests::CurationFixture other(tests::makeSyntheticRun(123, 3));
        QVERIFY(differs([&](auto& changed) { changed.run = other.run.get(); }));
    }
};

QTEST_GUILESS_MAIN(TestFigureRecipe)
#include "test_figure_recipe.moc"
