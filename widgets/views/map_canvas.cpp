#include <widgets/views/map_canvas.h>

#include <core/curation/shuffle.h>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lpntk::views {

namespace {

constexpr double kWheelStep = 1.25; ///< zoom of one notch
constexpr int kDragFrom = 4;        ///< pixels before a press becomes a drag
constexpr double kReach = 12;       ///< pixels from the pointer to a point
constexpr double kMargin = 32;      ///< around the points at fit
constexpr double kMostZoom = 4000;  ///< times the fit; the places are floats
constexpr double kLassoStep = 3;    ///< pixels between two corners
constexpr std::size_t kMostPictures = 300;
/// Pictures may cover this much of the view, so that they hide little of each other.
constexpr double kPictureShare = 0.3;
constexpr int kSmallestPicture = 28;
constexpr int kPictureSides[] = {56, 40, kSmallestPicture};

} // namespace

MapCanvas::MapCanvas(QWidget* parent)
    : VtkHost(parent), m_scene(std::make_unique<vtk::PointScene>(renderer(), overlay())) {
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(240, 200);
    setAccessibleName(tr("Sample map"));
}

MapCanvas::~MapCanvas() = default;

void MapCanvas::setPlaces(const std::vector<QPointF>& places, bool cross, bool keepView) {
    double left = 0, right = 0, low = 0, high = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
        left = i ? std::min(left, places[i].x()) : places[i].x();
        right = i ? std::max(right, places[i].x()) : places[i].x();
        low = i ? std::min(low, places[i].y()) : places[i].y();
        high = i ? std::max(high, places[i].y()) : places[i].y();
    }
    const double unit = std::max({right - left, high - low, 1e-30});
    const QPointF middle((left + right) / 2, (low + high) / 2);
    const auto toMap = [&](QPointF place) {
        return QPointF((place.x() - middle.x()) / unit, (middle.y() - place.y()) / unit);
    };
    std::vector<QPointF> inMap;
    inMap.reserve(places.size());
    std::transform(places.begin(), places.end(), std::back_inserter(inMap), toMap);
    m_scene->setPlaces(inMap);
    m_scene->setCross(cross ? std::optional(toMap({0, 0})) : std::nullopt);
    const bool others = inMap.size() != m_grid.places().size();
    m_grid = vtk::PointGrid(std::move(inMap));
    if (others) {
        m_shuffled.resize(places.size());
        std::iota(m_shuffled.begin(), m_shuffled.end(), 0);
        curation::Shuffler(1).shuffle(m_shuffled);
        m_shown.assign(places.size(), 1);
        m_onTop.clear();
        m_selected.clear();
        m_current = m_marked = -1;
    }
    m_hovered = -1;
    m_scene->setShown(drawOrder());
    m_scene->setSelected(m_selected);
    m_scene->setMarks(m_current, m_marked);
    forgetPictures();
    dropArea();
    if (keepView && !others && !m_fitted)
        moved();
    else
        fit();
}

void MapCanvas::setColours(const std::vector<QRgb>& colours) {
    m_scene->setColours(colours);
    forgetPictures();
    update();
}

std::vector<std::int32_t> MapCanvas::drawOrder() const {
    std::vector<std::int32_t> order, top;
    for (const std::int32_t row : m_shuffled) {
        const auto at = static_cast<std::size_t>(row);
        if (m_shown[at])
            (!m_onTop.empty() && m_onTop[at] ? top : order).push_back(row);
    }
    order.insert(order.end(), top.begin(), top.end());
    return order;
}

void MapCanvas::setShown(std::vector<char> shown, const std::vector<char>& onTop) {
    if (std::ssize(shown) != rows())
        return;
    m_shown = std::move(shown);
    m_onTop = onTop;
    m_scene->setShown(drawOrder());
    setSelected(std::move(m_selected));
    if (m_hovered >= 0 && !m_shown[static_cast<std::size_t>(m_hovered)])
        setHovered(-1);
}

