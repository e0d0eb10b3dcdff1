#pragma once

#include <cstdint>
#include <span>

namespace lpntk::analysis {

/// Rows of a group: what the products below load at once. A matrix whose rows stand in groups holds each group column
/// by column, (columns, 24), so that all loads are contiguous.
inline constexpr std::int64_t kGroupRows = 24;
/// Columns of a tile: 24 x 8 sums fill the registers of AVX-512.
inline constexpr std::int64_t kTileColumns = 8;

/// tile(r, c) -= sum over k of rows(r, k) * others(c, k), in float64. `rows`: (depth, 24), a group from some column on;
/// `others`: the same of another group, from one of its rows on, so that 8 of each 24 are used; `tile`: (8, 24).
/// All at multiples of 64 bytes.
using SubtractProducts = void (*)(const double* rows, const double* others, std::int64_t depth, double* tile);

/// Those that this processor can run, the fastest first. They differ in rounding only.
std::span<const SubtractProducts> productsOfTiles();

} // namespace lpntk::analysis
