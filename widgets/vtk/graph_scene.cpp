#include <widgets/vtk/graph_scene.h>

#include <algorithm>
#include <cmath>

namespace lpntk::vtk {

namespace {

constexpr double kLineDepth = 900;

// Lengths of strokes and gaps for a line of two pixels; wider lines have longer ones (tokens "relation").
constexpr double kDotted[] = {1.5, 3};
constexpr double kDashed[] = {5, 3};

} // namespace

std::vector<double> dashOf(const GraphEdge& edge) {
    std::vector<double> dash;
    if (edge.style != LineStyle::solid)
        for (const double length : edge.style == LineStyle::dotted ? kDotted : kDashed)
            dash.push_back(length * std::max(1.0, edge.width / 2));
    return dash;
}

GraphScene::GraphScene(vtkRenderer* renderer) : m_lines(renderer, kLineDepth) {}

void GraphScene::setGraph(std::vector<GraphNode> nodes, std::vector<GraphEdge> edges) {
    m_nodes = std::move(nodes);
    m_edges = std::move(edges);
}

void GraphScene::setView(double zoom, QPointF offset, double pixelRatio) {
    m_zoom = zoom;
    m_offset = offset;
    m_pixelRatio = pixelRatio;
}

QPointF GraphScene::widgetPlace(int node) const {
    return m_nodes[static_cast<std::size_t>(node)].place * m_zoom + m_offset;
}

int GraphScene::nodeAt(QPointF place) const {
    for (int node = static_cast<int>(m_nodes.size()) - 1; node >= 0; --node) {
        const double half = m_nodes[static_cast<std::size_t>(node)].side / 2;
        const QPointF away = place - widgetPlace(node);
        if (std::abs(away.x()) <= half && std::abs(away.y()) <= half)
            return node;
    }
    return -1;
}

void GraphScene::draw() {
    m_lines.clear();
    for (const GraphEdge& edge : m_edges) {
        std::vector<double> dash = dashOf(edge);
        for (double& length : dash)
            length *= m_pixelRatio;
        m_lines.addLine(widgetPlace(edge.from) * m_pixelRatio, widgetPlace(edge.to) * m_pixelRatio,
                        edge.width * m_pixelRatio, edge.colour, dash);
    }
    m_lines.commit();
}

} // namespace lpntk::vtk
