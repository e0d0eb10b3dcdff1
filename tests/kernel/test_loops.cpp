#include <core/kernel/loops.h>
#include <core/run/run.h>

#include <QtTest>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace lpntk;

/// Loops that are written so that the compiler makes many turns at once, against what each turn means.
class TestLoops : public QObject {
    Q_OBJECT

    static std::vector<float> someValues(std::size_t count, unsigned seed) {
        constexpr float infinity = std::numeric_limits<float>::infinity(),
                        least = std::numeric_limits<float>::denorm_min();
        const std::vector<float> special{0.0f, 1.0f, -1.0f, least, -least, 1e-30f, -1e30f, 3e38f, -3e38f, infinity};
        std::mt19937 random(seed);
        std::normal_distribution<float> normal;
        std::vector<float> values(count);
        for (std::size_t i = 0; i < count; ++i)
            values[i] = i % 3 == 0 ? special[random() % special.size()] : normal(random);
        return values;
    }

private Q_SLOTS:
    void cosinesAreThoseOfAllReaders() {
        for (const std::size_t count : {1u, 7u, 8u, 64u, 1001u}) {
            std::vector<float> kappa = someValues(count, 1), norms = someValues(count, 2), found(count);
            for (float& value : kappa)
                value = std::isinf(value) ? 0.0f : value;
            for (float& norm : norms)
                norm = std::isinf(norm) ? 0.0f : std::fabs(norm);
            for (const float norm : {0.0f, 1.0f, 0.3f, 1e-30f, 3e38f}) {
                kernel::cosines(kappa, norm, norms, found);
                for (std::size_t i = 0; i < count; ++i)
                    QVERIFY(found[i] == run::cosineOf(kappa[i], norm, norms[i])); // QCOMPARE would take neighbours too
            }
        }
    }

    void marksSayWhichAreOutside() {
        for (std::size_t count = 1; count <= 64; ++count) {
            const std::vector<float> values = someValues(count, static_cast<unsigned>(count));
            for (const float bound : {0.0f, 0.5f, 1.0f, 2.0f, 1e30f, std::numeric_limits<float>::infinity()}) {
                std::uint64_t expected = 0;
                for (std::size_t i = 0; i < count; ++i)
                    expected |= std::uint64_t{values[i] >= bound || values[i] <= -bound} << i;
                QCOMPARE(kernel::markOutside(values, -bound, bound), expected);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestLoops)
#include "test_loops.moc"
