#include <widgets/views/heatmap_map.h>

#include <QAction>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

namespace {

constexpr double kWheelStep = 1.25;   ///< zoom of one notch
constexpr int kDragFrom = 4;          ///< pixels before a press becomes a drag
constexpr qint64 kVelocityWindow = 90; ///< ms before the release that decide the velocity
constexpr double kStopMilliseconds = 400;
constexpr double kPanStep = 80;    ///< pixels of one key press
constexpr double kPageShare = 0.8; ///< of the view

} // namespace

HeatmapMap::HeatmapMap(QWidget* parent) : VtkHost(parent), m_scene(std::make_unique<vtk::HeatmapScene>(renderer(), overlay())) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Heatmap"));
    m_clock.start();
    m_kineticTimer.setInterval(16);
    m_kineticTimer.setTimerType(Qt::PreciseTimer);
    connect(&m_kineticTimer, &QTimer::timeout, this, &HeatmapMap::stepKinetic);
    addKeys();
}

HeatmapMap::~HeatmapMap() = default;

/// Actions, so that F1 lists them. Plain arrow keys step from cell to cell and are events, because Shift extends.
void HeatmapMap::addKeys() {
    const auto add = [this](const QString& words, const QList<QKeySequence>& keys, auto run) {
        auto* action = new QAction(words, this);
        action->setShortcuts(keys);
        action->setShortcutContext(Qt::WidgetShortcut);
        addAction(action);
        connect(action, &QAction::triggered, this, run);
    };
    add(tr("Zoom in on the map"), {Qt::Key_Plus, Qt::Key_Equal}, [this] { zoomBy(kWheelStep); });
    add(tr("Zoom out of the map"), {Qt::Key_Minus}, [this] { zoomBy(1 / kWheelStep); });
    add(tr("Fit the whole map"), {Qt::Key_F, Qt::Key_0}, [this] { fit(); });
    add(tr("Zoom to the pair"), {Qt::Key_Return, Qt::Key_Enter}, [this] {
        if (const auto& cell = m_scene->overlay().current)
            Q_EMIT activated(*cell);
    });
    add(tr("Move the map left"), {Qt::CTRL | Qt::Key_Left}, [this] { pan({kPanStep, 0}); });
    add(tr("Move the map right"), {Qt::CTRL | Qt::Key_Right}, [this] { pan({-kPanStep, 0}); });
    add(tr("Move the map up"), {Qt::CTRL | Qt::Key_Up}, [this] { pan({0, kPanStep}); });
    add(tr("Move the map down"), {Qt::CTRL | Qt::Key_Down}, [this] { pan({0, -kPanStep}); });
    add(tr("Page up on the map"), {Qt::Key_PageUp}, [this] { pan({0, kPageShare * height()}); });
    add(tr("Page down on the map"), {Qt::Key_PageDown}, [this] { pan({0, -kPageShare * height()}); });
    add(tr("Page left on the map"), {Qt::SHIFT | Qt::Key_PageUp}, [this] { pan({kPageShare * width(), 0}); });
    add(tr("Page right on the map"), {Qt::SHIFT | Qt::Key_PageDown}, [this] { pan({-kPageShare * width(), 0}); });
    add(tr("First samples of the map"), {Qt::Key_Home}, [this] {
        m_view.setOrigin({});
        viewMoved();
    });
    add(tr("Last samples of the map"), {Qt::Key_End}, [this] {
        const auto rows = static_cast<double>(m_view.rows());
        m_view.setOrigin({rows, rows});
        viewMoved();
    });
}

void HeatmapMap::setContent(std::int64_t rows) {
    m_view.setViewport(size());
    m_view.setContent(rows);
    m_scene->setContent(rows, rows > 0 ? tileLevels(rows) : std::vector<int>{});
    setHovered(std::nullopt);
    viewMoved();
}

void HeatmapMap::viewMoved() {
    m_scene->setView(m_view, devicePixelRatioF());
    update();
    Q_EMIT viewChanged();
    if (!m_hovered)
        return;
    // Another cell may be under the resting pointer now, or the same one at another place.
    const auto cell = m_view.cellAt(m_lastAt);
    if (cell == m_hovered)
        Q_EMIT hoverChanged();
    else
        setHovered(cell);
}

void HeatmapMap::setBoxMode(bool on) {
    m_boxMode = on;
    setCursor(on ? Qt::CrossCursor : Qt::ArrowCursor);
}

void HeatmapMap::zoomBy(double factor) {
    m_view.zoomAt({width() / 2.0, height() / 2.0}, factor);
    viewMoved();
}

void HeatmapMap::fit() {
    m_kineticTimer.stop();
    m_view.fit();
    viewMoved();
}

void HeatmapMap::prepareFrame() {
    vtk::setPixelCameras(*this);
    m_scene->setView(m_view, devicePixelRatioF());
    m_scene->draw();
}

void HeatmapMap::resizeEvent(QResizeEvent* event) {
    VtkHost::resizeEvent(event);
    m_view.setViewport(size());
    viewMoved();
}

