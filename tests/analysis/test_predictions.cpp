#include <core/analysis/predictions.h>

#include <QtTest>

#include <cmath>
#include <vector>

using namespace lpntk;
using namespace lpntk::analysis;

class TestPredictions : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void figuresOfOneSample() {
        const std::vector<float> probabilities{0.25f, 0.625f, 0.125f};
        QCOMPARE(predictedLabel(probabilities), 1);
        QCOMPARE(marginOf(probabilities, 1), 0.375);
        QCOMPARE(marginOf(probabilities, 2), -0.5);
        QCOMPARE(el2nOf(probabilities, 0), std::sqrt(0.75 * 0.75 + 0.625 * 0.625 + 0.125 * 0.125));
    }

    void equalProbabilitiesGoToTheFirst() { QCOMPARE(predictedLabel(std::vector<float>{0.1f, 0.45f, 0.45f}), 1); }

    void whatIsNotKnown() {
        QCOMPARE(predictedLabel({}), -1);
        const std::vector<float> one{1.0f}, two{0.5f, 0.5f};
        for (const double value :
             {marginOf({}, 0), marginOf(one, 0), marginOf(two, -1), marginOf(two, 2), el2nOf({}, 0), el2nOf(two, 2)})
            QVERIFY(std::isnan(value));
    }
};

QTEST_GUILESS_MAIN(TestPredictions)
#include "test_predictions.moc"
