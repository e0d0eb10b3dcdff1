#pragma once

#include <core/analysis/order.h>

#include <QColor>
#include <QRect>
#include <QRectF>

#include <functional>
#include <span>
#include <utility>
#include <vector>

class QPainter;

namespace lpntk::views {

/// One of the two strips beside the map, so that both are painted by the same code: `along` runs with the axis,
/// `across` from the map outwards.
struct AxisStrip {
    bool vertical;
    QRect map;
    double from, scale; ///< first position and pixels per position

    double length() const { return vertical ? map.height() : map.width(); }
    double placeOf(double position) const { return (position - from) * scale; }
    QRectF rect(double along, double across, double alongSize, double acrossSize) const;
    /// Bands of a list in rising order that can be seen.
    std::span<const analysis::RowBand> visible(const std::vector<analysis::RowBand>& bands) const;
    /// Where a band begins and ends within the strip.
    std::pair<double, double> clipped(const analysis::RowBand& band) const;
};

/// Bands in the colours that `colourOf` numbers. Of bands below two pixels, each pixel has the colour of those that
/// cover most of it.
void paintBands(QPainter& painter, const AxisStrip& strip, const std::vector<analysis::RowBand>& bands,
                const std::vector<QColor>& colours,
                const std::function<std::size_t(const analysis::RowBand&)>& colourOf, double across, double thickness);

/// Marks at the positions with a flag, the stronger the more of a pixel's positions have it.
void paintShares(QPainter& painter, const AxisStrip& strip, std::span<const char> flags, const QColor& colour,
                 double across, double thickness);

} // namespace lpntk::views
