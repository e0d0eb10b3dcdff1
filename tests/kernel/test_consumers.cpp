#include "fake_source.h"

#include <core/formats/half.h>
#include <core/formats/npy.h>
#include <core/kernel/audit.h>
#include <core/run/run.h>

#include <QTemporaryDir>
#include <QtTest>

#include <bit>
#include <cmath>

using namespace lpntk;
namespace fs = std::filesystem;
using tests::FakeJob;

/// The computed run against the plain oracle of tests/helpers: kappa against float64, everything derived from kappa
/// against the oracle's own derivation from the same kappa.
class TestConsumers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void matchesOracle_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("classes");
        QTest::addColumn<int>("tile");
        QTest::addColumn<int>("top");
        QTest::addColumn<bool>("byClass");
        QTest::addColumn<bool>("half");
        QTest::addColumn<bool>("inDouble");
        QTest::addColumn<int>("every");
        QTest::newRow("full") << 600 << 10 << 0 << 50 << false << false << false << 0;
        QTest::newRow("full, ragged tiles") << 333 << 7 << 64 << 20 << false << false << false << 0;
        QTest::newRow("full, float16") << 333 << 7 << 64 << 20 << false << true << false << 0;
        QTest::newRow("full, float64 sums") << 200 << 5 << 64 << 20 << false << false << true << 0;
        QTest::newRow("tiles smaller than most levels") << 203 << 4 << 8 << 5 << false << false << false << 0;
        QTest::newRow("class blocks") << 500 << 6 << 32 << 30 << true << false << false << 0;
        QTest::newRow("class blocks, float16") << 300 << 6 << 32 << 30 << true << true << false << 0;
        QTest::newRow("more neighbours than rows") << 12 << 3 << 0 << 50 << false << false << false << 0;
        QTest::newRow("one class") << 40 << 1 << 16 << 3 << false << false << false << 0;
        QTest::newRow("one row") << 1 << 1 << 0 << 3 << false << false << false << 0;
        QTest::newRow("one row of class blocks") << 1 << 3 << 0 << 3 << true << false << false << 0;
        QTest::newRow("too many classes for class histograms") << 300 << 101 << 64 << 5 << false << false << false << 0;
        QTest::newRow("extended") << 333 << 7 << 64 << 20 << false << false << false << 3;
        QTest::newRow("extended, float16") << 333 << 7 << 64 << 20 << false << true << false << 2;
        QTest::newRow("extended by many") << 600 << 10 << 0 << 50 << false << true << false << 97;
        QTest::newRow("extended class blocks") << 300 << 6 << 32 << 30 << true << true << false << 4;
        QTest::newRow("extended, many classes") << 300 << 101 << 64 << 5 << false << false << false << 2;
        QTest::newRow("extended, float64 sums") << 200 << 5 << 64 << 20 << false << false << true << 2;
    }

    void matchesOracle() {
        QFETCH(int, rows);
        QFETCH(int, classes);
        QFETCH(int, tile);
        QFETCH(int, top);
        QFETCH(bool, byClass);
        QFETCH(bool, half);
        QFETCH(bool, inDouble);
        QFETCH(int, every);
        FakeJob fake;
        fake.rows = rows;
        fake.classes = classes;
        fake.tile = tile;
        fake.options.top = top;
        fake.options.threads = 2;
        fake.options.blocks = byClass ? run::Blocks::classes : run::Blocks::full;
        fake.options.precision = inDouble ? run::Precision::fp64 : run::Precision::fp32;
        QTemporaryDir folder;
        const fs::path base = folder.path().toStdString();
        const auto compute = [&](const char* name) {
            FakeJob job = fake;
            if (every > 0) {
                job.every = every;
                tests::runFakeJob(job, base / (std::string("part of ") + name));
                job.every = 1;
                job.extends = base / (std::string("part of ") + name);
            }
            return tests::runFakeJob(job, base / name);
        };
        const auto report = compute("exact");
        QVERIFY(report.audit.largestCosineError < (inDouble ? 1.5e-7 : 5e-7));
        QVERIFY(report.audit.relativeFrobenius < 1e-6);
        fs::path computed = base / "exact";
        const auto exact = run::Run::open(computed);
        const tests::SyntheticRun oracle = oracleOf(*exact);
        if (half) {
            // The same plan stored as cosines has the same kappa behind it.
            fake.options.store = "f16";
            computed = base / "half";
            compute("half");
        }
        checkKappa(*exact, rows);
        if (every > 0)
            checkKnown(*exact, *run::Run::open(base / "part of exact"));
        tests::SyntheticOptions options;
        options.blocks = fake.options.blocks;
        options.store = half ? run::StoreType::f16 : run::StoreType::f32;
        options.top = top;
        tests::writeSyntheticRun(base / "oracle", oracle, options);
        compareFolders(computed, base / "oracle", byClass);
    }

    void zeroGradientIsCosineZero() {
        FakeJob fake;
        fake.rows = 100;
        fake.classes = 3;
        tests::FakeSource source(3, false), reference(3, true);
        source.zeroSample = reference.zeroSample = 41;
        QTemporaryDir folder;
        const fs::path out = fs::path(folder.path().toStdString()) / "run";
        const auto report = kernel::runKernelJob(tests::makeFakeJob(fake, source, reference), out, {});
        QCOMPARE(report.warnings.size(), std::size_t{1});
        QVERIFY(report.warnings[0].find("sample 41") != std::string::npos);
        const auto run = run::Run::open(out);
        const base::RowId row = run->rowFromSample(base::SampleId(41));
        QCOMPARE(run->cosine(row, row), 0.0f);
        QCOMPARE(run->cosine(row, base::RowId(0)), 0.0f);
        QCOMPARE(run->selfMax()[static_cast<std::size_t>(row.value())], -1);
    }

    void accuracyAndChance() {
        FakeJob fake;
        fake.rows = 200;
        QTemporaryDir folder;
        const auto report = tests::runFakeJob(fake, fs::path(folder.path().toStdString()) / "run");
        QVERIFY(report.accuracy > 0.9); // all samples are odd, so all logits of the label are raised
        QVERIFY(report.warnings.empty());
        QVERIFY(report.peakMemory > 0);
    }

