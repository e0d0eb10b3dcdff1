#include <widgets/views/relation_graph.h>

#include <widgets/models/theme.h>

#include <QPainter>

#include <algorithm>

namespace lpntk::views {

using models::Role;
using models::theme;

// The graph of a figure: the same edges and nodes as on the screen, as lines, text and pictures.

void RelationGraphWidget::paintFigure(QPainter& painter, double ratio) {
    painter.fillRect(rect(), theme().colour(Role::panel));
    m_scene->setView(m_zoom, m_offset, ratio);
    painter.setRenderHint(QPainter::Antialiasing);
    for (const vtk::GraphEdge& edge : m_scene->edges()) {
        QPen pen(edge.colour, edge.width, Qt::SolidLine, Qt::FlatCap);
        QList<qreal> dashes;
        for (const double length : vtk::dashOf(edge))
            dashes << length / edge.width; // Qt counts in widths of the line
        if (!dashes.isEmpty())
            pen.setDashPattern(dashes);
        painter.setPen(pen);
        painter.drawLine(m_scene->widgetPlace(edge.from), m_scene->widgetPlace(edge.to));
    }
    for (int node = 0; node < static_cast<int>(m_scene->nodes().size()); ++node) {
        painter.save();
        painter.translate(pictureCorner(node, ratio));
        paintNode(painter, node, isMarked(node));
        painter.restore();
    }
    m_scene->setView(m_zoom, m_offset, devicePixelRatioF());
}

} // namespace lpntk::views
