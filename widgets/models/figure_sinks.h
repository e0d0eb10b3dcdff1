#pragma once

#include <widgets/models/figure_device.h>

#include <QByteArray>
#include <QHash>

class QPainter;

namespace lpntk::models {

/// Writes a figure as SVG: one element for each call, no nested groups, text as text, pictures embedded.
class SvgSink : public FigureSink {
public:
    void setClip(const std::optional<QPainterPath>& clip) override { m_clip = clip; }
    void path(const QPainterPath& path, const QPen& pen, const QBrush& brush, double opacity, bool smooth) override;
    void text(const Text& text) override;
    void image(const QRectF& target, const QImage& image, double opacity, bool smooth) override;

    /// The document. `size` in logical pixels; `width` and `height` as SVG writes them ("170mm"); `title` in plain
    /// text; `metadata`: elements for <metadata>, ready XML with the prefix "lpntk".
    QByteArray document(QSizeF size, const QString& width, const QString& height, const QString& title,
                        const QByteArray& metadata) const;

private:
    void write(const QByteArray& element, const QRectF& bounds);
    QByteArray fillOf(const QBrush& brush, double opacity);
    QByteArray clipFor(const QRectF& bounds);

    std::optional<QPainterPath> m_clip;
    QHash<QByteArray, int> m_clipNames;
    int m_gradients = 0;
    QByteArray m_body, m_definitions;
};

/// Paints a figure with another painter, whose coordinates are the figure's: for PDF.
class PainterSink : public FigureSink {
public:
    explicit PainterSink(QPainter& painter);

    void setClip(const std::optional<QPainterPath>& clip) override;
    void path(const QPainterPath& path, const QPen& pen, const QBrush& brush, double opacity, bool smooth) override;
    void text(const Text& text) override;
    void image(const QRectF& target, const QImage& image, double opacity, bool smooth) override;

private:
    /// An empty clip of a PDF is none.
    bool hidesAll() const { return m_clip && m_clip->boundingRect().isEmpty(); }

    QPainter& m_painter;
    QTransform m_base;
    std::optional<QPainterPath> m_clip;
};

} // namespace lpntk::models
