#include <widgets/vtk/pixel_layers.h>

#include <vtkActor.h>
#include <vtkCellArray.h>
#include <vtkCellData.h>
#include <vtkFloatArray.h>
#include <vtkImageData.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderer.h>
#include <vtkSmartPointer.h>
#include <vtkTexture.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace lpntk::vtk {

namespace {

void makeFlat(vtkActor* actor) {
    // The colours are meant as they are: no light, no shading.
    actor->GetProperty()->LightingOff();
    actor->GetProperty()->SetAmbient(1);
    actor->GetProperty()->SetDiffuse(0);
    actor->GetProperty()->SetSpecular(0);
    actor->PickableOff();
    // VTK's translucent pass mixes without an order. The opaque pass blends in the order in which actors were added.
    actor->ForceOpaqueOn();
    // Bounds would be recomputed for every actor at every frame; the camera is set by hand.
    actor->UseBoundsOff();
}

/// A unit square whose first texture row is at the top.
vtkPolyData* unitSquare() {
    static const vtkSmartPointer<vtkPolyData> square = [] {
        auto data = vtkSmartPointer<vtkPolyData>::New();
        vtkNew<vtkPoints> points;
        vtkNew<vtkFloatArray> coordinates;
        vtkNew<vtkCellArray> cells;
        coordinates->SetNumberOfComponents(2);
        coordinates->SetName("TextureCoordinates");
        const float corners[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
        for (const auto& corner : corners) {
            points->InsertNextPoint(corner[0], corner[1], 0);
            coordinates->InsertNextTuple2(corner[0], corner[1]);
        }
        const vtkIdType quad[4] = {0, 1, 2, 3};
        cells->InsertNextCell(4, quad);
        data->SetPoints(points);
        data->SetPolys(cells);
        data->GetPointData()->SetTCoords(coordinates);
        return data;
    }();
    return square;
}

} // namespace

// --- shapes -----------------------------------------------------------------------------------------------------------

ShapeLayer::ShapeLayer(vtkRenderer* renderer, double depth) : m_depth(depth) {
    m_colours->SetNumberOfComponents(4);
    m_data->SetPoints(m_points);
    m_data->SetPolys(m_quads);
    m_data->GetCellData()->SetScalars(m_colours);
    vtkNew<vtkPolyDataMapper> mapper;
    mapper->SetInputData(m_data);
    mapper->SetColorModeToDirectScalars();
    mapper->SetScalarModeToUseCellData();
    m_actor->SetMapper(mapper);
    makeFlat(m_actor);
    m_actor->VisibilityOff();
    renderer->AddActor(m_actor);
}

void ShapeLayer::clear() {
    m_points->Reset();
    m_quads->Reset();
    m_colours->Reset();
}

int ShapeLayer::shapes() const { return static_cast<int>(m_quads->GetNumberOfCells()); }

void ShapeLayer::addQuad(const QPointF corners[4], const QColor& colour) {
    vtkIdType ids[4];
    for (int corner = 0; corner < 4; ++corner)
        ids[corner] = m_points->InsertNextPoint(corners[corner].x(), corners[corner].y(), m_depth);
    m_quads->InsertNextCell(4, ids);
    const unsigned char bytes[4] = {
        static_cast<unsigned char>(colour.red()), static_cast<unsigned char>(colour.green()),
        static_cast<unsigned char>(colour.blue()), static_cast<unsigned char>(colour.alpha())};
    m_colours->InsertNextTypedTuple(bytes);
}

void ShapeLayer::addRect(const QRectF& rect, const QColor& colour) {
    if (rect.isEmpty())
        return;
    const QPointF corners[4] = {rect.topLeft(), rect.topRight(), rect.bottomRight(), rect.bottomLeft()};
    addQuad(corners, colour);
}

void ShapeLayer::addFrame(const QRectF& rect, double width, const QColor& colour) {
    const double side = rect.height() - 2 * width;
    addRect({rect.left(), rect.top(), rect.width(), width}, colour);
    addRect({rect.left(), rect.bottom() - width, rect.width(), width}, colour);
    addRect({rect.left(), rect.top() + width, width, side}, colour);
    addRect({rect.right() - width, rect.top() + width, width, side}, colour);
}

void ShapeLayer::addLine(QPointF from, QPointF to, double width, const QColor& colour, std::span<const double> dash) {
    const QPointF span = to - from;
    const double length = std::hypot(span.x(), span.y());
    if (length <= 0 || width <= 0)
        return;
    const QPointF along = span / length;
    const QPointF across(-along.y() * width / 2, along.x() * width / 2);
    const auto stroke = [&](double begin, double end) {
        const QPointF a = from + along * begin, b = from + along * end;
        const QPointF corners[4] = {a + across, b + across, b - across, a - across};
        addQuad(corners, colour);
    };
    if (dash.empty())
        return stroke(0, length);
    double place = 0;
    for (std::size_t part = 0; place < length; ++part) {
        const double next = std::min(place + std::max(dash[part % dash.size()], 0.5), length);
        if (part % 2 == 0)
            stroke(place, next);
        place = next;
    }
}

void ShapeLayer::commit() {
    m_points->Modified();
    m_quads->Modified();
    m_colours->Modified();
    m_data->Modified();
    m_actor->SetVisibility(m_quads->GetNumberOfCells() > 0);
}

// --- pictures ---------------------------------------------------------------------------------------------------------

struct PictureLayer::Quad {
    vtkNew<vtkActor> actor;
    vtkNew<vtkTexture> texture;
    vtkNew<vtkImageData> image;
    std::uint64_t version = 0;
    std::uint64_t lastFrame = 0;
};

PictureLayer::PictureLayer(vtkRenderer* renderer, std::size_t capacity) : m_renderer(renderer), m_capacity(capacity) {}

PictureLayer::~PictureLayer() = default;

void PictureLayer::begin() {
    if (m_clearPending) {
        for (auto& [key, quad] : m_quads)
            m_renderer->RemoveActor(quad->actor);
        m_quads.clear();
        m_clearPending = false;
    }
    ++m_frame;
    m_placed = 0;
}

bool PictureLayer::has(std::uint64_t key, std::uint64_t version) const {
    const auto found = m_quads.find(key);
    return !m_clearPending && found != m_quads.end() && found->second->version == version;
}

void PictureLayer::upload(std::uint64_t key, std::uint64_t version, int width, int height, int channels,
                          const std::uint8_t* bytes) {
    auto& quad = m_quads[key];
    if (!quad) {
        quad = std::make_unique<Quad>();
        vtkNew<vtkPolyDataMapper> mapper;
        mapper->SetInputData(unitSquare());
        mapper->ScalarVisibilityOff();
        quad->actor->SetMapper(mapper);
        quad->texture->SetInputData(quad->image);
        quad->texture->SetColorModeToDirectScalars();
        quad->texture->EdgeClampOn();
        quad->texture->RepeatOff();
        quad->texture->MipmapOff();
        quad->actor->SetTexture(quad->texture);
        makeFlat(quad->actor);
        quad->actor->VisibilityOff();
        m_renderer->AddActor(quad->actor);
    }
    int dimensions[3];
    quad->image->GetDimensions(dimensions);
    if (dimensions[0] != width || dimensions[1] != height || quad->image->GetNumberOfScalarComponents() != channels) {
        quad->image->SetDimensions(width, height, 1);
        quad->image->AllocateScalars(VTK_UNSIGNED_CHAR, channels);
    }
    std::memcpy(quad->image->GetScalarPointer(), bytes,
                static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * static_cast<std::size_t>(channels));
    quad->image->GetPointData()->GetScalars()->Modified();
    quad->image->Modified();
    quad->version = version;
}

void PictureLayer::upload(std::uint64_t key, std::uint64_t version, const QImage& image) {
    const QImage straight = image.convertToFormat(QImage::Format_RGBA8888);
    // Rows of four-byte pixels have no padding.
    upload(key, version, straight.width(), straight.height(), 4, straight.constBits());
}

void PictureLayer::place(std::uint64_t key, const QRectF& rect, double depth, bool smooth) {
    const auto found = m_quads.find(key);
    if (found == m_quads.end())
        return;
    Quad& quad = *found->second;
    quad.actor->SetPosition(rect.left(), rect.top(), depth);
    quad.actor->SetScale(rect.width(), rect.height(), 1);
    quad.texture->SetInterpolate(smooth);
    quad.actor->VisibilityOn();
    quad.lastFrame = m_frame;
    ++m_placed;
}

void PictureLayer::end() {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> idle; // last frame, key
    for (auto& [key, quad] : m_quads) {
        if (quad->lastFrame == m_frame)
            continue;
        quad->actor->VisibilityOff();
        idle.emplace_back(quad->lastFrame, key);
    }
    if (m_quads.size() <= m_capacity)
        return;
    std::sort(idle.begin(), idle.end());
    const std::size_t excess = std::min(m_quads.size() - m_capacity, idle.size());
    for (std::size_t place = 0; place < excess; ++place) {
        const auto found = m_quads.find(idle[place].second);
        m_renderer->RemoveActor(found->second->actor);
        m_quads.erase(found);
    }
}

void PictureLayer::clear() { m_clearPending = true; }

} // namespace lpntk::vtk
