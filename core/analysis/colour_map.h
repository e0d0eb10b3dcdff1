#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace lpntk::analysis {

struct Rgb {
    std::uint8_t red = 0, green = 0, blue = 0;
    bool operator==(const Rgb&) const = default;
};

/// A colour scale as a table of 513 entries, interpolated in OKLab between control points at equal distances, so equal
/// steps of the value look equally large. A value type, shared by the window and the command line.
class ColourMap {
public:
    static constexpr int kEntries = 513;

    /// `points`: at least two control points from the low to the high end. `nan`: colour of values that are not there.
    ColourMap(std::span<const Rgb> points, Rgb nan);

    /// Orange (contradictory) over neutral to blue (interchangeable), for a dark or a light window.
    static const ColourMap& diverging(bool dark);
    /// Counts, scores, coverage: t = 0 ... 1.
    static const ColourMap& sequential(bool dark);

    const std::array<Rgb, kEntries>& table() const { return m_table; }
    Rgb nan() const { return m_nan; }

    /// Entry of a value on the symmetric scale [-range, +range]; 0 is always the middle entry, ends clamp. NaN is not
    /// allowed. `range` > 0.
    static int indexOf(float value, float range);
    /// Colour of a value on [-range, +range]; NaN has its own.
    Rgb colour(float value, float range) const;
    /// Colour at t in [0, 1], clamped; NaN has its own.
    Rgb at(double t) const;

    /// Colours `values` into `rgb` (three bytes each, same order). `rgb` has 3 * values.size() bytes.
    void apply(std::span<const float> values, float range, std::span<std::uint8_t> rgb) const;

private:
    std::array<Rgb, kEntries> m_table{};
    Rgb m_nan;
};

/// OKLab coordinates (lightness 0..1, a, b) of an sRGB colour, and back (clamped to what sRGB can show).
std::array<double, 3> okLabFromRgb(Rgb colour);
Rgb rgbFromOkLab(const std::array<double, 3>& lab);

} // namespace lpntk::analysis
