#pragma once

#include <core/analysis/order.h>
#include <core/run/run.h>
#include <widgets/models/session.h>
#include <widgets/vtk/heatmap_transform.h>

#include <QRect>
#include <QSize>

#include <optional>
#include <vector>

class QPainter;

namespace lpntk::views {

/// From which scale (logical pixels per sample) on what appears: tokens "heatmap".
inline constexpr double kThumbnailsFrom = 16, kGridLinesFrom = 32, kValuesFrom = 48, kClassLinesFrom = 4;

/// What the axis strips show, beside the map's transform.
struct AxisFacts {
    const run::Run* run = nullptr;
    const analysis::RowOrder* order = nullptr;
    std::vector<char> marked;            ///< by position: selected
    std::int64_t currentPosition = -1;
    std::optional<vtk::MapCell> hovered;
};

/// Space the strips take at the left and at the top for this scale and these class names.
QSize axisMargins(const models::Session& session, const run::Run* run, double scale);

/// Paints both strips outside of `map` (the map's rectangle in the painter's coordinates): class bands with names,
/// thumbnails from 16 px per sample, selection marks, the current sample.
void paintAxes(QPainter& painter, models::Session& session, const AxisFacts& facts, const vtk::HeatmapTransform& view,
               const QRect& map);

} // namespace lpntk::views
