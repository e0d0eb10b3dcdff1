#pragma once

#include <core/formats/half.h>
#include <core/gradient/positions.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace lpntk::kernel {

// The loops over the million entries of a tile, compiled for the processor's vector width. None of them reorders sums,
// so every width gives the same bits.

/// out[i] = 0 + values[i], as a sum that begins with it.
void widen(std::span<double> out, const float* values);
void widen(std::span<double> out, const double* values);
/// sum[i] += values[i].
void addTo(std::span<double> sum, const float* values);
void addTo(std::span<double> sum, const double* values);
/// sum[i] += a[i] * b[i] in float64.
void addProductTo(std::span<double> sum, const float* a, const float* b);
void addProductTo(std::span<double> sum, const double* a, const float* b);
void addProductTo(std::span<double> sum, const double* a, const double* b);

/// Adds what a layer at several positions gives to `rows` rows of `columns` entries of a tile, `stride` apart. The Gram
/// matrices of positions have the columns' samples side by side: inputs (rows, inputs, inputs, columns), outputs (rows,
/// outputs, outputs, columns). At most kMostShiftedColumns columns.
constexpr std::int64_t kMostShiftedColumns = 64;
void addShifted(const gradient::Positions& positions, const float* inputs, const float* outputs, std::int64_t rows,
                std::int64_t columns, double* tile, std::int64_t stride);
void addShifted(const gradient::Positions& positions, const double* inputs, const double* outputs, std::int64_t rows,
                std::int64_t columns, double* tile, std::int64_t stride);

/// Rounds each value once.
void narrow(std::span<const double> values, std::span<float> out);

/// `from` (rows, columns) -> `to` (columns, rows).
void transpose(const float* from, std::int64_t rows, std::int64_t columns, float* to, std::int64_t stride);
void transpose(const formats::Half* from, std::int64_t rows, std::int64_t columns, formats::Half* to,
               std::int64_t stride);

/// Sum in float64 in a fixed order: eight lanes, then pairwise.
double sumOf(std::span<const float> values);

struct Range {
    float low, high;
};
/// The smallest and the largest of the values times `sign`.
Range rangeOf(std::span<const float> values, float sign);

/// How many of the values times `sign` are at or above the bound.
std::size_t countAtLeast(std::span<const float> values, float sign, float bound);

/// A bit for each of at most 64 values, from the lowest on: whether it is >= above or <= below.
std::uint64_t markOutside(std::span<const float> values, float below, float above);

/// How many keys are larger than `key`.
std::size_t countLarger(std::span<const std::uint64_t> keys, std::uint64_t key);

/// run::cosineOf for one row against many.
void cosines(std::span<const float> kappa, float norm, std::span<const float> norms, std::span<float> out);

/// Adds one to the bin (run::histogramBin) of each value. `counts`: kHistogramBins counters.
void countBins(std::span<const float> cosines, std::span<std::uint32_t> counts);

/// Column-wise over `rows` rows of a matrix with this row stride: sum, least and largest of each of `columns` columns.
void columnStatistics(const float* values, std::int64_t stride, std::int64_t rows, std::int64_t columns, double* sum,
                      float* least, float* most);

} // namespace lpntk::kernel
