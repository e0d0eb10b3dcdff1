#include <widgets/models/figure_sinks.h>

#include <core/formats/figure_note.h>

#include <QBuffer>
#include <QGradient>
#include <QPainter>

#include <algorithm>

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

QByteArray colourOf(const char* property, const QColor& colour, double opacity) {
    QByteArray text = attribute(property, colour.name().toLatin1());
    const double alpha = static_cast<double>(colour.alphaF()) * opacity;
    return alpha < 1 ? text + attribute(QByteArray(property).append("-opacity").constData(), alpha) : text;
}

QByteArray strokeOf(const QPen& pen, double opacity) {
    if (pen.style() == Qt::NoPen)
        return {};
    QByteArray text = colourOf("stroke", pen.color(), opacity) + attribute("stroke-width", pen.widthF());
    if (pen.style() != Qt::SolidLine) {
        QByteArrayList lengths;
        for (const double length : pen.dashPattern())
            lengths << number(length * pen.widthF());
        text += attribute("stroke-dasharray", lengths.join(' '));
    }
    if (pen.capStyle() != Qt::FlatCap)
        text += attribute("stroke-linecap", pen.capStyle() == Qt::RoundCap ? "round" : "square");
    if (pen.joinStyle() != Qt::MiterJoin)
        text += attribute("stroke-linejoin", pen.joinStyle() == Qt::RoundJoin ? "round" : "bevel");
    return text;
}

} // namespace

// --- SVG
// --------------------------------------------------------------------------------------------------------------

QByteArray SvgSink::clipFor(const QRectF& bounds) {
    if (!m_clip)
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

void SvgSink::write(const QByteArray& element, const QRectF& bounds) {
    // Lines have an empty rectangle and are seen all the same.
    if (m_clip && !m_clip->boundingRect().intersects(bounds.adjusted(-0.01, -0.01, 0.01, 0.01)))
        return;
    const QByteArray clip = clipFor(bounds);
    // A clip belongs to the group: on the element itself it would be turned with it.
    m_body += clip.isEmpty() ? element + '\n' : "<g" + clip + '>' + element + "</g>\n";
}

QByteArray SvgSink::fillOf(const QBrush& brush, double opacity) {
    if (brush.style() == Qt::NoBrush)
        return attribute("fill", "none");
    const QGradient* gradient = brush.gradient();
    if (!gradient || gradient->type() != QGradient::LinearGradient)
        return colourOf("fill", brush.color(), opacity);
    const auto& linear = *static_cast<const QLinearGradient*>(gradient);
    const QPointF from = brush.transform().map(linear.start()), to = brush.transform().map(linear.finalStop());
    const QByteArray name = "gradient" + QByteArray::number(m_gradients++);
    m_definitions += "<linearGradient gradientUnits=\"userSpaceOnUse\"" + attribute("id", name) +
                     attribute("x1", from.x()) + attribute("y1", from.y()) + attribute("x2", to.x()) +
                     attribute("y2", to.y()) + ">\n";
    for (const auto& [place, stop] : linear.stops())
        m_definitions += "<stop" + attribute("offset", place) + colourOf("stop-color", stop, 1) + "/>\n";
    m_definitions += "</linearGradient>\n";
    return attribute("fill", "url(#" + name + ')') + (opacity < 1 ? attribute("fill-opacity", opacity) : QByteArray());
}

void SvgSink::path(const QPainterPath& path, const QPen& pen, const QBrush& brush, double opacity, bool smooth) {
    if (path.isEmpty() || (pen.style() == Qt::NoPen && brush.style() == Qt::NoBrush))
        return;
    const QByteArray paint = fillOf(brush, opacity) + strokeOf(pen, opacity);
    const double reach = pen.style() == Qt::NoPen ? 0 : pen.widthF();
    const QRectF bounds = path.controlPointRect().adjusted(-reach, -reach, reach, reach);
    if (const auto rect = asRectangle(path))
        return write("<rect" + rectangle(*rect) + paint + (smooth ? "" : " shape-rendering=\"crispEdges\"") + "/>",
                     bounds);
    const QByteArray rule = path.fillRule() == Qt::OddEvenFill && brush.style() != Qt::NoBrush
                                ? attribute("fill-rule", "evenodd")
                                : QByteArray();
    write("<path" + attribute("d", pathData(path)) + paint + rule + "/>", bounds);
}

void SvgSink::text(const Text& text) {
    // The width as it was laid out, so that it fits with another font too where Inter is missing.
    QByteArray element = "<text" + attribute("x", text.baseline.x()) + attribute("y", text.baseline.y()) +
                         attribute("font-size", text.font.pixelSize()) + attribute("textLength", text.width) +
                         attribute("lengthAdjust", "spacingAndGlyphs") + colourOf("fill", text.colour, text.opacity) +
                         attribute("xml:space", "preserve");
    if (text.font.family() != QLatin1String("Inter"))
        element += attribute("font-family", escaped(text.font.family()));
    if (text.font.weight() != QFont::Normal)
        element += attribute("font-weight", QByteArray::number(text.font.weight()));
    if (text.font.italic())
        element += attribute("font-style", "italic");
    if (const QTransform& turn = text.turn; !turn.isIdentity())
        element += attribute("transform", "matrix(" + number(turn.m11()) + ' ' + number(turn.m12()) + ' ' +
                                              number(turn.m21()) + ' ' + number(turn.m22()) + ' ' + number(turn.dx()) +
                                              ' ' + number(turn.dy()) + ')');
    write(element + '>' + escaped(text.words) + "</text>", text.bounds);
}

void SvgSink::image(const QRectF& target, const QImage& image, double opacity, bool smooth) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    QByteArray element = "<image" + rectangle(target) + attribute("preserveAspectRatio", "none");
    if (!smooth)
        element += attribute("style", "image-rendering:pixelated");
    if (opacity < 1)
        element += attribute("opacity", opacity);
    write(element + attribute("xlink:href", "data:image/png;base64," + bytes.toBase64()) + "/>", target);
}

