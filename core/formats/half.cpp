#include <core/formats/half.h>

#include <bit>
#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lpntk::formats {

namespace {

#if defined(__x86_64__)
bool hasF16c() {
    // Every processor with AVX2 has F16C, which clang 14 cannot ask for by name.
    static const bool has = __builtin_cpu_supports("avx2");
    return has;
}

/// Converts the leading multiple of 8 values and returns how many.
__attribute__((target("avx,f16c"))) std::size_t toHalvesF16c(std::span<const float> values, Half* out) {
    const std::size_t count = values.size() / 8 * 8;
    for (std::size_t i = 0; i < count; i += 8) {
        const __m256 wide = _mm256_loadu_ps(values.data() + i);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm256_cvtps_ph(wide, _MM_FROUND_TO_NEAREST_INT));
    }
    return count;
}

__attribute__((target("avx,f16c"))) std::size_t toFloatsF16c(std::span<const Half> halves, float* out) {
    const std::size_t count = halves.size() / 8 * 8;
    for (std::size_t i = 0; i < count; i += 8) {
        const __m128i narrow = _mm_loadu_si128(reinterpret_cast<const __m128i*>(halves.data() + i));
        _mm256_storeu_ps(out + i, _mm256_cvtph_ps(narrow));
    }
    return count;
}
#endif

} // namespace

Half halfFromFloat(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000u;
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) // NaN: the quiet bit is set and the payload's leading bits stay
        return static_cast<Half>(sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu));
    if (magnitude >= 0x477ff000u) // 65520 and above round to infinity
        return static_cast<Half>(sign | 0x7c00u);
    if (magnitude < 0x33000001u) // at most 2^-25: rounds to zero
        return static_cast<Half>(sign);
    const int exponent = static_cast<int>(magnitude >> 23) - 127;
    const std::uint32_t significand = (magnitude & 0x7fffffu) | 0x800000u;
    // Subnormal halves lose one further bit per power of two below 2^-14.
    const int shift = exponent < -14 ? 13 + (-14 - exponent) : 13;
    std::uint32_t kept = significand >> shift;
    const std::uint32_t rest = significand & ((1u << shift) - 1);
    const std::uint32_t middle = 1u << (shift - 1);
    if (rest > middle || (rest == middle && (kept & 1u)))
        ++kept;
    // The leading bit of `kept` is the exponent's lowest bit, so a carry walks into the exponent by itself.
    const std::uint32_t base = exponent < -14 ? 0u : static_cast<std::uint32_t>(exponent + 14) << 10;
    return static_cast<Half>(sign | (base + kept));
}

float floatFromHalf(Half half) {
    const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
    const std::uint32_t exponent = (half >> 10) & 0x1fu;
    const std::uint32_t fraction = half & 0x3ffu;
    if (exponent == 31) {
        const std::uint32_t quiet = fraction ? 0x400000u : 0u;
        return std::bit_cast<float>(sign | 0x7f800000u | quiet | (fraction << 13));
    }
    if (exponent != 0)
        return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
}

void halvesFromFloats(std::span<const float> values, std::span<Half> out) {
    std::size_t i = 0;
#if defined(__x86_64__)
    if (hasF16c())
        i = toHalvesF16c(values, out.data());
#endif
    for (; i < values.size(); ++i)
        out[i] = halfFromFloat(values[i]);
}

void floatsFromHalves(std::span<const Half> halves, std::span<float> out) {
    std::size_t i = 0;
#if defined(__x86_64__)
    if (hasF16c())
        i = toFloatsF16c(halves, out.data());
#endif
    for (; i < halves.size(); ++i)
        out[i] = floatFromHalf(halves[i]);
}

} // namespace lpntk::formats
