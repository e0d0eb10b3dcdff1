#pragma once

#include <core/analysis/colour_map.h>
#include <widgets/models/session.h>
#include <widgets/views/figure_part.h>
#include <widgets/views/heatmap_tiles.h>
#include <widgets/vtk/heatmap_scene.h>

#include <QImage>
#include <QObject>

#include <optional>

namespace lpntk::views {

/// Everything that decides the pixels of the map in a figure.
struct MapPicture {
    TileQuestion question;
    vtk::HeatmapTransform view;
    double ratio = 1; ///< device pixels per logical pixel
    const analysis::ColourMap* colours = nullptr;
    float range = 1;

    /// The same picture, whatever its generation.
    bool operator==(const MapPicture& other) const;
};

/// The visible part of the map at the level of detail that its resolution asks for, made tile by tile, so that nothing
/// but the picture is held. What is beside the map stays transparent. Throws Cancelled. Any thread.
QImage drawMap(const MapPicture& wanted, const base::JobContext& context = {});

/// Class lines, grid, boxes and the frame of the current pair as shapes, in logical pixels of the map.
void paintMapOverlay(QPainter& painter, const vtk::HeatmapOverlay& overlay, const vtk::HeatmapTransform& view);

/// Makes the map's picture for a figure on a worker and keeps it while the figure is made. Owned by the canvas,
/// window's thread.
class HeatmapFigure : public QObject {
    Q_OBJECT
public:
    HeatmapFigure(models::JobRunner& jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {}

    FigureState prepare(const MapPicture& wanted);
    FigureState state() const;
    double progress() const;
    QString problem() const { return m_problem; }
    /// Null unless this very picture was made.
    QImage picture(const MapPicture& wanted) const { return m_made == wanted ? m_image : QImage(); }
    void forget();

private:
    models::JobRunner& m_jobs;
    models::Ticket m_ticket = 0;
    std::optional<MapPicture> m_asked, m_made;
    QImage m_image;
    QString m_problem;
};

} // namespace lpntk::views
