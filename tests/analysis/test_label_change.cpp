#include <core/analysis/label_change.h>

#include <QtTest>

#include <cmath>
#include <vector>

using namespace lpntk::analysis;

/// What a label change does to relations, on a kernel small enough to be counted by eye.
class TestLabelChange : public QObject {
    Q_OBJECT

    // Three labels, five samples of the classes 0, 0, 1, 1, 1; the sample itself is the first.
    std::vector<float> m_self{4, 1, 9};
    std::vector<float> m_diagonal{4, 1, 4, 1, 16};
    std::vector<std::int64_t> m_labels{0, 0, 1, 1, 1};
    std::vector<float> m_kappa{4, -1,   4, -0.2f, -4,  // norm 2: cosines 1, -0.5, 1, -0.1, -0.5
                               0, 0.5f, 2, 0.5f,  0,   // norm 1: 0, 0.5, 1, 0.5, 0
                               6, 3,    6, 3,     12}; // norm 3: 1, 1, 1, 1, 1; class without samples

    LabelKappa kernel(std::int64_t own) const { return {m_kappa, m_self, m_diagonal, m_labels, own}; }

private Q_SLOTS:
    void countsWhatTheCosinesSay() {
        const auto found = labelOutcomes(kernel(0), {0.1f, 0.1f});
        QCOMPARE(found.size(), std::size_t{3});
        QCOMPARE(found[0].classCount, std::int64_t{1}); // without the sample itself
        QCOMPARE(found[0].classCosine, -0.5);
        QCOMPARE(found[0].counts.interchangeable, std::int64_t{1});
        QCOMPARE(found[0].counts.contradictory, std::int64_t{3}); // -0.1 is on the threshold
        QCOMPARE(found[1].classCount, std::int64_t{3});
        QCOMPARE(found[1].classCosine, 0.5);
        QCOMPARE(found[1].counts.contradictory, std::int64_t{0});
        QCOMPARE(found[1].counts.unrelated, std::int64_t{1});
        QCOMPARE(found[2].classCount, std::int64_t{0});
        QVERIFY(std::isnan(found[2].classCosine));
        QCOMPARE(labelOutcomes(kernel(-1), {0.1f, 0.1f})[0].classCount, std::int64_t{2});
        QCOMPARE(labelOutcomes(kernel(0), {0.1f, 0.4f})[0].counts.contradictory, std::int64_t{2});
    }

    void presentFirstThenTheBest() {
        const auto sorted = bestFirst(labelOutcomes(kernel(0), {}), 0);
        QCOMPARE(sorted[0].label, 0);
        QCOMPARE(sorted[1].label, 1);
        QCOMPARE(sorted[2].label, 2); // all is well there, but there is nobody to be like
        QCOMPARE(betterLabel(sorted)->label, 1);
        QVERIFY(!betterLabel(bestFirst(labelOutcomes(kernel(0), {}), 1)));
        QVERIFY(!betterLabel(std::span(sorted).first(1)));
    }

    void theLargerCosineDecidesBetweenEquals() {
        LabelOutcome a, b;
        a.label = 0;
        b.label = 1;
        a.classCount = b.classCount = 2;
        a.classCosine = 0.2;
        b.classCosine = 0.3;
        QVERIFY(isBetter(b, a) && !isBetter(a, b));
        b.counts.contradictory = 1;
        QVERIFY(isBetter(a, b));
    }
};

QTEST_GUILESS_MAIN(TestLabelChange)
#include "test_label_change.moc"