void HeatmapMap::setHovered(std::optional<vtk::MapCell> cell) {
    if (m_hovered == cell)
        return;
    m_hovered = cell;
    m_scene->overlay().hovered = cell;
    update();
    Q_EMIT hoverChanged();
}

QRectF HeatmapMap::box() const {
    const auto low = [](std::int64_t a, std::int64_t b) { return static_cast<double>(std::min(a, b)); };
    const auto extent = [](std::int64_t a, std::int64_t b) { return static_cast<double>(std::abs(a - b) + 1); };
    return {low(m_boxFrom.column, m_boxTo.column), low(m_boxFrom.row, m_boxTo.row),
            extent(m_boxFrom.column, m_boxTo.column), extent(m_boxFrom.row, m_boxTo.row)};
}

void HeatmapMap::pan(QPointF pixels) {
    m_view.panBy(pixels);
    viewMoved();
}

void HeatmapMap::mousePressEvent(QMouseEvent* event) {
    m_kineticTimer.stop();
    setFocus(Qt::MouseFocusReason);
    if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton)
        return VtkHost::mousePressEvent(event);
    m_drag = Drag::press;
    m_pressedAt = m_lastAt = event->position();
    m_motions.clear();
}

void HeatmapMap::mouseMoveEvent(QMouseEvent* event) {
    const QPointF place = event->position();
    const QPointF moved = place - m_lastAt;
    m_lastAt = place; // before anybody is told of a hovered cell and asks where the pointer is
    if (m_drag == Drag::press && (place - m_pressedAt).manhattanLength() >= kDragFrom) {
        // Alt draws a box without the mode, the middle button always pans.
        const bool wantsBox = m_boxMode != event->modifiers().testFlag(Qt::AltModifier);
        m_drag = wantsBox && event->buttons().testFlag(Qt::LeftButton) && m_view.rows() > 0 ? Drag::box : Drag::pan;
        m_boxFrom = m_view.nearestCell(m_pressedAt);
        if (m_drag == Drag::pan) {
            setHovered(std::nullopt);
            setCursor(Qt::ClosedHandCursor);
        }
    }
    if (m_drag == Drag::pan) {
        m_motions.push_back({m_clock.elapsed(), moved});
        pan(moved);
    } else {
        setHovered(m_view.cellAt(place));
        if (m_drag == Drag::box) {
            m_boxTo = m_view.nearestCell(place);
            Q_EMIT boxDragged(box(), false);
        }
    }
}

void HeatmapMap::mouseReleaseEvent(QMouseEvent* event) {
    const Drag drag = m_drag;
    m_drag = Drag::none;
    setBoxMode(m_boxMode);
    if (drag == Drag::pan)
        startKinetic();
    else if (drag == Drag::box)
        Q_EMIT boxDragged(box(), true);
    else if (drag == Drag::press && event->button() == Qt::LeftButton)
        if (const auto cell = m_view.cellAt(event->position()))
            Q_EMIT clicked(*cell, event->modifiers());
}

void HeatmapMap::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return VtkHost::mouseDoubleClickEvent(event);
    m_drag = Drag::none; // the press and release before it were the click
    if (const auto cell = m_view.cellAt(event->position()))
        Q_EMIT activated(*cell);
}

void HeatmapMap::startKinetic() {
    const qint64 now = m_clock.elapsed();
    QPointF by;
    for (const Motion& motion : m_motions)
        if (now - motion.milliseconds <= kVelocityWindow)
            by += motion.by;
    m_motions.clear();
    m_velocity = by / static_cast<double>(kVelocityWindow);
    if (m_kinetic && std::hypot(m_velocity.x(), m_velocity.y()) > 0.1) {
        m_clock.restart();
        m_kineticTimer.start();
    }
}

void HeatmapMap::stepKinetic() {
    const auto elapsed = static_cast<double>(std::min<qint64>(m_clock.restart(), 100));
    pan(m_velocity * elapsed);
    m_velocity *= std::exp(-4 * elapsed / kStopMilliseconds);
    if (std::hypot(m_velocity.x(), m_velocity.y()) < 0.02)
        m_kineticTimer.stop();
}

void HeatmapMap::wheelEvent(QWheelEvent* event) {
    m_kineticTimer.stop();
    const double notches = event->angleDelta().y() / 120.0;
    if (notches == 0)
        return;
    m_lastAt = event->position();
    m_view.zoomAt(m_lastAt, std::pow(kWheelStep, notches));
    viewMoved();
    event->accept();
}

void HeatmapMap::leaveEvent(QEvent* event) {
    setHovered(std::nullopt);
    VtkHost::leaveEvent(event);
}

void HeatmapMap::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Up:
        return Q_EMIT cellStepped(-1, 0, event->modifiers());
    case Qt::Key_Down:
        return Q_EMIT cellStepped(1, 0, event->modifiers());
    case Qt::Key_Left:
        return Q_EMIT cellStepped(0, -1, event->modifiers());
    case Qt::Key_Right:
        return Q_EMIT cellStepped(0, 1, event->modifiers());
    default:
        VtkHost::keyPressEvent(event);
    }
}

} // namespace lpntk::views
