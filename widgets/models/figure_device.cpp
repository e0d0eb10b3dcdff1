#include <widgets/models/figure_device.h>

#include <QFontInfo>
#include <QPaintEngine>
#include <QPixmap>
#include <QTextItem>

#include <cmath>
#include <utility>

namespace lpntk::models {

/// Keeps the painter's state and hands on what is drawn with it.
class FigureDevice::Engine : public QPaintEngine {
public:
    explicit Engine(FigureSink& sink)
        : QPaintEngine(PainterPaths | PrimitiveTransform | PixmapTransform | AlphaBlend | Antialiasing |
                       ConstantOpacity | PaintOutsidePaintEvent | LinearGradientFill),
          m_sink(sink) {}

    bool begin(QPaintDevice* device) override {
        m_toLogical = 1 / device->devicePixelRatioF();
        return true;
    }
    bool end() override { return true; }
    Type type() const override { return User; }
    void setFrame(const QRectF& frame) {
        m_frame = frame;
        tellClip();
    }

    void updateState(const QPaintEngineState& now) override;
    void drawPath(const QPainterPath& path) override;
    void drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) override;
    void drawTextItem(const QPointF& place, const QTextItem& item) override;
    void drawImage(const QRectF& target, const QImage& image, const QRectF& source, Qt::ImageConversionFlags) override;
    void drawPixmap(const QRectF& target, const QPixmap& pixmap, const QRectF& source) override {
        drawImage(target, pixmap.toImage(), source, Qt::AutoColor);
    }

private:
    void draw(const QPainterPath& path, const QBrush& brush);
    void changeClip(QPainterPath path, Qt::ClipOperation operation);
    void tellClip();
    double scale() const { return std::sqrt(std::abs(m_transform.determinant())); }

    FigureSink& m_sink;
    double m_toLogical = 1; ///< device pixels to the units of the figure
    QTransform m_transform; ///< of the painter, to the units of the figure
    QPen m_pen;
    QBrush m_brush;
    double m_opacity = 1;
    QPainter::RenderHints m_hints;
    bool m_clips = false;
    std::optional<QPainterPath> m_clip; ///< of the painter, in the units of the figure
    std::optional<QRectF> m_frame;
};

void FigureDevice::Engine::updateState(const QPaintEngineState& now) {
    const DirtyFlags changed = now.state();
    if (changed & DirtyTransform)
        m_transform = now.transform() * QTransform::fromScale(m_toLogical, m_toLogical);
    if (changed & DirtyPen)
        m_pen = now.pen();
    if (changed & DirtyBrush)
        m_brush = now.brush();
    if (changed & DirtyOpacity)
        m_opacity = now.opacity();
    if (changed & DirtyHints)
        m_hints = now.renderHints();
    if (changed & DirtyClipPath)
        changeClip(m_transform.map(now.clipPath()), now.clipOperation());
    if (changed & DirtyClipRegion) {
        QPainterPath path;
        path.addRegion(now.clipRegion());
        changeClip(m_transform.map(path), now.clipOperation());
    }
    if ((changed & DirtyClipEnabled) && std::exchange(m_clips, now.isClipEnabled()) != now.isClipEnabled())
        tellClip();
}

void FigureDevice::Engine::changeClip(QPainterPath path, Qt::ClipOperation operation) {
    m_clips = operation != Qt::NoClip;
    if (!m_clips)
        m_clip.reset();
    else if (operation == Qt::ReplaceClip || !m_clip)
        m_clip = std::move(path);
    else
        m_clip = m_clip->intersected(path);
    tellClip();
}

void FigureDevice::Engine::tellClip() {
    std::optional<QPainterPath> clip = m_clips ? m_clip : std::nullopt;
    if (m_frame) {
        QPainterPath frame;
        frame.addRect(*m_frame);
        clip = !clip || clip->contains(*m_frame)         ? frame
               : m_frame->contains(clip->boundingRect()) ? *clip
                                                         : clip->intersected(frame);
    }
    m_sink.setClip(clip);
}

