#pragma once

#include <widgets/vtk/pixel_layers.h>

#include <QColor>
#include <QImage>
#include <QPointF>

#include <cstdint>
#include <vector>

namespace lpntk::vtk {

/// A node of a graph as a ready picture. Places are in the graph's own logical units, one unit = one logical pixel at
/// zoom 1; pictures keep their size at every zoom.
struct GraphNode {
    std::uint64_t key = 0;      ///< texture name, different for different nodes
    QPointF place;              ///< centre of the card
    QImage picture;             ///< in device pixels
    QPointF centre;             ///< of the card in the picture, logical pixels
    double side = 0;            ///< of the card, logical pixels: what the mouse hits
};

enum class LineStyle { solid, dotted, dashed };

struct GraphEdge {
    int from = 0, to = 0;       ///< nodes
    QColor colour;
    double width = 1;           ///< logical pixels
    LineStyle style = LineStyle::solid;
};

/// Lengths of an edge's strokes and gaps in turn, logical pixels; empty for a solid one.
std::vector<double> dashOf(const GraphEdge& edge);

/// Nodes and signed edges drawn by VTK: edges as quads with their dashes cut by hand, nodes as textures above them.
/// Owned by the graph widget, window's thread only.
class GraphScene {
public:
    /// Edges go to `renderer`, nodes to `overlay`.
    GraphScene(vtkRenderer* renderer, vtkRenderer* overlay);

    /// Later edges lie on earlier ones, nodes on all of them.
    void setGraph(std::vector<GraphNode> nodes, std::vector<GraphEdge> edges);
    const std::vector<GraphNode>& nodes() const { return m_nodes; }
    const std::vector<GraphEdge>& edges() const { return m_edges; }
    void setPicture(int node, QImage picture);

    /// place * zoom + offset = logical pixels of the widget.
    void setView(double zoom, QPointF offset, double pixelRatio);
    double zoom() const { return m_zoom; }
    QPointF offset() const { return m_offset; }
    QPointF widgetPlace(int node) const;
    /// The topmost node whose card is under a place of the widget, -1 = none.
    int nodeAt(QPointF widgetPlace) const;

    /// Brings the actors up to date. Call it with the OpenGL context current, before the frame.
    void draw();

private:
    std::vector<GraphNode> m_nodes;
    std::vector<GraphEdge> m_edges;
    double m_zoom = 1, m_pixelRatio = 1;
    QPointF m_offset;
    ShapeLayer m_lines;
    PictureLayer m_pictures;
};

} // namespace lpntk::vtk
