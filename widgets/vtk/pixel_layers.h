#pragma once

#include <QColor>
#include <QImage>
#include <QPointF>
#include <QRectF>

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include <vtkActor.h>
#include <vtkCellArray.h>
#include <vtkNew.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkUnsignedCharArray.h>

class vtkRenderer;

namespace lpntk::vtk {

/// Filled shapes of one frame in device pixels (see setPixelCamera): crosshair, frames, grid, edges. Later shapes lie
/// on earlier ones; the whole layer lies at one depth. Rebuilt by its scene before each frame.
class ShapeLayer {
public:
    ShapeLayer(vtkRenderer* renderer, double depth);

    void clear();
    void addRect(const QRectF& rect, const QColor& colour);
    /// Outline of `width` pixels lying inside `rect`.
    void addFrame(const QRectF& rect, double width, const QColor& colour);
    /// Straight line of `width` pixels between two points; `dash`: lengths of strokes and gaps in turn, in pixels,
    /// empty = solid.
    void addLine(QPointF from, QPointF to, double width, const QColor& colour, std::span<const double> dash = {});
    /// Hands the shapes to VTK.
    void commit();
    int shapes() const;

private:
    void addQuad(const QPointF corners[4], const QColor& colour);

    double m_depth;
    vtkNew<vtkPoints> m_points;
    vtkNew<vtkCellArray> m_quads;
    vtkNew<vtkUnsignedCharArray> m_colours;
    vtkNew<vtkPolyData> m_data;
    vtkNew<vtkActor> m_actor;
};

/// Pictures placed as quads in device pixels: one texture each, kept while it is used, so that moving them costs
/// nothing but a matrix. Pictures are known by a key of the caller; `version` tells when the pixels changed.
class PictureLayer {
public:
    explicit PictureLayer(vtkRenderer* renderer, std::size_t capacity = 192);
    ~PictureLayer();

    /// Starts a frame: nothing is placed.
    void begin();
    /// Whether the picture of this key and version is there and needs no upload.
    bool has(std::uint64_t key, std::uint64_t version) const;
    /// `bytes`: rows top to bottom, `channels` 3 (RGB) or 4 (RGBA) bytes a pixel, no padding.
    void upload(std::uint64_t key, std::uint64_t version, int width, int height, int channels,
                const std::uint8_t* bytes);
    void upload(std::uint64_t key, std::uint64_t version, const QImage& image);
    /// Shows the picture in `rect`; smaller depth is nearer. `smooth` interpolates between texels.
    void place(std::uint64_t key, const QRectF& rect, double depth, bool smooth = false);
    /// Hides what was not placed and drops the least recently placed textures beyond the capacity.
    void end();
    /// Drops all textures at the next begin(), when the OpenGL context is current.
    void clear();

    std::size_t textures() const { return m_quads.size(); }
    std::size_t placed() const { return m_placed; }

private:
    struct Quad;
    vtkRenderer* m_renderer;
    std::size_t m_capacity;
    std::uint64_t m_frame = 0;
    std::size_t m_placed = 0;
    bool m_clearPending = false;
    std::unordered_map<std::uint64_t, std::unique_ptr<Quad>> m_quads;
};

} // namespace lpntk::vtk
