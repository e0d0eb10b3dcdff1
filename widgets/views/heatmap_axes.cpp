#include <widgets/views/heatmap_axes.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/heatmap_bands.h>
#include <widgets/views/parts_thumbnail.h>

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using models::Role;
using models::theme;

namespace {

constexpr int kBand = 4, kClusterBand = 3, kPrunedBand = 3, kBandGap = 2, kNameGap = 6, kEdge = 8;
constexpr double kClusterNamesFrom = 96; ///< pixels of a cluster, so that a class keeps its name at fit
constexpr double kPrunedOpacity = 0.4;   ///< of pruned thumbnails, as in the galleries

/// Distances from the map at which things lie.
struct Layers {
    double clusters, classes, pruned, names;
};

Layers layersOf(const AxisFacts& facts, bool thumbnails) {
    Layers layers{};
    layers.clusters = kBandGap + (thumbnails ? theme().thumbnail("axis") + 2 : 0);
    layers.classes = layers.clusters + (facts.order && !facts.order->clusters.empty() ? kClusterBand + 1 : 0);
    layers.pruned = layers.classes + kBand + 1;
    layers.names = layers.classes + kBand + (facts.pruned.empty() ? 0 : kPrunedBand + 1);
    return layers;
}

QString clusterName(const models::Session& session, const AxisFacts& facts, std::int64_t id) {
    const auto place = static_cast<std::size_t>(id);
    return models::Session::tr("%1 %2")
        .arg(session.className(facts.clusters->clusters[place].label))
        .arg(facts.clusters->rankInClass[place]);
}

void paintName(QPainter& painter, const AxisStrip& strip, const QString& name, double begin, double end, double across,
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
        const double middle = rect.center().y(), wide = rect.right() - 4;
        paintText(painter, QRectF(4, middle - metrics.height() / 2, wide, metrics.height()),
                  metrics.elidedText(name, Qt::ElideRight, wide), font, colour, Qt::AlignRight | Qt::AlignVCenter);
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

/// Names of large clusters stand where they are; a class is named where none of its clusters is.
void paintNames(QPainter& painter, const models::Session& session, const AxisFacts& facts, const AxisStrip& strip,
                double across, bool thumbnails) {
    std::vector<analysis::RowBand> named;
    for (const analysis::RowBand& band : strip.visible(facts.order->clusters)) {
        const auto [begin, end] = strip.clipped(band);
        if (end - begin < kClusterNamesFrom)
            continue;
        paintName(painter, strip, clusterName(session, facts, band.id), begin, end, across, thumbnails);
        named.push_back(band);
    }
    double nameEnd = -1e9;
    for (const analysis::RowBand& band : strip.visible(facts.order->classes)) {
        const auto [begin, end] = strip.clipped(band);
        const bool byCluster = std::any_of(named.begin(), named.end(), [&band](const auto& other) {
            return band.begin <= other.begin && other.begin < band.end;
        });
        // Narrow neighbours: a name is left out rather than written over another one.
        if (byCluster || end - begin < 8 || (begin + end) / 2 - nameEnd < (strip.vertical ? 12 : 0))
            continue;
        paintName(painter, strip, session.className(static_cast<int>(band.id)), begin, end, across, thumbnails);
        nameEnd = (begin + end) / 2;
    }
}

void paintAllBands(QPainter& painter, const AxisFacts& facts, const AxisStrip& strip, const Layers& layers) {
    const int classes = facts.run->classes();
    std::vector<QColor> colours;
    for (int label = 0; label < classes; ++label)
        colours.push_back(theme().classColour(label, classes));
    paintBands(
        painter, strip, facts.order->classes, colours,
        [](const analysis::RowBand& band) { return static_cast<std::size_t>(band.id); }, layers.classes, kBand);
    // Alternating greys; where clusters are too small for that, the one between.
    const QColor light = theme().colour(Role::text3), dark = theme().colour(Role::borderStrong);
    const auto& clusters = facts.order->clusters;
    if (!clusters.empty())
        paintBands(
            painter, strip, clusters, {light, dark},
            [&clusters](const analysis::RowBand& band) {
                return static_cast<std::size_t>(&band - clusters.data()) % 2;
            },
            layers.clusters, kClusterBand);
    if (!facts.pruned.empty())
        paintShares(painter, strip, facts.pruned, theme().colour(Role::text2), layers.pruned, kPrunedBand);
}

void paintThumbnails(QPainter& painter, models::Session& session, const AxisFacts& facts, const AxisStrip& strip,
                     double pixelRatio) {
    const int side = std::min(theme().thumbnail("axis"), static_cast<int>(strip.scale));
    const auto rows = static_cast<std::int64_t>(facts.order->rowAt.size());
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(strip.from));
    for (std::int64_t position = first; position < rows && strip.placeOf(static_cast<double>(position)) < strip.length(); ++position) {
        const double middle = strip.placeOf(static_cast<double>(position) + 0.5);
        const QRectF square = strip.rect(middle - side / 2.0, kBandGap - 1, side, side);
        const auto sample = facts.run->sampleFromRow(facts.order->rowAt[static_cast<std::size_t>(position)]);
        const QImage image = session.thumbnails().thumbnail(sample, side, pixelRatio);
        painter.setOpacity(!facts.pruned.empty() && facts.pruned[static_cast<std::size_t>(position)] ? kPrunedOpacity
                                                                                                     : 1);
        if (image.isNull())
            painter.fillRect(square, theme().colour(Role::raised));
        else
            painter.drawImage(square, image);
    }
    painter.setOpacity(1);
}

void paintMarks(QPainter& painter, const AxisFacts& facts, const AxisStrip& strip) {
    const auto rows = static_cast<std::int64_t>(facts.marked.size());
    const QColor accent = theme().colour(Role::accent), casing = theme().colour(Role::panel);
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(strip.from));
    const auto last = std::min(rows, static_cast<std::int64_t>(strip.from + strip.length() / strip.scale) + 1);
    double drawnTo = -1; // marks within one pixel are one mark
    for (std::int64_t begin = first; begin < last; ++begin) {
        if (!facts.marked[static_cast<std::size_t>(begin)])
            continue;
        std::int64_t end = begin;
        while (end < last && facts.marked[static_cast<std::size_t>(end)])
            ++end;
        const double from = std::max(0.0, strip.placeOf(static_cast<double>(begin)));
        const double to = std::min(strip.length(), std::max(strip.placeOf(static_cast<double>(end)), from + 1));
        begin = end;
        if (to <= drawnTo)
            continue;
        painter.fillRect(strip.rect(from, 0, to - from, 3), casing);
        painter.fillRect(strip.rect(from, 0, to - from, 2), accent);
        drawnTo = to;
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

QSize axisMargins(const models::Session& session, const AxisFacts& facts, double scale) {
    const QFontMetricsF metrics(theme().font(11));
    const int line = static_cast<int>(std::ceil(metrics.height()));
    const bool thumbnails = scale >= kThumbnailsFrom;
    const int names = static_cast<int>(layersOf(facts, thumbnails).names);
    if (thumbnails)
        return {names + line + kEdge, names + line + kEdge};
    double widest = 0;
    for (int label = 0; facts.run && label < facts.run->classes(); ++label)
        widest = std::max(widest, metrics.horizontalAdvance(session.className(label)));
    if (facts.order && !facts.order->clusters.empty())
        widest += metrics.horizontalAdvance(QStringLiteral(" 8"));
    return {static_cast<int>(std::min(std::ceil(widest), 120.0)) + names + kNameGap + kEdge, names + line + kEdge};
}

void paintAxes(QPainter& painter, models::Session& session, const AxisFacts& facts, const vtk::HeatmapTransform& view,
               const QRect& map) {
    if (!facts.run || !facts.order)
        return;
    const bool thumbnails = view.scale() >= kThumbnailsFrom;
    const Layers layers = layersOf(facts, thumbnails);
    painter.setRenderHint(QPainter::Antialiasing);
    for (const bool vertical : {true, false}) {
        const AxisStrip strip{vertical, map, vertical ? view.origin().y() : view.origin().x(), view.scale()};
        painter.save();
        if (vertical)
            painter.setClipRect(QRect(0, map.top(), map.left(), map.height()));
        else
            painter.setClipRect(QRect(map.left(), 0, map.width(), map.top()));
        paintAllBands(painter, facts, strip, layers);
        paintNames(painter, session, facts, strip, layers.names, thumbnails);
        if (thumbnails)
            paintThumbnails(painter, session, facts, strip, pixelRatioOf(painter));
        paintMarks(painter, facts, strip);
        painter.restore();
    }
}

QString axisWords(const models::Session& session, const AxisFacts& facts, const vtk::HeatmapTransform& view,
                  const QRect& map, QPoint place) {
    const bool left = place.x() < map.left() && place.y() >= map.top();
    const bool above = place.y() < map.top() && place.x() >= map.left();
    if (!facts.run || !facts.order || !(left || above))
        return {};
    const auto cell = view.cellAt(QPointF(left ? 0 : place.x() - map.left(), left ? place.y() - map.top() : 0));
    if (!cell)
        return {};
    const std::int64_t position = left ? cell->row : cell->column;
    const base::RowId row = facts.order->rowAt[static_cast<std::size_t>(position)];
    QStringList words{models::format::sample(facts.run->sampleFromRow(row))};
    if (facts.clusters && !facts.order->clusters.empty())
        words << clusterName(session, facts, facts.clusters->clusterOf[static_cast<std::size_t>(row.value())].value());
    else
        words << session.className(facts.run->labelOf(row));
    if (!facts.pruned.empty() && facts.pruned[static_cast<std::size_t>(position)])
        words << models::Session::tr("pruned");
    return words.join(QStringLiteral(", "));
}

} // namespace lpntk::views
