#include "run_fixture.h"

#include <core/base/files.h>

#include <widgets/models/session.h>

#include <QSignalSpy>
#include <QUndoStack>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace lpntk;
using namespace lpntk::models;

namespace {

curation::Edit edit(curation::Edit::Kind kind, std::vector<base::SampleId> samples) {
    curation::Edit result;
    result.kind = kind;
    result.samples = std::move(samples);
    return result;
}

} // namespace

class TestSession : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void openingARunFillsEverything() {
        tests::RunFixture fixture(300, 5);
        QVERIFY(fixture.wait());
        auto& session = fixture.session;
        QVERIFY(session.run() && session.clustering() && session.clusters() && session.subset() && session.coverage());
        QCOMPARE(session.run()->rows(), 300);
        QCOMPARE(static_cast<std::int64_t>(session.subset()->kept.size()), 300);
        const auto heads = session.clustering()->headsForRatio(session.clusterRatio());
        QCOMPARE(static_cast<std::int64_t>(session.clusters()->clusters.size()), std::accumulate(heads.begin(), heads.end(), std::int64_t{0}));
        QCOMPARE(session.runFolders().size(), std::size_t(1));
    }

    void factsOfASample() {
        tests::RunFixture fixture(300, 5);
        QVERIFY(fixture.wait());
        auto& session = fixture.session;
        const auto sample = session.run()->sampleFromRow(base::RowId(123));
        QCOMPARE(session.labelOf(sample), session.run()->labelOf(base::RowId(123)));
        const auto p = session.run()->probabilities().subspan(123 * 5, 5);
        const int prediction = static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin());
        QCOMPARE(session.predictionOf(sample), prediction);
        QCOMPARE(session.isMisclassified(sample), prediction != session.labelOf(sample));
        QCOMPARE(session.probabilityOf(sample, 2), p[2]);
        double sum = 0;
        for (int k = 0; k < 5; ++k)
            sum += std::pow(double(p[static_cast<std::size_t>(k)]) - (k == session.labelOf(sample)), 2);
        QVERIFY(qAbs(session.el2nOf(sample) - std::sqrt(sum)) < 1e-6);
        QCOMPARE(session.normOf(sample), double(session.run()->norms()[123]));
        QCOMPARE(session.labelOf(base::SampleId(5000000)), -1);
        QCOMPARE(session.predictionOf(base::SampleId()), -1);
        QVERIFY(!session.isPruned(base::SampleId(5000000)));
        QCOMPARE(session.className(77), QString());
    }

    void ratioChangesClustersLive() {
        tests::RunFixture fixture(300, 5);
        QVERIFY(fixture.wait());
        auto& session = fixture.session;
        const auto before = session.clusters()->clusters.size();
        for (double ratio = 0.1; ratio < 0.9; ratio += 0.01) // a dragged slider: only the last one counts
            session.setClusterRatio(ratio);
        session.setClusterRatio(0.9);
        QVERIFY(fixture.wait());
        const auto heads = session.clustering()->headsForRatio(0.9);
        QCOMPARE(static_cast<std::int64_t>(session.clusters()->clusters.size()), std::accumulate(heads.begin(), heads.end(), std::int64_t{0}));
        QVERIFY(session.clusters()->clusters.size() > before);
    }

    void pruneOptionsChangeTheSubset() {
        tests::RunFixture fixture(300, 5);
        QVERIFY(fixture.wait());
        auto& session = fixture.session;
        auto options = session.pruneOptions();
        options.keep = 0.2;
        session.setPruneOptions(options);
        options.method = curation::Method::el2n; // supersedes; its scores follow from the run
        session.setPruneOptions(options);
        QVERIFY(fixture.wait());
        QCOMPARE(session.subset()->options.method, curation::Method::el2n);
        QCOMPARE(session.subset()->keptCount, 60);
        double least = 2, most = 0;
        for (std::int64_t row = 0; row < 300; ++row) {
            const double score = session.el2nOf(session.run()->sampleFromRow(base::RowId(row)));
            (session.subset()->kept[static_cast<std::size_t>(row)] ? least = std::min(least, score) : most = std::max(most, score));
        }
        QVERIFY(least >= most - 1e-6);
        session.setMode(analysis::Mode::referenceCode);
        QVERIFY(fixture.wait());
        QCOMPARE(session.clustering()->mode(), analysis::Mode::referenceCode);
    }

    void badOptionsBecomeAnIssue() {
        tests::RunFixture fixture(100, 5);
        QVERIFY(fixture.wait());
        auto options = fixture.session.pruneOptions();
        options.keep = 7;
        const auto issues = fixture.session.issues().size();
        fixture.session.setPruneOptions(options);
        QVERIFY(fixture.wait());
        QCOMPARE(fixture.session.issues().size(), issues + 1);
        QVERIFY(fixture.session.subset()); // the former one stays
    }

    void everyEditIsOneUndoStep() {
        tests::RunFixture fixture(300, 5);
        QVERIFY(fixture.wait());
        auto& session = fixture.session;
        QSignalSpy changed(&session, &Session::changed);
        std::vector<base::SampleId> pruned;
        for (std::int64_t row = 0; pruned.size() < 3; ++row)
            if (session.subset()->kept[static_cast<std::size_t>(row)])
                pruned.push_back(session.run()->sampleFromRow(base::RowId(row)));
        const auto before = session.subset()->keptCount;
        session.decide(edit(curation::Edit::Kind::prune, pruned), "Prune 3 samples");
        QCOMPARE(session.undoStack().count(), 1);
        QCOMPARE(session.undoStack().undoText(), QStringLiteral("Prune 3 samples"));
        QVERIFY(!session.decisions().edits().front().time.empty());
        QVERIFY(fixture.wait());
        QCOMPARE(session.subset()->keptCount, before - 3);
        QVERIFY(session.isPruned(pruned[0]));
        auto relabel = edit(curation::Edit::Kind::relabel, {pruned[0]});
        relabel.label = 4;
        session.decide(relabel, "Relabel");
        QCOMPARE(session.decisions().of(pruned[0]).relabel, 4);
        session.undoStack().undo();
        session.undoStack().undo();
        QVERIFY(session.decisions().all().empty() && session.decisions().edits().empty());
        QVERIFY(fixture.wait());
        QCOMPARE(session.subset()->keptCount, before);
        session.undoStack().redo();
        QVERIFY(fixture.wait());
        QCOMPARE(session.subset()->keptCount, before - 3);
        QVERIFY(changed.count() > 0);
        session.decide(edit(curation::Edit::Kind::keep, {}), "Nothing");
        QCOMPARE(session.undoStack().count(), 2); // the redone one and the relabelling that can be redone
    }

    void changesAreCoalesced() {
        Session session;
        QSignalSpy changed(&session, &Session::changed);
        session.setThresholds({0.2f, 0.3f});
        session.addIssue(Issue::Severity::note, "one");
        session.addIssue(Issue::Severity::note, "two");
        session.setThresholds({0.2f, 0.3f});
        QTRY_COMPARE(changed.count(), 1);
        const auto what = changed[0][0].value<Changes>();
        QVERIFY(what.testFlag(Change::thresholds) && what.testFlag(Change::issues) && !what.testFlag(Change::run));
        QVERIFY_EXCEPTION_THROWN(session.setThresholds({2.0f, 0.1f}), base::OptionError);
    }

    void missingThingsBecomeIssues() {
        Session session;
        session.openRun("/nowhere/run");
        QTRY_COMPARE(session.issues().size(), std::size_t(1));
        QVERIFY(session.issues()[0].sentence.contains("/nowhere/run"));
        session.openData("/nowhere/data");
        QTRY_COMPARE(session.issues().size(), std::size_t(2));
        QVERIFY(!session.run() && !session.data());
        session.clearIssues();
        QVERIFY(session.issues().empty());
    }

    void aMovedDataSetCanBeLocated() {
        QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "run";
        tests::SyntheticOptions options;
        options.dataSource = "/nowhere/moved";
        tests::writeSyntheticRun(path, tests::makeSyntheticRun(100, 5), options);
        Session session;
        session.openRun(path);
        QTRY_COMPARE(session.issues().size(), std::size_t(1));
        QVERIFY(session.run()); // the run is usable without its pictures
        QVERIFY(session.issues()[0].sentence.contains("/nowhere/moved"));
        QVERIFY2(session.issues()[0].sentence.contains(". Locate"), qPrintable(session.issues()[0].sentence));
        QSignalSpy locate(&session, &Session::locateDataRequested);
        session.issues()[0].jump();
        QCOMPARE(locate.count(), 1);
        QTRY_COMPARE(session.jobs().running(), 0);
    }

    void theNetworkOfARunIsListedButNotLoaded() {
        QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "run";
        const auto weights = std::filesystem::path(folder.path().toStdString()) / "net.safetensors";
        tests::writeSyntheticRun(path, tests::makeSyntheticRun(100, 5));
        run::Manifest manifest = run::readManifest(path);
        manifest.weights = weights.string();
        run::writeManifest(path, manifest);
        Session session;
        session.openRun(path);
        QTRY_VERIFY(session.run() && session.jobs().running() == 0);
        QVERIFY(session.checkpoints().empty()); // the weights are gone
        base::writeFileAtomically(weights, "not looked at");
        session.closeAll();
        session.openRun(path);
        QTRY_VERIFY(session.run() && session.jobs().running() == 0);
        QCOMPARE(session.checkpoints().size(), std::size_t(1));
        QVERIFY(session.checkpoints()[0].listed && !session.checkpoints()[0].info);
        QCOMPARE(session.checkpoints()[0].name, QStringLiteral("net"));
        QCOMPARE(session.currentCheckpoint(), 0);
        QVERIFY(!engine::engineIsOpen());
        session.openRun(path);
        QTRY_COMPARE(session.jobs().running(), 0);
        QCOMPARE(session.checkpoints().size(), std::size_t(1));
        engine::NetworkSpec opened; // the user's own choice takes its place, with the network still to be guessed
        opened.weights = weights;
        session.openCheckpoint(opened);
        QCOMPARE(session.checkpoints().size(), std::size_t(1));
        QVERIFY(!session.checkpoints()[0].listed && session.checkpoints()[0].spec.model.empty());
    }

    void closingForgetsEverything() {
        tests::RunFixture fixture(100, 5);
        auto& session = fixture.session; // in the middle of the work
        session.closeAll();
        QTRY_COMPARE(session.jobs().running(), 0);
        QVERIFY(!session.run() && !session.clustering() && !session.subset() && !session.data());
        QVERIFY(session.runFolders().empty());
    }
};

QTEST_MAIN(TestSession)
#include "test_session.moc"
