#pragma once

#include <widgets/views/heatmap_tiles.h>
#include <widgets/vtk/heatmap_scene.h>

#include <QImage>

namespace lpntk::views {

/// The visible cells' values as a transparent picture of the viewport in device pixels (from 48 px per sample on);
/// black or white text, whichever stands out more from the cell's colour.
QImage paintCellValues(vtk::HeatmapScene& scene, const vtk::HeatmapTransform& view, Quantity quantity, float range,
                       double pixelRatio);

} // namespace lpntk::views
