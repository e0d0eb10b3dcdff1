#include <core/kernel/loops.h>

#include <core/base/vector_widths.h>
#include <core/run/run.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

// GCC 12 vectorises loops of unknown length from -O3 on only.
#pragma GCC optimize("O3")

namespace lpntk::kernel {

using formats::Half;

LPNTK_WIDTHS void widen(std::span<double> out, const float* values) {
    double* const to = out.data();
    for (std::size_t i = 0; i < out.size(); ++i)
        to[i] = 0.0 + static_cast<double>(values[i]);
}

LPNTK_WIDTHS void widen(std::span<double> out, const double* values) {
    double* const to = out.data();
    for (std::size_t i = 0; i < out.size(); ++i)
        to[i] = 0.0 + values[i];
}

LPNTK_WIDTHS void addTo(std::span<double> sum, const float* values) {
    double* const to = sum.data();
    for (std::size_t i = 0; i < sum.size(); ++i)
        to[i] += static_cast<double>(values[i]);
}

LPNTK_WIDTHS void addTo(std::span<double> sum, const double* values) {
    double* const to = sum.data();
    for (std::size_t i = 0; i < sum.size(); ++i)
        to[i] += values[i];
}

LPNTK_WIDTHS void addProductTo(std::span<double> sum, const float* a, const float* b) {
    double* const to = sum.data();
    // The product of two floats is exact in float64, so a fused multiply-add has the same bits.
    for (std::size_t i = 0; i < sum.size(); ++i)
        to[i] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
}

LPNTK_WIDTHS void addProductTo(std::span<double> sum, const double* a, const float* b) {
    double* const to = sum.data();
    for (std::size_t i = 0; i < sum.size(); ++i)
        to[i] += a[i] * static_cast<double>(b[i]);
}

LPNTK_WIDTHS void addProductTo(std::span<double> sum, const double* a, const double* b) {
    double* const to = sum.data();
    for (std::size_t i = 0; i < sum.size(); ++i)
        to[i] += a[i] * b[i];
}

namespace {

template <typename T>
inline __attribute__((always_inline)) void shifted(const gradient::Positions& positions, const T* inputs,
                                                   const T* outputs, std::int64_t rows, std::int64_t columns,
                                                   double* tile, std::int64_t stride) {
    const std::int64_t in = positions.inputs, out = positions.outputs;
    std::array<T, kMostShiftedColumns> sums;
    T* const sum = sums.data();
    for (std::int64_t row = 0; row < rows; ++row) {
        double* const to = tile + row * stride;
        for (std::int64_t p = 0; p < out; ++p) {
            for (std::int64_t q = 0; q < out; ++q) {
                const T start = positions.bias ? T(1) : T(0);
                for (std::int64_t j = 0; j < columns; ++j)
                    sum[j] = start;
                for (std::int64_t tap = 0; tap < positions.taps; ++tap) {
                    const std::int32_t a = positions.at(tap, p), b = positions.at(tap, q);
                    if (a < 0 || b < 0)
                        continue;
                    const T* const met = inputs + ((row * in + a) * in + b) * columns;
                    for (std::int64_t j = 0; j < columns; ++j)
                        sum[j] += met[j];
                }
                const T* const factor = outputs + ((row * out + p) * out + q) * columns;
                for (std::int64_t j = 0; j < columns; ++j)
                    to[j] += static_cast<double>(factor[j]) * static_cast<double>(sum[j]);
            }
        }
    }
}

} // namespace

LPNTK_WIDTHS void addShifted(const gradient::Positions& positions, const float* inputs, const float* outputs,
                             std::int64_t rows, std::int64_t columns, double* tile, std::int64_t stride) {
    shifted(positions, inputs, outputs, rows, columns, tile, stride);
}

LPNTK_WIDTHS void addShifted(const gradient::Positions& positions, const double* inputs, const double* outputs,
                             std::int64_t rows, std::int64_t columns, double* tile, std::int64_t stride) {
    shifted(positions, inputs, outputs, rows, columns, tile, stride);
}

LPNTK_WIDTHS void narrow(std::span<const double> values, std::span<float> out) {
    const double* const from = values.data();
    float* const to = out.data();
    for (std::size_t i = 0; i < values.size(); ++i)
        to[i] = static_cast<float>(from[i]);
}

namespace {

/// In squares that fit the first cache.
template <typename T>
void transposeBlocks(const T* from, std::int64_t rows, std::int64_t columns, T* to, std::int64_t stride) {
    constexpr std::int64_t side = 16;
    for (std::int64_t i = 0; i < rows; i += side) {
        const std::int64_t rowEnd = std::min(i + side, rows);
        for (std::int64_t j = 0; j < columns; j += side) {
            const std::int64_t columnEnd = std::min(j + side, columns);
            for (std::int64_t c = j; c < columnEnd; ++c) {
                for (std::int64_t r = i; r < rowEnd; ++r)
                    to[c * stride + r] = from[r * columns + c];
            }
        }
    }
}

} // namespace

void transpose(const float* from, std::int64_t rows, std::int64_t columns, float* to, std::int64_t stride) {
    transposeBlocks(from, rows, columns, to, stride);
}

void transpose(const Half* from, std::int64_t rows, std::int64_t columns, Half* to, std::int64_t stride) {
    transposeBlocks(from, rows, columns, to, stride);
}

LPNTK_WIDTHS double sumOf(std::span<const float> values) {
    std::array<double, 8> lanes{};
    const float* const from = values.data();
    const std::size_t whole = values.size() / 8 * 8;
    for (std::size_t i = 0; i < whole; i += 8) {
        for (std::size_t lane = 0; lane < 8; ++lane)
            lanes[lane] += static_cast<double>(from[i + lane]);
    }
    for (std::size_t i = whole; i < values.size(); ++i)
        lanes[i - whole] += static_cast<double>(from[i]);
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

LPNTK_WIDTHS Range rangeOf(std::span<const float> values, float sign) {
    // Lanes, because the compiler may not change the order of comparisons of floats by itself.
    constexpr std::size_t kLanes = 16;
    std::array<float, kLanes> low, high;
    low.fill(std::numeric_limits<float>::infinity());
    high.fill(-std::numeric_limits<float>::infinity());
    const float* const from = values.data();
    const auto visit = [&](std::size_t i, std::size_t lane) {
        const float value = sign * from[i];
        low[lane] = value < low[lane] ? value : low[lane];
        high[lane] = value > high[lane] ? value : high[lane];
    };
    const std::size_t whole = values.size() / kLanes * kLanes;
    for (std::size_t begin = 0; begin < whole; begin += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            visit(begin + lane, lane);
    }
    for (std::size_t i = whole; i < values.size(); ++i)
        visit(i, i - whole);
    return {*std::min_element(low.begin(), low.end()), *std::max_element(high.begin(), high.end())};
}

LPNTK_WIDTHS std::size_t countAtLeast(std::span<const float> values, float sign, float bound) {
    const float* const from = values.data();
    const std::size_t count = values.size();
    int found = 0;
    for (std::size_t i = 0; i < count; ++i)
        found += sign * from[i] >= bound ? 1 : 0;
    return static_cast<std::size_t>(found);
}

LPNTK_WIDTHS std::uint64_t markOutside(std::span<const float> values, float below, float above) {
    constexpr std::size_t kBits = 64;
    std::array<float, kBits> padded; // to a length that the compiler knows
    const float* from = values.data();
    if (values.size() < kBits) {
        padded.fill(std::numeric_limits<float>::quiet_NaN());
        std::copy(values.begin(), values.end(), padded.begin());
        from = padded.data();
    }
    int hits = 0;
    for (std::size_t i = 0; i < kBits; ++i)
        hits += static_cast<int>(from[i] >= above) | static_cast<int>(from[i] <= below);
    std::uint64_t marks = 0;
    if (hits == 0)
        return marks; // of most
    // A byte each first, which the compiler makes many at once of; then their lowest bits side by side.
    std::array<std::uint8_t, kBits> outside;
    for (std::size_t i = 0; i < kBits; ++i)
        outside[i] = static_cast<std::uint8_t>((from[i] >= above) | (from[i] <= below));
    static_assert(std::endian::native == std::endian::little);
    const auto eights = std::bit_cast<std::array<std::uint64_t, 8>>(outside);
    for (std::size_t i = 0; i < eights.size(); ++i)
        marks |= (eights[i] * 0x0102040810204080u >> 56) << (8 * i);
    return marks;
}

LPNTK_WIDTHS std::size_t countLarger(std::span<const std::uint64_t> keys, std::uint64_t key) {
    const std::uint64_t* const from = keys.data();
    std::size_t larger = 0;
    for (std::size_t i = 0; i < keys.size(); ++i)
        larger += from[i] > key ? 1 : 0;
    return larger;
}

LPNTK_WIDTHS void cosines(std::span<const float> kappa, float norm, std::span<const float> norms, std::span<float> out) {
    const float* const values = kappa.data();
    const float* const others = norms.data();
    float* const to = out.data();
    const double own = norm;
    for (std::size_t i = 0; i < out.size(); ++i) {
        // As run::cosineOf, without a branch: then the compiler divides many at once.
        const double product = own * static_cast<double>(others[i]);
        const double divisor = product > 0 ? product : std::numeric_limits<double>::infinity();
        const float cosine = static_cast<float>(static_cast<double>(values[i]) / divisor) + 0.0f; // not -0
        const float above = cosine < -1.0f ? -1.0f : cosine;
        to[i] = above > 1.0f ? 1.0f : above;
    }
}

LPNTK_WIDTHS void countBins(std::span<const float> cosines, std::span<std::uint32_t> counts) {
    // Neighbouring pairs often share a bin: bins of a stretch first (vectorised), then the counting.
    constexpr std::size_t kStretch = 256;
    std::array<std::int32_t, kStretch> bins;
    std::uint32_t* const to = counts.data();
    for (std::size_t begin = 0; begin < cosines.size(); begin += kStretch) {
        const float* const from = cosines.data() + begin;
        const std::size_t count = std::min(kStretch, cosines.size() - begin);
        for (std::size_t i = 0; i < count; ++i)
            bins[i] = run::histogramBin(from[i]);
        for (std::size_t i = 0; i < count; ++i)
            ++to[bins[i]];
    }
}

LPNTK_WIDTHS void columnStatistics(const float* values, std::int64_t stride, std::int64_t rows, std::int64_t columns,
                                   double* sum, float* least, float* most) {
    for (std::int64_t c = 0; c < columns; ++c) {
        sum[c] = static_cast<double>(values[c]);
        least[c] = most[c] = values[c];
    }
    for (std::int64_t r = 1; r < rows; ++r) {
        const float* const row = values + r * stride;
        for (std::int64_t c = 0; c < columns; ++c) {
            sum[c] += static_cast<double>(row[c]);
            least[c] = row[c] < least[c] ? row[c] : least[c];
            most[c] = row[c] > most[c] ? row[c] : most[c];
        }
    }
}

} // namespace lpntk::kernel
