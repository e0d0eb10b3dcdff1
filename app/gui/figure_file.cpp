#include "figure_file.h"

#include <core/base/error.h>

#include <widgets/models/figure_sinks.h>
#include <widgets/views/figure_painter.h>

#include <QBuffer>
#include <QFileInfo>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QWidget>

#include <cstring>

namespace lpntk::gui {

namespace {

constexpr double kMillimetresPerInch = 25.4, kPointsPerInch = 72;

QByteArray xmpOf(const formats::FigureNote& note) {
    return "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
           "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n<rdf:RDF "
           "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
           "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:lpntk=\"" +
           QByteArray(formats::kFigureNamespace) + "\">\n<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">" +
           QByteArray::fromStdString(formats::xmlEscaped(note.title)) + "</rdf:li></rdf:Alt></dc:title>\n" +
           QByteArray::fromStdString(formats::xmlOf(note)) +
           "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>\n";
}

void paintOn(models::FigureSink& sink, QWidget& widget, const FigureSize& size) {
    models::FigureDevice device(size.layout, size.ratio, sink);
    QPainter painter(&device);
    views::paintFigure(painter, widget, size.ratio);
}

QByteArray drawPdf(QWidget& widget, const FigureSize& size, const formats::FigureNote& note) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter pdf(&buffer);
    pdf.setTitle(QString::fromStdString(note.title));
    pdf.setCreator(QString::fromStdString(note.program));
    pdf.setResolution(size.dotsPerInch);
    pdf.setPageSize(QPageSize(QSizeF(size.dots()) * kPointsPerInch / size.dotsPerInch, QPageSize::Point, QString(),
                              QPageSize::ExactMatch));
    pdf.setPageMargins(QMarginsF());
    pdf.setDocumentXmpMetadata(xmpOf(note));
    pdf.addFileAttachment(QStringLiteral("recipe.json"), QByteArray::fromStdString(note.recipe),
                          QStringLiteral("application/json"));
    QPainter page(&pdf);
    page.scale(size.ratio, size.ratio);
    models::PainterSink sink(page);
    paintOn(sink, widget, size);
    page.end();
    return bytes;
}

QByteArray drawSvg(QWidget& widget, const FigureSize& size, const formats::FigureNote& note) {
    models::SvgSink sink;
    paintOn(sink, widget, size);
    const QSizeF paper = size.millimetres();
    const auto length = [](double millimetres) { return QString::number(millimetres, 'f', 2) + QStringLiteral("mm"); };
    return sink.document(size.layout, length(paper.width()), length(paper.height()), QString::fromStdString(note.title),
                         QByteArray::fromStdString(formats::xmlOf(note)));
}

QImage drawPicture(QWidget& widget, const FigureSize& size) {
    QImage image(size.dots(), QImage::Format_RGB32);
    image.setDevicePixelRatio(size.ratio);
    const int dotsPerMetre = qRound(size.dotsPerInch * 1000 / kMillimetresPerInch);
    image.setDotsPerMeterX(dotsPerMetre);
    image.setDotsPerMeterY(dotsPerMetre);
    QPainter painter(&image);
    painter.fillRect(QRectF(QPointF(), QSizeF(size.layout)), widget.palette().window());
    views::paintFigure(painter, widget, size.ratio);
    return image;
}

} // namespace

std::optional<FigureKind> figureKindOf(const QString& file) {
    const QString ending = QFileInfo(file).suffix().toLower();
    for (const FigureKind kind : {FigureKind::png, FigureKind::pdf, FigureKind::svg})
        if (ending == endingOf(kind))
            return kind;
    return std::nullopt;
}

QString endingOf(FigureKind kind) {
    return kind == FigureKind::png   ? QStringLiteral("png")
           : kind == FigureKind::pdf ? QStringLiteral("pdf")
                                     : QStringLiteral("svg");
}

QSize FigureSize::dots() const {
    return {qRound(layout.width() * ratio), qRound(layout.height() * ratio)};
}

QSizeF FigureSize::millimetres() const {
    return QSizeF(dots()) * kMillimetresPerInch / dotsPerInch;
}

bool FigureSize::isPossible() const {
    const QSize size = dots();
    return !size.isEmpty() && size.width() <= kMostDots && size.height() <= kMostDots &&
           qint64{size.width()} * size.height() <= kMostArea;
}

Figure drawFigure(QWidget& widget, FigureKind kind, const FigureSize& size, const formats::FigureNote& note) {
    Figure figure{kind, size, note, {}, {}};
    if (kind == FigureKind::png)
        figure.image = drawPicture(widget, size);
    else
        figure.document = kind == FigureKind::pdf ? drawPdf(widget, size, note) : drawSvg(widget, size, note);
    return figure;
}

std::vector<std::byte> encodeFigure(const Figure& figure) {
    QByteArray bytes = figure.document;
    if (figure.kind == FigureKind::png) {
        QBuffer buffer(&bytes);
        if (!buffer.open(QIODevice::WriteOnly) || !figure.image.save(&buffer, "PNG"))
            throw base::IoError("The picture could not be encoded; it may be too large for the memory at hand.");
    }
    const auto plain = std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    if (figure.kind == FigureKind::png)
        return formats::withPngText(plain, formats::pngTextsOf(figure.note));
    return {plain.begin(), plain.end()};
}

} // namespace lpntk::gui
