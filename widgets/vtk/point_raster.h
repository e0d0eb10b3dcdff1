#pragma once

#include <QColor>
#include <QPointF>
#include <QRectF>
#include <QRgb>
#include <QSize>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace lpntk::vtk {

/// Round dots with smooth edges drawn into pixels. 60,000 of them take some milliseconds, a tenth of what software
/// OpenGL needs for as many point sprites, and a graphics card gets them as one texture. Plain memory, any one thread.
class PointRaster {
public:
    /// Starts a picture of one colour.
    void begin(QSize pixels, QRgb ground);
    /// Fills whole pixels.
    void fill(const QRect& rect, QRgb colour);
    /// A disc of `diameter` pixels at place * scale + offset for each of `points`, later ones on earlier ones.
    /// `colours`: one per place, or one for all. Alpha mixes with what is there.
    void draw(std::span<const QPointF> places, std::span<const std::int32_t> points, std::span<const QRgb> colours,
              double diameter, double scale, QPointF offset);

    QSize size() const { return m_size; }
    int width() const { return m_size.width(); }
    int height() const { return m_size.height(); }
    /// Rows from top to bottom, four bytes a pixel: red, green, blue, 255.
    const std::uint8_t* bytes() const { return reinterpret_cast<const std::uint8_t*>(m_pixels.data()); }
    QRgb at(int x, int y) const;

private:
    static constexpr int kSteps = 4; ///< places of a centre within a pixel, per direction
    /// The disc around one place within a pixel.
    struct Stamp {
        struct Row {
            int begin = 0, end = 0; ///< pixels with any cover
        };
        std::vector<Row> rows;
        std::vector<std::uint16_t> cover; ///< (side, side) share of each pixel, 0 to 256
    };
    void makeStamps(double diameter);
    void stamp(int left, int top, const Stamp& disc, QRgb colour);

    QSize m_size;
    std::vector<std::uint32_t> m_pixels;
    double m_diameter = -1;
    int m_side = 0; ///< pixels of a stamp
    std::array<Stamp, std::size_t{kSteps} * kSteps> m_stamps;
};

} // namespace lpntk::vtk
