#pragma once

#include <widgets/vtk/pixel_layers.h>

#include <QColor>
#include <QPointF>

#include <vector>

namespace lpntk::vtk {

/// Where a node of a graph is. Places are in the graph's own logical units, one unit = one logical pixel at zoom 1;
/// cards keep their size at every zoom.
struct GraphNode {
    QPointF place;   ///< centre of the card
    double side = 0; ///< of the card, logical pixels: what the mouse hits
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

/// Signed edges drawn by VTK as quads with their dashes cut by hand, and the places of the nodes, whose cards Qt paints
/// above. Owned by the graph widget, window's thread only.
class GraphScene {
public:
    explicit GraphScene(vtkRenderer* renderer);

    /// Later edges lie on earlier ones.
    void setGraph(std::vector<GraphNode> nodes, std::vector<GraphEdge> edges);
    const std::vector<GraphNode>& nodes() const { return m_nodes; }
    const std::vector<GraphEdge>& edges() const { return m_edges; }

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
};

} // namespace lpntk::vtk
