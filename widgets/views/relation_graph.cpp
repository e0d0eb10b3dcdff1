#include <widgets/views/relation_graph.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/parts_relation.h>
#include <widgets/views/parts_thumbnail.h>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lpntk::views {

using analysis::Relation;
using models::Role;
using models::SampleId;
using models::theme;

namespace {

constexpr int kSmooth = 4; ///< samples a pixel
/// Nodes: with more of them a smooth frame takes too long where OpenGL is software.
constexpr std::size_t kMostSmooth = 100;

} // namespace

RelationGraphWidget::RelationGraphWidget(models::Session& session, QWidget* parent)
    : VtkHost(parent), m_session(session), m_scene(std::make_unique<vtk::GraphScene>(renderer())) {
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(240, 200);
    setAccessibleName(tr("Relation graph"));
    connect(&session.thumbnails(), &models::ThumbnailCache::ready, this, [this](SampleId sample) {
        if (const int node = nodeOf(sample); node >= 0) {
            m_nodePictures[static_cast<std::size_t>(node)].fresh = false;
            updateAbove();
        }
    });
    applyTheme();
}

RelationGraphWidget::~RelationGraphWidget() = default;

void RelationGraphWidget::setGraph(std::shared_ptr<const run::Run> run, std::shared_ptr<const RelationGraph> graph,
                                   std::vector<QPointF> forced) {
    const SampleId former = m_graph && m_graph->nodes.size() > 0 && m_run ? sampleOf(0) : SampleId();
    const SampleId focused = m_run ? sampleOf(m_focused) : SampleId();
    m_run = std::move(run);
    m_graph = std::move(graph);
    m_forced = std::move(forced);
    setSamples(m_graph && m_graph->nodes.size() > kMostSmooth ? 0 : kSmooth);
    m_hovered = -1;
    m_focused = focused.isValid() ? nodeOf(focused) : -1;
    // Another centre starts unmoved; the same one with other thresholds or more nodes keeps zoom and place.
    const bool same = m_graph && !m_graph->nodes.empty() && sampleOf(0) == former;
    m_moved = m_moved && same;
    m_kept = same && !m_forced.empty();
    m_nodePictures.assign(m_graph ? m_graph->nodes.size() : 0, {});
    rebuild();
    if (m_kept && !m_moved && !isAllVisible())
        fit();
}

SampleId RelationGraphWidget::sampleOf(int node) const {
    if (!m_graph || node < 0 || node >= static_cast<int>(m_graph->nodes.size()))
        return {};
    return m_run->sampleFromRow(m_graph->nodes[static_cast<std::size_t>(node)].row);
}

int RelationGraphWidget::nodeOf(SampleId sample) const {
    for (int node = 0; m_graph && node < static_cast<int>(m_graph->nodes.size()); ++node)
        if (sampleOf(node) == sample)
            return node;
    return -1;
}

bool RelationGraphWidget::isCentre(int node) const {
    return node == 0 && m_graph->nodes.size() > 1 && m_graph->nodes[1].parent == 0;
}

bool RelationGraphWidget::canExpand(int node) const {
    return node > 0 && m_graph && node < static_cast<int>(m_graph->nodes.size()) && isCentre(0);
}

KnownPlaces RelationGraphWidget::places() const {
    KnownPlaces known;
    if (m_graph && !m_forced.empty())
        for (std::size_t node = 0; node < m_scene->nodes().size(); ++node)
            known[m_graph->nodes[node].row] = m_scene->nodes()[node].place;
    return known;
}

bool RelationGraphWidget::isAllVisible() const {
    m_scene->setView(m_zoom, m_offset, devicePixelRatioF());
    for (int node = 0; node < static_cast<int>(m_scene->nodes().size()); ++node) {
        const double half = sideOf(node) / 2;
        if (!QRectF(rect()).adjusted(half, half, -half, -half).contains(m_scene->widgetPlace(node)))
            return false;
    }
    return true;
}

QRectF RelationGraphWidget::expandRect(int node) const {
    if (!canExpand(node))
        return {};
    m_scene->setView(m_zoom, m_offset, devicePixelRatioF());
    const double half = sideOf(node) / 2;
    return QRectF(m_scene->widgetPlace(node) - QPointF(half, half) - QPointF(3, 3), QSizeF(kMark, kMark));
}

int RelationGraphWidget::expandMarkAt(QPointF place) const {
    m_scene->setView(m_zoom, m_offset, devicePixelRatioF());
    const int node = m_scene->nodeAt(place);
    return expandRect(node).contains(place) ? node : -1;
}

