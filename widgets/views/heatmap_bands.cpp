#include <widgets/views/heatmap_bands.h>

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using analysis::RowBand;

namespace {

constexpr double kLeastOpacity = 0.25; ///< a single pruned sample among hundreds can still be seen

} // namespace

QRectF AxisStrip::rect(double along, double across, double alongSize, double acrossSize) const {
    if (vertical)
        return {map.left() - across - acrossSize, map.top() + along, acrossSize, alongSize};
    return {map.left() + along, map.top() - across - acrossSize, alongSize, acrossSize};
}

std::span<const RowBand> AxisStrip::visible(const std::vector<RowBand>& bands) const {
    const double to = from + length() / scale;
    const auto first = std::partition_point(
        bands.begin(), bands.end(), [this](const RowBand& band) { return static_cast<double>(band.end) <= from; });
    const auto last = std::partition_point(first, bands.end(),
                                           [to](const RowBand& band) { return static_cast<double>(band.begin) < to; });
    return {first, last};
}

std::pair<double, double> AxisStrip::clipped(const RowBand& band) const {
    return {std::max(0.0, placeOf(static_cast<double>(band.begin))),
            std::min(length(), placeOf(static_cast<double>(band.end)))};
}

void paintBands(QPainter& painter, const AxisStrip& strip, const std::vector<RowBand>& bands,
                const std::vector<QColor>& colours, const std::function<std::size_t(const RowBand&)>& colourOf,
                double across, double thickness) {
    std::vector<double> covered(colours.size());
    double pixel = -1; // that narrow bands are summed up for
    const auto flush = [&] {
        if (pixel < 0)
            return;
        const auto most = std::max_element(covered.begin(), covered.end());
        painter.fillRect(strip.rect(pixel, across, 1, thickness),
                         colours[static_cast<std::size_t>(most - covered.begin())]);
        std::fill(covered.begin(), covered.end(), 0.0);
        pixel = -1;
    };
    for (const RowBand& band : strip.visible(bands)) {
        const auto [begin, end] = strip.clipped(band);
        const std::size_t colour = colourOf(band);
        if (end - begin >= 2) {
            flush();
            painter.fillRect(strip.rect(begin, across, end - begin - (end - begin > 4 ? 1 : 0), thickness),
                             colours[colour]);
            continue;
        }
        const double middle = std::floor((begin + end) / 2);
        if (middle != pixel)
            flush();
        pixel = middle;
        covered[colour] += end - begin;
    }
    flush();
}

void paintShares(QPainter& painter, const AxisStrip& strip, std::span<const char> flags, const QColor& colour,
                 double across, double thickness) {
    const auto count = static_cast<std::int64_t>(flags.size());
    // A step is a pixel or, where they are larger, a sample.
    const double step = std::max(1.0, strip.scale);
    const double start =
        std::floor(strip.from) < strip.from && strip.scale > 1 ? strip.placeOf(std::floor(strip.from)) : 0;
    for (double place = start; place < strip.length(); place += step) {
        const auto begin = static_cast<std::int64_t>(std::llround(strip.from + place / strip.scale));
        const auto end =
            std::max(begin + 1, static_cast<std::int64_t>(std::llround(strip.from + (place + step) / strip.scale)));
        if (begin >= count)
            break;
        const auto part =
            flags.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(std::min(end, count) - begin));
        const auto marked = std::count_if(part.begin(), part.end(), [](char flag) { return flag != 0; });
        if (marked == 0)
            continue;
        QColor shade = colour;
        const double share = static_cast<double>(marked) / static_cast<double>(part.size());
        shade.setAlphaF(static_cast<float>(kLeastOpacity + (1 - kLeastOpacity) * share));
        painter.fillRect(strip.rect(std::max(0.0, place), across,
                                    std::min(place + step, strip.length()) - std::max(0.0, place), thickness),
                         shade);
    }
}

} // namespace lpntk::views