void MapCanvas::setSelected(std::vector<std::int32_t> selected) {
    m_selected = std::move(selected);
    std::vector<std::int32_t> visible;
    std::copy_if(m_selected.begin(), m_selected.end(), std::back_inserter(visible),
                 [this](std::int32_t row) { return m_shown[static_cast<std::size_t>(row)] != 0; });
    m_scene->setSelected(std::move(visible));
    forgetPictures();
    update();
}

void MapCanvas::setMarks(int current, int hovered) {
    for (const int row : {m_current, current, m_marked, hovered})
        if (row >= 0)
            forgetPictures(row);
    m_current = current;
    m_marked = hovered;
    m_scene->setMarks(current, hovered);
    update();
}

void MapCanvas::setStyle(const vtk::PointStyle& style) {
    m_scene->setStyle(style);
    forgetPictures();
    update();
}

void MapCanvas::forgetPictures(int row) {
    if (row < 0)
        m_pictures.clear();
    else
        m_pictures.remove(row);
    if (m_pictureSide > 0)
        update();
}

// --- view
// -------------------------------------------------------------------------------------------------------------

double MapCanvas::fitZoom() const {
    const QRectF& bounds = m_grid.bounds();
    const double wide = std::max(width() - 2 * kMargin, 1.0), high = std::max(height() - 2 * kMargin, 1.0);
    return std::min(wide / std::max(bounds.width(), 1e-3), high / std::max(bounds.height(), 1e-3));
}

void MapCanvas::fit() {
    m_zoom = fitZoom();
    m_offset = QPointF(width(), height()) / 2 - m_grid.bounds().center() * m_zoom;
    m_fitted = true;
    moved();
}

void MapCanvas::moved() {
    update();
    Q_EMIT viewChanged();
    // Another point may be under the resting pointer now.
    if (m_hovered >= 0)
        setHovered(rowAt(m_lastAt));
}

double MapCanvas::dot() const {
    if (rows() == 0)
        return 3;
    const double resting = std::clamp(12.5 - 2 * std::log10(static_cast<double>(rows())), 3.0, 7.0);
    return std::min(resting * std::pow(std::max(m_zoom / fitZoom(), 0.5), 0.3), 11.0);
}

QPointF MapCanvas::placeOf(int row) const {
    return m_grid.places()[static_cast<std::size_t>(row)] * m_zoom + m_offset;
}

int MapCanvas::rowAt(QPointF place) const {
    const double reach = showsPictures() ? m_pictureSide / 2.0 : kReach;
    return m_grid.nearest(mapPlace(place), reach / m_zoom, m_shown);
}

void MapCanvas::zoomAt(QPointF place, double factor) {
    const double fitted = fitZoom();
    const double zoom = std::clamp(m_zoom * factor, 0.5 * fitted, kMostZoom * fitted);
    m_offset = place - (place - m_offset) * (zoom / m_zoom);
    m_zoom = zoom;
    m_fitted = false;
    moved();
}

void MapCanvas::zoomBy(double factor) {
    zoomAt(QPointF(width(), height()) / 2, factor);
}

void MapCanvas::reveal(int row) {
    if (row < 0 || row >= rows())
        return;
    const QPointF place = placeOf(row);
    if (QRectF(rect()).adjusted(kReach, kReach, -kReach, -kReach).contains(place))
        return;
    m_offset += QPointF(width(), height()) / 2 - place;
    m_fitted = false;
    moved();
}

