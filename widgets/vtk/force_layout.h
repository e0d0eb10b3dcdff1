#pragma once

#include <QPointF>

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

} // namespace lpntk::vtk
