#include <core/analysis/tile_products.h>

#include <cstring>
#include <vector>

// GCC 12 keeps the sums in registers only where it unrolls their loops, which it does from -O3 on.
#pragma GCC optimize("O3")

namespace lpntk::analysis {

namespace {

/// The body of a SubtractProducts: `vectors` vectors of `bytes` bytes times `columns` columns at a time, as many sums
/// as the target has registers for. A macro, because GCC takes the vectors of a template apart before it knows the
/// target of the function that it is inlined into, and LPNTK_WIDTHS would give all targets the same number of sums.
#define LPNTK_SUBTRACT_PRODUCTS(bytes, vectors, columns)                                                               \
    using Lanes = double __attribute__((vector_size(bytes)));                                                          \
    constexpr std::int64_t kLanes = (bytes) / 8;                                                                       \
    for (std::int64_t row = 0; row < kGroupRows; row += (vectors)*kLanes) {                                            \
        for (std::int64_t column = 0; column < kTileColumns; column += (columns)) {                                    \
            Lanes sums[columns][vectors] = {};                                                                         \
            for (std::int64_t k = 0; k < depth; ++k) {                                                                 \
                Lanes lanes[vectors];                                                                                  \
                for (int v = 0; v < (vectors); ++v)                                                                    \
                    std::memcpy(&lanes[v], rows + k * kGroupRows + row + v * kLanes, bytes);                           \
                for (int c = 0; c < (columns); ++c) {                                                                  \
                    for (int v = 0; v < (vectors); ++v)                                                                \
                        sums[c][v] += lanes[v] * others[k * kGroupRows + column + c];                                  \
                }                                                                                                      \
            }                                                                                                          \
            for (int c = 0; c < (columns); ++c) {                                                                      \
                for (int v = 0; v < (vectors); ++v) {                                                                  \
                    double* place = tile + (column + c) * kGroupRows + row + v * kLanes;                               \
                    Lanes rest;                                                                                        \
                    std::memcpy(&rest, place, bytes);                                                                  \
                    rest -= sums[c][v];                                                                                \
                    std::memcpy(place, &rest, bytes);                                                                  \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }

#if defined(__x86_64__)
__attribute__((target("avx512f"))) void productsAvx512(const double* rows, const double* others, std::int64_t depth,
                                                       double* tile) {
    LPNTK_SUBTRACT_PRODUCTS(64, 3, 8);
}

__attribute__((target("avx,fma"))) void productsFma(const double* rows, const double* others, std::int64_t depth,
                                                    double* tile) {
    LPNTK_SUBTRACT_PRODUCTS(32, 2, 4);
}
#endif

void productsAnywhere(const double* rows, const double* others, std::int64_t depth, double* tile) {
    LPNTK_SUBTRACT_PRODUCTS(16, 3, 2);
}

#undef LPNTK_SUBTRACT_PRODUCTS

std::vector<SubtractProducts> runnable() {
    std::vector<SubtractProducts> products;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f"))
        products.push_back(productsAvx512);
    if (__builtin_cpu_supports("avx") && __builtin_cpu_supports("fma"))
        products.push_back(productsFma);
#endif
    products.push_back(productsAnywhere);
    return products;
}

} // namespace

std::span<const SubtractProducts> productsOfTiles() {
    static const std::vector<SubtractProducts> products = runnable();
    return products;
}

} // namespace lpntk::analysis
