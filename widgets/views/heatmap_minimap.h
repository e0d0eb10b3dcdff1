#pragma once

#include <core/analysis/colour_map.h>
#include <widgets/vtk/heatmap_transform.h>
#include <widgets/vtk/tile_cache.h>

#include <QImage>
#include <QWidget>

#include <memory>

namespace lpntk::views {

/// The whole map in a corner with a frame where the view is; a click or drag goes there. Shown when not at fit.
class HeatmapMinimap : public QWidget {
    Q_OBJECT
public:
    explicit HeatmapMinimap(QWidget* parent);

    /// The coarsest tile, coloured; null clears.
    void setPicture(const std::shared_ptr<const vtk::TileValues>& values, const analysis::ColourMap& map, float range);
    void setView(const vtk::HeatmapTransform& view);

Q_SIGNALS:
    void wentTo(const QPointF& position);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    QRectF picture() const { return QRectF(rect()).adjusted(3, 3, -3, -3); }
    void go(QPointF place);

    QImage m_image;
    vtk::HeatmapTransform m_view;
};

} // namespace lpntk::views