void MapCanvas::placePictures() {
    std::vector<vtk::PointPicture> placed;
    const int former = std::exchange(m_pictureSide, 0);
    if (m_makePicture && m_zoom > 1.5 * fitZoom()) {
        // Those just outside reach into the view.
        const QPointF reach(kSmallestPicture, kSmallestPicture);
        const QRectF seen(mapPlace(-reach), mapPlace(QPointF(width(), height()) + reach));
        std::vector<std::int32_t> visible = m_grid.inside(seen, m_shown, kMostPictures);
        const double area = static_cast<double>(width()) * height();
        if (!visible.empty() && visible.size() <= kMostPictures)
            for (const int side : kPictureSides)
                if (m_pictureSide == 0 && static_cast<double>(visible.size()) * side * side <= kPictureShare * area)
                    m_pictureSide = side;
        if (m_pictureSide != former)
            m_pictures.clear();
        // The current one last, above the others; pictures are few, so their order need not be shuffled.
        const auto rank = [this](std::int32_t row) { return row == m_current ? 2 : row == m_marked ? 1 : 0; };
        std::stable_sort(visible.begin(), visible.end(), [&](auto a, auto b) { return rank(a) < rank(b); });
        for (const std::int32_t row : visible) {
            if (m_pictureSide == 0)
                break;
            auto found = m_pictures.find(row);
            if (found == m_pictures.end())
                found = m_pictures.insert(row, m_makePicture(row, m_pictureSide));
            if (!found->isNull())
                placed.push_back({row, *found});
        }
    }
    if (m_pictureSide == 0)
        m_pictures.clear();
    m_scene->setPictures(std::move(placed));
}

void MapCanvas::prepareFrame() {
    vtk::setPixelCameras(*this);
    placePictures();
    m_scene->setView(m_zoom, m_offset, devicePixelRatioF(), dot());
    m_scene->setOutline(m_area);
    m_scene->draw(pixelSize());
}

void MapCanvas::resizeEvent(QResizeEvent* event) {
    VtkHost::resizeEvent(event);
    if (m_fitted)
        return fit();
    if (event->oldSize().isValid())
        m_offset += QPointF(width() - event->oldSize().width(), height() - event->oldSize().height()) / 2;
    moved();
}

// --- pointer
// ----------------------------------------------------------------------------------------------------------

void MapCanvas::setHovered(int row) {
    if (m_hovered == row)
        return;
    m_hovered = row;
    Q_EMIT hoverChanged(row);
}

void MapCanvas::setMode(Mode mode) {
    if (mode == m_mode)
        return;
    m_mode = mode;
    setCursor(mode == Mode::pan ? Qt::ArrowCursor : Qt::CrossCursor);
    Q_EMIT modeChanged();
}

void MapCanvas::dropArea() {
    m_area.clear();
    if (m_drag == Drag::area)
        m_drag = Drag::none;
    update();
}

void MapCanvas::mousePressEvent(QMouseEvent* event) {
    setFocus(Qt::MouseFocusReason);
    if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton)
        return VtkHost::mousePressEvent(event);
    m_drag = Drag::press;
    m_pressedAt = m_lastAt = event->position();
}

void MapCanvas::mouseMoveEvent(QMouseEvent* event) {
    const QPointF place = event->position();
    const QPointF by = place - m_lastAt;
    m_lastAt = place; // before anybody is told of a hovered point and asks where the pointer is
    if (m_drag == Drag::press && (place - m_pressedAt).manhattanLength() >= kDragFrom) {
        // Alt draws a lasso without the mode and pans in it, the middle button always pans.
        const bool wantsArea = (m_mode != Mode::pan) != event->modifiers().testFlag(Qt::AltModifier);
        m_drag = wantsArea && event->buttons().testFlag(Qt::LeftButton) ? Drag::area : Drag::pan;
        m_drawing = m_mode == Mode::box ? Mode::box : Mode::lasso;
        m_area = m_drag == Drag::area ? QPolygonF{m_pressedAt} : QPolygonF();
        setHovered(-1);
        if (m_drag == Drag::pan)
            setCursor(Qt::ClosedHandCursor);
    }
    if (m_drag == Drag::pan) {
        m_offset += by;
        m_fitted = false;
        moved();
    } else if (m_drag == Drag::area) {
        drawArea(place);
    } else {
        setHovered(rowAt(place));
    }
}

