#include "fake_source.h"

#include <core/kernel/check.h>
#include <core/kernel/device.h>
#include <core/model/accelerator_torch.h>

#include <ATen/ATen.h>
#include <QtTest>

#include <cmath>
#include <numeric>
#include <optional>

using namespace lpntk;
using run::Precision;
using tests::FakeSource;

namespace {

constexpr int kRows = 40, kClasses = 4, kChunk = 32;

/// Signals of the fake source, every row multiplied by its own power of ten, and what kappa they must give.
struct Signals {
    FakeSource source;
    std::vector<std::int64_t> samples, labels;

    explicit Signals(bool inDouble) : source(kClasses, inDouble) {
        for (std::int64_t sample = 0; sample < kRows; ++sample) {
            samples.push_back(sample);
            labels.push_back(tests::fakeLabel(sample, kClasses));
        }
    }

    static double factor(std::int64_t row) { return std::pow(10.0, static_cast<double>(row % 13) - 6); }

    /// Row by row through main memory, wherever the targets are.
    void put(const std::vector<gradient::SignalTarget>& targets, at::ScalarType type, c10::Device device) const {
        std::vector<at::Tensor> host;
        std::vector<gradient::SignalTarget> hostTargets;
        const auto& layers = source.layers();
        for (const auto& layer : layers) {
            host.push_back(at::zeros({kRows, layer.leftWidth}, type));
            host.push_back(at::zeros({kRows, std::max<std::int64_t>(layer.rightWidth, 1)}, type));
            hostTargets.push_back({host[host.size() - 2].data_ptr(), layer.leftWidth, host.back().data_ptr(), layer.rightWidth});
        }
        source.compute(samples, labels, hostTargets, {}, 0);
        at::Tensor factors = at::empty({kRows, 1}, at::kDouble);
        for (std::int64_t row = 0; row < kRows; ++row)
            factors[row].fill_(factor(row));
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const auto copy = [&](void* to, std::int64_t stride, std::int64_t width, const at::Tensor& from) {
                at::from_blob(to, {kRows, width}, {stride, 1}, at::TensorOptions(type).device(device)).copy_(from);
            };
            // Gradients grow; what went into a layer does not.
            const at::Tensor factor = factors.to(type);
            copy(targets[i].left, targets[i].leftStride, layers[i].leftWidth,
                 layers[i].implicit ? host[2 * i] : host[2 * i] * factor);
            if (layers[i].implicit)
                copy(targets[i].right, targets[i].rightStride, layers[i].rightWidth, host[2 * i + 1] * factor);
        }
    }

    double kappa(std::int64_t a, std::int64_t b) const {
        const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
        return factor(a) * factor(b) * source.kappa(samples[at(a)], labels[at(a)], samples[at(b)], labels[at(b)]);
    }
};

} // namespace

