#include <core/base/checked.h>

namespace lpntk::base {

std::int64_t checkedProduct(std::span<const std::int64_t> factors, const std::string& what) {
    std::int64_t product = 1;
    for (std::int64_t factor : factors) {
        if (factor < 0 || __builtin_mul_overflow(product, factor, &product))
            throw FormatError(what + ": the sizes multiply to more than any file can hold");
    }
    return product;
}

std::int64_t checkedSum(std::int64_t a, std::int64_t b, const std::string& what) {
    std::int64_t sum = 0;
    if (a < 0 || b < 0 || __builtin_add_overflow(a, b, &sum))
        throw FormatError(what + ": an offset lies beyond any file");
    return sum;
}

} // namespace lpntk::base
