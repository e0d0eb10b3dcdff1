#pragma once

#include <widgets/views/relation_model.h>

#include <QPointF>
#include <QSizeF>

#include <functional>
#include <map>
#include <vector>

namespace lpntk::views {

/// Places in logical pixels with the centre at (0, 0), for a widget of `size`: interchangeable left, contradictory
/// right, unrelated below, strongest on top, in as many staggered columns as the height needs; neighbours of expanded
/// nodes fan out behind them. No two cards overlap where the size allows it. `node`, `centre`: sides of the cards.
std::vector<QPointF> sidesBySign(const RelationGraph& graph, const QSizeF& size, double node, double centre);

/// Side of a node's picture, not of the current one's, in logical pixels: of many nodes each is smaller.
int nodePicture(std::size_t nodes);

/// Places of rows from the layout before.
using KnownPlaces = std::map<base::RowId, QPointF>;

/// Spring layout of the same graph (worker), inside `size` as far as the cards leave room. Where at least half of the
/// nodes have a place in `known`, those keep it and the others settle around them.
std::vector<QPointF> byForce(const RelationGraph& graph, const QSizeF& size, double node, const KnownPlaces& known = {},
                             const std::function<bool()>& stop = {});

} // namespace lpntk::views
