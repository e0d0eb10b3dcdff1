#include <widgets/views/inspector_picture.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>

#include <QFontMetricsF>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using models::Role;
using models::theme;

namespace {

constexpr int kMostZoom = 128;       ///< logical pixels of one pixel
constexpr double kSmallestCell = 26; ///< that a value is printed in
constexpr int kKeyStep = 40;

QString numberText(float value) {
    return QLocale().toString(static_cast<double>(value), 'g', 4);
}

} // namespace

QString PixelValues::at(QPoint pixel) const {
    if (pixel.x() < 0 || pixel.y() < 0 || pixel.x() >= shape.width || pixel.y() >= shape.height)
        return {};
    const auto plane = static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.height);
    const auto place = static_cast<std::size_t>(pixel.y()) * static_cast<std::size_t>(shape.width) +
                       static_cast<std::size_t>(pixel.x());
    QStringList parts;
    for (std::size_t channel = 0; channel < static_cast<std::size_t>(shape.channels); ++channel) {
        const std::size_t byte = place * static_cast<std::size_t>(shape.channels) + channel,
                          number = channel * plane + place;
        if (byte < bytes.size())
            parts << QString::number(bytes[byte]);
        else if (number < floats.size())
            parts << numberText(floats[number]);
    }
    return parts.join(QStringLiteral(", "));
}

PixelValues readPixels(const data::ImageSource& images, std::int64_t index) {
    PixelValues values;
    if (!images.preprocessed()) {
        data::Image image = images.image(index);
        values.shape = image.shape;
        values.bytes = std::move(image.pixels);
        return values;
    }
    values.shape = images.shape(index);
    values.floats.resize(static_cast<std::size_t>(values.shape.channels) *
                         static_cast<std::size_t>(values.shape.height) * static_cast<std::size_t>(values.shape.width));
    images.floats(index, values.floats);
    return values;
}

PictureCanvas::PictureCanvas(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(160, 120);
    connect(&theme(), &models::Theme::changed, this, qOverload<>(&QWidget::update));
}

void PictureCanvas::setPicture(const QImage& picture) {
    const bool sameSize = picture.size() == m_picture.size();
    m_picture = picture;
    if (!sameSize)
        fit();
    update();
}

void PictureCanvas::setValues(PixelValues values) {
    m_values = std::move(values);
    update();
}

double PictureCanvas::factor() const {
    const double ratio = devicePixelRatioF();
    const double logical = m_zoom > 0 ? m_zoom : 1.0 / -m_zoom;
    // Whole device pixels, or neighbouring pixels would differ in size.
    return logical < 1 ? logical : std::max(1.0, std::round(logical * ratio)) / ratio;
}

int PictureCanvas::fittingZoom() const {
    if (m_picture.isNull() || width() <= 0 || height() <= 0)
        return 1;
    const double room =
        std::min(static_cast<double>(width()) / m_picture.width(), static_cast<double>(height()) / m_picture.height());
    return room >= 1 ? std::clamp(static_cast<int>(room), 1, kMostZoom) : -qCeil(1 / room);
}

void PictureCanvas::fit() {
    m_fits = true;
    m_zoom = fittingZoom();
    m_middle = QPointF(m_picture.width() / 2.0, m_picture.height() / 2.0);
    update();
    Q_EMIT zoomed();
}

void PictureCanvas::setZoom(int zoom, QPointF around) {
    const int least = std::min(1, fittingZoom());
    // 0 and -1 are no zooms of their own: -2 is a half, 1 the whole.
    zoom = std::clamp(zoom == 0 || zoom == -1 ? 1 : zoom, least, kMostZoom);
    if (zoom == m_zoom)
        return;
    const QPointF offset = around - QPointF(width() / 2.0, height() / 2.0);
    const QPointF fixed = m_middle + offset / factor();
    m_zoom = zoom;
    m_fits = zoom == fittingZoom();
    m_middle = fixed - offset / factor();
    keepInSight();
    update();
    Q_EMIT zoomed();
}

void PictureCanvas::zoomBy(int steps, QPointF around) {
    int zoom = m_zoom;
    for (; steps > 0; --steps)
        zoom = zoom < -2 ? zoom + 1 : zoom < 0 ? 1 : zoom + std::max(1, zoom / 4);
    for (; steps < 0; ++steps)
        zoom = zoom > 1 ? zoom - std::max(1, zoom / 5) : zoom == 1 ? -2 : zoom - 1;
    setZoom(zoom, around);
}

