#include <widgets/views/heatmap_canvas.h>

#include <widgets/models/theme.h>
#include <widgets/views/heatmap_figure.h>
#include <widgets/views/heatmap_labels.h>
#include <widgets/views/heatmap_map.h>
#include <widgets/views/heatmap_view.h>

#include <QPainter>

namespace lpntk::views {

using models::Role;
using models::theme;

// What the canvas does for figures: the map anew at their resolution, everything around and above it as shapes and
// text.

MapPicture HeatmapCanvas::figurePicture(double ratio) const {
    return {m_loader->question(), m_map->view(), ratio, &analysis::ColourMap::diverging(theme().isDark()), m_range};
}

FigureState HeatmapCanvas::prepareFigure(double ratio) {
    return m_run ? m_figure->prepare(figurePicture(ratio)) : FigureState::ready;
}

FigureState HeatmapCanvas::figureState() const {
    return m_figure->state();
}

double HeatmapCanvas::figureProgress() const {
    return m_figure->progress();
}

QString HeatmapCanvas::figureProblem() const {
    return m_figure->problem();
}

void HeatmapCanvas::forgetFigure() {
    m_figure->forget();
}

void HeatmapCanvas::keepView() {
    m_keptView = m_map->view();
}

void HeatmapCanvas::restoreView() {
    if (m_keptView && m_keptView->viewport() == QSizeF(m_map->size()) && m_keptView->rows() == m_map->view().rows()) {
        m_map->view() = *m_keptView;
        m_map->viewMoved();
    }
    m_keptView.reset();
}

void HeatmapCanvas::paintFigure(QPainter& painter, double ratio) {
    painter.fillRect(rect(), theme().colour(Role::window));
    AxisFacts facts = m_facts;
    facts.hovered.reset();
    paintAxes(painter, m_session, facts, m_map->view(), m_map->geometry());
    painter.save();
    painter.setClipRect(m_map->geometry(), Qt::IntersectClip);
    painter.translate(m_map->pos());
    painter.fillRect(m_map->rect(), theme().colour(Role::sunken));
    const QImage made = m_run ? m_figure->picture(figurePicture(ratio)) : QImage();
    if (made.isNull()) {
        painter.drawImage(QRectF(m_map->rect()), m_map->picture()); // a preview: what is on the screen, lines and all
    } else {
        painter.drawImage(QRectF(m_map->rect()), made);
        paintMapOverlay(painter, m_map->scene().overlay(), m_map->view());
        if (m_map->view().scale() >= kValuesFrom)
            paintCellValues(painter, figurePicture(ratio).question, m_map->view(), m_range);
    }
    painter.restore();
}

base::Json HeatmapView::figureSettings() const {
    const QRectF seen = m_canvas->map().view().visible();
    base::Json settings{{"rows", {seen.top(), seen.bottom()}}, {"columns", {seen.left(), seen.right()}}};
    if (const auto& pair = m_canvas->map().scene().overlay().current)
        settings["pair"] = {m_canvas->sampleAt(pair->row).value(), m_canvas->sampleAt(pair->column).value()};
    return settings;
}

} // namespace lpntk::views
