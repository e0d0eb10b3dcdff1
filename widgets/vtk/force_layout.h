#pragma once

#include <QPointF>
#include <QSizeF>

#include <functional>
#include <optional>
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

/// The same where some nodes have a place already (`known`, one entry a node): those stay exactly there and only the
/// others find theirs, beginning beside the known nodes that they belong to. Not centred.
std::vector<QPointF> forceLayoutAround(const std::vector<std::optional<QPointF>>& known,
                                       const std::vector<LayoutEdge>& edges, double spacing, int steps = 250,
                                       const std::function<bool()>& stop = {});

/// Moves what is not `fixed` (one entry a node) until no card is nearer than `gap` to another one, as far as that
/// works.
void separateAround(std::vector<QPointF>& places, const std::vector<char>& fixed, double gap);

/// Brings places into `area` (logical pixels, centred on the origin) where they do not fit: each axis is compressed by
/// itself, then cards nearer than `gap` are moved apart again, out of the area only when there are too many for it.
std::vector<QPointF> fitLayout(std::vector<QPointF> places, QSizeF area, double gap);

} // namespace lpntk::vtk
