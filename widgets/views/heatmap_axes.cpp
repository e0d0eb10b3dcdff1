#include <widgets/views/heatmap_axes.h>

#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/parts_thumbnail.h>

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using models::Role;
using models::theme;

namespace {

constexpr int kBand = 4, kBandGap = 2, kNameGap = 6, kEdge = 8;

/// One of the two strips, so that both are painted by the same code: `along` runs with the axis, `across` from the map
/// outwards.
struct Strip {
    bool vertical;
    QRect map;
    double from, scale; ///< first position and pixels per position

    double length() const { return vertical ? map.height() : map.width(); }
    double placeOf(double position) const { return (position - from) * scale; }
    QRectF rect(double along, double across, double alongSize, double acrossSize) const {
        if (vertical)
            return {map.left() - across - acrossSize, map.top() + along, acrossSize, alongSize};
        return {map.left() + along, map.top() - across - acrossSize, alongSize, acrossSize};
    }
};

void paintName(QPainter& painter, const Strip& strip, const QString& name, double begin, double end, double across,
               bool rotated) {
    const QFont font = theme().font(11);
    const QFontMetricsF metrics(font);
    const QColor colour = theme().colour(Role::text2);
    if (!strip.vertical) {
        const double wide = end - begin - 4;
        if (wide < 16)
            return;
        const QRectF rect = strip.rect(begin + 2, across + kNameGap - 2, wide, metrics.height());
        paintText(painter, rect, metrics.elidedText(name, Qt::ElideRight, wide), font, colour, Qt::AlignCenter);
        return;
    }
    if (!rotated) {
        if (end - begin < metrics.height() - 2)
            return;
        const QRectF rect = strip.rect(begin, across + kNameGap, end - begin, strip.map.left());
        const double middle = rect.center().y();
        paintText(painter, QRectF(4, middle - metrics.height() / 2, rect.right() - 4, metrics.height()), name, font, colour,
                  Qt::AlignRight | Qt::AlignVCenter);
        return;
    }
    if (end - begin < 16)
        return;
    const QRectF rect = strip.rect(begin, across + 2, end - begin, metrics.height());
    painter.save();
    painter.translate(rect.center());
    painter.rotate(-90);
    paintText(painter, QRectF(-rect.height() / 2, -metrics.height() / 2, rect.height(), metrics.height()),
              metrics.elidedText(name, Qt::ElideRight, rect.height()), font, colour, Qt::AlignCenter);
    painter.restore();
}

void paintClasses(QPainter& painter, models::Session& session, const AxisFacts& facts, const Strip& strip, bool thumbnails) {
    const double across = kBandGap + (thumbnails ? theme().thumbnail("axis") + 2 : 0);
    const int classes = facts.run->classes();
    double nameEnd = -1e9;
    for (int label = 0; label < classes; ++label) {
        // Every order keeps classes together, so a class covers the same positions as rows.
        const run::RowRange range = facts.run->classRange(label);
        const double begin = std::max(0.0, strip.placeOf(static_cast<double>(range.begin)));
        const double end = std::min(strip.length(), strip.placeOf(static_cast<double>(range.end)));
        if (range.size() <= 0 || end - begin <= 0)
            continue;
        painter.fillRect(strip.rect(begin, across, std::max(1.0, end - begin - (end - begin > 4 ? 1 : 0)), kBand),
                         theme().classColour(label, classes));
        // Narrow neighbours: a name is left out rather than written over another one.
        if ((begin + end) / 2 - nameEnd < (strip.vertical ? 12 : 0))
            continue;
        paintName(painter, strip, session.className(label), begin, end, across + kBand, thumbnails);
        nameEnd = (begin + end) / 2;
    }
}

void paintThumbnails(QPainter& painter, models::Session& session, const AxisFacts& facts, const Strip& strip,
                     double pixelRatio) {
    const int side = std::min(theme().thumbnail("axis"), static_cast<int>(strip.scale));
    const auto rows = static_cast<std::int64_t>(facts.order->rowAt.size());
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(strip.from));
    for (std::int64_t position = first; position < rows && strip.placeOf(static_cast<double>(position)) < strip.length(); ++position) {
        const double middle = strip.placeOf(static_cast<double>(position) + 0.5);
        const QRectF square = strip.rect(middle - side / 2.0, kBandGap - 1, side, side);
        const auto sample = facts.run->sampleFromRow(facts.order->rowAt[static_cast<std::size_t>(position)]);
        const QImage image = session.thumbnails().thumbnail(sample, side, pixelRatio);
        if (image.isNull())
            painter.fillRect(square, theme().colour(Role::raised));
        else
            painter.drawImage(square, image);
    }
}

