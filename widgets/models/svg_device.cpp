#include <widgets/models/svg_device.h>

#include <core/formats/figure_note.h>

#include <QBuffer>
#include <QFontInfo>
#include <QGradient>
#include <QHash>
#include <QPaintEngine>
#include <QPainterPath>
#include <QPixmap>
#include <QTextItem>

#include <cmath>
#include <optional>

namespace lpntk::models {

namespace {

QByteArray escaped(const QString& text) {
    return QByteArray::fromStdString(formats::xmlEscaped(text.toStdString()));
}

/// Three decimals are a thousandth of a pixel; no trailing zeros.
QByteArray number(double value) {
    QByteArray text = QByteArray::number(value, 'f', 3);
    while (text.endsWith('0'))
        text.chop(1);
    if (text.endsWith('.'))
        text.chop(1);
    return text == "-0" ? QByteArrayLiteral("0") : text;
}

QByteArray attribute(const char* name, const QByteArray& value) {
    return QByteArray(" ") + name + "=\"" + value + '"';
}
QByteArray attribute(const char* name, double value) {
    return attribute(name, number(value));
}

QByteArray rectangle(const QRectF& rect) {
    return attribute("x", rect.x()) + attribute("y", rect.y()) + attribute("width", rect.width()) +
           attribute("height", rect.height());
}

QByteArray pathData(const QPainterPath& path) {
    QByteArray data;
    const auto point = [](const QPainterPath::Element& element) { return number(element.x) + ' ' + number(element.y); };
    for (int i = 0; i < path.elementCount(); ++i) {
        const QPainterPath::Element element = path.elementAt(i);
        switch (element.type) {
        case QPainterPath::MoveToElement:
            data += 'M' + point(element);
            break;
        case QPainterPath::LineToElement:
            data += 'L' + point(element);
            break;
        case QPainterPath::CurveToElement:
            data += 'C' + point(element) + ' ' + point(path.elementAt(i + 1)) + ' ' + point(path.elementAt(i + 2));
            i += 2;
            break;
        case QPainterPath::CurveToDataElement:
            break;
        }
    }
    return data;
}

/// The path as a rectangle along the axes, when it is one.
std::optional<QRectF> asRectangle(const QPainterPath& path) {
    const int count = path.elementCount();
    if (count != 4 && count != 5)
        return std::nullopt;
    for (int i = 0; i < count; ++i) {
        const QPainterPath::Element from = path.elementAt(i), to = path.elementAt((i + 1) % 4);
        if (from.type != (i == 0 ? QPainterPath::MoveToElement : QPainterPath::LineToElement))
            return std::nullopt;
        if (i < 4 && from.x != to.x && from.y != to.y)
            return std::nullopt;
    }
    return path.boundingRect();
}

QByteArray colour(const char* property, const QColor& colour, double opacity) {
    QByteArray text = attribute(property, colour.name().toLatin1());
    const double alpha = colour.alphaF() * opacity;
    return alpha < 1 ? text + attribute(QByteArray(property).append("-opacity").constData(), alpha) : text;
}

} // namespace

// --- the engine
// -------------------------------------------------------------------------------------------------------

/// Writes every call as one element in final coordinates: no nested groups, transformations only where text or a
/// picture is turned.
class SvgDevice::Engine : public QPaintEngine {
public:
    Engine()
        : QPaintEngine(PainterPaths | PrimitiveTransform | PixmapTransform | AlphaBlend | Antialiasing |
                       ConstantOpacity | PaintOutsidePaintEvent | LinearGradientFill) {}

    bool begin(QPaintDevice* device) override {
        m_toLogical = 1 / device->devicePixelRatioF();
        return true;
    }
    bool end() override { return true; }
    Type type() const override { return SVG; }

    void updateState(const QPaintEngineState& state) override;
    void drawPath(const QPainterPath& path) override;
    void drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) override;
    void drawRects(const QRectF* rects, int count) override;
    void drawRects(const QRect* rects, int count) override;
    void drawTextItem(const QPointF& place, const QTextItem& item) override;
    void drawPixmap(const QRectF& target, const QPixmap& pixmap, const QRectF& source) override;
    void drawImage(const QRectF& target, const QImage& image, const QRectF& source, Qt::ImageConversionFlags) override;

