#include <core/base/inner_product.h>
#include <core/base/vector_widths.h>

#include <array>
#include <cstddef>

// GCC 12 vectorises loops of unknown length from -O3 on only.
#pragma GCC optimize("O3")

namespace lpntk::base {

namespace {

template <typename T> inline __attribute__((always_inline)) double inLanes(const T* a, const T* b, std::int64_t count) {
    constexpr std::int64_t kLanes = 8;
    std::array<double, kLanes> lanes{};
    const std::int64_t whole = count / kLanes * kLanes;
    for (std::int64_t i = 0; i < whole; i += kLanes) {
        for (std::int64_t lane = 0; lane < kLanes; ++lane)
            lanes[static_cast<std::size_t>(lane)] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
    }
    for (std::int64_t i = whole; i < count; ++i)
        lanes[0] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

} // namespace

LPNTK_WIDTHS double innerProduct(const float* a, const float* b, std::int64_t count) {
    return inLanes(a, b, count);
}

LPNTK_WIDTHS double innerProduct(const double* a, const double* b, std::int64_t count) {
    return inLanes(a, b, count);
}

} // namespace lpntk::base