void paintMarks(QPainter& painter, const AxisFacts& facts, const Strip& strip) {
    const auto rows = static_cast<std::int64_t>(facts.marked.size());
    const QColor accent = theme().colour(Role::accent), casing = theme().colour(Role::panel);
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(strip.from));
    const auto last = std::min(rows, static_cast<std::int64_t>(strip.from + strip.length() / strip.scale) + 1);
    for (std::int64_t begin = first; begin < last; ++begin) {
        if (!facts.marked[static_cast<std::size_t>(begin)])
            continue;
        std::int64_t end = begin;
        while (end < last && facts.marked[static_cast<std::size_t>(end)])
            ++end;
        const double from = std::max(0.0, strip.placeOf(static_cast<double>(begin)));
        const double to = std::min(strip.length(), std::max(strip.placeOf(static_cast<double>(end)), from + 1));
        painter.fillRect(strip.rect(from, 0, to - from, 3), casing);
        painter.fillRect(strip.rect(from, 0, to - from, 2), accent);
        begin = end;
    }
    if (facts.currentPosition < 0)
        return;
    const double middle = strip.placeOf(static_cast<double>(facts.currentPosition) + 0.5);
    if (middle < 0 || middle > strip.length())
        return;
    const QRectF at = strip.rect(middle, 0, 0, 7);
    QPolygonF arrow;
    if (strip.vertical)
        arrow << QPointF(at.right(), at.top()) << QPointF(at.left(), at.top() - 4.5) << QPointF(at.left(), at.top() + 4.5);
    else
        arrow << QPointF(at.left(), at.bottom()) << QPointF(at.left() - 4.5, at.top()) << QPointF(at.left() + 4.5, at.top());
    painter.setPen(QPen(casing, 1));
    painter.setBrush(accent);
    painter.drawPolygon(arrow);
}

} // namespace

QSize axisMargins(const models::Session& session, const run::Run* run, double scale) {
    const QFontMetricsF metrics(theme().font(11));
    const int line = static_cast<int>(std::ceil(metrics.height()));
    if (scale >= kThumbnailsFrom) {
        const int strip = kBandGap + theme().thumbnail("axis") + 2 + kBand + line + kEdge;
        return {strip, strip};
    }
    double widest = 0;
    for (int label = 0; run && label < run->classes(); ++label)
        widest = std::max(widest, metrics.horizontalAdvance(session.className(label)));
    return {static_cast<int>(std::min(std::ceil(widest), 120.0)) + kBandGap + kBand + kNameGap + kEdge,
            kBandGap + kBand + line + kEdge};
}

void paintAxes(QPainter& painter, models::Session& session, const AxisFacts& facts, const vtk::HeatmapTransform& view,
               const QRect& map) {
    if (!facts.run || !facts.order)
        return;
    const bool thumbnails = view.scale() >= kThumbnailsFrom;
    painter.setRenderHint(QPainter::Antialiasing);
    for (const bool vertical : {true, false}) {
        const Strip strip{vertical, map, vertical ? view.origin().y() : view.origin().x(), view.scale()};
        painter.save();
        if (vertical)
            painter.setClipRect(QRect(0, map.top(), map.left(), map.height()));
        else
            painter.setClipRect(QRect(map.left(), 0, map.width(), map.top()));
        paintClasses(painter, session, facts, strip, thumbnails);
        if (thumbnails)
            paintThumbnails(painter, session, facts, strip, pixelRatioOf(painter));
        paintMarks(painter, facts, strip);
        painter.restore();
    }
}

} // namespace lpntk::views
