#pragma once

#include <QPointF>
#include <QPolygonF>
#include <QRectF>

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace lpntk::vtk {

/// Points of the plane sorted into square cells, so that the nearest one of 60,000 is found within a hover and a lasso
/// looks at few. Points are known by their number. Plain geometry, any thread.
class PointGrid {
public:
    PointGrid() = default;
    explicit PointGrid(std::vector<QPointF> places);

    const std::vector<QPointF>& places() const { return m_places; }
    const QRectF& bounds() const { return m_bounds; }

    /// The shown point nearest to `place` and at most `radius` away, -1 = none; ties go to the smallest number.
    /// `shown`: one mark per point, empty = all.
    int nearest(QPointF place, double radius, std::span<const char> shown = {}) const;
    /// Shown points in a rectangle, edges included, ascending. Ends early once there are more than `most`.
    std::vector<std::int32_t> inside(const QRectF& rect, std::span<const char> shown = {},
                                     std::size_t most = std::numeric_limits<std::size_t>::max()) const;
    /// Shown points inside a closed polygon by the even-odd rule, ascending.
    std::vector<std::int32_t> inside(const QPolygonF& polygon, std::span<const char> shown = {}) const;
    /// The shown point that is next in a direction (a unit vector): a point straight ahead is nearer than one as far
    /// aside. -1 = none.
    int next(int from, QPointF direction, std::span<const char> shown = {}) const;

private:
    int columnOf(double x) const;
    int rowOf(double y) const;

    std::vector<QPointF> m_places;
    QRectF m_bounds;
    int m_side = 0; ///< cells per side
    double m_cell = 1;
    std::vector<std::int32_t> m_first;  ///< (side^2 + 1) where a cell's points begin
    std::vector<std::int32_t> m_points; ///< by cell
};

/// Whether a place lies inside a closed polygon by the even-odd rule.
bool isInside(const QPolygonF& polygon, QPointF place);

} // namespace lpntk::vtk