QByteArray SvgSink::document(QSizeF size, const QString& width, const QString& height, const QString& title,
                             const QByteArray& metadata) const {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns:lpntk=\"" +
           QByteArray(formats::kFigureNamespace) + "\" version=\"1.1\"" + attribute("width", width.toLatin1()) +
           attribute("height", height.toLatin1()) +
           attribute("viewBox", "0 0 " + number(size.width()) + ' ' + number(size.height())) +
           attribute("font-family", "Inter, 'DejaVu Sans', sans-serif") + ">\n<title>" + escaped(title) +
           "</title>\n<metadata>\n" + metadata + "</metadata>\n<defs>\n" + m_definitions + "</defs>\n" + m_body +
           "</svg>\n";
}

// --- another painter
// --------------------------------------------------------------------------------------------------

PainterSink::PainterSink(QPainter& painter) : m_painter(painter), m_base(painter.transform()) {
    // Else pictures become JPEG.
    m_painter.setRenderHint(QPainter::LosslessImageRendering);
}

void PainterSink::setClip(const std::optional<QPainterPath>& clip) {
    if (clip == m_clip)
        return;
    m_clip = clip;
    if (m_clip)
        m_painter.setClipPath(*m_clip);
    else
        m_painter.setClipping(false);
}

void PainterSink::path(const QPainterPath& path, const QPen& pen, const QBrush& brush, double opacity, bool smooth) {
    if (hidesAll())
        return;
    m_painter.setOpacity(opacity);
    m_painter.setRenderHint(QPainter::Antialiasing, smooth);
    m_painter.setPen(pen);
    m_painter.setBrush(brush);
    m_painter.drawPath(path);
}

void PainterSink::text(const Text& text) {
    if (hidesAll())
        return;
    m_painter.setOpacity(text.opacity);
    m_painter.setFont(text.font);
    m_painter.setPen(text.colour);
    m_painter.setTransform(text.turn * m_base);
    m_painter.drawText(text.baseline, text.words);
    m_painter.setTransform(m_base);
}

void PainterSink::image(const QRectF& target, const QImage& image, double opacity, bool smooth) {
    if (hidesAll())
        return;
    m_painter.setOpacity(opacity);
    m_painter.setRenderHint(QPainter::SmoothPixmapTransform, smooth);
    m_painter.drawImage(target, image);
}

} // namespace lpntk::models