QString RelationGraphWidget::spokenNode(int node) const {
    QStringList parts{spokenSample(m_session, sampleOf(node))};
    if (!m_graph || node < 0 || node >= static_cast<int>(m_graph->nodes.size()))
        return parts.front();
    const RelationGraph::Node& entry = m_graph->nodes[static_cast<std::size_t>(node)];
    if (isCentre(node))
        parts << tr("in the middle");
    if (entry.parent >= 0)
        parts << relationWord(entry.relation).toLower()
              << tr("cosine %1 with %2")
                     .arg(models::format::cosine(static_cast<double>(entry.cosine)),
                          models::format::sample(sampleOf(entry.parent)));
    if (entry.expanded)
        parts << tr("expanded");
    return parts.join(QStringLiteral(", "));
}

std::vector<vtk::GraphEdge> RelationGraphWidget::edges() const {
    std::vector<vtk::GraphEdge> made;
    for (const bool main : {false, true})
        for (const RelationGraph::Edge& edge : m_graph->edges) {
            if (edge.main != main)
                continue;
            const Relation relation = analysis::relationOf(edge.cosine, m_session.thresholds());
            QColor colour = relationColour(relation);
            colour.setAlphaF(main ? 1.0f : 0.55f);
            const double strength = std::min(1.0, static_cast<double>(std::abs(edge.cosine)) / 0.6);
            const double width = !main || relation == Relation::unrelated ? 1 : 1 + 4 * strength;
            made.push_back({edge.from, edge.to, colour, width,
                            relation == Relation::interchangeable ? vtk::LineStyle::solid
                            : relation == Relation::contradictory ? vtk::LineStyle::dashed
                                                                  : vtk::LineStyle::dotted});
        }
    return made;
}

void RelationGraphWidget::rebuild() {
    m_drawn = false;
    if (!m_graph || !m_run) {
        m_scene->setGraph({}, {});
        return update();
    }
    const std::vector<QPointF> places =
        m_forced.size() == m_graph->nodes.size()
            ? m_forced
            : sidesBySign(*m_graph, size(), nodePicture(m_graph->nodes.size()) + 2 * kCard,
                          theme().thumbnail("nodeCurrent") + 2 * kCard);
    if (!m_moved && !m_kept)
        fitTo(places);
    makeNodes(places);
    update();
}

void RelationGraphWidget::makeNodes(const std::vector<QPointF>& places) {
    std::vector<vtk::GraphNode> nodes;
    for (int node = 0; node < static_cast<int>(places.size()); ++node)
        nodes.push_back({places[static_cast<std::size_t>(node)], sideOf(node)});
    m_scene->setGraph(std::move(nodes), edges());
}

void RelationGraphWidget::fit() {
    m_moved = false;
    std::vector<QPointF> places;
    for (const vtk::GraphNode& node : m_scene->nodes())
        places.push_back(node.place);
    const double scale = m_cardScale;
    fitTo(places);
    if (m_graph && scale != m_cardScale)
        makeNodes(places);
    update();
}

/// Zoom, place and size of the cards with which all places can be seen.
void RelationGraphWidget::fitTo(const std::vector<QPointF>& places) {
    m_cardScale = 1;
    QRectF bounds;
    for (int node = 0; node < static_cast<int>(places.size()); ++node) {
        const double side = sideOf(node);
        bounds |=
            QRectF(places[static_cast<std::size_t>(node)] - QPointF(side, side) / 2, QSizeF(side, side + kCaption));
    }
    const double zoom =
        bounds.isEmpty() ? 1 : std::min((width() - 24.0) / bounds.width(), (height() - 16.0) / bounds.height());
    m_zoom = std::clamp(zoom, 0.2, 1.0);
    // In steps, so that a few pixels more do not paint all pictures anew.
    m_cardScale = std::max(0.4, std::floor(m_zoom * 10) / 10);
    m_offset = QPointF(width() / 2.0, height() / 2.0);
    if (!m_forced.empty() || zoom < 1)
        m_offset -= bounds.center() * m_zoom;
}

void RelationGraphWidget::setMarked(SampleId current, SampleId hoveredSample) {
    m_current = current;
    m_hoveredElsewhere = hoveredSample;
    updateAbove();
}

void RelationGraphWidget::applyTheme() {
    setBackground(theme().colour(Role::panel));
    refresh();
    rebuild();
}

void RelationGraphWidget::prepareFrame() {
    vtk::setPixelCameras(*this);
    m_scene->setView(m_zoom, m_offset, devicePixelRatioF());
    m_scene->draw();
}

void RelationGraphWidget::resizeEvent(QResizeEvent* event) {
    VtkHost::resizeEvent(event);
    m_kept = false;
    rebuild();
}

