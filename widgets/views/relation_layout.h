#pragma once

#include <widgets/views/relation_model.h>

#include <QPointF>
#include <QSizeF>

#include <functional>
#include <vector>

namespace lpntk::views {

/// Places in logical pixels with the centre at (0, 0), for a widget of `size`: interchangeable left, contradictory
/// right, unrelated below, strongest on top, in as many staggered columns as the height needs; neighbours of expanded
/// nodes fan out behind them. No two cards overlap where the size allows it. `node`, `centre`: sides of the cards.
std::vector<QPointF> sidesBySign(const RelationGraph& graph, const QSizeF& size, double node, double centre);

/// Spring layout of the same graph (worker), inside `size` as far as the cards leave room.
std::vector<QPointF> byForce(const RelationGraph& graph, const QSizeF& size, double node,
                             const std::function<bool()>& stop = {});

} // namespace lpntk::views
