#include <widgets/views/pruning_coverage_chart.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lpntk::views {

using curation::Method;
using models::Role;
using models::theme;
namespace format = models::format;

namespace {

constexpr double kClassReach = 8; ///< pixels between the pointer and the thin line that it names

QString curveName(Method method) {
    switch (method) {
    case Method::heads: return CoverageChart::tr("heads");
    case Method::random: return CoverageChart::tr("random");
    case Method::classRandom: return CoverageChart::tr("class random");
    default: return QString::fromUtf8(curation::titleOf(method));
    }
}

} // namespace

CoverageChart::CoverageChart(models::Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    setAccessibleName(tr("Coverage against the share kept"));
    setMinimumSize(190, 120);
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus);
}

void CoverageChart::setCurves(std::vector<MethodCurve> curves, std::int64_t rows) {
    m_curves = std::move(curves);
    m_rows = rows;
    describe();
    update();
}

void CoverageChart::setPresent(std::shared_ptr<const PruningContent> content) {
    m_present = std::move(content);
    describe();
    update();
}

void CoverageChart::setClass(int label) {
    m_class = label;
    m_namedClass = -1;
    describe();
    update();
}

void CoverageChart::setReading(std::optional<double> share) {
    m_reading = share;
    if (!share)
        m_namedClass = -1;
    describe();
    update();
}

void CoverageChart::describe() {
    if (m_reading) {
        setAccessibleDescription(reading().join(QStringLiteral(", ")));
        return;
    }
    const auto share = presentShare(), coverage = presentCoverage();
    setAccessibleDescription(share && coverage ? tr("%1 kept, mean coverage %2").arg(format::share(*share), format::share(*coverage)) : QString());
}

// --- what is shown --------------------------------------------------------------------------------------------------

CoverageChart::Line CoverageChart::line(const MethodCurve& curve, int label) const {
    if (label < 0)
        return {&curve.curve.share, &curve.curve.mean};
    const auto of = static_cast<std::size_t>(label);
    if (of >= curve.curve.shareOfClass.size())
        return {};
    return {&curve.curve.shareOfClass[of], &curve.curve.meanOfClass[of]};
}

bool CoverageChart::isPresent(Method method) const {
    return m_present && method == m_present->subset->options.method;
}

const MethodCurve* CoverageChart::presentCurve() const {
    for (const auto& curve : m_curves)
        if (isPresent(curve.method))
            return &curve;
    return m_curves.empty() ? nullptr : &m_curves.front();
}

std::optional<double> CoverageChart::presentShare() const {
    if (!m_present)
        return {};
    const auto& run = m_present->clustering->run();
    const std::int64_t kept = m_class < 0 ? m_present->subset->keptCount : m_present->keptOfClass[static_cast<std::size_t>(m_class)];
    const std::int64_t all = m_class < 0 ? run.rows() : run.classRange(m_class).size();
    return all > 0 ? std::optional(static_cast<double>(kept) / static_cast<double>(all)) : std::nullopt;
}

std::optional<double> CoverageChart::presentCoverage() const {
    if (!m_present || !m_present->coverage)
        return {};
    if (m_class < 0)
        return m_present->coverage->mean;
    const double mean = m_present->coverageOfClass[static_cast<std::size_t>(m_class)];
    return std::isnan(mean) ? std::nullopt : std::optional(mean);
}

std::size_t CoverageChart::nearestPoint(const Line& of, double share) const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < of.share->size(); ++i)
        if (std::abs((*of.share)[i] - share) < std::abs((*of.share)[best] - share))
            best = i;
    return best;
}

QStringList CoverageChart::reading() const {
    const MethodCurve* first = presentCurve();
    if (!m_reading || !first)
        return {};
    QStringList lines;
    const Line main = line(*first, m_class);
    if (!main.share || main.share->empty())
        return {};
    lines << tr("%1 kept").arg(format::share((*main.share)[nearestPoint(main, *m_reading)]));
    for (const auto& curve : m_curves) {
        const Line of = line(curve, m_class);
        if (of.share && !of.share->empty())
            lines << QStringLiteral("%1 %2").arg(curveName(curve.method),
                                                 format::share((*of.mean)[nearestPoint(of, *m_reading)]));
    }
    if (m_namedClass >= 0) {
        const Line of = line(*first, m_namedClass);
        lines << QStringLiteral("%1 %2").arg(m_session.className(m_namedClass), format::share((*of.mean)[nearestPoint(of, *m_reading)]));
    }
    return lines;
}

