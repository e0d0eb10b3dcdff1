#include "fake_cross.h"

#include <core/formats/half.h>
#include <core/formats/npy.h>

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

using namespace lpntk;
namespace fs = std::filesystem;
using tests::CrossSources;
using tests::FakeCross;

namespace {

template <typename T> std::vector<T> readArray(const fs::path& path, std::initializer_list<std::int64_t> shape) {
    const formats::NpyArray array = formats::NpyArray::open(path);
    const auto values = array.as<T>(shape);
    return {values.begin(), values.end()};
}

/// Of one row or column: the largest of `values` (largest first, ties by the smaller number).
std::vector<std::int32_t> largest(const std::vector<float>& values, std::size_t count) {
    std::vector<std::int32_t> order(values.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = static_cast<std::int32_t>(i);
    std::ranges::sort(order, {}, [&](auto i) { return std::pair(-values[static_cast<std::size_t>(i)], i); });
    order.resize(count, -1);
    return order;
}

} // namespace

/// What a kernel between two sets holds, against plain loops.
class TestCross : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        const auto report = tests::runFakeCross(FakeCross(), path("whole"));
        QCOMPARE(report.pieces, std::int64_t{70});
        QCOMPARE(report.piecesComputed, std::int64_t{70});
        QVERIFY(report.warnings.empty());
        QVERIFY2(report.audit.pairs == 256 && report.audit.largestCosineError < 1e-6 &&
                     report.audit.relativeFrobenius > 0,
                 qPrintable(QString("%1 pairs, %2").arg(report.audit.pairs).arg(report.audit.largestCosineError)));
    }

    void everyEntryIsThatOfAPlainLoop_data() {
        QTest::addColumn<bool>("inDouble");
        QTest::addColumn<QString>("store");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("fp32") << false << "f32" << 2e-6;
        QTest::newRow("fp64") << true << "f32" << 2e-7;
        QTest::newRow("cosines") << false << "f16" << 6e-4;
    }

    void everyEntryIsThatOfAPlainLoop() {
        QFETCH(bool, inDouble);
        QFETCH(QString, store);
        QFETCH(double, tolerance);
        FakeCross fake;
        fake.options.precision = inDouble ? run::Precision::fp64 : run::Precision::fp32;
        fake.options.store = store.toStdString();
        const fs::path run = fresh();
        tests::runFakeCross(fake, run);
        const kernel::Rows rows = tests::rowsOf({}), columns = tests::columnsOf({});
        QCOMPARE(readArray<std::int64_t>(run / "samples.npy", {200}), rows.samples);
        QCOMPARE(readArray<std::int64_t>(run / "column_labels.npy", {150}), columns.labels);
        const formats::NpyArray stored = formats::NpyArray::open(run / "kernel.npy");
        QCOMPARE(stored.shape(), (std::vector<std::int64_t>{200, 150}));
        std::vector<float> found(200 * 150);
        if (store == "f16")
            formats::floatsFromHalves({reinterpret_cast<const formats::Half*>(stored.bytes().data()), found.size()},
                                      found);
        else
            std::ranges::copy(stored.as<float>(), found.begin());
        QCOMPARE(stored.type(), store == "f16" ? formats::DType::f16 : formats::DType::f32);
        const auto norms = readArray<float>(run / "norms.npy", {200}),
                   others = readArray<float>(run / "column_norms.npy", {150});
        const tests::FakeSource source(tests::kCrossClasses, true);
        double worst = 0;
        for (std::size_t i = 0; i < 200; ++i) {
            const double self = source.kappa(rows.samples[i], rows.labels[i], rows.samples[i], rows.labels[i]);
            QVERIFY(std::fabs(norms[i] - std::sqrt(self)) < 1e-6 * norms[i]);
            for (std::size_t j = 0; j < 150; ++j) {
                const double product = static_cast<double>(norms[i]) * others[j];
                const double cosine =
                    source.kappa(rows.samples[i], rows.labels[i], columns.samples[j], columns.labels[j]) / product;
                const double value = found[i * 150 + j];
                worst = std::max(worst, std::fabs((store == "f16" ? value : value / product) - cosine));
            }
        }
        QVERIFY2(worst < tolerance && worst > 0, qPrintable(QString::number(worst)));
    }

    /// Some samples are both rows and columns: a pair of a sample with itself counts as any other.
    void listsAndSumsAreThoseOfTheWholeKernel_data() {
        QTest::addColumn<QString>("store");
        QTest::newRow("f32") << "f32";
        QTest::newRow("f16") << "f16";
    }

    void listsAndSumsAreThoseOfTheWholeKernel() {
        QFETCH(QString, store);
        FakeCross fake;
        fake.options.store = store.toStdString();
        const fs::path run = fresh();
        tests::runFakeCross(fake, run);
        // Of a kernel that holds cosines the lists are those of the kappa that another run stores.
        const auto kappa = readArray<float>(path("whole") / "kernel.npy", {200, 150});
        const auto rowLabels = readArray<std::int64_t>(run / "labels.npy", {200}),
                   columnLabels = readArray<std::int64_t>(run / "column_labels.npy", {150});
        std::vector<float> turned(kappa.size());
        for (std::size_t i = 0; i < 200; ++i) {
            for (std::size_t j = 0; j < 150; ++j)
                turned[j * 200 + i] = kappa[i * 150 + j];
        }
        checkSide(run, "", "row_class_sum.npy", kappa, 200, columnLabels);
        checkSide(run, "column_", "column_class_sum.npy", turned, 150, rowLabels);
    }

    void equalValuesAreListedByNumber() {
        FakeCross fake;
        CrossSources sources(fake);
        kernel::CrossJob job = tests::makeCrossJob(fake, sources);
        // Every column is the same sample, so that all values of a row are equal.
        std::ranges::fill(job.columns.samples, 9);
        std::ranges::fill(job.columns.labels, tests::fakeLabel(9, tests::kCrossClasses));
        const fs::path run = fresh();
        kernel::runCrossJob(job, run, {});
        const auto kappa = readArray<float>(run / "kernel.npy", {200, 150});
        for (const char* name : {"top_index.npy", "bottom_index.npy"}) {
            const auto index = readArray<std::int32_t>(run / name, {200, 7});
            for (std::size_t i = 0; i < 200; ++i) {
                // A product may round the columns of a narrower tile in its own way.
                const std::vector<float> row(kappa.begin() + static_cast<std::ptrdiff_t>(i * 150),
                                             kappa.begin() + static_cast<std::ptrdiff_t>((i + 1) * 150));
                std::vector<float> signedRow = row;
                if (std::strcmp(name, "bottom_index.npy") == 0)
                    std::ranges::transform(row, signedRow.begin(), [](float value) { return -value; });
                const std::vector<std::int32_t> own(index.begin() + static_cast<std::ptrdiff_t>(i * 7),
                                                    index.begin() + static_cast<std::ptrdiff_t>((i + 1) * 7));
                QCOMPARE(own, largest(signedRow, 7));
            }
        }
    }

    void listsOfFewColumnsAreFilledUp() {
        FakeCross fake;
        fake.columns = 3;
        const fs::path run = fresh();
        tests::runFakeCross(fake, run);
        const auto index = readArray<std::int32_t>(run / "top_index.npy", {200, 7});
        const auto value = readArray<float>(run / "top_value.npy", {200, 7});
        for (std::size_t i = 0; i < index.size(); ++i) {
            QCOMPARE(index[i] >= 0, i % 7 < 3);
            QCOMPARE(std::isnan(value[i]), i % 7 >= 3);
        }
        QCOMPARE(readArray<std::int32_t>(run / "column_top_index.npy", {3, 7}).back() >= 0, true);
    }

    void samplesWithoutGradientAreTold() {
        FakeCross fake;
        fake.options.store = "f16";
        CrossSources sources(fake);
        sources.columns.zeroSample = sources.columnReference.zeroSample = 103;
        const fs::path run = fresh();
        const auto report = kernel::runCrossJob(tests::makeCrossJob(fake, sources), run, {});
        QCOMPARE(report.warnings.size(), std::size_t{1});
        QVERIFY(report.warnings.front().find("1 of the columns") != std::string::npos);
    }

    void badSamplesAreNamedAndLeaveNothing() {
        for (const bool inColumns : {false, true}) {
            FakeCross fake;
            CrossSources sources(fake);
            (inColumns ? sources.columns.brokenOutputSample : sources.rows.notFiniteSample) = 103;
            const fs::path run = fresh();
            const std::string problem =
                tests::failureOf([&] { kernel::runCrossJob(tests::makeCrossJob(fake, sources), run, {}); });
            QVERIFY2(problem.find("sample 103 (picture 103)") != std::string::npos, problem.c_str());
            QVERIFY(!fs::exists(run));
        }
    }

    void theBudgetIsObeyedInThePlan() {
        const tests::FakeSource source(tests::kCrossClasses, false);
        run::KernelOptions options;
        options.backend = "mm";
        options.threads = 2;
        const auto planOf = [&](std::int64_t bytes) {
            options.memoryBytes = bytes;
            return kernel::makeCrossPlan(source, 30000, 20000, 75, options, {});
        };
        const auto wide = planOf(std::int64_t{8} << 30);
        QCOMPARE(wide.panelColumns, std::int64_t{20000});
        QVERIFY(wide.store == run::StoreType::f16);
        QVERIFY(kernel::makeCrossPlan(source, 20000, 20000, 75, options, {}).store == run::StoreType::f32);
        const std::int64_t least = wide.memoryBytes - (wide.panelColumns - wide.columnTile) * 6 * wide.tile;
        const auto narrow = planOf(least);
        QVERIFY(narrow.panelColumns < 20000 && narrow.panelColumns % narrow.columnTile == 0);
        QVERIFY(narrow.memoryBytes <= least);
        QCOMPARE(narrow.tile, wide.tile);
        const std::string problem = tests::failureOf([&] { planOf(std::int64_t{2} << 20); });
        QVERIFY2(problem.find("Give at least --memory ") != std::string::npos, problem.c_str());
        const auto megabytes = std::stoll(problem.substr(problem.find("least --memory ") + 15));
        QVERIFY(planOf(megabytes << 20).memoryBytes <= megabytes << 20);
        options.device = "cuda:0,cuda:1";
        QVERIFY(tests::failureOf([&] { planOf(std::int64_t{8} << 30); }).find("on one device") != std::string::npos);
        options.device = "cpu";
        // Few columns: several bands at once, so that every thread has work.
        options.threads = 16;
        options.memoryBytes = std::int64_t{8} << 30;
        QCOMPARE(kernel::makeCrossPlan(source, 30000, 8, 75, options, {}).bandsAtOnce > 4, true);
    }

