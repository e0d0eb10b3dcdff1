#pragma once

#include <widgets/views/heatmap_tiles.h>
#include <widgets/vtk/heatmap_scene.h>
#include <widgets/vtk/vtk_host.h>

#include <QElapsedTimer>
#include <QTimer>

#include <deque>
#include <memory>
#include <optional>

namespace lpntk::views {

/// The map itself: the VTK scene with mouse, wheel and keyboard. Knows positions of the order shown, nothing of samples;
/// its owner makes tiles and gives meaning to cells.
class HeatmapMap : public vtk::VtkHost {
    Q_OBJECT
public:
    explicit HeatmapMap(QWidget* parent);
    ~HeatmapMap() override;

    void setContent(std::int64_t rows);
    vtk::HeatmapScene& scene() { return *m_scene; }
    vtk::HeatmapTransform& view() { return m_view; }
    const vtk::HeatmapTransform& view() const { return m_view; }
    /// Call after changing view() or the scene from outside.
    void viewMoved();

    void setBoxMode(bool on);
    bool boxMode() const { return m_boxMode; }
    std::optional<vtk::MapCell> hoveredCell() const { return m_hovered; }
    QPointF pointer() const { return m_lastAt; } ///< where the mouse was last
    void zoomBy(double factor); ///< about the middle
    void fit();
    /// Moving goes on for a moment after the button is released; off when the desktop asks for less motion.
    void setKinetic(bool on) { m_kinetic = on; }

Q_SIGNALS:
    void viewChanged();
    /// Pointer over another cell, or over none.
    void hoverChanged();
    void clicked(const lpntk::vtk::MapCell& cell, Qt::KeyboardModifiers modifiers);
    /// While dragging (`done` false) and at the end; positions of whole cells.
    void boxDragged(const QRectF& positions, bool done);
    /// Double click.
    void activated(const lpntk::vtk::MapCell& cell);
    void cellStepped(int rows, int columns, Qt::KeyboardModifiers modifiers);

protected:
    void prepareFrame() override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void addKeys();
    void setHovered(std::optional<vtk::MapCell> cell);
    QRectF box() const;
    void startKinetic();
    void stepKinetic();
    void pan(QPointF pixels);

    enum class Drag { none, press, pan, box };
    std::unique_ptr<vtk::HeatmapScene> m_scene;
    vtk::HeatmapTransform m_view;
    std::optional<vtk::MapCell> m_hovered;
    Drag m_drag = Drag::none;
    QPointF m_pressedAt, m_lastAt;
    vtk::MapCell m_boxFrom, m_boxTo;
    bool m_boxMode = false, m_kinetic = true;
    struct Motion { qint64 milliseconds; QPointF by; };
    std::deque<Motion> m_motions;
    QElapsedTimer m_clock;
    QTimer m_kineticTimer;
    QPointF m_velocity; ///< pixels per millisecond
};

} // namespace lpntk::views