QString CoverageChart::asText() const {
    QStringList header{tr("Method"), tr("Kept"), tr("Mean coverage"), tr("5th percentile")};
    const auto classes = m_curves.empty() ? std::size_t{0} : m_curves.front().curve.meanOfClass.size();
    for (std::size_t label = 0; label < classes; ++label)
        header << m_session.className(static_cast<int>(label));
    QStringList lines{header.join(QLatin1Char('\t'))};
    for (const auto& curve : m_curves) {
        for (std::size_t point = 0; point < curve.curve.share.size(); ++point) {
            QStringList cells{curveName(curve.method), format::share(curve.curve.share[point]),
                              format::share(curve.curve.mean[point]),
                              format::share(curve.curve.fifthPercentile[point])};
            for (const auto& of : curve.curve.meanOfClass)
                cells << (point < of.size() ? format::share(of[point]) : QString());
            lines << cells.join(QLatin1Char('\t'));
        }
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

// --- painting -------------------------------------------------------------------------------------------------------

CoverageChart::Range CoverageChart::range() const {
    Range range;
    double least = 1;
    double most = 0;
    const auto take = [&](const Line& of) {
        if (!of.share)
            return;
        for (std::size_t i = 0; i < of.share->size(); ++i) {
            least = std::min(least, (*of.mean)[i]);
            most = std::max(most, (*of.share)[i]);
        }
    };
    for (const auto& curve : m_curves)
        take(line(curve, m_class));
    if (const auto coverage = presentCoverage())
        least = std::min(least, *coverage);
    most = std::max(most, presentShare().value_or(0));
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
    const std::int64_t rows = m_class < 0 ? m_rows
                              : m_present ? m_present->clustering->run().classRange(m_class).size()
                                          : 0;
    const QString what = rows == 0     ? tr("kept, %")
                         : m_class < 0 ? tr("kept, % of %1").arg(format::count(rows))
                                       : tr("kept, % of %1 %2").arg(format::count(rows), m_session.className(m_class));
    paintText(painter, QRectF(area.left(), area.bottom() + 18 * scale, area.width(), 16 * scale), what, font, theme().colour(Role::text3), Qt::AlignRight | Qt::AlignVCenter);
}

QPen CoverageChart::penOf(Method method) const {
    QPen pen(theme().colour(isPresent(method) ? Role::accent : Role::text2), isPresent(method) ? 2 : 1.5);
    if (method == Method::classRandom || method == Method::random)
        pen.setDashPattern({4, 3});
    else if (method != Method::heads)
        pen.setDashPattern({1.5, 2.5});
    return pen;
}

/// The thin lines of the classes, of the method that is marked as the present one.
void CoverageChart::paintClasses(QPainter& painter, const Range& range) const {
    const MethodCurve* curve = presentCurve();
    if (!curve || m_class >= 0)
        return;
    const auto classes = static_cast<int>(curve->curve.meanOfClass.size());
    painter.save();
    painter.setClipRect(plot());
    for (int label = 0; label < classes; ++label) {
        const bool named = label == m_namedClass;
        painter.setOpacity(named ? 1 : 0.45);
        paintLine(painter, range, line(*curve, label), QPen(theme().classColour(label, classes), named ? 2 : 1));
    }
    painter.restore();
}

void CoverageChart::paintLine(QPainter& painter, const Range& range, const Line& of, const QPen& pen) const {
    if (!of.share || of.share->empty())
        return;
    QPainterPath path;
    for (std::size_t i = 0; i < of.share->size(); ++i) {
        const QPointF next = point(range, (*of.share)[i], (*of.mean)[i]);
        if (i == 0)
            path.moveTo(next);
        else
            path.lineTo(next);
    }
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
}

/// A place of this size that the curves leave free, or that the fewest of them cross: lower right first, as curves of
/// coverage rise to the upper right.
QRectF CoverageChart::placeOfNames(const Range& range, QSizeF size) const {
    const QRectF area = plot();
    const auto crossings = [&](const QRectF& place) {
        const double present = point(range, presentShare().value_or(-1), 1).x(); // the upright line
        int count = place.left() < present && present < place.right() ? 1 : 0;
        for (const auto& curve : m_curves) {
            const Line of = line(curve, m_class);
            for (std::size_t i = 1; of.share && i < of.share->size(); ++i) {
                const QPointF from = point(range, (*of.share)[i - 1], (*of.mean)[i - 1]);
                const QPointF to = point(range, (*of.share)[i], (*of.mean)[i]);
                for (const double way : {0.0, 0.25, 0.5, 0.75, 1.0}) // curves are steep between two points
                    count += place.contains(from + way * (to - from));
            }
        }
        return count;
    };
    QRectF best;
    int fewest = std::numeric_limits<int>::max();
    for (const double down : {1.0, 0.75, 0.5, 0.25, 0.0}) {
        for (const double along : {1.0, 0.75, 0.5, 0.25, 0.0}) {
            const QRectF place(area.left() + 4 + along * (area.width() - 4 - size.width()),
                               area.top() + down * (area.height() - 4 - size.height()), size.width(), size.height());
            if (const int count = crossings(place); count < fewest) {
                fewest = count;
                best = place;
            }
        }
    }
    return best;
}

void CoverageChart::paintNames(QPainter& painter, const Range& range) const {
    const double rowHeight = std::round(16 * theme().textScale());
    const double lines = static_cast<double>(m_curves.size()) + (m_class < 0 ? 1 : 0);
    const QFont font = theme().font(11);
    const QFontMetricsF metrics(font);
    const MethodCurve* classesOf = presentCurve();
    const QString thin = classesOf ? tr("%1 by class").arg(curveName(classesOf->method)) : QString();
    double width = m_class < 0 ? metrics.horizontalAdvance(thin) : 0;
    for (const auto& curve : m_curves)
        width = std::max(width, metrics.horizontalAdvance(curveName(curve.method)));
    const QRectF ground = placeOfNames(range, {width + 46, rowHeight * lines + 4});
    painter.fillRect(ground, theme().colour(Role::panel));
    const double left = ground.right() - 10 - width;
    double y = ground.top() + 2;
    const auto row = [&](const QString& text, const QPen& pen, Role ink) {
        painter.setPen(pen);
        painter.drawLine(QPointF(left - 30, y + rowHeight / 2), QPointF(left - 8, y + rowHeight / 2));
        paintText(painter, QRectF(left, y, width + 2, rowHeight), text, font, theme().colour(ink), Qt::AlignLeft | Qt::AlignVCenter);
        y += rowHeight;
    };
    for (const auto& curve : m_curves)
        row(curveName(curve.method), penOf(curve.method), isPresent(curve.method) ? Role::accentText : Role::text2);
    if (m_class < 0)
        row(thin, QPen(theme().colour(Role::text3), 1), Role::text2);
}

void CoverageChart::paintReading(QPainter& painter, const Range& range) const {
    const QStringList lines = reading();
    if (lines.isEmpty())
        return;
    const Line main = line(*presentCurve(), m_class);
    const double share = (*main.share)[nearestPoint(main, *m_reading)];
    painter.fillRect(QRectF(std::round(point(range, share, 1).x()), plot().top(), 1, plot().height()), theme().colour(Role::text2));
    painter.setPen(Qt::NoPen);
    for (const auto& curve : m_curves) {
        const Line of = line(curve, m_class);
        if (!of.share || of.share->empty())
            continue;
        const std::size_t at = nearestPoint(of, *m_reading);
        painter.setBrush(theme().colour(isPresent(curve.method) ? Role::accent : Role::text2));
        painter.drawEllipse(point(range, (*of.share)[at], (*of.mean)[at]), 3, 3);
    }
    const QFont font = theme().font(11);
    const QFontMetricsF metrics(font);
    double width = 0;
    for (const auto& text : lines)
        width = std::max(width, metrics.horizontalAdvance(text));
    const double rowHeight = std::round(16 * theme().textScale());
    constexpr double kMark = 22; // a piece of the curve before its name
    const double room = width + kMark + 20;
    // Beside the reading line, on the side with more room; it stands in for the names.
    const double x = point(range, share, 1).x();
    const bool right = x + room + 8 <= plot().right();
    const double height = rowHeight * static_cast<double>(lines.size()) + 8;
    const QRectF box(right ? x + 8 : std::max(plot().left(), x - 8 - room), std::max(plot().bottom() - 8 - height, 2.0),
                     room, height);
    painter.setPen(QPen(theme().colour(Role::border), 1));
    painter.setBrush(theme().colour(Role::tooltip));
    painter.drawRoundedRect(box, 4, 4);
    double y = box.top() + 4;
    for (qsizetype i = 0; i < lines.size(); ++i, y += rowHeight) {
        const QPointF mark(box.left() + 8, y + rowHeight / 2);
        const auto curve = static_cast<std::size_t>(std::max<qsizetype>(0, i - 1));
        if (m_namedClass >= 0 && i + 1 == lines.size()) {
            paintSwatch(painter, mark, theme().classColour(m_namedClass, m_session.classes()));
        } else if (i > 0 && curve < m_curves.size()) {
            painter.setPen(penOf(m_curves[curve].method));
            painter.drawLine(mark, mark + QPointF(kMark - 6, 0));
        }
        const double left = i == 0 ? mark.x() : mark.x() + kMark;
        paintText(painter, QRectF(left, y, box.right() - left, rowHeight), lines[i], font, theme().colour(i == 0 ? Role::text2 : Role::text));
    }
}

void CoverageChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().colour(Role::panel));
    const Range shown = range();
    paintAxes(painter, shown);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto share = presentShare(), coverage = presentCoverage();
    if (share)
        painter.fillRect(QRectF(std::round(point(shown, *share, 1).x()), plot().top(), 1, plot().height()), theme().colour(Role::text3));
    paintClasses(painter, shown);
    for (const auto& curve : m_curves)
        paintLine(painter, shown, line(curve, m_class), penOf(curve.method));
    if (!m_curves.empty() && !m_reading)
        paintNames(painter, shown);
    if (share && coverage) {
        painter.setPen(QPen(theme().colour(Role::accent), 2));
        painter.setBrush(theme().colour(Role::panel));
        painter.drawEllipse(point(shown, *share, *coverage), 4.5, 4.5);
    }
    if (m_reading)
        paintReading(painter, shown);
    if (hasFocus()) {
        painter.setPen(QPen(theme().colour(Role::focus), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
}

// --- reading values -------------------------------------------------------------------------------------------------

void CoverageChart::findClass(QPointF place) {
    m_namedClass = -1;
    const MethodCurve* curve = presentCurve();
    if (!curve || m_class >= 0 || !m_reading)
        return;
    const Range shown = range();
    double best = kClassReach;
    for (int label = 0; label < static_cast<int>(curve->curve.meanOfClass.size()); ++label) {
        const Line of = line(*curve, label);
        if (of.share->empty())
            continue;
        const std::size_t at = nearestPoint(of, *m_reading);
        const double away = std::abs(point(shown, (*of.share)[at], (*of.mean)[at]).y() - place.y());
        if (away < best) {
            best = away;
            m_namedClass = label;
        }
    }
}

void CoverageChart::mouseMoveEvent(QMouseEvent* event) {
    const QRectF area = plot();
    if (m_curves.empty() || !area.adjusted(-4, -8, 8, 8).contains(event->position())) {
        setReading({});
        return;
    }
    m_reading = range().maxShare * std::clamp((event->position().x() - area.left()) / area.width(), 0.0, 1.0);
    findClass(event->position());
    setReading(m_reading);
}

void CoverageChart::leaveEvent(QEvent*) {
    setReading({});
}

void CoverageChart::keyPressEvent(QKeyEvent* event) {
    const MethodCurve* curve = presentCurve();
    const Line of = curve ? line(*curve, m_class) : Line();
    const bool moves = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right;
    if (!of.share || of.share->empty() || !moves) {
        QWidget::keyPressEvent(event);
        return;
    }
    const auto last = std::ssize(*of.share) - 1;
    auto at = static_cast<std::ptrdiff_t>(nearestPoint(of, m_reading.value_or(presentShare().value_or(0))));
    if (m_reading)
        at = std::clamp<std::ptrdiff_t>(at + (event->key() == Qt::Key_Right ? 1 : -1), 0, last);
    setReading((*of.share)[static_cast<std::size_t>(at)]);
}

void CoverageChart::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void CoverageChart::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    setReading({});
}

} // namespace lpntk::views
