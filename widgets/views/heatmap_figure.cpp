#include <widgets/views/heatmap_figure.h>

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

namespace {

std::vector<vtk::TileKey> tilesOf(const vtk::HeatmapTransform& view, int level) {
    const QRectF seen = view.visible();
    if (view.rows() == 0 || seen.isEmpty())
        return {};
    const auto span = static_cast<double>(vtk::TileKey{level, 0, 0}.span());
    const auto first = [span](double from) { return static_cast<int>(from / span); };
    const auto last = [span](double to) { return std::max(0, static_cast<int>(std::ceil(to / span)) - 1); };
    std::vector<vtk::TileKey> tiles;
    for (int row = first(seen.top()); row <= last(seen.bottom()); ++row)
        for (int column = first(seen.left()); column <= last(seen.right()); ++column)
            tiles.push_back({level, row, column});
    return tiles;
}

/// As the scene on the screen places its textures: edges on whole device pixels.
QRectF placeOf(const MapPicture& wanted, const QRectF& positions) {
    const QRectF place = wanted.view.placeOf(positions);
    const auto pixel = [&](double value) { return std::round(value * wanted.ratio); };
    return {QPointF(pixel(place.left()), pixel(place.top())), QPointF(pixel(place.right()), pixel(place.bottom()))};
}

void drawTile(QPainter& painter, const MapPicture& wanted, const MadeTile& tile) {
    const vtk::TileValues& values = *tile.values;
    QImage image(values.columns, values.rows, QImage::Format_RGB888);
    const auto columns = static_cast<std::size_t>(values.columns);
    for (int row = 0; row < values.rows; ++row)
        wanted.colours->apply(std::span(values.values).subspan(static_cast<std::size_t>(row) * columns, columns),
                              wanted.range, std::span(image.scanLine(row), 3 * columns));
    const auto span = static_cast<double>(tile.key.span());
    const double cell = std::ldexp(1.0, tile.key.level);
    const QRectF place =
        placeOf(wanted, {tile.key.column * span, tile.key.row * span, values.columns * cell, values.rows * cell});
    // Between one and two pixels a cell, nearest cells would be drawn unequally wide.
    const double pixels = place.width() / values.columns;
    painter.setRenderHint(QPainter::SmoothPixmapTransform, pixels < 3 && pixels != std::floor(pixels));
    painter.drawImage(place, image);
}

} // namespace

bool MapPicture::operator==(const MapPicture& other) const {
    return question.run == other.question.run && question.order == other.question.order &&
           question.statistic == other.question.statistic && question.quantity == other.question.quantity &&
           view.rows() == other.view.rows() && view.viewport() == other.view.viewport() &&
           view.origin() == other.view.origin() && view.scale() == other.view.scale() && ratio == other.ratio &&
           colours == other.colours && range == other.range;
}

QImage drawMap(const MapPicture& wanted, const base::JobContext& context) {
    QImage image((wanted.view.viewport() * wanted.ratio).toSize(), QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    const int level = vtk::levelForScale(wanted.view.scale() * wanted.ratio, tileLevels(wanted.view.rows()));
    std::vector<vtk::TileKey> missing = tilesOf(wanted.view, level);
    const auto total = static_cast<double>(missing.size());
    QPainter painter(&image);
    while (!missing.empty()) {
        context.progress("tiles", total - static_cast<double>(missing.size()), total, "tiles");
        const std::vector<vtk::TileKey> batch = nextBatch(wanted.question, missing);
        for (const MadeTile& tile : makeTiles(wanted.question, batch, context))
            drawTile(painter, wanted, tile);
        std::erase_if(missing, [&](const vtk::TileKey& key) {
            return std::find(batch.begin(), batch.end(), key) != batch.end();
        });
    }
    painter.end();
    image.setDevicePixelRatio(wanted.ratio);
    return image;
}

void paintMapOverlay(QPainter& painter, const vtk::HeatmapOverlay& overlay, const vtk::HeatmapTransform& view) {
    const auto side = static_cast<double>(view.rows());
    const QRectF map = view.placeOf({0, 0, side, side}) & QRectF(QPointF(0, 0), view.viewport());
    const auto lines = [&](double position, bool row, bool column, const QColor& colour) {
        const QPointF place = view.placeAt({position, position});
        if (column)
            painter.fillRect(QRectF(place.x(), map.top(), 1, map.height()), colour);
        if (row)
            painter.fillRect(QRectF(map.left(), place.y(), map.width(), 1), colour);
    };
    const QRectF seen = view.visible();
    if (overlay.grid) {
        for (double line = std::floor(seen.left()) + 1; line < seen.right(); ++line)
            lines(line, false, true, overlay.gridLine);
        for (double line = std::floor(seen.top()) + 1; line < seen.bottom(); ++line)
            lines(line, true, false, overlay.gridLine);
    }
    for (const std::int64_t bound : overlay.bounds) {
        const auto at = static_cast<double>(bound);
        lines(at, at > seen.top() && at<seen.bottom(), at> seen.left() && at < seen.right(), overlay.line);
    }
    const auto frame = [&](const QRectF& rect) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(overlay.casing, 4, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(rect.adjusted(1, 1, -1, -1));
        painter.setPen(QPen(overlay.accent, 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(rect.adjusted(1, 1, -1, -1));
    };
    for (const QRectF& box : overlay.boxes)
        frame(view.placeOf(box).adjusted(-1, -1, 1, 1));
    if (overlay.current) {
        QRectF cell = view.placeOf(
            QRectF(static_cast<double>(overlay.current->column), static_cast<double>(overlay.current->row), 1, 1));
        constexpr double kSmallest = 10; // a cell of a pixel would not be found again
        const double grow = std::max(0.0, kSmallest - cell.width()) / 2;
        frame(cell.adjusted(-grow, -grow, grow, grow));
    }
}

FigureState HeatmapFigure::prepare(const MapPicture& wanted) {
    if (m_made == wanted)
        return FigureState::ready;
    if (m_asked == wanted && m_jobs.isRunning(m_ticket))
        return FigureState::working;
    forget();
    m_asked = wanted;
    m_ticket = m_jobs.start<QImage>(
        tr("Draw the heatmap for a figure"), false, this,
        [wanted](const base::JobContext& context) { return drawMap(wanted, context); },
        [this, wanted](QImage image) {
            if (m_asked != wanted)
                return;
            m_image = std::move(image);
            m_made = wanted;
        },
        [this](const QString& sentence) { m_problem = sentence; });
    return FigureState::working;
}

FigureState HeatmapFigure::state() const {
    if (!m_asked || m_made == m_asked)
        return FigureState::ready;
    return m_jobs.isRunning(m_ticket) ? FigureState::working : FigureState::failed;
}

double HeatmapFigure::progress() const {
    const auto info = m_jobs.info(m_ticket);
    return info && info->progress.total > 0 ? info->progress.done / info->progress.total : 0;
}

void HeatmapFigure::forget() {
    if (m_jobs.isRunning(m_ticket))
        m_jobs.cancel(m_ticket);
    m_asked.reset();
    m_made.reset();
    m_image = {};
    m_problem.clear();
}

} // namespace lpntk::views
