#pragma once

#include <QByteArray>
#include <QPaintDevice>
#include <QSizeF>

#include <memory>

namespace lpntk::models {

/// A paint device that becomes an SVG: text stays text, shapes stay shapes, pictures are embedded, and clips are kept,
/// which Qt 6.4's QSvgGenerator loses. Made for one figure, used where it was made.
class SvgDevice : public QPaintDevice {
public:
    /// `size` in logical pixels, the unit of the drawing. Pictures are asked for at `ratio` device pixels each.
    SvgDevice(QSizeF size, double ratio);
    ~SvgDevice() override;

    QPaintEngine* paintEngine() const override;

    /// The document, after the painter has ended. `width` and `height` as SVG writes them ("170mm"); `title` in plain
    /// text; `metadata`: elements for <metadata>, ready XML with the prefix "lpntk".
    QByteArray document(const QString& width, const QString& height, const QString& title,
                        const QByteArray& metadata) const;

protected:
    int metric(PaintDeviceMetric metric) const override;

private:
    class Engine;
    QSizeF m_size;
    double m_ratio;
    std::unique_ptr<Engine> m_engine;
};

} // namespace lpntk::models
