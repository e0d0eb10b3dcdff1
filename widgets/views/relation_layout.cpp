#include <widgets/views/relation_layout.h>

#include <widgets/models/theme.h>
#include <widgets/vtk/force_layout.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace lpntk::views {

using analysis::Relation;

namespace {

constexpr double kCaption = 20; ///< below a card

/// Nodes of the centre's one side, top to bottom, in staggered columns.
void placeSide(const std::vector<int>& members, double direction, const QSizeF& size, double node,
               std::vector<QPointF>& places) {
    if (members.empty())
        return;
    const double height = size.height() - node - kCaption - 16;
    const double least = node + kCaption + 2; // between two cards of one column
    const auto count = static_cast<double>(members.size());
    const double step = count > 1 ? std::min(height / (count - 1), least) : 0;
    const int columns = std::clamp(static_cast<int>(std::ceil(least / std::max(step, 1.0))), members.size() > 3 ? 2 : 1, 6);
    const double inner = std::max(size.width() * 0.27, node * 2);
    const double apart = std::min(node + 40, std::max((size.width() / 2 - inner - node / 2 - 8) / std::max(columns - 1, 1), 0.0));
    const double top = -(count - 1) * step / 2;
    for (std::size_t place = 0; place < members.size(); ++place) {
        // The strongest stands in the inner column.
        const int column = static_cast<int>(place) % columns;
        places[static_cast<std::size_t>(members[place])] =
            QPointF(direction * (inner + column * apart), top + static_cast<double>(place) * step - kCaption / 2);
    }
}

void fanOut(int parent, const std::vector<int>& children, double node, std::vector<QPointF>& places) {
    const QPointF at = places[static_cast<std::size_t>(parent)];
    const double away = std::atan2(at.y(), at.x() == 0 && at.y() == 0 ? 1 : at.x());
    const auto count = static_cast<double>(children.size());
    const double radius = std::max(node * 2.2, count * (node + kCaption) / std::numbers::pi * 1.1);
    for (std::size_t place = 0; place < children.size(); ++place) {
        const double share = count > 1 ? static_cast<double>(place) / (count - 1) - 0.5 : 0;
        const double angle = away + share * std::numbers::pi * 0.95;
        places[static_cast<std::size_t>(children[place])] = at + QPointF(std::cos(angle), std::sin(angle)) * radius;
    }
}

} // namespace

std::vector<QPointF> sidesBySign(const RelationGraph& graph, const QSizeF& size, double node, double centre) {
    std::vector<QPointF> places(graph.nodes.size());
    std::vector<int> sides[3];
    std::vector<std::vector<int>> children(graph.nodes.size());
    for (int number = 1; number < static_cast<int>(graph.nodes.size()); ++number) {
        const RelationGraph::Node& entry = graph.nodes[static_cast<std::size_t>(number)];
        if (entry.parent == 0)
            sides[static_cast<int>(entry.relation)].push_back(number);
        else if (entry.parent > 0)
            children[static_cast<std::size_t>(entry.parent)].push_back(number);
    }
    placeSide(sides[static_cast<int>(Relation::interchangeable)], -1, size, node, places);
    placeSide(sides[static_cast<int>(Relation::contradictory)], 1, size, node, places);
    const std::vector<int>& below = sides[static_cast<int>(Relation::unrelated)];
    const double y = std::max(size.height() / 2 - node / 2 - kCaption - 12, centre / 2 + node / 2 + 24);
    for (std::size_t place = 0; place < below.size(); ++place)
        places[static_cast<std::size_t>(below[place])] =
            QPointF((static_cast<double>(place) - static_cast<double>(below.size() - 1) / 2) * (node + 30), y);
    for (int parent = 1; parent < static_cast<int>(graph.nodes.size()); ++parent)
        if (!children[static_cast<std::size_t>(parent)].empty())
            fanOut(parent, children[static_cast<std::size_t>(parent)], node, places);
    // Sides stay as they are; what fans out makes room for them.
    std::vector<char> fixed(places.size());
    for (std::size_t number = 0; number < fixed.size(); ++number)
        fixed[number] = graph.nodes[number].parent <= 0;
    vtk::separateAround(places, fixed, node + kCaption);
    return places;
}

int nodePicture(std::size_t nodes) {
    const int full = models::theme().thumbnail("node");
    return nodes <= 60 ? full : nodes <= 140 ? full * 7 / 10 : full / 2;
}

std::vector<QPointF> byForce(const RelationGraph& graph, const QSizeF& size, double node, const KnownPlaces& known,
                             const std::function<bool()>& stop) {
    std::vector<vtk::LayoutEdge> edges;
    for (const RelationGraph::Edge& edge : graph.edges)
        edges.push_back({edge.from, edge.to, static_cast<double>(edge.cosine)});
    const double spacing = node + kCaption + 14;
    std::vector<std::optional<QPointF>> former(graph.nodes.size());
    std::size_t there = 0;
    for (std::size_t number = 0; number < former.size(); ++number)
        if (const auto found = known.find(graph.nodes[number].row); found != known.end()) {
            former[number] = found->second;
            ++there;
        }
    if (2 * there >= former.size() && there > 0)
        return vtk::forceLayoutAround(former, edges, spacing, 250, stop);
    auto places = vtk::forceLayout(static_cast<int>(graph.nodes.size()), edges, spacing, 250, stop);
    return vtk::fitLayout(std::move(places), size, node + kCaption);
}

} // namespace lpntk::views
