#include "fake_source.h"

#include <core/kernel/held_signals.h>

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>
#include <numeric>
#include <set>

using namespace lpntk;
using tests::FakeSource;

namespace {

constexpr int kClasses = 5;

kernel::Rows rowsOf(std::int64_t count) {
    kernel::Rows rows;
    for (std::int64_t sample = 0; sample < count; ++sample)
        rows.samples.push_back(2 * sample + 1);
    const auto label = [](std::int64_t sample) { return tests::fakeLabel(sample, kClasses); };
    std::sort(rows.samples.begin(), rows.samples.end(),
              [&](auto a, auto b) { return std::pair(label(a), a) < std::pair(label(b), b); });
    for (const std::int64_t sample : rows.samples)
        rows.labels.push_back(label(sample));
    return rows;
}

/// Small tiles, batches that do not divide them, groups smaller than what is asked for.
kernel::HoldPlan plan(int threads = 2, run::Precision precision = run::Precision::fp32) {
    kernel::HoldPlan made;
    made.arithmetic.precision = precision;
    made.arithmetic.columnChunk = 32;
    made.tile = 32;
    made.batch = 7;
    made.group = 6;
    made.threads = threads;
    made.memoryBudget = std::int64_t{8} << 30;
    return made;
}

std::vector<std::int64_t> everyOf(std::int64_t count) {
    std::vector<std::int64_t> members(static_cast<std::size_t>(count));
    std::iota(members.begin(), members.end(), std::int64_t{0});
    return members;
}

/// Difference from the definition in float64, relative to the lengths.
double worstError(const FakeSource& source, const kernel::HeldSignals& held, const std::vector<std::int64_t>& members,
                  run::RowRange with, const std::vector<float>& found) {
    const kernel::Rows& rows = held.rows();
    const auto kappa = [&](std::int64_t a, std::int64_t b) {
        const auto i = static_cast<std::size_t>(a), j = static_cast<std::size_t>(b);
        return source.kappa(rows.samples[i], rows.labels[i], rows.samples[j], rows.labels[j]);
    };
    double worst = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
        for (std::int64_t j = with.begin; j < with.end; ++j) {
            const double value = static_cast<double>(
                found[i * static_cast<std::size_t>(with.size()) + static_cast<std::size_t>(j - with.begin)]);
            const double length = std::sqrt(kappa(members[i], members[i]) * kappa(j, j));
            worst = std::max(worst, std::fabs(value - kappa(members[i], j)) / length);
        }
    }
    return worst;
}

bool sameBits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

} // namespace

