#include <core/kernel/products.h>

#include "fake_source.h"

#include <QtTest>

#include <cmath>
#include <random>
#include <vector>

using namespace lpntk;

namespace {

/// Rows further apart than they are wide, beginning in the middle of a cache line.
struct Matrix {
    std::int64_t rows, columns, stride;
    std::vector<float> values;

    Matrix(std::int64_t rowCount, std::int64_t width, std::int64_t gap, unsigned seed)
        : rows(rowCount), columns(width), stride(width + gap), values(static_cast<std::size_t>(3 + rows * stride)) {
        std::mt19937 random(seed);
        std::normal_distribution<float> normal;
        for (float& value : values)
            value = normal(random);
    }
    float* data() { return values.data() + 3; }
    float& at(std::int64_t row, std::int64_t column) { return data()[row * stride + column]; }
};

} // namespace

class TestProducts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyLibraryMultipliesRowsWithRows_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("m");
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("k");
        for (const kernel::Products* products : kernel::knownProducts()) {
            const QString name = QString::fromStdString(products->name());
            for (const auto& [m, n, k] :
                 {std::array{1, 1, 1}, {5, 3, 7}, {64, 200, 33}, {1, 77, 300}, {130, 129, 1025}})
                QTest::addRow("%s %d x %d x %d", qPrintable(name), m, n, k) << name << m << n << k;
        }
    }
    void everyLibraryMultipliesRowsWithRows() {
        QFETCH(QString, name);
        QFETCH(int, m);
        QFETCH(int, n);
        QFETCH(int, k);
        Matrix a(m, k, 5, 1), b(n, k, 11, 2), c(m, n, 4, 3);
        const Matrix before = c;
        kernel::productsNamed(name.toStdString())
            .multiply(m, n, k, a.data(), a.stride, b.data(), b.stride, c.data(), c.stride);
        for (std::int64_t i = 0; i < m; ++i) {
            for (std::int64_t j = 0; j < n; ++j) {
                double sum = 0, sizes = 0;
                for (std::int64_t l = 0; l < k; ++l) {
                    sum += double(a.at(i, l)) * double(b.at(j, l));
                    sizes += std::fabs(double(a.at(i, l)) * double(b.at(j, l)));
                }
                QVERIFY2(std::fabs(c.at(i, j) - sum) <= 1e-6 * sizes,
                         qPrintable(QStringLiteral("%1, %2").arg(i).arg(j)));
            }
            // What lies between the rows stays.
            for (std::int64_t j = n; j < c.stride && i + 1 < m; ++j)
                QCOMPARE(c.at(i, j), before.values[static_cast<std::size_t>(3 + i * c.stride + j)]);
        }
    }

    void theFastestIsKnownAndStays() {
        const kernel::Products& fastest = kernel::fastestProducts();
        QCOMPARE(&kernel::productsNamed(fastest.name()), &fastest);
        QCOMPARE(&kernel::fastestProducts(), &fastest);
        QVERIFY(kernel::measuredRate(fastest, 64, 64, 64, 2) > 0);
    }

    void aMissingLibraryIsNamedWithWhatThereIs() {
        const std::string failure = tests::failureOf([] { kernel::productsNamed("openblas-9-Future"); });
        QVERIFY(failure.find("openblas-9-Future") != std::string::npos);
        QVERIFY(failure.find("mm") != std::string::npos);
    }

    void onlyFloat32OnTheProcessorHasAChoice() {
        QCOMPARE(kernel::usualBackend("cpu", run::Precision::fp64), std::string("mm"));
        QCOMPARE(kernel::usualBackend("cuda", run::Precision::fp32), std::string("mm"));
        QCOMPARE(kernel::usualBackend("cpu", run::Precision::fp32), kernel::fastestProducts().name());
    }
};

QTEST_GUILESS_MAIN(TestProducts)
#include "test_products.moc"