    const QByteArray& body() const { return m_body; }
    const QByteArray& definitions() const { return m_definitions; }

private:
    void write(const QByteArray& element, const QRectF& bounds);
    QByteArray fill();
    QByteArray stroke() const;
    QByteArray clipFor(const QRectF& bounds);
    void changeClip(QPainterPath path, Qt::ClipOperation operation);
    double scale() const { return std::sqrt(std::abs(m_transform.determinant())); }

    double m_toLogical = 1; ///< device pixels to the units of the drawing
    QTransform m_transform; ///< of the painter, to the units of the drawing
    QPen m_pen;
    QBrush m_brush;
    double m_opacity = 1;
    QPainter::RenderHints m_hints;
    bool m_clips = false;
    std::optional<QPainterPath> m_clip; ///< in the units of the drawing
    QHash<QByteArray, int> m_clipNames;
    int m_gradients = 0;
    QByteArray m_body, m_definitions;
};

void SvgDevice::Engine::updateState(const QPaintEngineState& now) {
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
    if (changed & DirtyClipEnabled)
        m_clips = now.isClipEnabled();
    if (changed & DirtyClipPath)
        changeClip(m_transform.map(now.clipPath()), now.clipOperation());
    if (changed & DirtyClipRegion) {
        QPainterPath path;
        path.addRegion(now.clipRegion());
        changeClip(m_transform.map(path), now.clipOperation());
    }
}

void SvgDevice::Engine::changeClip(QPainterPath path, Qt::ClipOperation operation) {
    m_clips = operation != Qt::NoClip;
    if (!m_clips) {
        m_clip.reset();
    } else if (operation == Qt::ReplaceClip || !m_clip) {
        m_clip = std::move(path);
    } else {
        const auto now = asRectangle(*m_clip), other = asRectangle(path);
        if (!now || !other) {
            m_clip = m_clip->intersected(path);
        } else {
            QPainterPath both;
            both.addRect(now->intersected(*other));
            m_clip = both;
        }
    }
}

QByteArray SvgDevice::Engine::clipFor(const QRectF& bounds) {
    if (!m_clips || !m_clip)
        return {};
    const auto rect = asRectangle(*m_clip);
    if (rect && rect->contains(bounds))
        return {};
    const QByteArray shape =
        rect ? "<rect" + rectangle(*rect) + "/>" : "<path" + attribute("d", pathData(*m_clip)) + "/>";
    auto found = m_clipNames.constFind(shape);
    if (found == m_clipNames.constEnd()) {
        found = m_clipNames.insert(shape, static_cast<int>(m_clipNames.size()));
        m_definitions += "<clipPath id=\"clip" + QByteArray::number(*found) + "\">" + shape + "</clipPath>\n";
    }
    return attribute("clip-path", "url(#clip" + QByteArray::number(*found) + ')');
}

void SvgDevice::Engine::write(const QByteArray& element, const QRectF& bounds) {
    // Lines have an empty rectangle and are seen all the same.
    const QRectF area = bounds.adjusted(-0.01, -0.01, 0.01, 0.01);
    if (m_clips && m_clip && !m_clip->boundingRect().intersects(area))
        return;
    const QByteArray clip = clipFor(bounds);
    // A clip belongs to the group: on the element itself it would be turned with it.
    m_body += clip.isEmpty() ? element + '\n' : "<g" + clip + '>' + element + "</g>\n";
}

