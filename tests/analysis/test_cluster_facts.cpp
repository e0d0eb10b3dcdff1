#include "run_fixture.h"

#include <core/analysis/cluster_facts.h>
#include <core/analysis/predictions.h>

#include <QtTest>

#include <cmath>
#include <map>

using namespace lpntk;
using base::RowId;

class TestClusterFacts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Against plain loops over the rows of each cluster and the dense kernel.
    void factsOfEveryCluster() {
        auto made = tests::makeSyntheticRun(300, 5, 11);
        for (std::size_t i = 0; i < made.probabilities.size();
             i += 7 * 5) // every seventh row is taken for the next class
            made.probabilities[i + static_cast<std::size_t>((made.labels[i / 5] + 1) % 5)] = 2;
        const tests::RunFixture fixture(std::move(made));
        const auto& run = fixture.run;
        const auto clustering = analysis::Clustering::compute(run, analysis::Mode::paper, nullptr, 2);
        const auto clusters = clustering->assign(clustering->headsForRatio(0.3));
        const auto predicted = analysis::predictedLabels(*run);
        QCOMPARE(std::ssize(predicted), run->rows());
        const auto facts = analysis::clusterFacts(clusters, predicted);
        QCOMPARE(facts.size(), clusters.clusters.size());
        std::int64_t wrongOfAll = 0;
        for (std::size_t c = 0; c < facts.size(); ++c) {
            double sum = 0, squares = 0, least = 2;
            std::int64_t others = 0, wrong = 0;
            std::map<int, std::int64_t> counts;
            for (std::int64_t i = 0; i < run->rows(); ++i) {
                if (clusters.clusterOf[static_cast<std::size_t>(i)].value() != static_cast<std::int64_t>(c))
                    continue;
                const float* own = &fixture.dense.probabilities[static_cast<std::size_t>(i * 5)];
                const int guess = static_cast<int>(std::max_element(own, own + 5) - own);
                ++counts[guess];
                wrong += guess != fixture.dense.labels[static_cast<std::size_t>(i)];
                const std::int64_t head = clusters.clusters[c].head.value();
                if (i == head)
                    continue;
                const double cosine = fixture.dense.at(i, head) /
                                      std::sqrt(double(fixture.dense.at(i, i)) * fixture.dense.at(head, head));
                sum += cosine;
                squares += cosine * cosine;
                least = std::min(least, cosine);
                ++others;
            }
            QCOMPARE(facts[c].misclassified, wrong);
            wrongOfAll += wrong;
            QCOMPARE((std::map<int, std::int64_t>(facts[c].predicted.begin(), facts[c].predicted.end())), counts);
            for (std::size_t i = 1; i < facts[c].predicted.size(); ++i)
                QVERIFY(facts[c].predicted[i - 1].second >= facts[c].predicted[i].second);
            if (others == 0) {
                QVERIFY(std::isnan(facts[c].meanCosine) && std::isnan(facts[c].leastCosine) &&
                        std::isnan(facts[c].spread));
                continue;
            }
            const double mean = sum / static_cast<double>(others);
            QVERIFY(std::abs(facts[c].meanCosine - mean) < 1e-5);
            QVERIFY(std::abs(facts[c].leastCosine - least) < 1e-5);
            QVERIFY(std::abs(facts[c].spread -
                             std::sqrt(std::max(0.0, squares / static_cast<double>(others) - mean * mean))) < 1e-3);
        }
        QVERIFY(wrongOfAll > 0);
    }

    void withoutPredictions() {
        const tests::RunFixture fixture(tests::makeSyntheticRun(100, 4, 2));
        const auto clustering = analysis::Clustering::compute(fixture.run, analysis::Mode::paper, nullptr, 1);
        for (const auto& facts : analysis::clusterFacts(clustering->assign(clustering->headsForRatio(0.5)), {})) {
            QVERIFY(facts.predicted.empty());
            QCOMPARE(facts.misclassified, 0);
        }
    }
};

QTEST_GUILESS_MAIN(TestClusterFacts)
#include "test_cluster_facts.moc"