class TestDevice : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// The device that cards use, in every precision; on the processor always, on a card where there is one.
    void contractsWithinItsPromise_data() {
        QTest::addColumn<QString>("device");
        QTest::addColumn<int>("precision");
        QTest::addColumn<double>("limit");
        QTest::addColumn<double>("least"); // below it the precision would not be what it says
        for (const char* device : {"cpu", "cuda"}) {
            const auto row = [&](Precision precision, double limit, double least) {
                QTest::addRow("%s, %s", device, run::nameOf(precision)) << device << static_cast<int>(precision) << limit << least;
            };
            row(Precision::fp64, 1e-13, 0);
            row(Precision::fp32, 1e-6, 1e-12);
            row(Precision::fp16, 1e-3, 1e-6);
            row(Precision::fp16x3, 1e-6, 1e-12);
            row(Precision::tf32, 1e-3, 1e-12);
        }
    }

    void contractsWithinItsPromise() {
        QFETCH(QString, device);
        QFETCH(int, precision);
        QFETCH(double, limit);
        QFETCH(double, least);
        const auto grade = static_cast<Precision>(precision);
        std::optional<c10::Device> place;
        try {
            place = model::openDevice(device.toStdString());
        } catch (const base::Error& reason) {
            QSKIP(reason.what());
        }
        const bool inDouble = grade == Precision::fp64;
        const Signals signals(inDouble);
        const auto tensors = kernel::makeTensorDevice(device.toStdString(), {grade, kChunk}, signals.source.layers());
        const auto rows = tensors->allocate(kRows);
        signals.put(rows->targets(0, kRows), inDouble ? at::kDouble : at::kFloat, *place);
        std::vector<double> self(kRows);
        rows->keep(0, self);
        constexpr int columns = 23;
        std::vector<double> tile(std::size_t{kRows} * columns);
        tensors->worker()->contract(*rows, kRows, *rows, columns, {}, tile);
        double worst = 0;
        for (std::int64_t i = 0; i < kRows; ++i) {
            const double own = signals.kappa(i, i);
            QVERIFY2(std::fabs(self[static_cast<std::size_t>(i)] / own - 1) < 1e-6, qPrintable(QString::number(i)));
            for (std::int64_t j = 0; j < columns; ++j) {
                const double length = std::sqrt(own * signals.kappa(j, j));
                worst = std::max(worst, std::fabs(tile[static_cast<std::size_t>(i * columns + j)] - signals.kappa(i, j)) / length);
            }
        }
        QVERIFY2(worst <= limit, qPrintable(QString::number(worst)));
        QVERIFY2(worst >= least, qPrintable(QString::number(worst)));
    }

    /// Copied rows are the same bits: so are their products.
    void takesRowsOfOthers_data() {
        QTest::addColumn<QString>("device");
        QTest::addColumn<int>("precision");
        for (const char* device : {"cpu", "tensors on cpu", "cuda"}) {
            for (const Precision precision : {Precision::fp32, Precision::fp64, Precision::fp16, Precision::fp16x3}) {
                const bool knows =
                    QString(device) != "cpu" || precision == Precision::fp32 || precision == Precision::fp64;
                if (knows)
                    QTest::addRow("%s, %s", device, run::nameOf(precision)) << device << static_cast<int>(precision);
            }
        }
    }

    void takesRowsOfOthers() {
        QFETCH(QString, device);
        QFETCH(int, precision);
        const auto grade = static_cast<Precision>(precision);
        const std::string name = device == "cuda" ? "cuda" : "cpu";
        std::optional<c10::Device> place;
        try {
            place = model::openDevice(name);
        } catch (const base::Error& reason) {
            QSKIP(reason.what());
        }
        const bool inDouble = grade == Precision::fp64;
        const Signals signals(inDouble);
        const kernel::Arithmetic arithmetic{grade, kChunk};
        const auto made = device == "cpu" ? kernel::makeDevice("cpu", arithmetic, signals.source.layers())
                                          : kernel::makeTensorDevice(name, arithmetic, signals.source.layers());
        const auto rows = made->allocate(kRows), taken = made->allocate(5);
        signals.put(rows->targets(0, kRows), inDouble ? at::kDouble : at::kFloat, *place);
        std::vector<double> self(kRows);
        rows->keep(0, self);
        std::vector<std::int64_t> all(kRows);
        std::iota(all.begin(), all.end(), 0);
        const auto others = made->allocate(kRows); // of rows with themselves only a half is computed
        others->take(*rows, all, all);
        const auto productsOf = [&](const kernel::SignalRows& some) {
            std::vector<double> products(5 * std::size_t{kRows});
            made->worker()->contract(some, 5, *others, kRows, {}, products);
            return products;
        };
        const std::vector<double> first = productsOf(*rows);
        const std::span<const std::int64_t> five = std::span(all).first(5);
        taken->take(*rows, five, five);
        QCOMPARE(productsOf(*taken), first);
        // One that was there already stays.
        const std::vector<std::int64_t> chosen{39, 12, 0, 12}, to{4, 0, 1, 2};
        taken->take(*rows, std::span(chosen).first(2), std::span(to).first(2));
        taken->take(*rows, std::span(chosen).subspan(2), std::span(to).subspan(2));
        const std::vector<double> found = productsOf(*taken);
        const std::vector<std::int64_t> now{12, 0, 12, 3, 39};
        std::vector<double> whole(std::size_t{kRows} * kRows);
        made->worker()->contract(*rows, kRows, *others, kRows, {}, whole);
        for (std::size_t i = 0; i < now.size(); ++i) {
            for (std::size_t j = 0; j < kRows; ++j) {
                const auto row = static_cast<std::size_t>(now[i]);
                const double length = std::sqrt(whole[row * kRows + row] * whole[j * kRows + j]);
                // Another number of rows may be rounded in another way.
                QVERIFY(std::fabs(found[i * kRows + j] - whole[row * kRows + j]) <= 1e-6 * length);
            }
        }
    }

    /// What a network of linear layers has beside them is nothing, in half precision too.
    void layersAloneHaveEmptyParts_data() {
        QTest::addColumn<int>("precision");
        for (const Precision precision : {Precision::fp32, Precision::fp64, Precision::fp16, Precision::fp16x3})
            QTest::addRow("%s", run::nameOf(precision)) << static_cast<int>(precision);
    }

    void layersAloneHaveEmptyParts() {
        QFETCH(int, precision);
        const auto grade = static_cast<Precision>(precision);
        const gradient::SignalLayer layer{"fc", "linear", true, 6, 3, 2};
        const auto device = kernel::makeTensorDevice("cpu", {grade, kChunk}, {layer});
        const auto rows = device->allocate(2);
        const auto targets = rows->targets(0, 2);
        for (int row = 0; row < 2; ++row) {
            const auto put = [&](void* memory, std::int64_t place, double value) {
                if (grade == Precision::fp64)
                    static_cast<double*>(memory)[place] = value;
                else
                    static_cast<float*>(memory)[place] = static_cast<float>(value);
            };
            for (int c = 0; c < 3; ++c)
                put(targets[0].left, row * targets[0].leftStride + c, row + 1 + c);
            for (int c = 0; c < 2; ++c)
                put(targets[0].right, row * targets[0].rightStride + c, 2 * c + 1 - row);
        }
        std::vector<double> self(2), tile(4);
        rows->keep(0, self);
        device->worker()->contract(*rows, 2, *rows, 2, {}, tile);
        // Left rows (1, 2, 3) and (2, 3, 4), right rows (1, 3) and (0, 2).
        QCOMPARE(self, (std::vector<double>{14 * 10, 29 * 4}));
        QCOMPARE(tile[0], 140.0);
        QCOMPARE(tile[1], 20.0 * 6);
        QCOMPARE(tile[3], 116.0);
    }

    /// Rows may arrive in several calls and in any order; a row of zeros has no scale.
    void keepsRowsOfZerosAndOtherOrders() {
        Signals signals(false);
        signals.source.zeroSample = 3;
        const auto device = kernel::makeTensorDevice("cpu", {Precision::fp16, kChunk}, signals.source.layers());
        const auto rows = device->allocate(4);
        for (const std::int64_t row : {2, 0, 3, 1}) {
            const auto targets = rows->targets(row, 1);
            const auto index = static_cast<std::size_t>(row);
            signals.source.compute(std::span(signals.samples).subspan(index, 1), std::span(signals.labels).subspan(index, 1), targets, {}, 0);
            std::vector<double> self(1);
            rows->keep(row, self);
            QCOMPARE(self[0] == 0, row == 3);
        }
        std::vector<double> tile(16);
        device->worker()->contract(*rows, 4, *rows, 4, {}, tile);
        for (std::int64_t i = 0; i < 4; ++i) {
            for (std::int64_t j = 0; j < 4; ++j) {
                const auto index = [](std::int64_t k) { return static_cast<std::size_t>(k); };
                const auto kappa = [&](std::int64_t a, std::int64_t b) {
                    return signals.source.kappa(a, signals.labels[index(a)], b, signals.labels[index(b)]);
                };
                QVERIFY(std::fabs(tile[index(4 * i + j)] - kappa(i, j)) <= 1e-3 * std::sqrt(kappa(i, i) * kappa(j, j)));
                QCOMPARE(tile[index(4 * i + j)] == 0, i == 3 || j == 3);
            }
        }
    }

    void unknownOrMissingDevicesAreNamed() {
        QVERIFY(tests::failureOf([] { model::openDevice("gpu"); }).find("it can be: cpu, cuda") != std::string::npos);
        QVERIFY(tests::failureOf([] { model::openDevice("cuda:x"); }).find("it can be: cpu, cuda") != std::string::npos);
        const std::string failure = tests::failureOf([] { model::openDevice("cuda:99"); });
        QVERIFY2(failure.find("use --device cpu") != std::string::npos || failure.find("device") != std::string::npos,
                 failure.c_str());
        QVERIFY(tests::failureOf([] {
                    kernel::makeDevice("cpu", {Precision::fp16, kChunk}, {});
                }).find("CUDA") != std::string::npos);
    }

    void checkPasses_data() {
        QTest::addColumn<QString>("device");
        QTest::newRow("processor") << "cpu";
        QTest::newRow("card") << "cuda";
    }

    void checkPasses() {
        QFETCH(QString, device);
        try {
            model::openDevice(device.toStdString());
        } catch (const base::Error& reason) {
            QSKIP(reason.what());
        }
        const engine::CheckReport report = kernel::checkDevice(device.toStdString(), {});
        QVERIFY(report.lines.size() >= 14);
        for (const engine::CheckLine& line : report.lines)
            QVERIFY2(line.passed(), qPrintable(QString("%1 %2").arg(line.name.c_str()).arg(line.error)));
    }
};

QTEST_APPLESS_MAIN(TestDevice)
#include "test_device.moc"
