#include <widgets/views/parts_histogram.h>

#include <core/analysis/colour_map.h>
#include <core/run/run.h>
#include <widgets/models/figures.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_relation.h>
#include <widgets/views/parts_thumbnail.h>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using analysis::Relation;
using models::Role;
using models::theme;
namespace format = models::format;

namespace {

/// Height of the title line, and left edge of the colour scale, after the figures.
double titleHeight() { return 30 * theme().textScale(); }
double scaleLeft() { return 38 * theme().textScale(); }
constexpr double kScaleWidth = 10;
constexpr double kGripWidth = 13, kGripHeight = 11;
constexpr double kStep = 0.005;  ///< width of a histogram bin

QColor colourOf(analysis::Rgb rgb) { return {rgb.red, rgb.green, rgb.blue}; }

} // namespace

HistogramPart::HistogramPart(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Cosine histogram with thresholds"));
    connect(&theme(), &models::Theme::changed, this, [this] { update(); });
}

void HistogramPart::setTitle(const QString& title) {
    m_title = title;
    update();
}

void HistogramPart::setBins(std::vector<std::int64_t> bins) {
    m_bins = std::move(bins);
    findExtent();
    update();
}

void HistogramPart::setThresholds(analysis::Thresholds thresholds) {
    m_thresholds = thresholds;
    findExtent();
    setAccessibleDescription(tr("Interchangeable from %1, contradictory to %2")
                                 .arg(format::threshold(thresholds.plus), format::threshold(-thresholds.minus)));
    update();
}

void HistogramPart::setRange(float range) {
    m_range = range;
    update();
}

void HistogramPart::findExtent() {
    m_high = 1;
    m_low = -0.25;
    const auto bins = static_cast<int>(m_bins.size());
    for (int bin = 0; bin < bins; ++bin)
        if (m_bins[static_cast<std::size_t>(bin)] > 0) {
            m_low = std::min(m_low, -1 + bin * 2.0 / bins - 0.02);
            break;
        }
    // A handle being dragged must not move the scale under the pointer.
    if (m_dragged == Handle::none)
        m_low = std::min(m_low, -static_cast<double>(m_thresholds.minus) - 0.1);
    m_low = std::max(-1.0, std::floor(m_low * 20) / 20);
}

QRectF HistogramPart::area() const {
    const double left = scaleLeft() + kScaleWidth + 6;
    return {left, titleHeight() + 6, width() - left - kGripWidth + 2, height() - titleHeight() - 16};
}

double HistogramPart::placeOf(double cosine) const {
    const QRectF bars = area();
    return bars.top() + (m_high - cosine) / (m_high - m_low) * bars.height();
}

double HistogramPart::cosineAt(double y) const {
    const QRectF bars = area();
    return m_high - (y - bars.top()) / bars.height() * (m_high - m_low);
}

QRectF HistogramPart::grip(Handle handle) const {
    const double cosine = handle == Handle::plus ? static_cast<double>(m_thresholds.plus) : -static_cast<double>(m_thresholds.minus);
    return {width() - kGripWidth - 0.5, std::round(placeOf(cosine)) - kGripHeight / 2, kGripWidth, kGripHeight};
}

HistogramPart::Handle HistogramPart::handleAt(QPointF place) const {
    if (place.x() < scaleLeft() - 4)
        return Handle::none;
    // Targets are 24 px high; where they overlap the nearer one is meant.
    const double toPlus = place.y() - grip(Handle::plus).center().y();
    const double toMinus = place.y() - grip(Handle::minus).center().y();
    if (std::min(std::abs(toPlus), std::abs(toMinus)) > 12)
        return Handle::none;
    if (std::abs(toPlus) == std::abs(toMinus))
        return toPlus <= 0 ? Handle::plus : Handle::minus;
    return std::abs(toPlus) < std::abs(toMinus) ? Handle::plus : Handle::minus;
}