void FigureDevice::Engine::draw(const QPainterPath& path, const QBrush& brush) {
    QPen pen = m_pen;
    if (pen.style() != Qt::NoPen) {
        pen.setWidthF(pen.isCosmetic() ? std::max(1.0, pen.widthF()) : pen.widthF() * scale());
        pen.setCosmetic(false);
    }
    QBrush fill = brush;
    fill.setTransform(brush.transform() * m_transform);
    m_sink.path(m_transform.map(path), pen, fill, m_opacity, m_hints & QPainter::Antialiasing);
}

void FigureDevice::Engine::drawPath(const QPainterPath& path) {
    draw(path, m_brush);
}

void FigureDevice::Engine::drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) {
    if (count < 2)
        return;
    QPainterPath path(points[0]);
    path.setFillRule(mode == WindingMode ? Qt::WindingFill : Qt::OddEvenFill);
    for (int i = 1; i < count; ++i)
        path.lineTo(points[i]);
    if (mode != PolylineMode)
        path.closeSubpath();
    draw(path, mode == PolylineMode ? QBrush(Qt::NoBrush) : m_brush);
}

void FigureDevice::Engine::drawTextItem(const QPointF& place, const QTextItem& item) {
    if (item.text().trimmed().isEmpty() || m_pen.style() == Qt::NoPen)
        return;
    const bool turned = m_transform.type() > QTransform::TxScale;
    const double factor = turned ? 1 : scale();
    FigureSink::Text text;
    text.words = item.text();
    text.font = item.font();
    text.font.setPixelSize(std::max(1, qRound(QFontInfo(item.font()).pixelSize() * factor)));
    text.baseline = turned ? place : m_transform.map(place);
    text.width = item.width() * factor;
    text.turn = turned ? m_transform : QTransform();
    text.colour = m_pen.color();
    text.opacity = m_opacity;
    text.bounds =
        m_transform.mapRect(QRectF(place.x(), place.y() - item.ascent(), item.width(), item.ascent() + item.descent()));
    m_sink.text(text);
}

void FigureDevice::Engine::drawImage(const QRectF& target, const QImage& image, const QRectF& source,
                                     Qt::ImageConversionFlags) {
    const QRect part = source.toAlignedRect() & image.rect();
    if (!part.isEmpty())
        m_sink.image(m_transform.mapRect(target), part == image.rect() ? image : image.copy(part), m_opacity,
                     m_hints & QPainter::SmoothPixmapTransform);
}

// --- the device
// -------------------------------------------------------------------------------------------------------

FigureDevice::FigureDevice(QSizeF size, double ratio, FigureSink& sink)
    : m_size(size), m_ratio(ratio), m_engine(std::make_unique<Engine>(sink)) {}

FigureDevice::~FigureDevice() = default;

QPaintEngine* FigureDevice::paintEngine() const {
    return m_engine.get();
}

void FigureDevice::setFrame(const QRectF& frame) {
    m_engine->setFrame(frame);
}

int FigureDevice::metric(PaintDeviceMetric metric) const {
    constexpr int kDots = 96;
    constexpr double kMillimetresPerInch = 25.4;
    switch (metric) {
    case PdmWidth:
        return qRound(m_size.width() * m_ratio);
    case PdmHeight:
        return qRound(m_size.height() * m_ratio);
    case PdmWidthMM:
        return qRound(m_size.width() * kMillimetresPerInch / kDots);
    case PdmHeightMM:
        return qRound(m_size.height() * kMillimetresPerInch / kDots);
    case PdmNumColors:
        return 0;
    case PdmDepth:
        return 32;
    case PdmDpiX:
    case PdmDpiY:
    case PdmPhysicalDpiX:
    case PdmPhysicalDpiY:
        return kDots;
    case PdmDevicePixelRatio:
        return qRound(m_ratio);
    case PdmDevicePixelRatioScaled:
        return qRound(m_ratio * devicePixelRatioFScale());
    }
    return 0;
}

} // namespace lpntk::models
