#pragma once

#include <widgets/models/session.h>
#include <widgets/views/figure_part.h>
#include <widgets/views/relation_layout.h>
#include <widgets/views/relation_model.h>
#include <widgets/vtk/graph_scene.h>
#include <widgets/vtk/vtk_host.h>

#include <memory>
#include <vector>

namespace lpntk::views {

/// The relation graph: edges drawn by VTK, signed by colour and dash, width 1 to 5 by |cosine|; above them the nodes,
/// thumbnails with a rim in their class colour and the cosine below. A few hundred nodes appear within some frames.
/// Wheel zooms, drag pans, click and hover name samples, the mark in a node's corner expands it; arrow keys walk over
/// the nodes.
class RelationGraphWidget : public vtk::VtkHost, public FigurePart {
    Q_OBJECT
public:
    RelationGraphWidget(models::Session& session, QWidget* parent);
    ~RelationGraphWidget() override;

    /// `forced`: places from the force layout; empty = sides by sign, laid out for the widget's size.
    void setGraph(std::shared_ptr<const run::Run> run, std::shared_ptr<const RelationGraph> graph,
                  std::vector<QPointF> forced);
    const RelationGraph* graph() const { return m_graph.get(); }
    /// Where the nodes of a force layout are, for the next one; empty for sides by sign.
    KnownPlaces places() const;
    /// From the shared selection.
    void setMarked(models::SampleId current, models::SampleId hovered);
    void applyTheme();
    /// Decisions or predictions of the samples have changed.
    void refresh();
    void fit();
    vtk::GraphScene& scene() { return *m_scene; }
    models::SampleId sampleOf(int node) const;
    /// The sample whose card is at `place` of the widget; invalid = none.
    models::SampleId sampleAt(QPointF place) const;
    /// Node under the keyboard or the last click, -1 = none.
    int focusedNode() const { return m_focused; }
    /// "Coat #12, contradictory, cosine -0.31 with #865, expanded"
    QString spokenNode(int node) const;
    /// Where the mark is that expands and collapses a node, in the widget; empty for nodes that have none.
    QRectF expandRect(int node) const;
    /// The whole graph can be seen and its pictures are there.
    bool isComplete() const { return m_graph != nullptr && m_drawn; }

    FigureState prepareFigure(double) override { return FigureState::ready; }
    FigureState figureState() const override { return FigureState::ready; }
    void paintFigure(QPainter& painter, double ratio) override;
    void forgetFigure() override {}

Q_SIGNALS:
    void clicked(lpntk::models::SampleId sample, Qt::KeyboardModifiers modifiers);
    void expandWanted(lpntk::models::SampleId sample);
    void hovered(lpntk::models::SampleId sample);
    void backWanted();
    /// The graph has become complete.
    void completed();

protected:
    void prepareFrame() override;
    void paintAbove(QPainter& painter) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    static constexpr double kCard = 4;     ///< between picture and edge of a node's card
    static constexpr double kCaption = 18; ///< height of the cosine below
    static constexpr double kMark = 16;    ///< side of the mark that expands a node

    void rebuild();
    void makeNodes(const std::vector<QPointF>& places);
    void fitTo(const std::vector<QPointF>& places);
    struct NodePicture {
        QImage image;       ///< in device pixels, of a node that nothing looks at; null = not made yet
        bool fresh = false; ///< else it is to be made anew, and stands in until then
    };
    void makePicture(int node);
    bool isFresh(int node) const;
    QSizeF pictureSize(int node) const;
    /// In the widget.
    QPointF pictureCorner(int node, double ratio) const;
    /// Under the pointer, current, or where the keys are.
    bool isMarked(int node) const;
    /// A node's picture at the origin of the painter, logical pixels; `marked`: with what says isMarked().
    void paintNode(QPainter& painter, int node, bool marked) const;
    bool isCentre(int node) const;
    bool canExpand(int node) const;
    int expandMarkAt(QPointF place) const;
    void setFocusedNode(int node);
    void paintCaption(QPainter& painter, double middle, double top, const QString& caption) const;
    void paintExpandMark(QPainter& painter, QPointF corner, bool expanded) const;
    bool isAllVisible() const;
    double sideOf(int node) const;
    QString captionOf(int node) const;
    std::vector<vtk::GraphEdge> edges() const;
    void setHoveredNode(int node);
    void walk(int key);
    void zoomAt(QPointF place, double factor);
    int nodeOf(models::SampleId sample) const;

    models::Session& m_session;
    std::unique_ptr<vtk::GraphScene> m_scene;
    std::shared_ptr<const run::Run> m_run;
    std::shared_ptr<const RelationGraph> m_graph;
    std::vector<QPointF> m_forced;
    std::vector<NodePicture> m_nodePictures; ///< as many as the graph has nodes
    int m_hovered = -1, m_focused = -1;
    models::SampleId m_current, m_hoveredElsewhere;
    double m_zoom = 1;
    double m_cardScale = 1; ///< below 1 where the whole graph has room only with smaller cards
    QPointF m_offset, m_pressedAt, m_lastAt;
    bool m_pressed = false, m_panning = false, m_moved = false, m_drawn = false;
    bool m_kept = false; ///< zoom and place are those of the graph before, which has grown or shrunk
};

} // namespace lpntk::views