void HistogramPart::moveHandle(Handle handle, double cosine) {
    analysis::Thresholds moved = m_thresholds;
    const double magnitude = handle == Handle::plus ? cosine : -cosine;
    const auto snapped = static_cast<float>(std::round(std::clamp(magnitude, 0.0, 1.0) / kStep) * kStep);
    (handle == Handle::plus ? moved.plus : moved.minus) = snapped;
    if (moved == m_thresholds)
        return;
    setThresholds(moved);
    Q_EMIT thresholdsChanged(moved);
}

void HistogramPart::paintScale(QPainter& painter) const {
    const QRectF bars = area();
    const analysis::ColourMap& map = analysis::ColourMap::diverging(theme().isDark());
    for (int y = static_cast<int>(bars.top()); y < static_cast<int>(bars.bottom()); ++y)
        painter.fillRect(QRectF(scaleLeft(), y, kScaleWidth, 1.01),
                         colourOf(map.colour(static_cast<float>(cosineAt(y + 0.5)), m_range)));
    painter.setPen(theme().colour(Role::border));
    painter.drawRect(QRectF(scaleLeft() - 0.5, std::floor(bars.top()) - 0.5, kScaleWidth + 1, std::floor(bars.height()) + 1));
    painter.setFont(theme().font(11));
    painter.setPen(theme().colour(Role::text2));
    const double step = (m_high - m_low) / bars.height() * 26 * theme().textScale() > 0.25 ? 0.5 : 0.25;
    for (double tick = 1; tick > m_low - 1e-9; tick -= step) {
        const QString text = std::abs(tick) < 1e-9 ? QStringLiteral("0") : format::cosine(tick);
        models::drawFigures(painter, {0, placeOf(tick) - 12, scaleLeft() - 5, 24}, Qt::AlignRight | Qt::AlignVCenter, text);
    }
}

void HistogramPart::paintBars(QPainter& painter) const {
    if (m_bins.empty())
        return;
    const QRectF bars = area();
    const auto bins = static_cast<int>(m_bins.size());
    const double binPixels = bars.height() / ((m_high - m_low) / kStep);
    const int merged = std::max(1, static_cast<int>(std::ceil(4 / binPixels)));
    // Groups count from 0 outwards, so that none holds both signs.
    std::vector<std::pair<int, std::int64_t>> groups; // first bin, count
    std::int64_t largest = 1;
    const int half = bins / 2;
    for (int first = half - (half + merged - 1) / merged * merged; first < bins; first += merged) {
        std::int64_t count = 0;
        for (int bin = std::max(first, 0); bin < std::min(first + merged, bins); ++bin)
            count += m_bins[static_cast<std::size_t>(bin)];
        groups.emplace_back(first, count);
        largest = std::max(largest, count);
    }
    const double unit = (bars.width() - 10) / std::sqrt(static_cast<double>(largest));
    for (const auto& [first, count] : groups) {
        if (count == 0)
            continue;
        const double low = -1 + first * kStep, high = low + merged * kStep;
        const Relation relation = analysis::relationOf(static_cast<float>((low + high) / 2), m_thresholds);
        QColor colour = relationColour(relation);
        if (relation == Relation::unrelated)
            colour = theme().colour(Role::borderStrong);
        const double top = placeOf(high), bottom = placeOf(low);
        if (bottom < bars.top() || top > bars.bottom() + 1)
            continue;
        painter.fillRect(QRectF(bars.left(), top + 0.5, std::max(1.0, unit * std::sqrt(static_cast<double>(count))),
                                std::max(1.0, bottom - top - 1)),
                         colour);
    }
}

