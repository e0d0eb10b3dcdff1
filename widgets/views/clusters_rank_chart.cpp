#include <widgets/views/clusters_rank_chart.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using models::Role;
using models::theme;
namespace format = models::format;

RankChart::RankChart(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Cluster sizes by rank"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize RankChart::sizeHint() const {
    return {theme().dock("clusterList"), 116 + qRound(18 * theme().textScale())};
}

void RankChart::setSizes(std::vector<std::int64_t> sizes) {
    m_sizes = std::move(sizes);
    update();
}

void RankChart::setCurrent(int rank) {
    m_current = rank;
    if (rank >= 0 && rank < std::ssize(m_sizes))
        setAccessibleDescription(tr("rank %1 of %2, %3 members").arg(rank + 1).arg(m_sizes.size()).arg(m_sizes[static_cast<std::size_t>(rank)]));
    update();
}

QRectF RankChart::plot() const {
    // The scale ends at the last power of ten that fits.
    const double decades = std::floor(std::log10(std::max<double>(10, m_sizes.empty() ? 10 : static_cast<double>(m_sizes.front()))));
    const QString widest = format::count(std::llround(std::pow(10, decades)));
    const double left = 12 + 8 + std::max(24.0, std::ceil(QFontMetricsF(theme().font(11)).horizontalAdvance(widest)));
    return {left, 26, width() - left - 13, height() - 26 - 8 - 18 * theme().textScale()};
}

double RankChart::heightOf(double size) const {
    const double largest = m_sizes.empty() ? 10 : std::max<double>(10, static_cast<double>(m_sizes.front()));
    // One sample is one step above the ground, or singletons would be invisible.
    return plot().height() * (0.05 + 0.95 * std::log10(std::max(1.0, size)) / std::log10(largest));
}

int RankChart::rankAt(double x) const {
    const QRectF area = plot();
    const auto count = static_cast<double>(m_sizes.size());
    return m_sizes.empty() ? -1 : static_cast<int>(std::clamp((x - area.left()) / area.width() * count, 0.0, count - 1));
}

void RankChart::paintAxes(QPainter& painter) const {
    const QRectF area = plot();
    const QFont font = theme().font(11);
    for (double tick = 1; !m_sizes.empty() && tick <= std::max<double>(10, static_cast<double>(m_sizes.front())); tick *= 10) {
        const double y = area.bottom() - heightOf(tick);
        painter.fillRect(QRectF(area.left(), std::round(tick == 1 ? area.bottom() : y), area.width(), 1), theme().colour(Role::border));
        paintText(painter, QRectF(12, y - 9, area.left() - 18, 18), format::count(static_cast<std::int64_t>(tick)), font, theme().colour(Role::text2), Qt::AlignRight | Qt::AlignVCenter);
    }
    const QRectF below(area.left(), area.bottom() + 2, area.width(), height() - area.bottom() - 4);
    painter.setFont(font);
    painter.setPen(theme().colour(Role::text2));
    painter.drawText(below, Qt::AlignLeft | Qt::AlignVCenter, m_sizes.empty() ? QString() : QStringLiteral("1"));
    painter.drawText(below, Qt::AlignRight | Qt::AlignVCenter, m_sizes.empty() ? QString() : format::count(std::ssize(m_sizes)));
    painter.setPen(theme().colour(Role::text3));
    painter.drawText(below, Qt::AlignCenter, tr("clusters by size"));
}

void RankChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().colour(Role::panel));
    paintAxes(painter);
    if (m_sizes.empty())
        return;
    const QRectF area = plot();
    const double step = area.width() / static_cast<double>(m_sizes.size());
    const double gap = step >= 3 ? 1 : 0;
    const QColor ink = theme().colour(Role::borderStrong);
    if (step >= 1) {
        for (std::size_t i = 0; i < m_sizes.size(); ++i) {
            const double h = heightOf(static_cast<double>(m_sizes[i]));
            painter.fillRect(QRectF(area.left() + static_cast<double>(i) * step, area.bottom() - h, step - gap, h), ink);
        }
    } else {
        for (int x = 0; x < static_cast<int>(area.width()); ++x) {
            const double h = heightOf(static_cast<double>(m_sizes[static_cast<std::size_t>(rankAt(area.left() + x))]));
            painter.fillRect(QRectF(area.left() + x, area.bottom() - h, 1, h), ink);
        }
    }
    if (m_current < 0 || m_current >= std::ssize(m_sizes))
        return;
    const double h = heightOf(static_cast<double>(m_sizes[static_cast<std::size_t>(m_current)]));
    const double x = area.left() + m_current * step;
    const double barWidth = std::max(2.0, step - gap);
    const QColor accent = theme().colour(Role::accent);
    painter.fillRect(QRectF(x, area.bottom() - h, barWidth, h), accent);
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath pointer;
    const double middle = x + barWidth / 2;
    const double tip = area.bottom() - h - 2;
    pointer.addPolygon(QPolygonF({{middle, tip}, {middle - 5, tip - 7}, {middle + 5, tip - 7}}));
    painter.fillPath(pointer, accent);
}

void RankChart::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && rankAt(event->position().x()) >= 0)
        Q_EMIT rankChosen(rankAt(event->position().x()));
}

void RankChart::mouseMoveEvent(QMouseEvent* event) {
    if ((event->buttons() & Qt::LeftButton) && rankAt(event->position().x()) >= 0)
        Q_EMIT rankChosen(rankAt(event->position().x()));
}

bool RankChart::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && !m_sizes.empty()) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int rank = rankAt(help->pos().x());
        QToolTip::showText(help->globalPos(), tr("Rank %1: %2 members").arg(format::count(rank + 1), format::count(m_sizes[static_cast<std::size_t>(rank)])), this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace lpntk::views
