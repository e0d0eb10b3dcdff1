#pragma once

#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include <cstdint>
#include <optional>
#include <vector>

namespace lpntk::vtk {

/// A cell of the map by position in the order shown; position 0 is at the top and at the left.
struct MapCell {
    std::int64_t row = 0;
    std::int64_t column = 0;
    bool operator==(const MapCell&) const = default;
};

/// Where which part of an N x N map appears in a viewport: origin and scale, with the rules of zooming and panning.
/// Positions are in samples (cell i covers [i, i + 1)), places in logical pixels of the viewport, y downwards.
class HeatmapTransform {
public:
    static constexpr double kMaximumScale = 160; ///< logical pixels per sample

    /// Number of rows of the map. Goes to fit.
    void setContent(std::int64_t rows);
    /// Keeps fit at fit, else the middle.
    void setViewport(const QSizeF& size);

    std::int64_t rows() const { return m_rows; }
    QSizeF viewport() const { return m_viewport; }
    double scale() const { return m_scale; }
    QPointF origin() const { return m_origin; } ///< position at the top left corner
    double fitScale() const;
    bool isFit() const { return m_scale <= fitScale() * (1 + 1e-9); }

    QPointF positionAt(QPointF place) const { return m_origin + place / m_scale; }
    QPointF placeAt(QPointF position) const { return (position - m_origin) * m_scale; }
    QRectF placeOf(const QRectF& positions) const;
    /// The cell under a place, nothing beside the map.
    std::optional<MapCell> cellAt(QPointF place) const;
    /// The same, beside the map the nearest cell (dragging a box).
    MapCell nearestCell(QPointF place) const;
    /// Positions that can be seen, clipped to the map.
    QRectF visible() const;

    void fit();
    /// The position under `place` stays there as far as the edges of what fit shows allow.
    void zoomAt(QPointF place, double factor);
    void zoomTo(QPointF place, double scale);
    void panBy(QPointF pixels);
    void setOrigin(QPointF position);
    /// Puts a position in the middle; `scale` 0 keeps the present one.
    void centreOn(QPointF position, double scale = 0);
    /// Shows a rectangle of positions as large as possible.
    void show(const QRectF& positions);

private:
    /// Keeps the origin between the map's start and the one that shows its end, or `atLeast` where that is further.
    void clamp(QPointF atLeast = {});

    std::int64_t m_rows = 0;
    QSizeF m_viewport{1, 1};
    QPointF m_origin;
    double m_scale = 1;
};

/// The pyramid level whose cells are between one and two device pixels wide, or the finest that `levels` (ascending,
/// starting at 0) has above that.
int levelForScale(double devicePixelsPerSample, const std::vector<int>& levels);

} // namespace lpntk::vtk