QByteArray SvgDevice::Engine::fill() {
    if (m_brush.style() == Qt::NoBrush)
        return attribute("fill", "none");
    const QGradient* gradient = m_brush.gradient();
    if (!gradient || gradient->type() != QGradient::LinearGradient)
        return colour("fill", m_brush.color(), m_opacity);
    const auto& linear = *static_cast<const QLinearGradient*>(gradient);
    const QTransform map = m_brush.transform() * m_transform;
    const QPointF from = map.map(linear.start()), to = map.map(linear.finalStop());
    const QByteArray name = "gradient" + QByteArray::number(m_gradients++);
    m_definitions += "<linearGradient gradientUnits=\"userSpaceOnUse\"" + attribute("id", name) +
                     attribute("x1", from.x()) + attribute("y1", from.y()) + attribute("x2", to.x()) +
                     attribute("y2", to.y()) + ">\n";
    for (const auto& [place, stop] : linear.stops())
        m_definitions += "<stop" + attribute("offset", place) + colour("stop-color", stop, 1) + "/>\n";
    m_definitions += "</linearGradient>\n";
    return attribute("fill", "url(#" + name + ')') +
           (m_opacity < 1 ? attribute("fill-opacity", m_opacity) : QByteArray());
}

QByteArray SvgDevice::Engine::stroke() const {
    if (m_pen.style() == Qt::NoPen)
        return {};
    const double width = m_pen.isCosmetic() ? std::max(1.0, m_pen.widthF()) : m_pen.widthF() * scale();
    QByteArray text = colour("stroke", m_pen.color(), m_opacity) + attribute("stroke-width", width);
    if (m_pen.style() != Qt::SolidLine) {
        QByteArrayList lengths;
        for (const double length : m_pen.dashPattern())
            lengths << number(length * width);
        text += attribute("stroke-dasharray", lengths.join(' '));
    }
    if (m_pen.capStyle() != Qt::FlatCap)
        text += attribute("stroke-linecap", m_pen.capStyle() == Qt::RoundCap ? "round" : "square");
    if (m_pen.joinStyle() != Qt::MiterJoin)
        text += attribute("stroke-linejoin", m_pen.joinStyle() == Qt::RoundJoin ? "round" : "bevel");
    return text;
}

void SvgDevice::Engine::drawPath(const QPainterPath& path) {
    const QPainterPath shown = m_transform.map(path);
    const QByteArray paint = fill() + stroke();
    const double reach = m_pen.style() == Qt::NoPen ? 0 : m_pen.widthF() * scale();
    const QByteArray rule = path.fillRule() == Qt::OddEvenFill ? attribute("fill-rule", "evenodd") : QByteArray();
    if (const auto rect = asRectangle(shown))
        write("<rect" + rectangle(*rect) + paint +
                  (m_hints & QPainter::Antialiasing ? "" : " shape-rendering=\"crispEdges\"") + "/>",
              rect->adjusted(-reach, -reach, reach, reach));
    else if (!shown.isEmpty())
        write("<path" + attribute("d", pathData(shown)) + paint + rule + "/>",
              shown.controlPointRect().adjusted(-reach, -reach, reach, reach));
}

void SvgDevice::Engine::drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) {
    if (count < 2)
        return;
    QPainterPath path(points[0]);
    path.setFillRule(mode == WindingMode ? Qt::WindingFill : Qt::OddEvenFill);
    for (int i = 1; i < count; ++i)
        path.lineTo(points[i]);
    if (mode != PolylineMode)
        path.closeSubpath();
    const QBrush brush = m_brush;
    if (mode == PolylineMode)
        m_brush = Qt::NoBrush;
    drawPath(path);
    m_brush = brush;
}

void SvgDevice::Engine::drawRects(const QRectF* rects, int count) {
    for (int i = 0; i < count; ++i) {
        QPainterPath path;
        path.addRect(rects[i]);
        drawPath(path);
    }
}

void SvgDevice::Engine::drawRects(const QRect* rects, int count) {
    for (int i = 0; i < count; ++i) {
        const QRectF rect(rects[i]);
        drawRects(&rect, 1);
    }
}

