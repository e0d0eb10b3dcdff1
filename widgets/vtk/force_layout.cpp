#include <widgets/vtk/force_layout.h>

#include <QRectF>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lpntk::vtk {

namespace {

double lengthOf(QPointF vector) { return std::max(std::hypot(vector.x(), vector.y()), 1e-6); }

void repel(const std::vector<QPointF>& places, double spacing, std::vector<QPointF>& forces) {
    for (std::size_t i = 0; i < places.size(); ++i)
        for (std::size_t j = i + 1; j < places.size(); ++j) {
            const QPointF away = places[i] - places[j];
            const double distance = lengthOf(away);
            const QPointF push = away / distance * (spacing * spacing / distance);
            forces[i] += push;
            forces[j] -= push;
        }
}

void pull(const std::vector<QPointF>& places, const std::vector<LayoutEdge>& edges, double spacing,
          std::vector<QPointF>& forces) {
    for (const LayoutEdge& edge : edges) {
        const auto from = static_cast<std::size_t>(edge.from), to = static_cast<std::size_t>(edge.to);
        const QPointF away = places[from] - places[to];
        const double distance = lengthOf(away);
        const double strength = edge.weight > 0 ? edge.weight * distance * distance / spacing
                                                : edge.weight * spacing * spacing * 4 / distance;
        forces[from] -= away / distance * strength;
        forces[to] += away / distance * strength;
    }
}

/// Cards must not cover each other: pairs nearer than `gap` are moved apart, at first inside `area` where one is given.
/// Of a pair with one fixed card the other one goes all the way.
void separate(std::vector<QPointF>& places, double gap, QSizeF area = {}, const std::vector<char>& fixed = {}) {
    const double x = std::max(area.width() - gap, 0.0) / 2, y = std::max(area.height() - gap, 0.0) / 2;
    for (int round = 0; round < 200; ++round) {
        bool moved = false;
        for (std::size_t i = 0; i < places.size(); ++i)
            for (std::size_t j = i + 1; j < places.size(); ++j) {
                const QPointF away = places[i] - places[j];
                const double overlapX = gap - std::abs(away.x()), overlapY = gap - std::abs(away.y());
                const bool iFixed = !fixed.empty() && fixed[i], jFixed = !fixed.empty() && fixed[j];
                if (overlapX <= 0 || overlapY <= 0 || (iFixed && jFixed))
                    continue;
                moved = true;
                const QPointF step = overlapX < overlapY
                                         ? QPointF((away.x() < 0 ? -1 : 1) * (overlapX / 2 + 0.5), 0)
                                         : QPointF(0, (away.y() < 0 ? -1 : 1) * (overlapY / 2 + 0.5));
                if (!iFixed)
                    places[i] += jFixed ? 2 * step : step;
                if (!jFixed)
                    places[j] -= iFixed ? 2 * step : step;
            }
        if (!moved)
            return;
        if (!area.isEmpty() && round < 150)
            for (QPointF& place : places)
                place = QPointF(std::clamp(place.x(), -x, x), std::clamp(place.y(), -y, y));
    }
}

/// One step of all that is not fixed, at most `longest` far; `middle` draws parts without edges.
void advance(std::vector<QPointF>& places, std::vector<QPointF>& forces, const std::vector<char>& fixed, QPointF middle,
             double longest) {
    for (std::size_t node = 0; node < places.size(); ++node) {
        if (!fixed.empty() && fixed[node])
            continue;
        forces[node] -= (places[node] - middle) * 0.05;
        const double length = lengthOf(forces[node]);
        places[node] += forces[node] / length * std::min(length, longest);
    }
}

/// Where a node without a place begins: on a small sunflower around the known nodes that it belongs to.
QPointF startOf(std::size_t node, const std::vector<std::optional<QPointF>>& known,
                const std::vector<LayoutEdge>& edges, QPointF middle, double spacing) {
    QPointF sum;
    int count = 0;
    for (const LayoutEdge& edge : edges) {
        const auto from = static_cast<std::size_t>(edge.from), to = static_cast<std::size_t>(edge.to);
        if ((from != node && to != node) || !known[from == node ? to : from])
            continue;
        sum += *known[from == node ? to : from];
        ++count;
    }
    const QPointF anchor = count > 0 ? sum / count : middle;
    // Outwards, where there is room.
    const QPointF away = anchor - middle;
    const double angle = static_cast<double>(node) * std::numbers::pi * (3 - std::sqrt(5.0));
    return anchor + away / lengthOf(away) * spacing * (lengthOf(away) > 1 ? 1 : 0) +
           QPointF(std::cos(angle), std::sin(angle)) * spacing * 0.5;
}

void centre(std::vector<QPointF>& places) {
    QPointF middle;
    for (const QPointF& place : places)
        middle += place / static_cast<double>(places.size());
    for (QPointF& place : places)
        place -= middle;
}

} // namespace

