#include <widgets/views/map_scale.h>

#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using models::Role;
using models::theme;

namespace {

constexpr int kBins = 45;
constexpr double kBars = 48, kBar = 10;

double lineHeight() {
    return QFontMetricsF(theme().font(11)).height() + 2;
}

} // namespace

MapScale::MapScale(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(&theme(), &models::Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

QSize MapScale::sizeHint() const {
    return {170, static_cast<int>(std::ceil(2 * lineHeight() + kBars + kBar + 6))};
}

void MapScale::setScores(MapColour colour, const std::vector<float>& scores, const MapRange& range) {
    m_colour = colour;
    m_range = range;
    m_bins.assign(kBins, 0);
    for (const float score : scores) {
        if (!std::isfinite(score))
            continue;
        const double t = (static_cast<double>(score) - range.low) / (range.high - range.low);
        ++m_bins[static_cast<std::size_t>(std::clamp(t * kBins, 0.0, kBins - 1.0))];
    }
    setAccessibleName(
        tr("%1 from %2 to %3").arg(mapColourName(colour), scoreText(colour, range.low), scoreText(colour, range.high)));
    update();
}

void MapScale::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRectF inside(0, 0, width(), height());
    const QFont small = theme().font(11);
    paintText(painter, QRectF(0, 0, inside.width(), lineHeight()), tr("√ counts"), small, theme().colour(Role::text3),
              Qt::AlignRight | Qt::AlignVCenter);
    const double bottom = lineHeight() + kBars;
    const auto most = static_cast<double>(
        std::max<std::int64_t>(1, m_bins.empty() ? 1 : *std::max_element(m_bins.begin(), m_bins.end())));
    for (int bin = 0; bin < static_cast<int>(m_bins.size()); ++bin) {
        const double left = inside.width() * bin / kBins, right = inside.width() * (bin + 1) / kBins;
        const QColor colour = scoreColour((bin + 0.5) / kBins);
        const double high = std::sqrt(static_cast<double>(m_bins[static_cast<std::size_t>(bin)]) / most) * (kBars - 2);
        painter.fillRect(QRectF(left, bottom - high, right - left - 1, high), colour);
        painter.fillRect(QRectF(left, bottom + 2, right - left, kBar), colour);
    }
    const QRectF line(0, bottom + kBar + 4, inside.width(), lineHeight());
    const QColor ink = theme().colour(Role::text2);
    const QString low = (m_range.below ? QStringLiteral("≤ ") : QString()) + scoreText(m_colour, m_range.low);
    const QString high = (m_range.above ? QStringLiteral("≥ ") : QString()) + scoreText(m_colour, m_range.high);
    paintText(painter, line, low, small, ink);
    paintText(painter, line, high, small, ink, Qt::AlignRight | Qt::AlignVCenter);
    const QString middle = scoreText(m_colour, (m_range.low + m_range.high) / 2);
    painter.setFont(small);
    painter.setPen(ink);
    painter.drawText(line, Qt::AlignHCenter | Qt::AlignVCenter, middle);
}

} // namespace lpntk::views
