#pragma once

#include <widgets/vtk/pixel_layers.h>
#include <widgets/vtk/point_raster.h>

#include <QColor>
#include <QImage>
#include <QPointF>
#include <QPolygonF>
#include <QRgb>

#include <cstdint>
#include <optional>
#include <vector>

namespace lpntk::vtk {

/// Colours of what lies around the points; plain values, from the theme.
struct PointStyle {
    QColor ground, axis, accent, casing, text;
};

/// A picture that stands for a point, centred on it.
struct PointPicture {
    std::int32_t point = 0;
    QImage picture; ///< in device pixels; its cache key tells when it changed
};

/// A map of points drawn by VTK: one texture of dots in the colours of the caller, selected ones ringed, the current
/// and the hovered one marked; above it pictures instead of dots where the caller says so. Owned by the map's widget,
/// window's thread only.
class PointScene {
public:
    /// Dots go to `renderer`, what lies above them to `overlay`.
    PointScene(vtkRenderer* renderer, vtkRenderer* overlay);

    /// Map units, y downwards. Nothing is shown, selected, marked or coloured then.
    void setPlaces(std::vector<QPointF> places);
    /// One colour per point.
    void setColours(std::vector<QRgb> colours);
    /// Points to draw in this order, later ones on earlier ones.
    void setShown(std::vector<std::int32_t> shown);
    /// Some of the shown ones.
    void setSelected(std::vector<std::int32_t> selected);
    void setMarks(int current, int hovered); ///< -1 = none
    void setStyle(const PointStyle& style);
    /// Lines through this place (the origin), none takes them away.
    void setCross(std::optional<QPointF> place);
    /// What is being drawn around points, in logical pixels of the widget; empty = nothing.
    void setOutline(QPolygonF outline) { m_outline = std::move(outline); }
    void setPictures(std::vector<PointPicture> pictures) { m_pictures = std::move(pictures); }

    /// place * zoom + offset = logical pixels of the widget. `dot`: diameter of a dot in logical pixels.
    void setView(double zoom, QPointF offset, double pixelRatio, double dot);

    /// Brings the actors up to date. `pixels`: size of the widget in device pixels. Call it with the OpenGL context
    /// current, before the frame.
    void draw(QSize pixels);
    std::int64_t shown() const { return std::ssize(m_shown); }
    std::int64_t selected() const { return std::ssize(m_selected); }
    std::size_t picturesPlaced() const { return m_textures.placed(); }

private:
    /// All but the marks into m_dots.
    void drawDots(QSize pixels);
    void drawMarks();
    void placeGround(QSize pixels);
    void drawDiscs(PointRaster& raster, std::span<const std::int32_t> points, std::span<const QRgb> colours,
                   double diameter) const;
    void drawPictures();

    std::vector<QPointF> m_places;
    std::vector<QRgb> m_colours;
    std::vector<std::int32_t> m_shown, m_selected;
    int m_current = -1, m_hovered = -1;
    PointStyle m_style;
    std::optional<QPointF> m_cross;
    QPolygonF m_outline;
    std::vector<PointPicture> m_pictures;
    double m_zoom = 1, m_pixelRatio = 1, m_dot = 3;
    QPointF m_offset;
    PointRaster m_dots;      ///< what stays while the pointer moves
    bool m_dotsStale = true; ///< m_dots is not what would be drawn now
    PointRaster m_marked;    ///< m_dots with the marks
    std::uint64_t m_frame = 0;
    PictureLayer m_ground;
    PictureLayer m_textures;
    ShapeLayer m_shapes;
};

} // namespace lpntk::vtk
