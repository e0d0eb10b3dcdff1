#pragma once

#include <cstdint>
#include <span>

namespace lpntk::formats {

/// IEEE 754 binary16 as its bits; what DType::f16 stores.
using Half = std::uint16_t;

/// Nearest binary16, ties to even; overflow gives infinity, NaN stays NaN.
Half halfFromFloat(float value);
float floatFromHalf(Half half);

/// The same for arrays of equal size; uses the processor's conversion instructions where it has them, with the same
/// bits as the functions above.
void halvesFromFloats(std::span<const float> values, std::span<Half> out);
void floatsFromHalves(std::span<const Half> halves, std::span<float> out);

} // namespace lpntk::formats
