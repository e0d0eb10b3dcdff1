#pragma once

#include <cstdint>

namespace lpntk::base {

/// Inner product of `count` numbers, summed in float64 in a fixed order: eight lanes, then pairwise.
double innerProduct(const float* a, const float* b, std::int64_t count);
double innerProduct(const double* a, const double* b, std::int64_t count);

} // namespace lpntk::base
