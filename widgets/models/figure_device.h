#pragma once

#include <QFont>
#include <QImage>
#include <QPaintDevice>
#include <QPainterPath>
#include <QPen>
#include <QSizeF>
#include <QTransform>

#include <memory>
#include <optional>

namespace lpntk::models {

/// What is painted on a FigureDevice, call by call in final coordinates (logical pixels of the figure), clips resolved.
class FigureSink {
public:
    virtual ~FigureSink() = default;

    /// For all that follows; none: everything shows.
    virtual void setClip(const std::optional<QPainterPath>& clip) = 0;
    /// Pen and brush are those of the final coordinates. `smooth`: edges are meant to be.
    virtual void path(const QPainterPath& path, const QPen& pen, const QBrush& brush, double opacity, bool smooth) = 0;

    struct Text {
        QString words;
        QFont font;       ///< its size in final pixels
        QPointF baseline; ///< before `turn`
        double width = 0; ///< as it was laid out
        QTransform turn;  ///< identity unless the text is turned
        QColor colour;
        double opacity = 1;
        QRectF bounds; ///< what it covers, final
    };
    virtual void text(const Text& text) = 0;
    virtual void image(const QRectF& target, const QImage& image, double opacity, bool smooth) = 0;
};

/// A paint device for figures that stay text and shapes: turns what widgets paint into calls of a sink. Qt's own
/// devices of that kind lose clips (QSvgGenerator) or move them when a widget restores its painter (any without a
/// raster). Made for one figure, used where it was made; the sink outlives it.
class FigureDevice : public QPaintDevice {
public:
    /// `size` in logical pixels. Pictures are asked for at `ratio` device pixels for each.
    FigureDevice(QSizeF size, double ratio, FigureSink& sink);
    ~FigureDevice() override;

    QPaintEngine* paintEngine() const override;
    /// Nothing is drawn outside, whatever the painter's clip says: the visible part of a widget.
    void setFrame(const QRectF& frame);

protected:
    int metric(PaintDeviceMetric metric) const override;

private:
    class Engine;
    QSizeF m_size;
    double m_ratio;
    std::unique_ptr<Engine> m_engine;
};

} // namespace lpntk::models
