#include <widgets/vtk/heatmap_scene.h>

#include <algorithm>
#include <cmath>

namespace lpntk::vtk {

namespace {

constexpr std::size_t kCachedTiles = 320; // 256 KB of values each
constexpr double kTileDepth = 100;        // finest level; coarser ones lie one further away each
constexpr double kLabelDepth = 20;
constexpr double kShapeDepth = 10;

} // namespace

HeatmapScene::HeatmapScene(vtkRenderer* renderer, vtkRenderer* overlay)
    : m_map(analysis::ColourMap::diverging(true)), m_cache(kCachedTiles), m_pictures(renderer),
      m_shapes(overlay, kShapeDepth), m_labels(overlay, 1) {}

void HeatmapScene::setContent(std::int64_t rows, std::vector<int> levels) {
    m_rows = rows;
    m_levels = std::move(levels);
    m_cache.clear();
    m_pictures.clear();
    ++m_generation;
}

void HeatmapScene::renew() { ++m_generation; }

void HeatmapScene::setColours(const analysis::ColourMap& map, float range) {
    m_map = map;
    m_range = range;
    ++m_colourVersion;
}

void HeatmapScene::setView(const HeatmapTransform& transform, double pixelRatio) {
    m_view = transform;
    m_pixelRatio = pixelRatio;
}

int HeatmapScene::level() const { return levelForScale(m_view.scale() * m_pixelRatio, m_levels); }

std::vector<TileKey> HeatmapScene::visibleTiles(int level) const {
    const QRectF seen = m_view.visible();
    if (m_rows == 0 || seen.isEmpty())
        return {};
    const auto span = static_cast<double>(TileKey{level, 0, 0}.span());
    const int top = static_cast<int>(seen.top() / span), left = static_cast<int>(seen.left() / span);
    const int bottom = static_cast<int>(std::ceil(seen.bottom() / span)) - 1;
    const int right = static_cast<int>(std::ceil(seen.right() / span)) - 1;
    std::vector<TileKey> tiles;
    for (int row = top; row <= std::max(bottom, top); ++row)
        for (int column = left; column <= std::max(right, left); ++column)
            tiles.push_back({level, row, column});
    return tiles;
}

bool HeatmapScene::isFresh(const TileKey& key) {
    const TileCache::Entry* entry = m_cache.find(key);
    return entry && entry->generation == m_generation;
}

bool HeatmapScene::isShowable(const TileKey& key) { return m_cache.find(key) != nullptr; }

std::vector<TileKey> HeatmapScene::wanted() {
    std::vector<TileKey> tiles;
    if (m_levels.empty())
        return tiles;
    const int level = this->level();
    for (const TileKey& key : visibleTiles(level))
        if (!isFresh(key))
            tiles.push_back(key);
    const QPointF middle = m_view.visible().center();
    const auto distance = [&](const TileKey& key) {
        const auto span = static_cast<double>(key.span());
        return std::hypot((key.column + 0.5) * span - middle.x(), (key.row + 0.5) * span - middle.y());
    };
    std::stable_sort(tiles.begin(), tiles.end(),
                     [&](const TileKey& a, const TileKey& b) { return distance(a) < distance(b); });
    // The coarsest picture first: it is there at once and stands wherever finer tiles are missing.
    const int coarsest = m_levels.back();
    if (level != coarsest) {
        std::vector<TileKey> roots;
        for (const TileKey& key : visibleTiles(coarsest))
            if (!isFresh(key))
                roots.push_back(key);
        tiles.insert(tiles.begin(), roots.begin(), roots.end());
    }
    return tiles;
}

void HeatmapScene::deliver(const TileKey& key, std::uint64_t generation, std::shared_ptr<const TileValues> values) {
    if (generation == m_generation && values && values->rows > 0 && values->columns > 0)
        m_cache.insert({key, std::move(values), generation});
}

std::shared_ptr<const TileValues> HeatmapScene::overview() {
    const TileCache::Entry* entry = m_levels.empty() ? nullptr : m_cache.find({m_levels.back(), 0, 0});
    return entry ? entry->values : nullptr;
}

std::optional<float> HeatmapScene::valueAt(const MapCell& cell) {
    const TileKey key{0, static_cast<int>(cell.row / TileKey::kSide), static_cast<int>(cell.column / TileKey::kSide)};
    const TileCache::Entry* entry = m_cache.find(key);
    if (!entry || entry->generation != m_generation)
        return std::nullopt;
    const auto place = (cell.row % TileKey::kSide) * entry->values->columns + cell.column % TileKey::kSide;
    return entry->values->values[static_cast<std::size_t>(place)];
}

bool HeatmapScene::isComplete() {
    if (m_levels.empty())
        return false;
    const auto tiles = visibleTiles(level());
    return std::all_of(tiles.begin(), tiles.end(), [this](const TileKey& key) { return isFresh(key); });
}

QRectF HeatmapScene::snapped(const QRectF& positions) const {
    const QRectF place = m_view.placeOf(positions);
    const auto pixel = [this](double value) { return std::round(value * m_pixelRatio); };
    return {QPointF(pixel(place.left()), pixel(place.top())), QPointF(pixel(place.right()), pixel(place.bottom()))};
}

QRectF HeatmapScene::pixelRect(const TileKey& key, const TileValues& values) const {
    const auto span = static_cast<double>(key.span());
    const double cell = std::ldexp(1.0, key.level);
    return snapped({key.column * span, key.row * span, values.columns * cell, values.rows * cell});
}

void HeatmapScene::placeTile(const TileKey& key, double depth) {
    const TileCache::Entry* entry = m_cache.find(key);
    if (!entry)
        return;
    const TileValues& values = *entry->values;
    const std::uint64_t version = (entry->generation << 24) ^ m_colourVersion;
    if (!m_pictures.has(key.number(), version)) {
        m_bytes.resize(3 * values.values.size());
        m_map.apply(values.values, m_range, m_bytes);
        m_pictures.upload(key.number(), version, values.columns, values.rows, 3, m_bytes.data());
    }
    const QRectF rect = pixelRect(key, values);
    // Between one and two pixels a cell, nearest texels would draw some cells twice as wide as others.
    const double cellPixels = rect.width() / values.columns;
    m_pictures.place(key.number(), rect, depth + key.level, cellPixels < 3 && cellPixels != std::floor(cellPixels));
}

void HeatmapScene::drawTiles() {
    m_pictures.begin();
    if (!m_levels.empty()) {
        std::vector<TileKey> stand; // coarser tiles that stand in for missing ones
        for (const TileKey& key : visibleTiles(level())) {
            placeTile(key, kTileDepth);
            if (isFresh(key))
                continue;
            for (const int coarser : m_levels) {
                const TileKey parent{coarser, key.row >> (coarser - key.level), key.column >> (coarser - key.level)};
                if (coarser <= key.level || !isShowable(parent) || (isShowable(key) && !isFresh(parent)))
                    continue;
                if (std::find(stand.begin(), stand.end(), parent) == stand.end())
                    stand.push_back(parent);
                break;
            }
        }
        for (const TileKey& key : stand)
            placeTile(key, kTileDepth);
    }
    m_pictures.end();
}

void HeatmapScene::drawOverlay() {
    m_shapes.clear();
    const auto side = static_cast<double>(m_rows);
    const double unit = std::max(1.0, std::round(m_pixelRatio));
    // What cannot be seen is cut off: millions of pixels are too much for float coordinates.
    const QRectF map = snapped({0, 0, side, side}).intersected(QRectF(QPointF(0, 0), m_view.viewport() * m_pixelRatio));
    if (m_overlay.grid) {
        const QRectF seen = m_view.visible();
        for (auto line = static_cast<std::int64_t>(seen.left()) + 1; line < seen.right(); ++line)
            m_shapes.addRect({snapped(QRectF(static_cast<double>(line), 0, 1, 1)).left(), map.top(), unit, map.height()},
                             m_overlay.gridLine);
        for (auto line = static_cast<std::int64_t>(seen.top()) + 1; line < seen.bottom(); ++line)
            m_shapes.addRect({map.left(), snapped(QRectF(0, static_cast<double>(line), 1, 1)).top(), map.width(), unit},
                             m_overlay.gridLine);
    }
    for (const std::int64_t bound : m_overlay.bounds) {
        const QRectF at = snapped(QRectF(static_cast<double>(bound), static_cast<double>(bound), 1, 1));
        m_shapes.addRect({at.left(), map.top(), unit, map.height()}, m_overlay.line);
        m_shapes.addRect({map.left(), at.top(), map.width(), unit}, m_overlay.line);
    }
    for (const QRectF& box : m_overlay.boxes) {
        const QRectF rect = snapped(box).adjusted(-unit, -unit, unit, unit);
        m_shapes.addFrame(rect, 4 * unit, m_overlay.casing);
        m_shapes.addFrame(rect.adjusted(unit, unit, -unit, -unit), 2 * unit, m_overlay.accent);
    }
    const auto frameCell = [&](const MapCell& cell, const QColor& colour) {
        QRectF rect = snapped(QRectF(static_cast<double>(cell.column), static_cast<double>(cell.row), 1, 1));
        const double smallest = 10 * unit; // a cell of a pixel would not be found again
        const double growX = std::max(0.0, smallest - rect.width()) / 2, growY = std::max(0.0, smallest - rect.height()) / 2;
        rect = QRectF(QPointF(std::floor(rect.left() - growX), std::floor(rect.top() - growY)),
                      QPointF(std::ceil(rect.right() + growX), std::ceil(rect.bottom() + growY)));
        m_shapes.addFrame(rect.adjusted(-unit, -unit, unit, unit), 4 * unit, m_overlay.casing);
        m_shapes.addFrame(rect, 2 * unit, colour);
    };
    if (m_overlay.current)
        frameCell(*m_overlay.current, m_overlay.accent);
    if (m_overlay.hovered) {
        const MapCell cell = *m_overlay.hovered;
        const QRectF rect = snapped(QRectF(static_cast<double>(cell.column), static_cast<double>(cell.row), 1, 1));
        const double x = std::floor(rect.center().x()), y = std::floor(rect.center().y());
        if (rect.width() < 6 * unit) {
            m_shapes.addRect({x, map.top(), unit, map.height()}, m_overlay.line);
            m_shapes.addRect({map.left(), y, map.width(), unit}, m_overlay.line);
        } else { // both edges of the row and column: the cells between stay visible
            for (const double edge : {rect.left(), rect.right() - unit})
                m_shapes.addRect({edge, map.top(), unit, map.height()}, m_overlay.line);
            for (const double edge : {rect.top(), rect.bottom() - unit})
                m_shapes.addRect({map.left(), edge, map.width(), unit}, m_overlay.line);
        }
        frameCell(cell, m_overlay.frame);
    }
    m_shapes.commit();

    m_labels.begin();
    if (!m_overlay.labels.isNull()) {
        const auto version = static_cast<std::uint64_t>(m_overlay.labels.cacheKey());
        if (!m_labels.has(0, version))
            m_labels.upload(0, version, m_overlay.labels);
        m_labels.place(0, QRectF(QPointF(0, 0), QSizeF(m_overlay.labels.size())), kLabelDepth);
    }
    m_labels.end();
}

void HeatmapScene::draw() {
    drawTiles();
    drawOverlay();
}

} // namespace lpntk::vtk
