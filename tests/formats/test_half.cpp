#include <core/formats/half.h>

#include <QtTest>

#include <bit>
#include <cmath>
#include <vector>

using namespace lpntk::formats;

class TestHalf : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyHalfSurvives() {
        std::vector<Half> all(65536), back(all.size());
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = static_cast<Half>(i);
        std::vector<float> wide(all.size());
        floatsFromHalves(all, wide);
        halvesFromFloats(wide, back);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool isNan = (all[i] & 0x7fffu) > 0x7c00u;
            QCOMPARE(std::bit_cast<std::uint32_t>(wide[i]), std::bit_cast<std::uint32_t>(floatFromHalf(all[i])));
            QCOMPARE(back[i], halfFromFloat(wide[i]));
            QCOMPARE(back[i], isNan ? static_cast<Half>(all[i] | 0x200u) : all[i]);
        }
    }

    void roundsToNearestEven() {
        QCOMPARE(halfFromFloat(1.0f), Half(0x3c00));
        QCOMPARE(halfFromFloat(1.0f + 0x1p-11f), Half(0x3c00));
        QCOMPARE(halfFromFloat(1.0f + 3 * 0x1p-11f), Half(0x3c02));
        QCOMPARE(halfFromFloat(65519.0f), Half(0x7bff));
        QCOMPARE(halfFromFloat(65520.0f), Half(0x7c00));
        QCOMPARE(halfFromFloat(0x1p-25f), Half(0));
        QCOMPARE(halfFromFloat(std::nextafter(0x1p-25f, 1.0f)), Half(1));
        QCOMPARE(halfFromFloat(-0.0f), Half(0x8000));
    }

    void arraysMatchSingleValues() {
        std::vector<float> values;
        for (std::uint32_t bits = 0; bits < 0xffff0000u; bits += 65521u * 7)
            values.push_back(std::bit_cast<float>(bits));
        std::vector<Half> halves(values.size());
        halvesFromFloats(values, halves);
        for (std::size_t i = 0; i < values.size(); ++i)
            QCOMPARE(halves[i], halfFromFloat(values[i]));
    }
};

QTEST_GUILESS_MAIN(TestHalf)
#include "test_half.moc"
