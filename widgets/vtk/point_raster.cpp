#include <widgets/vtk/point_raster.h>

#include <algorithm>
#include <cmath>

namespace lpntk::vtk {

namespace {

constexpr std::uint32_t kWhole = 256; ///< cover of a pixel that lies inside

std::size_t index(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

/// A pixel as its four bytes lie in memory.
std::uint32_t packed(QRgb colour) {
    return static_cast<std::uint32_t>(qRed(colour)) | static_cast<std::uint32_t>(qGreen(colour)) << 8 |
           static_cast<std::uint32_t>(qBlue(colour)) << 16 | 0xFF000000;
}

/// `under` moved towards `over` by `share` of 256; two channels at once.
std::uint32_t mixed(std::uint32_t under, std::uint32_t over, std::uint32_t share) {
    constexpr std::uint32_t kOuter = 0x00FF00FF, kMiddle = 0x0000FF00;
    const std::uint32_t rest = kWhole - share;
    const std::uint32_t outer = ((over & kOuter) * share + (under & kOuter) * rest) >> 8;
    const std::uint32_t middle = ((over & kMiddle) * share + (under & kMiddle) * rest) >> 8;
    return (outer & kOuter) | (middle & kMiddle) | 0xFF000000;
}

} // namespace

void PointRaster::begin(QSize pixels, QRgb ground) {
    m_size = pixels.expandedTo({0, 0});
    m_pixels.assign(index(m_size.width()) * index(m_size.height()), packed(ground));
}

void PointRaster::fill(const QRect& rect, QRgb colour) {
    const QRect inside = rect.intersected(QRect({0, 0}, m_size));
    for (int y = inside.top(); y <= inside.bottom(); ++y)
        std::fill_n(m_pixels.begin() + std::int64_t{y} * m_size.width() + inside.left(), inside.width(),
                    packed(colour));
}

QRgb PointRaster::at(int x, int y) const {
    const std::uint32_t pixel = m_pixels[index(y) * index(m_size.width()) + index(x)];
    return qRgb(pixel & 0xFF, pixel >> 8 & 0xFF, pixel >> 16 & 0xFF);
}

void PointRaster::makeStamps(double diameter) {
    if (diameter == m_diameter)
        return;
    m_diameter = diameter;
    // Room for a centre anywhere in the middle pixel and half a pixel of soft edge.
    const int reach = static_cast<int>(std::ceil(diameter / 2 + 0.5));
    m_side = 2 * reach + 1;
    for (int step = 0; step < kSteps * kSteps; ++step) {
        Stamp& disc = m_stamps[index(step)];
        disc.rows.assign(index(m_side), {m_side, 0});
        disc.cover.assign(index(m_side) * index(m_side), 0);
        const double centreX = reach + (step % kSteps + 0.5) / kSteps - 0.5,
                     centreY = reach + (step / kSteps + 0.5) / kSteps - 0.5;
        for (int y = 0; y < m_side; ++y)
            for (int x = 0; x < m_side; ++x) {
                const double away = std::hypot(x - centreX, y - centreY);
                const long share = std::lround(kWhole * std::clamp(diameter / 2 + 0.5 - away, 0.0, 1.0));
                if (share == 0)
                    continue;
                disc.cover[index(y * m_side + x)] = static_cast<std::uint16_t>(share);
                Stamp::Row& row = disc.rows[index(y)];
                row = {std::min(row.begin, x), x + 1};
            }
    }
}

void PointRaster::stamp(int left, int top, const Stamp& disc, QRgb colour) {
    const std::uint32_t over = packed(colour), alpha = static_cast<std::uint32_t>(qAlpha(colour)) + 1;
    const int beginX = std::max(0, -left), endX = std::min(m_side, m_size.width() - left);
    const int beginY = std::max(0, -top), endY = std::min(m_side, m_size.height() - top);
    for (int y = beginY; y < endY; ++y) {
        const int begin = std::max(beginX, disc.rows[index(y)].begin), end = std::min(endX, disc.rows[index(y)].end);
        if (begin >= end)
            continue;
        std::uint32_t* pixel = &m_pixels[index(top + y) * index(m_size.width()) + index(left + begin)];
        const std::uint16_t* share = &disc.cover[index(y * m_side + begin)];
        for (int x = begin; x < end; ++x, ++pixel, ++share) {
            const std::uint32_t part = *share * alpha >> 8;
            *pixel = part == kWhole ? over : mixed(*pixel, over, part);
        }
    }
}

void PointRaster::draw(std::span<const QPointF> places, std::span<const std::int32_t> points,
                       std::span<const QRgb> colours, double diameter, double scale, QPointF offset) {
    if (points.empty() || colours.empty() || m_pixels.empty())
        return;
    makeStamps(diameter);
    const int reach = (m_side - 1) / 2;
    const bool one = colours.size() == 1;
    for (const std::int32_t point : points) {
        const double x = places[index(point)].x() * scale + offset.x(),
                     y = places[index(point)].y() * scale + offset.y();
        if (!(x > -m_side && y > -m_side && x < m_size.width() + m_side && y < m_size.height() + m_side))
            continue;
        const double wholeX = std::floor(x), wholeY = std::floor(y);
        const int stepX = static_cast<int>((x - wholeX) * kSteps), stepY = static_cast<int>((y - wholeY) * kSteps);
        stamp(static_cast<int>(wholeX) - reach, static_cast<int>(wholeY) - reach,
              m_stamps[index(stepY * kSteps + stepX)], one ? colours[0] : colours[index(point)]);
    }
}

} // namespace lpntk::vtk
