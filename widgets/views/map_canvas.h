#pragma once

#include <widgets/vtk/point_grid.h>
#include <widgets/vtk/point_scene.h>
#include <widgets/vtk/vtk_host.h>

#include <QHash>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace lpntk::views {

/// The sample map itself: the points with mouse, wheel and keyboard. Drag pans, the wheel zooms to the pointer, a lasso
/// or a box is drawn in its mode or with Alt. Knows rows, nothing of samples; its owner gives them colour and pictures.
class MapCanvas : public vtk::VtkHost {
    Q_OBJECT
public:
    enum class Mode { pan, lasso, box };

    explicit MapCanvas(QWidget* parent);
    ~MapCanvas() override;

    /// Places of the rows, y upwards, in any units; `cross`: whether the origin means something. `keepView`: the same
    /// map, only more exact.
    void setPlaces(const std::vector<QPointF>& places, bool cross, bool keepView);
    void setColours(const std::vector<QRgb>& colours);
    /// (N) marks of what is shown, and of what lies above the rest.
    void setShown(std::vector<char> shown, const std::vector<char>& onTop);
    void setSelected(std::vector<std::int32_t> rows);
    /// -1 = none.
    void setMarks(int current, int hovered);
    void setStyle(const vtk::PointStyle& style);
    /// Makes the picture of a row for a square of `side` logical pixels; null while it is not there.
    void setPictures(std::function<QImage(int row, int side)> pictures) { m_makePicture = std::move(pictures); }
    /// What a picture shows changed: of one row, or of all (-1).
    void forgetPictures(int row = -1);

    void setMode(Mode mode);
    Mode mode() const { return m_mode; }
    void fit();
    void zoomBy(double factor); ///< about the middle
    /// Moves the map so that a row can be seen.
    void reveal(int row);

    std::int64_t rows() const { return std::ssize(m_grid.places()); }
    const std::vector<char>& shown() const { return m_shown; }
    QPointF placeOf(int row) const; ///< in the widget, logical pixels
    int rowAt(QPointF place) const; ///< nearest shown within reach, -1 = none
    int hoveredRow() const { return m_hovered; }
    QPointF pointer() const { return m_lastAt; }
    double zoom() const { return m_zoom; }
    double fitZoom() const;
    /// Pictures stand for the visible points now.
    bool showsPictures() const { return m_pictureSide > 0; }
    vtk::PointScene& scene() { return *m_scene; }

Q_SIGNALS:
    void clicked(int row, Qt::KeyboardModifiers modifiers);
    void hoverChanged(int row);
    /// Rows inside a lasso or box, ascending.
    void areaSelected(const std::vector<std::int32_t>& rows, Qt::KeyboardModifiers modifiers);
    void modeChanged();
    void viewChanged();

protected:
    bool event(QEvent* event) override;
    void prepareFrame() override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void moved();
    void setHovered(int row);
    void zoomAt(QPointF place, double factor);
    void walk(int key, Qt::KeyboardModifiers modifiers);
    void drawArea(QPointF place);
    void finishArea(Qt::KeyboardModifiers modifiers);
    void dropArea();
    double dot() const;
    QPointF mapPlace(QPointF place) const { return (place - m_offset) / m_zoom; }
    void placePictures();
    std::vector<std::int32_t> drawOrder() const;

    enum class Drag { none, press, pan, area };
    std::unique_ptr<vtk::PointScene> m_scene;
    vtk::PointGrid m_grid;                ///< map units: the longer side of the bounds is 1, y downwards
    std::vector<std::int32_t> m_shuffled; ///< all rows, so that no class lies on the others
    std::vector<char> m_shown, m_onTop;
    std::vector<std::int32_t> m_selected;
    int m_current = -1, m_hovered = -1, m_marked = -1;
    double m_zoom = 1;
    QPointF m_offset;
    bool m_fitted = true;
    Mode m_mode = Mode::pan, m_drawing = Mode::lasso;
    Drag m_drag = Drag::none;
    QPointF m_pressedAt, m_lastAt;
    QPolygonF m_area; ///< logical pixels
    std::function<QImage(int, int)> m_makePicture;
    QHash<int, QImage> m_pictures;
    int m_pictureSide = 0;
};

} // namespace lpntk::views
