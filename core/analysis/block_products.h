#pragma once

#include <cstdint>

namespace lpntk::analysis {

/// Columns that the products below work on at once: a cache line of floats, one vector register where there is AVX-512.
inline constexpr std::int64_t kProductColumns = 16;
/// Rows that addRowProducts takes at once.
inline constexpr std::int64_t kProductRows = 8;

/// out(r, c) += sum over j of matrix(r, j) * vectors(j, c), in float32, for kProductRows rows and kProductColumns
/// columns. `matrix`: rows `stride` floats apart, `columns` of each are used; `vectors`: (columns, 16); `out`: (8, 16).
void addRowProducts(const float* matrix, std::int64_t stride, std::int64_t columns, const float* vectors, float* out);

/// out(j, c) += sum over r of matrix(r, j) * vectors(r, c): the same for the transposed matrix, for any number of rows.
/// `matrix`: (rows, columns) with rows `stride` floats apart; `vectors`: (rows, 16); `out`: (columns, 16).
void addColumnProducts(const float* matrix, std::int64_t stride, std::int64_t rows, std::int64_t columns,
                       const float* vectors, float* out);

} // namespace lpntk::analysis