private:
    fs::path path(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }
    fs::path fresh() const {
        fs::remove_all(path("run"));
        return path("run");
    }

    /// Lists and sums of a side whose values lie row by row in `kappa`, by sorting and adding up.
    static void checkSide(const fs::path& run, const std::string& prefix, const char* sums,
                          const std::vector<float>& kappa, std::int64_t count,
                          const std::vector<std::int64_t>& otherLabels) {
        const std::size_t width = otherLabels.size();
        const auto top = readArray<std::int32_t>(run / (prefix + "top_index.npy"), {count, 7});
        const auto topValue = readArray<float>(run / (prefix + "top_value.npy"), {count, 7});
        const auto bottom = readArray<std::int32_t>(run / (prefix + "bottom_index.npy"), {count, 7});
        const auto bottomValue = readArray<float>(run / (prefix + "bottom_value.npy"), {count, 7});
        const auto classSum = readArray<double>(run / sums, {count, tests::kCrossClasses});
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            std::vector<float> values(kappa.begin() + static_cast<std::ptrdiff_t>(i * width),
                                      kappa.begin() + static_cast<std::ptrdiff_t>((i + 1) * width));
            std::vector<double> expected(tests::kCrossClasses), size(tests::kCrossClasses);
            for (std::size_t j = 0; j < width; ++j) {
                expected[static_cast<std::size_t>(otherLabels[j])] += static_cast<double>(values[j]);
                size[static_cast<std::size_t>(otherLabels[j])] += std::fabs(values[j]);
            }
            for (std::size_t c = 0; c < tests::kCrossClasses; ++c)
                QVERIFY(std::fabs(classSum[i * tests::kCrossClasses + c] - expected[c]) <= 1e-12 * size[c]);
            const auto most = largest(values, 7);
            for (std::size_t k = 0; k < 7; ++k) {
                QCOMPARE(top[i * 7 + k], most[k]);
                QCOMPARE(topValue[i * 7 + k], values[static_cast<std::size_t>(most[k])]);
            }
            std::vector<float> negated = values;
            for (float& value : negated)
                value = -value;
            const auto least = largest(negated, 7);
            for (std::size_t k = 0; k < 7; ++k) {
                QCOMPARE(bottom[i * 7 + k], least[k]);
                QCOMPARE(bottomValue[i * 7 + k], values[static_cast<std::size_t>(least[k])]);
            }
        }
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCross)
#include "test_cross.moc"