void RelationGraphWidget::setHoveredNode(int node) {
    if (node == m_hovered)
        return;
    m_hovered = node;
    updateAbove();
    setCursor(node >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    setToolTip(node >= 0 ? spokenNode(node) : QString());
    Q_EMIT hovered(sampleOf(node));
}

SampleId RelationGraphWidget::sampleAt(QPointF place) const {
    m_scene->setView(m_zoom, m_offset, devicePixelRatioF());
    return sampleOf(m_scene->nodeAt(place));
}

void RelationGraphWidget::mousePressEvent(QMouseEvent* event) {
    m_pressed = event->button() == Qt::LeftButton || event->button() == Qt::MiddleButton;
    m_pressedAt = m_lastAt = event->position();
    m_panning = false;
}

void RelationGraphWidget::mouseMoveEvent(QMouseEvent* event) {
    const QPointF place = event->position();
    if (m_pressed && !m_panning && (place - m_pressedAt).manhattanLength() >= 4)
        m_panning = true;
    if (m_panning) {
        m_offset += place - m_lastAt;
        m_moved = true;
        update();
    } else {
        m_scene->setView(m_zoom, m_offset, devicePixelRatioF());
        setHoveredNode(m_scene->nodeAt(place));
    }
    m_lastAt = place;
}

void RelationGraphWidget::mouseReleaseEvent(QMouseEvent* event) {
    m_scene->setView(m_zoom, m_offset, devicePixelRatioF());
    const int node = m_scene->nodeAt(event->position());
    if (m_pressed && !m_panning && node >= 0 && event->button() == Qt::LeftButton) {
        setFocusedNode(node);
        if (expandMarkAt(event->position()) == node)
            Q_EMIT expandWanted(sampleOf(node));
        else
            Q_EMIT clicked(sampleOf(node), event->modifiers());
    }
    m_pressed = m_panning = false;
}

/// The first click has moved the graph; a second one would hit whatever came under the pointer.
void RelationGraphWidget::mouseDoubleClickEvent(QMouseEvent* event) {
    m_pressed = false;
    event->accept();
}

void RelationGraphWidget::setFocusedNode(int node) {
    m_focused = node;
    updateAbove();
    setAccessibleDescription(spokenNode(node));
}

void RelationGraphWidget::zoomAt(QPointF place, double factor) {
    const double zoom = std::clamp(m_zoom * factor, 0.2, 4.0);
    m_offset = place - (place - m_offset) * (zoom / m_zoom);
    m_zoom = zoom;
    m_moved = true;
    update();
}

void RelationGraphWidget::wheelEvent(QWheelEvent* event) {
    zoomAt(event->position(), std::pow(1.2, event->angleDelta().y() / 120.0));
    event->accept();
}

void RelationGraphWidget::leaveEvent(QEvent* event) {
    setHoveredNode(-1);
    VtkHost::leaveEvent(event);
}

/// The nearest node in the direction of an arrow key.
void RelationGraphWidget::walk(int key) {
    if (m_scene->nodes().empty())
        return;
    if (m_focused < 0)
        m_focused = 0;
    const QPointF direction = key == Qt::Key_Left    ? QPointF(-1, 0)
                              : key == Qt::Key_Right ? QPointF(1, 0)
                              : key == Qt::Key_Up    ? QPointF(0, -1)
                                                     : QPointF(0, 1);
    int best = -1;
    double least = 1e18;
    for (int node = 0; node < static_cast<int>(m_scene->nodes().size()); ++node) {
        const QPointF away = m_scene->widgetPlace(node) - m_scene->widgetPlace(m_focused);
        const double along = QPointF::dotProduct(away, direction);
        const double cost = along + 2 * std::abs(QPointF::dotProduct(away, QPointF(direction.y(), direction.x())));
        if (along > 1 && cost < least) {
            least = cost;
            best = node;
        }
    }
    if (best < 0)
        return;
    setFocusedNode(best);
    Q_EMIT hovered(sampleOf(best));
}

void RelationGraphWidget::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
        return walk(event->key());
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (m_focused >= 0)
            Q_EMIT clicked(sampleOf(m_focused), event->modifiers());
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal: return zoomAt(QPointF(width(), height()) / 2, 1.2);
    case Qt::Key_Minus: return zoomAt(QPointF(width(), height()) / 2, 1 / 1.2);
    case Qt::Key_F:
    case Qt::Key_0: return fit();
    case Qt::Key_Home:
        return setFocusedNode(0);
    case Qt::Key_Backspace:
        Q_EMIT backWanted();
        return;
    default:
        VtkHost::keyPressEvent(event);
    }
}

} // namespace lpntk::views
