#pragma once

#include <core/analysis/order.h>
#include <core/run/run.h>
#include <widgets/models/session.h>
#include <widgets/vtk/heatmap_transform.h>

#include <QRect>
#include <QSize>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

class QPainter;

namespace lpntk::views {

/// From which scale (logical pixels per sample) on what appears: tokens "heatmap".
inline constexpr double kThumbnailsFrom = 16, kGridLinesFrom = 32, kValuesFrom = 48, kClassLinesFrom = 4;

/// What the axis strips show, beside the map's transform. Lists are by position.
struct AxisFacts {
    const run::Run* run = nullptr;
    const analysis::RowOrder* order = nullptr;
    std::shared_ptr<const analysis::ClusterAssignment> clusters; ///< that the order's cluster bands are numbered by
    std::vector<char> marked;                                    ///< selected; empty: none
    std::vector<char> pruned;                                    ///< empty: none
    std::int64_t currentPosition = -1;
    std::optional<vtk::MapCell> hovered;
};

/// Space the strips take at the left and at the top for this scale and these class names.
QSize axisMargins(const models::Session& session, const AxisFacts& facts, double scale);

/// Paints both strips outside of `map` (the map's rectangle in the painter's coordinates). From the map outwards:
/// selection marks and the current sample, thumbnails from 16 px per sample, bands of clusters where the order has
/// them, bands of classes, marks of pruned samples, names. Bands and marks narrower than a pixel are summed up: the
/// pixel shows the class it has most of, and the share that is pruned.
void paintAxes(QPainter& painter, models::Session& session, const AxisFacts& facts, const vtk::HeatmapTransform& view,
               const QRect& map);

/// One line about the sample of the strips under `place`, empty beside them.
QString axisWords(const models::Session& session, const AxisFacts& facts, const vtk::HeatmapTransform& view,
                  const QRect& map, QPoint place);

} // namespace lpntk::views