void HistogramPart::paintHandle(QPainter& painter, Handle handle) const {
    const QRectF box = grip(handle);
    const double y = box.center().y();
    const bool focused = hasFocus() && m_focused == handle;
    const bool hot = m_dragged == handle || (m_dragged == Handle::none && m_hovered == handle);
    const QColor line = theme().colour(Role::text);
    painter.fillRect(QRectF(scaleLeft() - 3, y - 0.5, box.left() - scaleLeft() + 3, 1), line);
    painter.setPen(QPen(focused ? theme().colour(Role::focus) : line, focused ? 2 : 1.2));
    painter.setBrush(theme().colour(hot ? Role::hover : Role::panel));
    painter.drawRoundedRect(box, 3, 3);
    painter.setPen(QPen(line, 1));
    painter.drawLine(QPointF(box.left() + 4, y - 1.5), QPointF(box.right() - 4, y - 1.5));
    painter.drawLine(QPointF(box.left() + 4, y + 1.5), QPointF(box.right() - 4, y + 1.5));
    if (hot || focused) {
        const double cosine = handle == Handle::plus ? static_cast<double>(m_thresholds.plus) : -static_cast<double>(m_thresholds.minus);
        const QString text = format::threshold(cosine);
        const QFont font = theme().font(11, QFont::Medium);
        const double wide = models::figuresWidth(font, text) + 8;
        const QRectF label(box.left() - wide - 2, handle == Handle::plus ? y - 19 : y + 3, wide, 17);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme().colour(Role::panel));
        painter.drawRoundedRect(label, 3, 3);
        painter.setFont(font);
        painter.setPen(theme().colour(Role::text));
        models::drawFigures(painter, label, Qt::AlignCenter, text);
    }
}

void HistogramPart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF title(0, 0, width(), titleHeight() - 4);
    paintText(painter, title, m_title, theme().font(12, QFont::DemiBold), theme().colour(Role::text2));
    paintText(painter, title, tr("√ counts"), theme().font(11), theme().colour(Role::text3), Qt::AlignRight | Qt::AlignVCenter);
    paintScale(painter);
    paintBars(painter);
    paintHandle(painter, Handle::minus);
    paintHandle(painter, Handle::plus);
}

void HistogramPart::mousePressEvent(QMouseEvent* event) {
    const Handle handle = event->button() == Qt::LeftButton ? handleAt(event->position()) : Handle::none;
    if (handle == Handle::none)
        return QWidget::mousePressEvent(event);
    m_dragged = m_focused = handle;
    m_grab = event->position().y() - grip(handle).center().y();
    update();
}

void HistogramPart::mouseMoveEvent(QMouseEvent* event) {
    if (m_dragged != Handle::none)
        return moveHandle(m_dragged, cosineAt(event->position().y() - m_grab));
    const Handle hovered = handleAt(event->position());
    setCursor(hovered == Handle::none ? Qt::ArrowCursor : Qt::SplitVCursor);
    if (hovered != m_hovered) {
        m_hovered = hovered;
        update();
    }
}

void HistogramPart::mouseReleaseEvent(QMouseEvent*) {
    m_dragged = Handle::none;
    findExtent();
    update();
}

void HistogramPart::leaveEvent(QEvent*) {
    m_hovered = Handle::none;
    update();
}

void HistogramPart::keyPressEvent(QKeyEvent* event) {
    const double step = event->modifiers().testFlag(Qt::ShiftModifier) ? 10 * kStep : kStep;
    const double cosine = m_focused == Handle::minus ? -static_cast<double>(m_thresholds.minus) : static_cast<double>(m_thresholds.plus);
    if (event->key() == Qt::Key_Up)
        moveHandle(m_focused, cosine + step);
    else if (event->key() == Qt::Key_Down)
        moveHandle(m_focused, cosine - step);
    else
        QWidget::keyPressEvent(event);
}

bool HistogramPart::focusNextPrevChild(bool next) {
    const Handle other = next ? Handle::minus : Handle::plus;
    if (m_focused == other)
        return QWidget::focusNextPrevChild(next);
    m_focused = other;
    update();
    return true;
}

void HistogramPart::focusInEvent(QFocusEvent* event) {
    if (event->reason() == Qt::TabFocusReason)
        m_focused = Handle::plus;
    else if (event->reason() == Qt::BacktabFocusReason)
        m_focused = Handle::minus;
    update();
}

void HistogramPart::focusOutEvent(QFocusEvent*) { update(); }

} // namespace lpntk::views