private:
    static tests::SyntheticRun oracleOf(const run::Run& run) {
        tests::SyntheticRun oracle;
        oracle.rows = run.rows();
        oracle.classes = run.classes();
        oracle.kappa.resize(static_cast<std::size_t>(run.rows() * run.rows()));
        for (std::int64_t i = 0; i < run.rows(); ++i)
            run.kappaRow(base::RowId(i), {0, run.rows()},
                         std::span(oracle.kappa).subspan(static_cast<std::size_t>(i * run.rows()), static_cast<std::size_t>(run.rows())));
        oracle.samples.assign(run.samples().begin(), run.samples().end());
        oracle.labels.assign(run.labels().begin(), run.labels().end());
        oracle.probabilities.assign(run.probabilities().begin(), run.probabilities().end());
        oracle.classNames = run.manifest().classNames;
        return oracle;
    }

    void checkKappa(const run::Run& run, int rows) {
        const tests::FakeSource source(run.classes(), true);
        for (std::int64_t i = 0; i < rows; i += 1 + rows / 40) {
            for (std::int64_t j = 0; j < rows; j += 1 + rows / 60) {
                if (!run.has(base::RowId(i), base::RowId(j)))
                    continue;
                const auto at = [](std::int64_t row) { return static_cast<std::size_t>(row); };
                const double expected =
                    source.kappa(run.samples()[at(i)], run.labels()[at(i)], run.samples()[at(j)], run.labels()[at(j)]);
                const double scale = static_cast<double>(run.norms()[at(i)]) * run.norms()[at(j)];
                QVERIFY(std::fabs(run.kappa(base::RowId(i), base::RowId(j)) - expected) < 1e-6 * scale);
                QCOMPARE(run.kappa(base::RowId(i), base::RowId(j)), run.kappa(base::RowId(j), base::RowId(i)));
            }
        }
    }

    /// What the extended run had is there bit for bit.
    void checkKnown(const run::Run& run, const run::Run& part) {
        QVERIFY(part.rows() < run.rows());
        for (const std::int64_t a : part.samples()) {
            for (const std::int64_t b : part.samples()) {
                const auto of = [&](const run::Run& which) {
                    return which.kappa(which.rowFromSample(base::SampleId(a)), which.rowFromSample(base::SampleId(b)));
                };
                const float was = of(part), is = of(run);
                QVERIFY(std::bit_cast<std::uint32_t>(was) == std::bit_cast<std::uint32_t>(is) || std::isnan(was));
            }
        }
    }

    void compareFolders(const fs::path& computed, const fs::path& oracle, bool byClass) {
        const auto found = tests::contentOf(computed), expected = tests::contentOf(oracle);
        for (const auto& [name, content] : expected) {
            if (name == "manifest.json")
                continue;
            QVERIFY2(found.contains(name), name.c_str());
            if (name.ends_with("_sum.npy") || name == "class_pair.npy")
                compareSums(computed / name, oracle / name);
            else if (name.starts_with("pyramid"))
                comparePyramid(computed / name, oracle / name);
            else
                QVERIFY2(found.at(name) == content, name.c_str());
        }
        // Beside the oracle's files there are only these.
        QCOMPARE(found.size(), expected.size() + 2);
        QVERIFY(found.contains("audit.json") && found.contains("journal"));
        QCOMPARE(found.contains("pyramid/level_3.npy"), !byClass);
    }

    void compareSums(const fs::path& a, const fs::path& b) {
        const auto first = formats::NpyArray::open(a), second = formats::NpyArray::open(b);
        QCOMPARE(first.shape(), second.shape());
        const auto x = first.as<double>(), y = second.as<double>();
        double scale = 0;
        for (const double value : y)
            scale = std::max(scale, std::fabs(value));
        for (std::size_t i = 0; i < x.size(); ++i)
            QVERIFY2(std::fabs(x[i] - y[i]) <= 1e-12 * scale, a.c_str());
    }

    /// Least and largest are exact; means are sums in another order, so one step of float16 apart at most.
    void comparePyramid(const fs::path& a, const fs::path& b) {
        const auto first = formats::NpyArray::open(a), second = formats::NpyArray::open(b);
        QCOMPARE(first.shape(), second.shape());
        const auto* x = reinterpret_cast<const formats::Half*>(first.bytes().data());
        const auto* y = reinterpret_cast<const formats::Half*>(second.bytes().data());
        const auto count = static_cast<std::size_t>(first.count());
        for (std::size_t i = 0; i < count; ++i) {
            if (i < count / 3)
                QVERIFY2(std::abs(int{x[i]} - int{y[i]}) <= 1 || std::fabs(formats::floatFromHalf(x[i])) < 1e-6f, a.c_str());
            else
                QVERIFY2(x[i] == y[i], a.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestConsumers)
#include "test_consumers.moc"