std::vector<QPointF> forceLayout(int nodes, const std::vector<LayoutEdge>& edges, double spacing, int steps,
                                 const std::function<bool()>& stop) {
    const auto count = static_cast<std::size_t>(std::max(nodes, 0));
    std::vector<QPointF> places(count), forces(count);
    // A sunflower: even, without a random number.
    for (std::size_t node = 0; node < count; ++node) {
        const auto place = static_cast<double>(node);
        const double angle = place * std::numbers::pi * (3 - std::sqrt(5.0));
        places[node] = QPointF(std::cos(angle), std::sin(angle)) * spacing * 0.6 * std::sqrt(place);
    }
    for (int step = 0; step < steps && !(stop && stop()); ++step) {
        std::fill(forces.begin(), forces.end(), QPointF());
        repel(places, spacing, forces);
        pull(places, edges, spacing, forces);
        advance(places, forces, {}, {}, spacing * (1 - static_cast<double>(step) / steps));
    }
    separate(places, spacing);
    centre(places);
    return places;
}

std::vector<QPointF> forceLayoutAround(const std::vector<std::optional<QPointF>>& known,
                                       const std::vector<LayoutEdge>& edges, double spacing, int steps,
                                       const std::function<bool()>& stop) {
    const std::size_t count = known.size();
    std::vector<char> fixed(count);
    QPointF middle;
    std::size_t there = 0;
    for (std::size_t node = 0; node < count; ++node)
        if (known[node]) {
            fixed[node] = 1;
            middle += *known[node];
            ++there;
        }
    if (there == 0)
        return forceLayout(static_cast<int>(count), edges, spacing, steps, stop);
    middle /= static_cast<double>(there);
    std::vector<QPointF> places(count), forces(count);
    for (std::size_t node = 0; node < count; ++node)
        places[node] = known[node] ? *known[node] : startOf(node, known, edges, middle, spacing);
    for (int step = 0; step < steps && there < count && !(stop && stop()); ++step) {
        std::fill(forces.begin(), forces.end(), QPointF());
        repel(places, spacing, forces);
        pull(places, edges, spacing, forces);
        advance(places, forces, fixed, middle, spacing * (1 - static_cast<double>(step) / steps));
    }
    separate(places, spacing, {}, fixed);
    return places;
}

void separateAround(std::vector<QPointF>& places, const std::vector<char>& fixed, double gap) {
    separate(places, gap, {}, fixed);
}

std::vector<QPointF> fitLayout(std::vector<QPointF> places, QSizeF area, double gap) {
    QRectF bounds;
    for (const QPointF& place : places)
        bounds |= QRectF(place - QPointF(gap, gap) / 2, QSizeF(gap, gap));
    const double x = std::min(1.0, std::max(area.width() - gap, 1.0) / std::max(bounds.width() - gap, 1.0));
    const double y = std::min(1.0, std::max(area.height() - gap, 1.0) / std::max(bounds.height() - gap, 1.0));
    for (QPointF& place : places)
        place = QPointF((place.x() - bounds.center().x()) * x, (place.y() - bounds.center().y()) * y);
    separate(places, gap, area);
    return places;
}

} // namespace lpntk::vtk
