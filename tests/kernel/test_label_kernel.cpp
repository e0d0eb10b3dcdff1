#include "fake_source.h"

#include <core/base/error.h>
#include <core/kernel/label_kernel.h>

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stop_token>

using namespace lpntk;
using tests::FakeSource;

namespace {

constexpr int kClasses = 5;
constexpr std::int64_t kRows = 83, kSample = 7;

kernel::Rows rowsOf(std::int64_t count) {
    kernel::Rows rows;
    for (std::int64_t sample = 0; sample < count; ++sample)
        rows.samples.push_back(sample);
    const auto label = [](std::int64_t sample) { return tests::fakeLabel(sample, kClasses); };
    std::sort(rows.samples.begin(), rows.samples.end(),
              [&](auto a, auto b) { return std::pair(label(a), a) < std::pair(label(b), b); });
    for (const std::int64_t sample : rows.samples)
        rows.labels.push_back(label(sample));
    return rows;
}

kernel::LabelPlan plan(std::int64_t batch, std::int64_t group, int threads) {
    kernel::LabelPlan made;
    made.arithmetic.columnChunk = 32;
    made.batch = batch;
    made.group = group;
    made.threads = threads;
    return made;
}

} // namespace

/// One sample under every label against the definition in float64.
class TestLabelKernel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyLabelIsTheDefinition_data() {
        QTest::addColumn<std::int64_t>("batch");
        QTest::addColumn<std::int64_t>("group");
        QTest::addColumn<int>("threads");
        QTest::newRow("at once") << std::int64_t{256} << std::int64_t{kClasses} << 1;
        QTest::newRow("batches with a rest") << std::int64_t{9} << std::int64_t{kClasses} << 3;
        QTest::newRow("groups of labels") << std::int64_t{16} << std::int64_t{2} << 2;
        QTest::newRow("batches smaller than a group") << std::int64_t{2} << std::int64_t{4} << 2;
    }
    void everyLabelIsTheDefinition() {
        QFETCH(std::int64_t, batch);
        QFETCH(std::int64_t, group);
        QFETCH(int, threads);
        const FakeSource source(kClasses, false);
        const kernel::Rows rows = rowsOf(kRows);
        const auto found = kernel::computeLabelKernel(source, rows, kSample, plan(batch, group, threads), {});
        QCOMPARE(found.samples, rows.samples);
        QCOMPARE(found.labels, rows.labels);
        QCOMPARE(found.self.size(), static_cast<std::size_t>(kClasses));
        QCOMPARE(found.kappa.size(), static_cast<std::size_t>(kClasses * kRows));
        double worst = 0;
        for (std::int64_t label = 0; label < kClasses; ++label) {
            const double self = source.kappa(kSample, label, kSample, label);
            worst =
                std::max(worst, std::abs(static_cast<double>(found.self[static_cast<std::size_t>(label)]) / self - 1));
            for (std::size_t j = 0; j < rows.samples.size(); ++j) {
                const std::int64_t sample = rows.samples[j], other = rows.labels[j];
                const double diagonal = source.kappa(sample, other, sample, other);
                const double value = static_cast<double>(found.kappa[static_cast<std::size_t>(label * kRows) + j]);
                worst = std::max(worst, std::abs(static_cast<double>(found.diagonal[j]) / diagonal - 1));
                worst = std::max(worst, std::abs(value - source.kappa(kSample, label, sample, other)) /
                                            std::sqrt(self * diagonal));
            }
        }
        QVERIFY2(worst < 2e-6, qPrintable(QString::number(worst)));
    }

    void groupsAndThreadsDoNotChangeABit() {
        const FakeSource source(kClasses, false);
        const kernel::Rows rows = rowsOf(kRows);
        const auto one = kernel::computeLabelKernel(source, rows, kSample, plan(16, kClasses, 1), {});
        const auto many = kernel::computeLabelKernel(source, rows, kSample, plan(16, kClasses, 4), {});
        QCOMPARE(std::memcmp(one.kappa.data(), many.kappa.data(), one.kappa.size() * sizeof(float)), 0);
        QCOMPARE(one.diagonal, many.diagonal);
    }

    void reportsAllSamplesAndStops() {
        const FakeSource source(kClasses, false);
        const kernel::Rows rows = rowsOf(kRows);
        base::JobContext context;
        base::Progress last;
        context.report = [&](const base::Progress& progress) { last = progress; };
        kernel::computeLabelKernel(source, rows, kSample, plan(16, 2, 2), context);
        QCOMPARE(last.done, 3.0 * kRows); // three groups
        QCOMPARE(last.total, last.done);
        std::stop_source stop;
        context.stop = stop.get_token();
        int calls = 0;
        source.onCompute = [&] {
            if (++calls == 3)
                stop.request_stop();
        };
        QVERIFY_EXCEPTION_THROWN(kernel::computeLabelKernel(source, rows, kSample, plan(8, 5, 1), context),
                                 base::Cancelled);
        QCOMPARE(calls, 3);
    }

    void aSampleThatIsNotFiniteIsNamed() {
        FakeSource source(kClasses, false);
        source.notFiniteSample = 11;
        const QString said = QString::fromStdString(
            tests::failureOf([&] { kernel::computeLabelKernel(source, rowsOf(kRows), kSample, plan(16, 5, 2), {}); }));
        QVERIFY2(said.contains("sample 11"), qPrintable(said));
    }

    void planKeepsWithinTheBudget() {
        const FakeSource source(kClasses, false);
        run::KernelOptions options;
        options.threads = 4;
        QCOMPARE(kernel::planLabels(source, 1000, options).group, std::int64_t{kClasses});
        options.memoryBytes = std::int64_t{1} << 20;
        const QString said =
            QString::fromStdString(tests::failureOf([&] { kernel::planLabels(source, 1000, options); }));
        QVERIFY2(said.contains("Give at least --memory"), qPrintable(said));
    }
};

QTEST_GUILESS_MAIN(TestLabelKernel)
#include "test_label_kernel.moc"
