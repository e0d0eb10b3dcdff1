#include <widgets/views/pruning_charts.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>

#include <QFontMetricsF>
#include <QPaintEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using curation::Method;
using models::Role;
using models::theme;
namespace format = models::format;

ClassBalance::ClassBalance(models::Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    setAccessibleName(tr("Class balance"));
}

int ClassBalance::lineHeight() const {
    return qRound(21 * theme().textScale());
}

QSize ClassBalance::sizeHint() const {
    return {220, static_cast<int>(m_kept.size()) * lineHeight() + 8};
}

void ClassBalance::setKept(std::vector<std::int64_t> kept) {
    const bool resized = kept.size() != m_kept.size();
    m_kept = std::move(kept);
    QStringList spoken;
    for (std::size_t label = 0; label < m_kept.size() && m_session.run(); ++label)
        spoken << tr("%1 %2").arg(m_session.className(static_cast<int>(label)),
                                  format::countOf(m_kept[label], m_session.run()->classRange(static_cast<int>(label)).size()));
    setAccessibleDescription(spoken.join(QStringLiteral(", ")));
    if (resized)
        updateGeometry();
    update();
}

void ClassBalance::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    painter.fillRect(event->rect(), theme().colour(Role::panel));
    const auto run = m_session.run();
    if (!run || static_cast<int>(m_kept.size()) != run->classes())
        return;
    const double scale = theme().textScale();
    const double nameWidth = std::min(96 * scale, width() * 0.34);
    const double number = 44 * scale;
    const QFont font = theme().font(12);
    for (int label = 0; label < run->classes(); ++label) {
        const QRectF line(12, 2 + label * lineHeight(), width() - 24, lineHeight());
        if (!event->rect().intersects(line.toRect()))
            continue;
        const auto kept = m_kept[static_cast<std::size_t>(label)];
        const auto before = run->classRange(label).size();
        paintSwatch(painter, QPointF(line.left(), line.center().y()), theme().classColour(label, run->classes()));
        paintText(painter, QRectF(line.left() + kSwatch + 7, line.top(), nameWidth - kSwatch - 10, line.height()), m_session.className(label), font, theme().colour(Role::text));
        const QRectF bar(line.left() + nameWidth, line.center().y() - 3.5, std::max(20.0, line.width() - nameWidth - 2 * number), 7);
        paintBar(painter, bar, before > 0 ? static_cast<double>(kept) / static_cast<double>(before) : 0, theme().colour(Role::accent));
        paintText(painter, QRectF(line.right() - 2 * number, line.top(), number, line.height()), format::count(kept), theme().font(12, QFont::Medium), theme().colour(Role::text), Qt::AlignRight | Qt::AlignVCenter);
        paintText(painter, QRectF(line.right() - number, line.top(), number, line.height()), format::count(before), font, theme().colour(Role::text3), Qt::AlignRight | Qt::AlignVCenter);
    }
}

CoverageChart::CoverageChart(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Coverage against the share kept"));
    setMinimumSize(190, 120);
}

void CoverageChart::setCurves(std::vector<MethodCurve> curves, std::int64_t rows) {
    m_curves = std::move(curves);
    m_rows = rows;
    update();
}

void CoverageChart::setPresent(Method method, double share, std::optional<double> coverage) {
    m_method = method;
    m_share = share;
    m_coverage = coverage;
    setAccessibleDescription(coverage ? tr("%1 kept, mean coverage %2").arg(format::share(share), format::share(*coverage)) : QString());
    update();
}

CoverageChart::Range CoverageChart::range() const {
    Range range;
    double least = 1;
    double most = 0;
    for (const auto& curve : m_curves) {
        for (std::size_t i = 0; i < curve.curve.share.size(); ++i) {
            least = std::min(least, curve.curve.mean[i]);
            most = std::max(most, curve.curve.share[i]);
        }
    }
    if (m_coverage)
        least = std::min(least, *m_coverage);
    most = std::max(most, m_share);
    range.maxShare = most > 0.5 ? 1.0 : std::max(0.1, std::ceil(most * 10 - 0.05) / 10);
    range.minCoverage = std::clamp(std::floor(least * 5) / 5, 0.0, 0.8);
    return range;
}

QRectF CoverageChart::plot() const {
    const double scale = theme().textScale();
    return {12 + 40 * scale, 8, width() - 12 - 40 * scale - 16, height() - 8 - 36 * scale};
}

QPointF CoverageChart::point(const Range& range, double share, double coverage) const {
    const QRectF area = plot();
    return {area.left() + area.width() * share / range.maxShare,
            area.bottom() - area.height() * (coverage - range.minCoverage) / (1 - range.minCoverage)};
}

