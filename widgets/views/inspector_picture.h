#pragma once

#include <widgets/models/session.h>

#include <QDialog>
#include <QImage>
#include <QPointF>

#include <optional>

class QLabel;

namespace lpntk::views {

/// The numbers of one picture as its data set stores them.
struct PixelValues {
    data::ImageShape shape;
    std::vector<std::uint8_t> bytes; ///< (H, W, C) of 8-bit pictures
    std::vector<float> floats;       ///< (C, H, W) of others

    /// "203", "12, 200, 7"; empty outside the picture.
    QString at(QPoint pixel) const;
};
/// Throws IoError, FormatError.
PixelValues readPixels(const data::ImageSource& images, std::int64_t index);

/// One picture in whole multiples of its pixels (or whole parts of them, where it is larger than the window), never
/// smoothed. The wheel and + and − zoom, dragging and the arrow keys move; large pixels have their values printed in
/// them.
class PictureCanvas : public QWidget {
    Q_OBJECT
public:
    explicit PictureCanvas(QWidget* parent);

    void setPicture(const QImage& picture);
    void setValues(PixelValues values);
    const PixelValues& values() const { return m_values; }
    /// Logical pixels per pixel of the picture: n, or 1/n for -n.
    int zoom() const { return m_zoom; }
    /// Around a point of the widget.
    void setZoom(int zoom, QPointF around);
    void zoomBy(int steps, QPointF around);
    /// The largest whole zoom at which all of the picture is seen.
    void fit();
    /// The pixel of the picture under a point of the widget, if there is one.
    std::optional<QPoint> pixelAt(QPointF place) const;
    QRectF target() const;

Q_SIGNALS:
    void zoomed();
    void hovered(std::optional<QPoint> pixel);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    double factor() const;
    int fittingZoom() const;
    void moveBy(QPointF distance);
    void keepInSight();
    void paintValues(QPainter& painter, const QRectF& target) const;

    QImage m_picture;
    PixelValues m_values;
    int m_zoom = 1;
    bool m_fits = true; ///< follows the size of the window
    QPointF m_middle;   ///< of the widget, in pixels of the picture
    QPointF m_grip;
};

/// A window of its own with the picture of the current sample, large; Esc closes it. Deletes itself.
class PictureWindow : public QDialog {
    Q_OBJECT
public:
    PictureWindow(models::Session& session, models::SampleId sample, QWidget* parent);
    PictureCanvas& canvas() const { return *m_canvas; }
    void setSample(models::SampleId sample);
    /// What stands below the picture.
    QString status() const;

private:
    void refreshPicture();
    void tell(std::optional<QPoint> pixel);

    models::Session& m_session;
    models::SampleId m_sample;
    PictureCanvas* m_canvas;
    QLabel *m_value, *m_zoom;
};

} // namespace lpntk::views
