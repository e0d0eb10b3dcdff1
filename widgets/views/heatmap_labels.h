#pragma once

#include <widgets/views/heatmap_tiles.h>
#include <widgets/vtk/heatmap_scene.h>

#include <QImage>

class QPainter;

namespace lpntk::views {

/// The visible cells' values as a transparent picture of the viewport in device pixels (from 48 px per sample on);
/// black or white text, whichever stands out more from the cell's colour.
QImage paintCellValues(vtk::HeatmapScene& scene, const vtk::HeatmapTransform& view, Quantity quantity, float range,
                       double pixelRatio);

/// The same values read from the run and painted as text, for figures.
void paintCellValues(QPainter& painter, const TileQuestion& question, const vtk::HeatmapTransform& view, float range);

} // namespace lpntk::views