/// Kernels of held signals against their definition in float64.
class TestHeld : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void anyMembersWithAnyRange_data() {
        QTest::addColumn<std::int64_t>("begin");
        QTest::addColumn<std::int64_t>("end");
        QTest::newRow("all") << std::int64_t{0} << std::int64_t{150};
        QTest::newRow("within a tile") << std::int64_t{35} << std::int64_t{60};
        QTest::newRow("over edges of tiles") << std::int64_t{31} << std::int64_t{97};
        QTest::newRow("the last one") << std::int64_t{149} << std::int64_t{150};
        QTest::newRow("none") << std::int64_t{40} << std::int64_t{40};
    }

    void anyMembersWithAnyRange() {
        QFETCH(std::int64_t, begin);
        QFETCH(std::int64_t, end);
        const FakeSource source(kClasses, false);
        kernel::HeldSignals held(source, rowsOf(150), plan(), {});
        QCOMPARE(held.diagonal().size(), std::size_t{150});
        const std::vector<std::int64_t> members{149, 0, 31, 32, 5, 88, 35, 64, 63, 5, 120, 2, 97};
        std::vector<float> found(members.size() * static_cast<std::size_t>(end - begin), -1.0f);
        held.kappa(members, {begin, end}, found, {});
        QVERIFY(worstError(source, held, members, {begin, end}, found) < 1e-6);
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (members[i] >= begin && members[i] < end)
                QCOMPARE(
                    found[i * static_cast<std::size_t>(end - begin) + static_cast<std::size_t>(members[i] - begin)],
                    held.diagonal()[static_cast<std::size_t>(members[i])]);
        }
    }

    void threadsDoNotChangeTheBits() {
        const FakeSource source(kClasses, false);
        const auto members = everyOf(150);
        std::vector<std::vector<float>> kappa, byLayer;
        for (const int threads : {1, 2, 5}) {
            kernel::HeldSignals held(source, rowsOf(150), plan(threads), {});
            held.kappa(members, {0, 150}, kappa.emplace_back(150 * 150), {});
            held.kappaByLayer(members, byLayer.emplace_back(source.layers().size() * 150 * 150), {});
        }
        QVERIFY(sameBits(kappa[0], kappa[1]) && sameBits(kappa[0], kappa[2]));
        QVERIFY(sameBits(byLayer[0], byLayer[1]) && sameBits(byLayer[0], byLayer[2]));
    }

    void layersAreTheirOwnProductsAndAddUp_data() {
        QTest::addColumn<int>("precision");
        QTest::addColumn<double>("limit");
        QTest::newRow("fp32") << static_cast<int>(run::Precision::fp32) << 1e-6;
        QTest::newRow("fp64") << static_cast<int>(run::Precision::fp64) << 1e-7; // kappa is kept in float32
    }

    void layersAreTheirOwnProductsAndAddUp() {
        QFETCH(int, precision);
        QFETCH(double, limit);
        const auto grade = static_cast<run::Precision>(precision);
        const FakeSource source(kClasses, grade == run::Precision::fp64);
        kernel::HeldSignals held(source, rowsOf(100), plan(2, grade), {});
        std::vector<std::int64_t> members{70, 3, 99, 12, 0, 55, 41};
        for (std::int64_t i = 0; i < 60; ++i)
            members.push_back(i + 1 == 3 ? 80 : (i * 7 + 1) % 100);
        const std::size_t n = members.size(), layers = source.layers().size();
        std::vector<float> parts(layers * n * n), kappa(n * 100);
        held.kappaByLayer(members, parts, {});
        held.kappa(members, {0, 100}, kappa, {});
        const kernel::Rows& rows = held.rows();
        const auto exact = [&](std::size_t layer, std::size_t i, std::size_t j) {
            const auto a = static_cast<std::size_t>(members[i]), b = static_cast<std::size_t>(members[j]);
            return source.kappaOfLayer(layer, rows.samples[a], rows.labels[a], rows.samples[b], rows.labels[b]);
        };
        double worst = 0, worstSum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                double sum = 0;
                for (std::size_t layer = 0; layer < layers; ++layer) {
                    const float part = parts[(layer * n + i) * n + j];
                    QCOMPARE(part, parts[(layer * n + j) * n + i]);
                    const double length = std::sqrt(exact(layer, i, i) * exact(layer, j, j));
                    worst = std::max(worst, std::fabs(static_cast<double>(part) - exact(layer, i, j)) / length);
                    sum += static_cast<double>(part);
                }
                const auto a = static_cast<std::size_t>(members[i]), b = static_cast<std::size_t>(members[j]);
                const auto whole = static_cast<double>(kappa[i * 100 + b]);
                const double length = std::sqrt(static_cast<double>(held.diagonal()[a] * held.diagonal()[b]));
                worstSum = std::max(worstSum, std::fabs(sum - whole) / length);
            }
        }
        QVERIFY2(worst < limit, qPrintable(QString::number(worst)));
        QVERIFY2(worstSum < 1e-6, qPrintable(QString::number(worstSum)));
    }

    void layersOfNoMembers() {
        const FakeSource source(kClasses, false);
        const kernel::HeldSignals held(source, rowsOf(20), plan(), {});
        int calls = 0;
        source.onCompute = [&] { ++calls; };
        held.kappaByLayer({}, {}, {});
        QCOMPARE(calls, 0);
    }

    void notFiniteSamplesAreNamed() {
        FakeSource source(kClasses, false);
        source.notFiniteSample = 101;
        const std::string gradient = tests::failureOf([&] { kernel::HeldSignals(source, rowsOf(100), plan(), {}); });
        QVERIFY2(gradient.find("sample 101 (picture 101): its gradient") != std::string::npos, gradient.c_str());
        source.notFiniteSample = -1;
        source.brokenOutputSample = 7;
        const std::string outputs = tests::failureOf([&] { kernel::HeldSignals(source, rowsOf(100), plan(), {}); });
        QVERIFY2(outputs.find("sample 7 (picture 7): its network outputs") != std::string::npos, outputs.c_str());
    }

    void cancelledMidway() {
        const FakeSource source(kClasses, false);
        std::stop_source stop;
        std::mutex lock;
        int calls = 0;
        source.onCompute = [&] {
            const std::lock_guard guard(lock);
            if (++calls == 4)
                stop.request_stop();
        };
        const base::JobContext context{stop.get_token(), {}};
        QVERIFY_THROWS_EXCEPTION(base::Cancelled, kernel::HeldSignals(source, rowsOf(150), plan(), context));
        QVERIFY(calls < 8);
        source.onCompute = nullptr;
        kernel::HeldSignals held(source, rowsOf(40), plan(), {});
        std::vector<float> out(40);
        const std::vector<std::int64_t> member{3};
        QVERIFY_THROWS_EXCEPTION(base::Cancelled, held.kappa(member, {0, 40}, out, context));
        held.kappa(member, {0, 40}, out, {});
        QVERIFY(worstError(source, held, member, {0, 40}, out) < 1e-6);
    }

    void progressCountsTheSamples() {
        const FakeSource source(kClasses, false);
        std::vector<double> done;
        const base::JobContext context{{}, [&](const base::Progress& progress) { done.push_back(progress.done); }};
        const kernel::HeldSignals held(source, rowsOf(90), plan(3), context);
        QVERIFY(std::is_sorted(done.begin(), done.end()));
        QCOMPARE(done.back(), 90.0);
    }

    void planFitsItsBudgetOrSaysWhatWould() {
        const FakeSource source(kClasses, false);
        run::KernelOptions options;
        options.threads = 3;
        const kernel::HoldPlan whole = kernel::planHold(source, 5000, options);
        QCOMPARE(whole.threads, 3);
        QCOMPARE(whole.group, std::int64_t{64});
        // What one sample's signals take, from two refusals that tell how many samples fit.
        options.memoryBytes = std::int64_t{1} << 40;
        const std::int64_t many = std::int64_t{1} << 40;
        const std::string problem = tests::failureOf([&] { kernel::planHold(source, many, options); });
        QVERIFY2(problem.find("Give at least --memory") != std::string::npos, problem.c_str());
        QVERIFY2(problem.find("fit)") != std::string::npos, problem.c_str());
        QVERIFY2(problem.find("lpntk kernel --blocks class") != std::string::npos, problem.c_str());
        const kernel::HoldPlan one = kernel::planHold(source, 1, {});
        QCOMPARE(one.tile, std::int64_t{1});
        QCOMPARE(one.group, std::int64_t{1});
    }

    void layersThatDoNotFitAreRefused() {
        const FakeSource source(kClasses, false);
        kernel::HoldPlan small = plan();
        small.memoryBudget = 1 << 20;
        const kernel::HeldSignals held(source, rowsOf(50), small, {});
        std::vector<float> out(source.layers().size() * 50 * 50);
        const std::string problem = tests::failureOf([&] { held.kappaByLayer(everyOf(50), out, {}); });
        QVERIFY2(problem.find("Give at least --memory") != std::string::npos, problem.c_str());
    }
};

QTEST_GUILESS_MAIN(TestHeld)
#include "test_held.moc"
