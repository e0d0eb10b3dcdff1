#include <core/analysis/block_products.h>
#include <core/base/vector_widths.h>

#include <cstring>

namespace lpntk::analysis {

namespace {

/// One row of 16 floats; narrower processors take it in pieces.
using Lanes = float __attribute__((vector_size(kProductColumns * sizeof(float))));

} // namespace

LPNTK_WIDTHS void addRowProducts(const float* matrix, std::int64_t stride, std::int64_t columns, const float* vectors,
                                 float* out) {
    Lanes sums[kProductRows];
    std::memcpy(sums, out, sizeof(sums));
    for (std::int64_t j = 0; j < columns; ++j) {
        Lanes lanes;
        std::memcpy(&lanes, vectors + j * kProductColumns, sizeof(lanes));
        for (std::int64_t r = 0; r < kProductRows; ++r)
            sums[r] += lanes * matrix[r * stride + j];
    }
    std::memcpy(out, sums, sizeof(sums));
}

LPNTK_WIDTHS void addColumnProducts(const float* matrix, std::int64_t stride, std::int64_t rows, std::int64_t columns,
                                    const float* vectors, float* out) {
    for (std::int64_t begin = 0; begin < rows; begin += kProductRows) {
        const std::int64_t count = rows - begin < kProductRows ? rows - begin : kProductRows;
        Lanes lanes[kProductRows] = {};
        std::memcpy(lanes, vectors + begin * kProductColumns, static_cast<std::size_t>(count) * sizeof(Lanes));
        const float* block = matrix + begin * stride;
        for (std::int64_t j = 0; j < columns; ++j) {
            Lanes sum;
            std::memcpy(&sum, out + j * kProductColumns, sizeof(sum));
            for (std::int64_t r = 0; r < count; ++r)
                sum += lanes[r] * block[r * stride + j];
            std::memcpy(out + j * kProductColumns, &sum, sizeof(sum));
        }
    }
}

} // namespace lpntk::analysis
