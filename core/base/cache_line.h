#pragma once

#include <cstdint>

namespace lpntk::base {

/// `width` numbers of four bytes or more, rounded up so that rows of them start on a cache line.
inline std::int64_t toCacheLine(std::int64_t width) {
    constexpr std::int64_t kLineElements = 16;
    return (width + kLineElements - 1) / kLineElements * kLineElements;
}

} // namespace lpntk::base
