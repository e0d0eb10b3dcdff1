#pragma once

#include <core/base/error.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>

namespace lpntk::base {

/// Product of sizes as int64. Throws FormatError naming `what` when a factor is negative or the product overflows.
std::int64_t checkedProduct(std::span<const std::int64_t> factors, const std::string& what);
inline std::int64_t checkedProduct(std::initializer_list<std::int64_t> factors, const std::string& what) {
    return checkedProduct(std::span(factors.begin(), factors.size()), what);
}

/// Sum of two sizes, with the same errors.
std::int64_t checkedSum(std::int64_t a, std::int64_t b, const std::string& what);

} // namespace lpntk::base
