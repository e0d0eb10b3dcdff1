#pragma once

#include <QPointF>
#include <QSizeF>

#include <functional>
#include <vector>

namespace lpntk::vtk {

/// An edge for the layout: positive weights (up to 1) pull, negative ones push.
struct LayoutEdge {
    int from = 0, to = 0;
    double weight = 0;
};

/// Places of `nodes` nodes by spring forces (Fruchterman and Reingold 1991, with pushing edges for negative weights),
/// `spacing` logical pixels between neighbours, no two cards nearer than that, centred on the origin. Deterministic.
/// O(nodes^2) a step: run it on a worker; `stop` is asked once a step and ends early.
std::vector<QPointF> forceLayout(int nodes, const std::vector<LayoutEdge>& edges, double spacing, int steps = 250,
                                 const std::function<bool()>& stop = {});

/// Brings places into `area` (logical pixels, centred on the origin) where they do not fit: each axis is compressed by
/// itself, then cards nearer than `gap` are moved apart again, out of the area only when there are too many for it.
std::vector<QPointF> fitLayout(std::vector<QPointF> places, QSizeF area, double gap);

} // namespace lpntk::vtk
