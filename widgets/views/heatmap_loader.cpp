#include <widgets/views/heatmap_loader.h>

namespace lpntk::views {

HeatmapLoader::HeatmapLoader(models::JobRunner& jobs, vtk::HeatmapScene& scene, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_scene(scene) {}

void HeatmapLoader::setQuestion(TileQuestion question) {
    if (m_busy)
        m_jobs.cancel(m_ticket);
    m_busy = m_broken = false;
    m_question = std::move(question);
    poke();
}

void HeatmapLoader::setActive(bool active) {
    m_active = active;
    poke();
}

void HeatmapLoader::poke() {
    if (m_busy || m_broken || !m_active || !m_question.run || !m_question.order)
        return;
    const std::vector<vtk::TileKey> batch = nextBatch(m_question, m_scene.wanted());
    if (batch.empty())
        return;
    m_busy = true;
    using Made = std::vector<MadeTile>;
    const std::uint64_t generation = m_question.generation;
    m_ticket = m_jobs.start<Made>(
        QStringLiteral("heatmap tiles"), false, this,
        [question = m_question, batch](const base::JobContext& context) { return makeTiles(question, batch, context); },
        [this, generation](Made made) {
            if (generation != m_question.generation)
                return;
            m_busy = false;
            for (MadeTile& tile : made)
                m_scene.deliver(tile.key, generation, std::move(tile.values));
            Q_EMIT delivered();
            poke();
        },
        [this, generation](const QString& sentence) {
            if (generation != m_question.generation)
                return;
            m_busy = false;
            m_broken = true; // the same tile would fail again at once
            Q_EMIT failed(sentence);
        });
    if (!isCheap(m_question, batch.front().level))
        Q_EMIT gathering(m_ticket);
}

} // namespace lpntk::views
