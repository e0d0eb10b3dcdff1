#include <widgets/views/heatmap_minimap.h>

#include <widgets/models/theme.h>

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace lpntk::views {

using models::Role;
using models::theme;

HeatmapMinimap::HeatmapMinimap(QWidget* parent) : QWidget(parent) {
    const int side = theme().dock("minimap");
    setFixedSize(side, side);
    setAccessibleName(tr("Overview of the whole map"));
    setCursor(Qt::PointingHandCursor);
    hide();
}

void HeatmapMinimap::setPicture(const std::shared_ptr<const vtk::TileValues>& values, const analysis::ColourMap& map,
                                float range) {
    if (!values) {
        m_image = {};
        return update();
    }
    m_image = QImage(values->columns, values->rows, QImage::Format_RGB888);
    for (int row = 0; row < values->rows; ++row) {
        const auto columns = static_cast<std::size_t>(values->columns);
        map.apply(std::span(values->values).subspan(static_cast<std::size_t>(row) * columns, columns), range,
                  std::span(m_image.scanLine(row), 3 * columns));
    }
    update();
}

void HeatmapMinimap::setView(const vtk::HeatmapTransform& view) {
    m_view = view;
    update();
}

void HeatmapMinimap::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme().colour(Role::borderStrong), 1));
    painter.setBrush(theme().colour(Role::panel));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    if (m_image.isNull() || m_view.rows() == 0)
        return;
    const QRectF area = picture();
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(area, m_image);
    const double unit = area.width() / static_cast<double>(m_view.rows());
    const QRectF seen = m_view.visible();
    QRectF frame(area.topLeft() + seen.topLeft() * unit, seen.size() * unit);
    const double growX = std::max(0.0, 6 - frame.width()) / 2, growY = std::max(0.0, 6 - frame.height()) / 2;
    frame = frame.adjusted(-growX, -growY, growX, growY);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme().colour(Role::panel), 4));
    painter.drawRect(frame);
    painter.setPen(QPen(theme().colour(Role::accent), 2));
    painter.drawRect(frame);
}

void HeatmapMinimap::go(QPointF place) {
    const QRectF area = picture();
    const auto rows = static_cast<double>(m_view.rows());
    Q_EMIT wentTo((place - area.topLeft()) / area.width() * rows);
}

void HeatmapMinimap::mousePressEvent(QMouseEvent* event) { go(event->position()); }

void HeatmapMinimap::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons().testFlag(Qt::LeftButton))
        go(event->position());
}

} // namespace lpntk::views
