#include <core/gradient/exact_products_torch.h>

#include <ATen/ATen.h>
#include <QtTest>

using namespace lpntk;

namespace {

at::Tensor random(at::IntArrayRef sizes, at::ScalarType type) {
    static at::Generator generator = at::detail::createCPUGenerator(1);
    return at::randn(sizes, generator, at::kDouble).to(type);
}

/// The same numbers with those of a column side by side.
at::Tensor byColumn(const at::Tensor& matrices) {
    return matrices.transpose(1, 2).contiguous().transpose(1, 2);
}

/// Rows further apart than they are long.
at::Tensor apart(const at::Tensor& matrices) {
    return at::constant_pad_nd(matrices, {0, 3}).narrow(2, 0, matrices.size(2));
}

} // namespace

class TestExactProducts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyLayoutIsMultiplied_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("depth");
        QTest::addColumn<int>("columns");
        QTest::addColumn<bool>("inDouble");
        for (const bool inDouble : {false, true}) {
            for (const auto& [rows, depth, columns] :
                 {std::array{6, 576, 25}, {16, 64, 150}, {1, 5, 7}, {7, 1, 1}, {64, 49, 130}, {3, 4, 1}})
                QTest::addRow("%d x %d x %d %s", rows, depth, columns, inDouble ? "float64" : "float32")
                    << rows << depth << columns << inDouble;
        }
    }
    void everyLayoutIsMultiplied() {
        QFETCH(int, rows);
        QFETCH(int, depth);
        QFETCH(int, columns);
        QFETCH(bool, inDouble);
        constexpr std::int64_t kCount = 5;
        const at::ScalarType type = inDouble ? at::kDouble : at::kFloat;
        const at::Tensor a = random({kCount, rows, depth}, type), b = random({kCount, depth, columns}, type);
        const at::Tensor exact = at::bmm(a.to(at::kDouble), b.to(at::kDouble));
        const at::Tensor sizes = at::bmm(a.abs().to(at::kDouble), b.abs().to(at::kDouble));
        const double limit = inDouble ? 1e-15 : 1e-6;
        for (const at::Tensor& left : {a, byColumn(a), apart(a)}) {
            for (const at::Tensor& right : {b, byColumn(b), apart(b)}) {
                for (const bool add : {false, true}) {
                    // Rows of samples with a gap after each, as a tile's signals have.
                    const at::Tensor room = at::full({kCount, rows * columns + 2}, 0.5, at::TensorOptions(type));
                    const at::Tensor out = room.as_strided({kCount, rows, columns}, {rows * columns + 2, columns, 1});
                    gradient::multiplyEach(left, right, out, add);
                    const at::Tensor error = (out.to(at::kDouble) - (add ? exact + 0.5 : exact)).abs();
                    QVERIFY((error <= limit * (sizes + 0.5)).all().item<bool>());
                    QVERIFY((room.narrow(1, rows * columns, 2) == 0.5).all().item<bool>());
                }
            }
        }
    }

    void whatStandsForManyIsMultiplied() {
        // As autograd keeps the gradient of a sum: one number for all, one row, one column, one matrix.
        const at::Tensor a = random({4, 3, 5}, at::kFloat), b = random({4, 5, 6}, at::kFloat);
        const auto check = [](const at::Tensor& left, const at::Tensor& right) {
            const at::Tensor out = at::empty({4, 3, 6}, at::kFloat);
            gradient::multiplyEach(left, right, out, false);
            return at::allclose(out, at::bmm(left.contiguous(), right.contiguous()), 1e-5, 1e-5);
        };
        QVERIFY(check(a, at::full({1, 1, 1}, 2.0).expand({4, 5, 6})));
        QVERIFY(check(a.narrow(1, 0, 1).expand({4, 3, 5}), b));
        QVERIFY(check(a, b.narrow(2, 1, 1).expand({4, 5, 6})));
        QVERIFY(check(a.narrow(0, 2, 1).expand({4, 3, 5}), b));
        QVERIFY(check(byColumn(a).narrow(2, 0, 1).expand({4, 3, 5}), b));
    }
};

QTEST_GUILESS_MAIN(TestExactProducts)
#include "test_exact_products.moc"