void MapCanvas::drawArea(QPointF place) {
    if (m_drawing == Mode::box)
        m_area =
            QPolygonF{m_pressedAt, QPointF(place.x(), m_pressedAt.y()), place, QPointF(m_pressedAt.x(), place.y())};
    else if ((place - m_area.back()).manhattanLength() >= kLassoStep)
        m_area << place;
    update();
}

void MapCanvas::finishArea(Qt::KeyboardModifiers modifiers) {
    QPolygonF area;
    for (const QPointF& corner : std::as_const(m_area))
        area << mapPlace(corner);
    const std::vector<std::int32_t> found =
        m_drawing == Mode::box ? m_grid.inside(area.boundingRect(), m_shown) : m_grid.inside(area, m_shown);
    dropArea();
    Q_EMIT areaSelected(found, modifiers);
}

void MapCanvas::mouseReleaseEvent(QMouseEvent* event) {
    const Drag drag = m_drag;
    setCursor(m_mode == Mode::pan ? Qt::ArrowCursor : Qt::CrossCursor);
    if (drag == Drag::area) {
        drawArea(event->position());
        finishArea(event->modifiers());
    } else if (drag == Drag::press && event->button() == Qt::LeftButton) {
        if (const int row = rowAt(event->position()); row >= 0)
            Q_EMIT clicked(row, event->modifiers());
    }
    m_drag = Drag::none;
}

void MapCanvas::wheelEvent(QWheelEvent* event) {
    const double notches = event->angleDelta().y() / 120.0;
    if (notches == 0)
        return;
    m_lastAt = event->position();
    zoomAt(m_lastAt, std::pow(kWheelStep, notches));
    event->accept();
}

void MapCanvas::leaveEvent(QEvent* event) {
    setHovered(-1);
    VtkHost::leaveEvent(event);
}

// --- keys
// -------------------------------------------------------------------------------------------------------------

/// The next point in the direction of an arrow key; without a current one the point nearest to the middle.
void MapCanvas::walk(int key, Qt::KeyboardModifiers modifiers) {
    if (modifiers.testFlag(Qt::ControlModifier)) {
        m_offset += QPointF(key == Qt::Key_Left    ? 80
                            : key == Qt::Key_Right ? -80
                                                   : 0,
                            key == Qt::Key_Up     ? 80
                            : key == Qt::Key_Down ? -80
                                                  : 0);
        m_fitted = false;
        return moved();
    }
    const QPointF direction = key == Qt::Key_Left    ? QPointF(-1, 0)
                              : key == Qt::Key_Right ? QPointF(1, 0)
                              : key == Qt::Key_Up    ? QPointF(0, -1)
                                                     : QPointF(0, 1);
    const int row = m_current >= 0 ? m_grid.next(m_current, direction, m_shown)
                                   : m_grid.nearest(mapPlace(QPointF(width(), height()) / 2), 1e9, m_shown);
    if (row < 0)
        return;
    reveal(row);
    Q_EMIT clicked(row, modifiers & Qt::ShiftModifier);
}

bool MapCanvas::event(QEvent* event) {
    // Escape ends what is begun here before it means anything to the window.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape &&
        (m_drag == Drag::area || m_mode != Mode::pan)) {
        event->accept();
        return true;
    }
    return VtkHost::event(event);
}

void MapCanvas::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
        return walk(event->key(), event->modifiers());
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoomBy(kWheelStep);
    case Qt::Key_Minus:
        return zoomBy(1 / kWheelStep);
    case Qt::Key_0:
    case Qt::Key_F:
        return fit();
    case Qt::Key_Escape:
        if (m_drag == Drag::area)
            return dropArea();
        if (m_mode != Mode::pan)
            return setMode(Mode::pan);
        break;
    default:
        break;
    }
    VtkHost::keyPressEvent(event);
}

} // namespace lpntk::views