void PictureCanvas::keepInSight() {
    const auto kept = [](double middle, int pixels, double seen) {
        const double half = seen / 2;
        return pixels <= seen ? pixels / 2.0 : std::clamp(middle, half, pixels - half);
    };
    m_middle = {kept(m_middle.x(), m_picture.width(), width() / factor()),
                kept(m_middle.y(), m_picture.height(), height() / factor())};
}

void PictureCanvas::moveBy(QPointF distance) {
    m_middle -= distance / factor();
    keepInSight();
    update();
}

QRectF PictureCanvas::target() const {
    const double scale = factor(), ratio = devicePixelRatioF();
    const QPointF corner = QPointF(width() / 2.0, height() / 2.0) - m_middle * scale;
    return {std::round(corner.x() * ratio) / ratio, std::round(corner.y() * ratio) / ratio, m_picture.width() * scale,
            m_picture.height() * scale};
}

std::optional<QPoint> PictureCanvas::pixelAt(QPointF place) const {
    const QPointF inside = (place - target().topLeft()) / factor();
    const QPoint pixel(qFloor(inside.x()), qFloor(inside.y()));
    return m_picture.rect().contains(pixel) ? std::optional(pixel) : std::nullopt;
}

void PictureCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().colour(Role::sunken));
    if (m_picture.isNull())
        return;
    const QRectF place = target();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, m_zoom < 0);
    painter.drawImage(place, m_picture);
    painter.setPen(QPen(theme().colour(Role::border), 1));
    painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5));
    if (factor() >= kSmallestCell)
        paintValues(painter, place);
    if (hasFocus()) {
        painter.setPen(QPen(theme().colour(Role::focus), 2));
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
}

/// In each pixel that is seen, in black or white, whichever is read better on it.
void PictureCanvas::paintValues(QPainter& painter, const QRectF& target) const {
    const double side = factor();
    const bool colours = m_values.shape.channels > 1;
    const double lines = colours ? m_values.shape.channels : 1;
    QFont font = theme().font(11);
    font.setPixelSize(std::clamp(qRound(side / (colours ? lines + 1.2 : 3)), 8, 14));
    if (QFontMetricsF(font).height() * lines > side)
        return;
    painter.setFont(font);
    const QPoint first(std::max(0, qFloor(-target.x() / side)), std::max(0, qFloor(-target.y() / side)));
    const QPoint last(std::min(m_picture.width() - 1, qFloor((width() - target.x()) / side)),
                      std::min(m_picture.height() - 1, qFloor((height() - target.y()) / side)));
    for (int y = first.y(); y <= last.y(); ++y) {
        for (int x = first.x(); x <= last.x(); ++x) {
            constexpr int kMiddleGrey = 128;
            painter.setPen(qGray(m_picture.pixel(x, y)) < kMiddleGrey ? Qt::white : Qt::black);
            const QString text = m_values.at({x, y}).replace(QStringLiteral(", "), QStringLiteral("\n"));
            painter.drawText(QRectF(target.x() + x * side, target.y() + y * side, side, side), Qt::AlignCenter, text);
        }
    }
}

void PictureCanvas::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (m_fits)
        fit();
    else
        keepInSight();
}

void PictureCanvas::wheelEvent(QWheelEvent* event) {
    constexpr int kNotch = 120;
    const int steps = event->angleDelta().y() / kNotch;
    if (steps != 0 || event->angleDelta().y() != 0)
        zoomBy(steps != 0 ? steps : event->angleDelta().y() > 0 ? 1 : -1, event->position());
    Q_EMIT hovered(pixelAt(event->position()));
    event->accept();
}

void PictureCanvas::mousePressEvent(QMouseEvent* event) {
    m_grip = event->position();
}

void PictureCanvas::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton) {
        moveBy(event->position() - m_grip);
        m_grip = event->position();
    }
    Q_EMIT hovered(pixelAt(event->position()));
}

void PictureCanvas::leaveEvent(QEvent* event) {
    Q_EMIT hovered(std::nullopt);
    QWidget::leaveEvent(event);
}

void PictureCanvas::keyPressEvent(QKeyEvent* event) {
    const QPointF middle(width() / 2.0, height() / 2.0);
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomBy(1, middle);
        break;
    case Qt::Key_Minus:
        zoomBy(-1, middle);
        break;
    case Qt::Key_0:
    case Qt::Key_Home:
        fit();
        break;
    case Qt::Key_Left:
        moveBy({kKeyStep, 0});
        break;
    case Qt::Key_Right:
        moveBy({-kKeyStep, 0});
        break;
    case Qt::Key_Up:
        moveBy({0, kKeyStep});
        break;
    case Qt::Key_Down:
        moveBy({0, -kKeyStep});
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

} // namespace lpntk::views
