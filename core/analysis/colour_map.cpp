#include <core/analysis/colour_map.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace lpntk::analysis {

namespace {

constexpr Rgb hex(std::uint32_t value) {
    return Rgb{static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
               static_cast<std::uint8_t>(value)};
}

// The control points of the look's tokens ("diverging" from -range to +range, "sequential" from 0 to 1).
constexpr std::array kDivergingLight{hex(0x743103), hex(0xAF4F0A), hex(0xD38156), hex(0xEDB89D), hex(0xF4F4F2),
                                     hex(0xA4C9F4), hex(0x619DDF), hex(0x2071BF), hex(0x004885)};
constexpr std::array kDivergingDark{hex(0xFEBA7E), hex(0xD08A47), hex(0x98612D), hex(0x5D3E22), hex(0x1F2124),
                                    hex(0x254A63), hex(0x3176A2), hex(0x4CA5DE), hex(0x96D3FE)};
constexpr std::array kSequentialLight{hex(0xE2F3EC), hex(0xABD6C5), hex(0x6BB5A2),
                                      hex(0x2B9384), hex(0x026C68), hex(0x024749)};
constexpr std::array kSequentialDark{hex(0x172A2B), hex(0x23504E), hex(0x2D776C),
                                     hex(0x479E89), hex(0x73C8A9), hex(0xB0EFCC)};
constexpr Rgb kNanLight = hex(0xD9DCE1);
constexpr Rgb kNanDark = hex(0x3A3E45);

double linearFromByte(std::uint8_t byte) {
    const double value = byte / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

std::uint8_t byteFromLinear(double linear) {
    const double value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 1.0) * 255));
}

} // namespace

// Björn Ottosson, "A perceptual color space for image processing", 2020 (matrices for linear sRGB).
std::array<double, 3> okLabFromRgb(Rgb colour) {
    const double r = linearFromByte(colour.red), g = linearFromByte(colour.green), b = linearFromByte(colour.blue);
    const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

Rgb rgbFromOkLab(const std::array<double, 3>& lab) {
    const auto cube = [](double value) { return value * value * value; };
    const double l = cube(lab[0] + 0.3963377774 * lab[1] + 0.2158037573 * lab[2]);
    const double m = cube(lab[0] - 0.1055613458 * lab[1] - 0.0638541728 * lab[2]);
    const double s = cube(lab[0] - 0.0894841775 * lab[1] - 1.2914855480 * lab[2]);
    return {byteFromLinear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
            byteFromLinear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
            byteFromLinear(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

ColourMap::ColourMap(std::span<const Rgb> points, Rgb nan) : m_nan(nan) {
    assert(points.size() >= 2);
    const double steps = static_cast<double>(points.size() - 1);
    for (int entry = 0; entry < kEntries; ++entry) {
        const double place = entry * steps / (kEntries - 1);
        const auto left = std::min(static_cast<std::size_t>(place), points.size() - 2);
        const double share = place - static_cast<double>(left);
        const auto from = okLabFromRgb(points[left]), to = okLabFromRgb(points[left + 1]);
        std::array<double, 3> lab{};
        for (std::size_t part = 0; part < lab.size(); ++part)
            lab[part] = from[part] + share * (to[part] - from[part]);
        m_table[static_cast<std::size_t>(entry)] = rgbFromOkLab(lab);
    }
}

const ColourMap& ColourMap::diverging(bool dark) {
    static const ColourMap lightMap(kDivergingLight, kNanLight), darkMap(kDivergingDark, kNanDark);
    return dark ? darkMap : lightMap;
}

const ColourMap& ColourMap::sequential(bool dark) {
    static const ColourMap lightMap(kSequentialLight, kNanLight), darkMap(kSequentialDark, kNanDark);
    return dark ? darkMap : lightMap;
}

int ColourMap::indexOf(float value, float range) {
    constexpr float middle = (kEntries - 1) / 2;
    return static_cast<int>(std::clamp(value / range, -1.0f, 1.0f) * middle + middle + 0.5f);
}

Rgb ColourMap::colour(float value, float range) const {
    return std::isnan(value) ? m_nan : m_table[static_cast<std::size_t>(indexOf(value, range))];
}

Rgb ColourMap::at(double t) const {
    if (std::isnan(t))
        return m_nan;
    return m_table[static_cast<std::size_t>(std::lround(std::clamp(t, 0.0, 1.0) * (kEntries - 1)))];
}

void ColourMap::apply(std::span<const float> values, float range, std::span<std::uint8_t> rgb) const {
    assert(rgb.size() == 3 * values.size());
    std::uint8_t* out = rgb.data();
    for (const float value : values) {
        const Rgb entry = colour(value, range);
        *out++ = entry.red;
        *out++ = entry.green;
        *out++ = entry.blue;
    }
}

} // namespace lpntk::analysis