void SvgDevice::Engine::drawTextItem(const QPointF& place, const QTextItem& item) {
    if (item.text().trimmed().isEmpty() || m_pen.style() == Qt::NoPen)
        return;
    const QFont font = item.font();
    const double pixels = QFontInfo(font).pixelSize();
    const bool turned = m_transform.type() > QTransform::TxScale;
    const double factor = turned ? 1 : scale();
    const QPointF shown = turned ? place : m_transform.map(place);
    // The width as it was laid out, so that it fits with another font too where Inter is missing.
    QByteArray element = "<text" + attribute("x", shown.x()) + attribute("y", shown.y()) +
                         attribute("font-size", pixels * factor) + attribute("textLength", item.width() * factor) +
                         attribute("lengthAdjust", "spacingAndGlyphs") + colour("fill", m_pen.color(), m_opacity) +
                         attribute("xml:space", "preserve");
    if (font.family() != QLatin1String("Inter"))
        element += attribute("font-family", escaped(font.family()));
    if (font.weight() != QFont::Normal)
        element += attribute("font-weight", QByteArray::number(font.weight()));
    if (font.italic())
        element += attribute("font-style", "italic");
    if (turned)
        element += attribute("transform", "matrix(" + number(m_transform.m11()) + ' ' + number(m_transform.m12()) +
                                              ' ' + number(m_transform.m21()) + ' ' + number(m_transform.m22()) + ' ' +
                                              number(m_transform.dx()) + ' ' + number(m_transform.dy()) + ')');
    const QRectF bounds(place.x(), place.y() - item.ascent(), item.width(), item.ascent() + item.descent());
    write(element + '>' + escaped(item.text()) + "</text>", m_transform.mapRect(bounds));
}

void SvgDevice::Engine::drawPixmap(const QRectF& target, const QPixmap& pixmap, const QRectF& source) {
    drawImage(target, pixmap.toImage(), source, Qt::AutoColor);
}

void SvgDevice::Engine::drawImage(const QRectF& target, const QImage& image, const QRectF& source,
                                  Qt::ImageConversionFlags) {
    const QRect part = source.toAlignedRect() & image.rect();
    if (part.isEmpty())
        return;
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QImage shown = part == image.rect() ? image : image.copy(part);
    shown.setText(QString(), QString());
    shown.save(&buffer, "PNG");
    QByteArray element = "<image" + rectangle(m_transform.mapRect(target)) + attribute("preserveAspectRatio", "none");
    if (!(m_hints & QPainter::SmoothPixmapTransform))
        element += attribute("style", "image-rendering:pixelated");
    if (m_opacity < 1)
        element += attribute("opacity", m_opacity);
    write(element + attribute("xlink:href", "data:image/png;base64," + bytes.toBase64()) + "/>",
          m_transform.mapRect(target));
}

// --- the device
// -------------------------------------------------------------------------------------------------------

SvgDevice::SvgDevice(QSizeF size, double ratio) : m_size(size), m_ratio(ratio), m_engine(std::make_unique<Engine>()) {}

SvgDevice::~SvgDevice() = default;

QPaintEngine* SvgDevice::paintEngine() const {
    return m_engine.get();
}

QByteArray SvgDevice::document(const QString& width, const QString& height, const QString& title,
                               const QByteArray& metadata) const {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns:lpntk=\"" +
           QByteArray(formats::kFigureNamespace) + "\" version=\"1.1\"" + attribute("width", width.toLatin1()) +
           attribute("height", height.toLatin1()) +
           attribute("viewBox", "0 0 " + number(m_size.width()) + ' ' + number(m_size.height())) +
           attribute("font-family", "Inter, 'DejaVu Sans', sans-serif") + ">\n<title>" + escaped(title) +
           "</title>\n<metadata>\n" + metadata + "</metadata>\n<defs>\n" + m_engine->definitions() + "</defs>\n" +
           m_engine->body() + "</svg>\n";
}

int SvgDevice::metric(PaintDeviceMetric metric) const {
    constexpr int kDots = 96;
    switch (metric) {
    case PdmWidth:
        return qRound(m_size.width() * m_ratio);
    case PdmHeight:
        return qRound(m_size.height() * m_ratio);
    case PdmWidthMM:
        return qRound(m_size.width() * 25.4 / kDots);
    case PdmHeightMM:
        return qRound(m_size.height() * 25.4 / kDots);
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
