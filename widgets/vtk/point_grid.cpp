#include <widgets/vtk/point_grid.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lpntk::vtk {

namespace {

constexpr int kMostCells = 256; ///< per side

std::size_t at(std::int64_t index) {
    return static_cast<std::size_t>(index);
}

bool isShown(std::span<const char> shown, std::int32_t point) {
    return shown.empty() || shown[at(point)];
}

double squared(QPointF away) {
    return QPointF::dotProduct(away, away);
}

} // namespace

bool isInside(const QPolygonF& polygon, QPointF place) {
    bool inside = false;
    for (qsizetype i = 0, j = polygon.size() - 1; i < polygon.size(); j = i++) {
        const QPointF a = polygon[i], b = polygon[j];
        if ((a.y() > place.y()) != (b.y() > place.y()) &&
            place.x() < (b.x() - a.x()) * (place.y() - a.y()) / (b.y() - a.y()) + a.x())
            inside = !inside;
    }
    return inside;
}

PointGrid::PointGrid(std::vector<QPointF> places) : m_places(std::move(places)) {
    if (m_places.empty())
        return;
    double left = m_places[0].x(), right = left, top = m_places[0].y(), bottom = top;
    for (const QPointF& place : m_places) {
        left = std::min(left, place.x());
        right = std::max(right, place.x());
        top = std::min(top, place.y());
        bottom = std::max(bottom, place.y());
    }
    m_bounds = QRectF(QPointF(left, top), QPointF(right, bottom));
    m_side = std::clamp(static_cast<int>(std::sqrt(static_cast<double>(m_places.size()) / 2)), 1, kMostCells);
    m_cell = std::max({right - left, bottom - top, 1e-300}) / m_side;
    m_first.assign(at(m_side * m_side + 1), 0);
    std::vector<std::int32_t> cellOf(m_places.size());
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        cellOf[i] = rowOf(m_places[i].y()) * m_side + columnOf(m_places[i].x());
        ++m_first[at(cellOf[i] + 1)];
    }
    for (std::size_t cell = 1; cell < m_first.size(); ++cell)
        m_first[cell] += m_first[cell - 1];
    std::vector<std::int32_t> end(m_first.begin(), m_first.end() - 1);
    m_points.resize(m_places.size());
    for (std::size_t i = 0; i < m_places.size(); ++i)
        m_points[at(end[at(cellOf[i])]++)] = static_cast<std::int32_t>(i);
}

int PointGrid::columnOf(double x) const {
    return static_cast<int>(std::clamp((x - m_bounds.left()) / m_cell, 0.0, m_side - 1.0));
}

int PointGrid::rowOf(double y) const {
    return static_cast<int>(std::clamp((y - m_bounds.top()) / m_cell, 0.0, m_side - 1.0));
}

int PointGrid::nearest(QPointF place, double radius, std::span<const char> shown) const {
    if (m_places.empty())
        return -1;
    int best = -1;
    double least = radius * radius;
    const int x = columnOf(place.x()), y = rowOf(place.y());
    // Cells in growing rings. Everything in ring r is at least r - 1 cells away from a place inside the grid, and a
    // place outside of it is nearer to its own border cell than to all others.
    for (int ring = 0; ring < m_side; ++ring) {
        if (best >= 0 && std::sqrt(least) < (ring - 1) * m_cell)
            break;
        if ((ring - 1) * m_cell > radius)
            break;
        for (int row = std::max(0, y - ring); row <= std::min(m_side - 1, y + ring); ++row) {
            const bool whole = row == y - ring || row == y + ring;
            for (int column = x - ring; column <= x + ring; column += whole || ring == 0 ? 1 : 2 * ring) {
                if (column < 0 || column >= m_side)
                    continue;
                const int cell = row * m_side + column;
                for (std::int32_t i = m_first[at(cell)]; i < m_first[at(cell + 1)]; ++i) {
                    const std::int32_t point = m_points[at(i)];
                    const double away = squared(m_places[at(point)] - place);
                    if (isShown(shown, point) && (away < least || (away == least && (best < 0 || point < best)))) {
                        least = away;
                        best = point;
                    }
                }
            }
        }
    }
    return best;
}

std::vector<std::int32_t> PointGrid::inside(const QRectF& rect, std::span<const char> shown, std::size_t most) const {
    std::vector<std::int32_t> found;
    if (m_places.empty())
        return found;
    for (int row = rowOf(rect.top()); row <= rowOf(rect.bottom()) && found.size() <= most; ++row) {
        const int begin = row * m_side + columnOf(rect.left()), end = row * m_side + columnOf(rect.right()) + 1;
        for (std::int32_t i = m_first[at(begin)]; i < m_first[at(end)] && found.size() <= most; ++i) {
            const std::int32_t point = m_points[at(i)];
            const QPointF place = m_places[at(point)];
            if (isShown(shown, point) && place.x() >= rect.left() && place.x() <= rect.right() &&
                place.y() >= rect.top() && place.y() <= rect.bottom())
                found.push_back(point);
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<std::int32_t> PointGrid::inside(const QPolygonF& polygon, std::span<const char> shown) const {
    std::vector<std::int32_t> found = inside(polygon.boundingRect(), shown);
    std::erase_if(found, [&](std::int32_t point) { return !isInside(polygon, m_places[at(point)]); });
    return found;
}

int PointGrid::next(int from, QPointF direction, std::span<const char> shown) const {
    if (from < 0 || from >= std::ssize(m_places))
        return -1;
    int best = -1;
    double least = std::numeric_limits<double>::infinity();
    for (std::int32_t point = 0; point < std::ssize(m_places); ++point) {
        const QPointF away = m_places[at(point)] - m_places[at(from)];
        const double along = QPointF::dotProduct(away, direction);
        if (point == from || along <= 0 || !isShown(shown, point))
            continue;
        const double cost = along + 2 * std::abs(QPointF::dotProduct(away, QPointF(direction.y(), direction.x())));
        if (cost < least) {
            least = cost;
            best = point;
        }
    }
    return best;
}

} // namespace lpntk::vtk