void CoverageChart::paintAxes(QPainter& painter, const Range& range) const {
    const QRectF area = plot();
    const QFont font = theme().font(11);
    const QColor ink = theme().colour(Role::text2);
    for (int tick = qRound(range.minCoverage * 5); tick <= 5; ++tick) {
        const double y = point(range, 0, tick / 5.0).y();
        painter.fillRect(QRectF(area.left(), std::round(y), area.width(), 1), theme().colour(Role::border));
        paintText(painter, QRectF(0, y - 9, area.left() - 6, 18), format::share(tick / 5.0, 0), font, ink, Qt::AlignRight | Qt::AlignVCenter);
    }
    const double scale = theme().textScale();
    const int ticks = range.maxShare <= 0.5 ? qRound(range.maxShare * 10) : qRound(range.maxShare * 5);
    for (int i = 0; i <= ticks; ++i) {
        const double share = range.maxShare * i / ticks;
        const double x = point(range, share, 0).x();
        painter.setFont(font);
        painter.setPen(ink);
        painter.drawText(QRectF(x - 20, area.bottom() + 3, 40, 15 * scale), Qt::AlignCenter, format::number(100 * share, 0));
    }
    paintText(painter, QRectF(area.left(), area.bottom() + 18 * scale, area.width(), 16 * scale), tr("kept, % of %1").arg(format::count(m_rows)), font, theme().colour(Role::text3), Qt::AlignRight | Qt::AlignVCenter);
}

QPen CoverageChart::penOf(Method method) const {
    QPen pen(theme().colour(isPresent(method) ? Role::accent : Role::text2), isPresent(method) ? 2 : 1.5);
    if (method == Method::classRandom)
        pen.setDashPattern({4, 3});
    else if (method == Method::el2n)
        pen.setDashPattern({1.5, 2.5});
    return pen;
}

bool CoverageChart::isPresent(Method method) const {
    return method == m_method || (m_method == Method::random && method == Method::classRandom);
}

void CoverageChart::paintCurve(QPainter& painter, const Range& range, const MethodCurve& curve) const {
    QPainterPath path;
    for (std::size_t i = 0; i < curve.curve.share.size(); ++i) {
        const QPointF next = point(range, curve.curve.share[i], curve.curve.mean[i]);
        if (i == 0)
            path.moveTo(next);
        else
            path.lineTo(next);
    }
    painter.setPen(penOf(curve.method));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
}

/// In the lower right corner, which curves of coverage leave free: they rise to the upper right.
void CoverageChart::paintNames(QPainter& painter) const {
    const double rowHeight = std::round(16 * theme().textScale());
    double y = plot().bottom() - 6 - rowHeight * static_cast<double>(m_curves.size());
    const QFontMetricsF metrics(theme().font(11));
    const QString texts[] = {tr("heads"), tr("random"), tr("EL2N")};
    double width = 0;
    for (const auto& text : texts)
        width = std::max(width, metrics.horizontalAdvance(text));
    const double ground = width + 46;
    painter.fillRect(QRectF(plot().right() - ground, y - 2, ground, plot().bottom() - 2 - y), theme().colour(Role::panel));
    for (const auto& curve : m_curves) {
        const QString& text = curve.method == Method::heads ? texts[0] : curve.method == Method::classRandom ? texts[1] : texts[2];
        const double left = plot().right() - 10 - width;
        painter.setPen(penOf(curve.method));
        painter.drawLine(QPointF(left - 30, y + rowHeight / 2), QPointF(left - 8, y + rowHeight / 2));
        paintText(painter, QRectF(left, y, width + 2, rowHeight), text, theme().font(11),
                  theme().colour(isPresent(curve.method) ? Role::accentText : Role::text2), Qt::AlignLeft | Qt::AlignVCenter);
        y += rowHeight;
    }
}

void CoverageChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().colour(Role::panel));
    const Range shown = range();
    paintAxes(painter, shown);
    painter.setRenderHint(QPainter::Antialiasing);
    const double x = std::round(point(shown, m_share, 1).x());
    painter.fillRect(QRectF(x, plot().top(), 1, plot().height()), theme().colour(Role::text3));
    for (const auto& curve : m_curves)
        paintCurve(painter, shown, curve);
    paintNames(painter);
    if (!m_coverage)
        return;
    painter.setPen(QPen(theme().colour(Role::accent), 2));
    painter.setBrush(theme().colour(Role::panel));
    painter.drawEllipse(point(shown, m_share, *m_coverage), 4.5, 4.5);
}

} // namespace lpntk::views
