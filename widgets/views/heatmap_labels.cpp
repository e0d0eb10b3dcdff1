#include <widgets/views/heatmap_labels.h>

#include <core/analysis/colour_map.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QPainter>

#include <cmath>
#include <optional>

namespace lpntk::views {

namespace {

/// `valueAt`: of a cell, nothing when it is not known.
template <typename ValueAt>
void paintValues(QPainter& painter, const vtk::HeatmapTransform& view, Quantity quantity, float range,
                 ValueAt valueAt) {
    const analysis::ColourMap& map = analysis::ColourMap::diverging(models::theme().isDark());
    const QColor light(255, 255, 255), dark(20, 22, 26);
    painter.setFont(models::theme().font(view.scale() >= 72 ? 12 : 11));
    const QRectF seen = view.visible();
    for (auto row = static_cast<std::int64_t>(seen.top()); static_cast<double>(row) < seen.bottom(); ++row)
        for (auto column = static_cast<std::int64_t>(seen.left()); static_cast<double>(column) < seen.right(); ++column) {
            const std::optional<float> value = valueAt(vtk::MapCell{row, column});
            if (!value || std::isnan(*value))
                continue;
            painter.setPen(analysis::okLabFromRgb(map.colour(*value, range))[0] > 0.6 ? dark : light);
            const QString text = quantity == Quantity::cosine ? models::format::cosine(static_cast<double>(*value))
                                                              : models::format::kappa(static_cast<double>(*value));
            painter.drawText(view.placeOf({static_cast<double>(column), static_cast<double>(row), 1, 1}), Qt::AlignCenter, text);
        }
}

} // namespace

QImage paintCellValues(vtk::HeatmapScene& scene, const vtk::HeatmapTransform& view, Quantity quantity, float range,
                       double pixelRatio) {
    QImage image((view.viewport() * pixelRatio).toSize(), QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(pixelRatio);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    paintValues(painter, view, quantity, range, [&](const vtk::MapCell& cell) { return scene.valueAt(cell); });
    return image;
}

void paintCellValues(QPainter& painter, const TileQuestion& question, const vtk::HeatmapTransform& view, float range) {
    const auto rowAt = [&](std::int64_t position) { return question.order->rowAt[static_cast<std::size_t>(position)]; };
    paintValues(painter, view, question.quantity, range, [&](const vtk::MapCell& cell) -> std::optional<float> {
        const base::RowId a = rowAt(cell.row), b = rowAt(cell.column);
        return question.quantity == Quantity::kappa ? question.run->kappa(a, b) : question.run->cosine(a, b);
    });
}

} // namespace lpntk::views
