#include <widgets/vtk/heatmap_transform.h>

#include <algorithm>
#include <cmath>

namespace lpntk::vtk {

namespace {

QPointF asPoint(QSizeF size) { return {size.width(), size.height()}; }

} // namespace

void HeatmapTransform::setContent(std::int64_t rows) {
    m_rows = rows;
    fit();
}

void HeatmapTransform::setViewport(const QSizeF& size) {
    const bool wasFit = isFit();
    const QPointF middle = positionAt({m_viewport.width() / 2, m_viewport.height() / 2});
    m_viewport = size.expandedTo({1, 1});
    if (wasFit)
        fit();
    else
        centreOn(middle);
}

double HeatmapTransform::fitScale() const {
    return m_rows > 0 ? std::min(m_viewport.width(), m_viewport.height()) / static_cast<double>(m_rows) : 1;
}

QRectF HeatmapTransform::placeOf(const QRectF& positions) const {
    return {placeAt(positions.topLeft()), positions.size() * m_scale};
}

std::optional<MapCell> HeatmapTransform::cellAt(QPointF place) const {
    const QPointF position = positionAt(place);
    const MapCell cell{static_cast<std::int64_t>(std::floor(position.y())),
                       static_cast<std::int64_t>(std::floor(position.x()))};
    const bool inside = cell.row >= 0 && cell.row < m_rows && cell.column >= 0 && cell.column < m_rows &&
                        place.x() >= 0 && place.y() >= 0 && place.x() < m_viewport.width() &&
                        place.y() < m_viewport.height();
    return inside ? std::optional(cell) : std::nullopt;
}

MapCell HeatmapTransform::nearestCell(QPointF place) const {
    const QPointF position = positionAt(place);
    const auto clamped = [this](double value) {
        return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(value)), 0, std::max<std::int64_t>(m_rows - 1, 0));
    };
    return {clamped(position.y()), clamped(position.x())};
}

QRectF HeatmapTransform::visible() const {
    const auto side = static_cast<double>(m_rows);
    return QRectF(m_origin, m_viewport / m_scale).intersected(QRectF(0, 0, side, side));
}

void HeatmapTransform::fit() {
    m_scale = fitScale();
    m_origin = {};
}

void HeatmapTransform::zoomAt(QPointF place, double factor) { zoomTo(place, m_scale * factor); }

void HeatmapTransform::zoomTo(QPointF place, double scale) {
    const QPointF position = positionAt(place);
    const double smallest = fitScale();
    m_scale = std::clamp(scale, smallest, std::max(smallest, kMaximumScale));
    m_origin = position - place / m_scale;
    // What fit shows includes an empty band beside the square. While zooming, that band belongs to the world: without it the
    // first steps from fit would push the position under the pointer away. The middle stays on the map.
    const QPointF fitEnd = asPoint(m_viewport / smallest), seen = asPoint(m_viewport / m_scale);
    const auto side = static_cast<double>(m_rows);
    clamp({std::min(fitEnd.x() - seen.x(), side - seen.x() / 2), std::min(fitEnd.y() - seen.y(), side - seen.y() / 2)});
}

void HeatmapTransform::panBy(QPointF pixels) {
    // A band that zooming left in sight may stay, but panning makes none.
    const QPointF before = m_origin;
    m_origin -= pixels / m_scale;
    clamp(before);
}

void HeatmapTransform::setOrigin(QPointF position) {
    m_origin = position;
    clamp();
}

void HeatmapTransform::centreOn(QPointF position, double scale) {
    const double smallest = fitScale();
    m_scale = std::clamp(scale > 0 ? scale : m_scale, smallest, std::max(smallest, kMaximumScale));
    m_origin = position - QPointF(m_viewport.width(), m_viewport.height()) / (2 * m_scale);
    clamp();
}

void HeatmapTransform::show(const QRectF& positions) {
    const double scale = std::min(m_viewport.width() / std::max(positions.width(), 1e-9),
                                  m_viewport.height() / std::max(positions.height(), 1e-9));
    centreOn(positions.center(), scale);
}

void HeatmapTransform::clamp(QPointF atLeast) {
    const auto side = static_cast<double>(m_rows);
    const QPointF end = QPointF(side, side) - asPoint(m_viewport / m_scale);
    m_origin.setX(std::clamp(m_origin.x(), 0.0, std::max({end.x(), atLeast.x(), 0.0})));
    m_origin.setY(std::clamp(m_origin.y(), 0.0, std::max({end.y(), atLeast.y(), 0.0})));
}

int levelForScale(double devicePixelsPerSample, const std::vector<int>& levels) {
    if (levels.empty())
        return 0;
    // A cell of level l is 2^l samples; a tenth of a pixel too small does not show and saves a factor of four.
    for (const int level : levels)
        if (devicePixelsPerSample * std::ldexp(1.0, level) >= 0.9)
            return level;
    return levels.back();
}

} // namespace lpntk::vtk
