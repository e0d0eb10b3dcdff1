#pragma once

#include <widgets/models/job_runner.h>
#include <widgets/views/heatmap_tiles.h>
#include <widgets/vtk/heatmap_scene.h>

#include <QObject>

namespace lpntk::views {

/// Brings the tiles that a scene wants: one worker at a time reads a batch, so disk and gathering never stop the window,
/// and what is wanted is asked anew after each batch. Owned by the canvas, window's thread.
class HeatmapLoader : public QObject {
    Q_OBJECT
public:
    HeatmapLoader(models::JobRunner& jobs, vtk::HeatmapScene& scene, QObject* parent);

    /// Another run, order, statistic or quantity; a batch under way is cancelled. The generation is the scene's.
    void setQuestion(TileQuestion question);
    const TileQuestion& question() const { return m_question; }
    /// Starts the next batch unless one is under way or nothing is wanted. `active` false (hidden view) waits.
    void poke();
    void setActive(bool active);
    bool isBusy() const { return m_busy; }

Q_SIGNALS:
    void delivered();
    /// A batch that gathers kernel rows, which may take longer than a moment.
    void gathering(lpntk::models::Ticket ticket);
    void failed(const QString& sentence);

private:
    models::JobRunner& m_jobs;
    vtk::HeatmapScene& m_scene;
    TileQuestion m_question;
    models::Ticket m_ticket = 0;
    bool m_busy = false, m_active = false, m_broken = false;
};

} // namespace lpntk::views
