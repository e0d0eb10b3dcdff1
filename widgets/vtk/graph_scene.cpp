#include <widgets/vtk/graph_scene.h>

#include <algorithm>
#include <cmath>

namespace lpntk::vtk {

namespace {

constexpr double kLineDepth = 900;
constexpr double kNodeDepth = 800;

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

GraphScene::GraphScene(vtkRenderer* renderer, vtkRenderer* overlay)
    : m_lines(renderer, kLineDepth), m_pictures(overlay, 1024) {}

void GraphScene::setGraph(std::vector<GraphNode> nodes, std::vector<GraphEdge> edges) {
    m_nodes = std::move(nodes);
    m_edges = std::move(edges);
}

void GraphScene::setPicture(int node, QImage picture) {
    m_nodes[static_cast<std::size_t>(node)].picture = std::move(picture);
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

    m_pictures.begin();
    double depth = kNodeDepth;
    for (int number = 0; number < static_cast<int>(m_nodes.size()); ++number) {
        const GraphNode& node = m_nodes[static_cast<std::size_t>(number)];
        if (node.picture.isNull())
            continue;
        const auto version = static_cast<std::uint64_t>(node.picture.cacheKey());
        if (!m_pictures.has(node.key, version))
            m_pictures.upload(node.key, version, node.picture);
        // Whole pixels, so that the pictures are not resampled.
        const QPointF corner = (widgetPlace(number) - node.centre) * m_pixelRatio;
        m_pictures.place(node.key, {QPointF(std::round(corner.x()), std::round(corner.y())), QSizeF(node.picture.size())},
                         depth);
        depth -= 0.5;
    }
    m_pictures.end();
}

} // namespace lpntk::vtk
