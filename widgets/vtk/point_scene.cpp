#include <widgets/vtk/point_scene.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>

namespace lpntk::vtk {

namespace {

constexpr double kGroundDepth = 900;
constexpr double kPictureDepth = 800;
constexpr double kShapeDepth = 700;
/// From this many selected points on their rings are thinner: they lie side by side.
constexpr std::int64_t kThinRingsFrom = 5000;
constexpr double kSmallestMark = 7; ///< dot of the current and the hovered point
constexpr std::size_t kMostTextures = 640;

} // namespace

PointScene::PointScene(vtkRenderer* renderer, vtkRenderer* overlay)
    : m_ground(renderer, 1), m_textures(overlay, kMostTextures), m_shapes(overlay, kShapeDepth) {}

void PointScene::setPlaces(std::vector<QPointF> places) {
    m_places = std::move(places);
    m_colours.assign(m_places.size(), qRgb(128, 128, 128));
    m_shown.clear();
    m_selected.clear();
    m_current = m_hovered = -1;
    m_pictures.clear();
    m_textures.clear();
    m_dotsStale = true;
}

void PointScene::setColours(std::vector<QRgb> colours) {
    if (colours.size() != m_places.size())
        return;
    m_colours = std::move(colours);
    m_dotsStale = true;
}

void PointScene::setShown(std::vector<std::int32_t> shown) {
    m_shown = std::move(shown);
    m_dotsStale = true;
}

void PointScene::setSelected(std::vector<std::int32_t> selected) {
    m_selected = std::move(selected);
    m_dotsStale = true;
}

void PointScene::setMarks(int current, int hovered) {
    m_current = current;
    m_hovered = hovered;
}

void PointScene::setStyle(const PointStyle& style) {
    m_style = style;
    m_dotsStale = true;
}

void PointScene::setCross(std::optional<QPointF> place) {
    m_cross = place;
    m_dotsStale = true;
}

void PointScene::setView(double zoom, QPointF offset, double pixelRatio, double dot) {
    const auto view = [this] { return std::tuple(m_zoom, m_offset.x(), m_offset.y(), m_pixelRatio, m_dot); };
    const auto former = view();
    m_zoom = zoom;
    m_offset = offset;
    m_pixelRatio = pixelRatio;
    m_dot = dot;
    m_dotsStale |= view() != former;
}

void PointScene::draw(QSize pixels) {
    if (m_dotsStale || m_dots.size() != pixels)
        drawDots(pixels);
    drawMarks();
    placeGround(pixels);
    drawPictures();
    m_shapes.clear();
    for (const auto& [width, colour] : {std::pair(4.0, m_style.casing), std::pair(2.0, m_style.accent)})
        for (qsizetype i = 0; m_outline.size() > 1 && i < m_outline.size(); ++i)
            m_shapes.addLine(m_outline[i] * m_pixelRatio, m_outline[(i + 1) % m_outline.size()] * m_pixelRatio,
                             width * m_pixelRatio, colour);
    m_shapes.commit();
}

void PointScene::drawDiscs(PointRaster& raster, std::span<const std::int32_t> points, std::span<const QRgb> colours,
                           double diameter) const {
    raster.draw(m_places, points, colours, diameter * m_pixelRatio, m_zoom * m_pixelRatio, m_offset * m_pixelRatio);
}

void PointScene::drawDots(QSize pixels) {
    m_dots.begin(pixels, m_style.ground.rgb());
    if (m_cross) {
        const int unit = std::max(1, qRound(m_pixelRatio));
        const QPointF place = (*m_cross * m_zoom + m_offset) * m_pixelRatio;
        const auto cut = [](double value) { return static_cast<int>(std::floor(std::clamp(value, -1e6, 1e6))); };
        m_dots.fill({cut(place.x()), 0, unit, pixels.height()}, m_style.axis.rgb());
        m_dots.fill({0, cut(place.y()), pixels.width(), unit}, m_style.axis.rgb());
    }
    // The casing of a selected dot would hide it.
    std::vector<char> ringed(m_places.size(), 0);
    for (const std::int32_t point : m_selected)
        ringed[static_cast<std::size_t>(point)] = 1;
    std::vector<std::int32_t> plain;
    plain.reserve(m_shown.size());
    std::copy_if(m_shown.begin(), m_shown.end(), std::back_inserter(plain),
                 [&](std::int32_t point) { return ringed[static_cast<std::size_t>(point)] == 0; });
    drawDiscs(m_dots, plain, m_colours, m_dot);
    // All casings, then all rings, then the dots: what lies close together gets one outline.
    const QRgb casing[] = {m_style.casing.rgb()}, accent[] = {m_style.accent.rgb()};
    const double ring = std::ssize(m_selected) < kThinRingsFrom ? 2 : 1;
    drawDiscs(m_dots, m_selected, casing, m_dot + 2 * ring + 2);
    drawDiscs(m_dots, m_selected, accent, m_dot + 2 * ring);
    drawDiscs(m_dots, m_selected, m_colours, m_dot);
    m_dotsStale = false;
}

void PointScene::drawMarks() {
    m_marked = m_dots;
    const QRgb casing[] = {m_style.casing.rgb()}, accent[] = {m_style.accent.rgb()}, text[] = {m_style.text.rgb()};
    const double marked = std::max(m_dot, kSmallestMark);
    if (m_hovered >= 0) {
        const std::int32_t point[] = {m_hovered};
        drawDiscs(m_marked, point, casing, marked + 8);
        drawDiscs(m_marked, point, text, marked + 5);
        drawDiscs(m_marked, point, casing, marked + 2);
        drawDiscs(m_marked, point, m_colours, marked);
    }
    if (m_current >= 0) {
        const std::int32_t point[] = {m_current};
        drawDiscs(m_marked, point, casing, marked + 12);
        drawDiscs(m_marked, point, text, marked + 9);
        drawDiscs(m_marked, point, accent, marked + 7);
        drawDiscs(m_marked, point, casing, marked + 2);
        drawDiscs(m_marked, point, m_colours, marked);
    }
}

void PointScene::placeGround(QSize pixels) {
    m_ground.begin();
    if (!pixels.isEmpty()) {
        m_ground.upload(0, ++m_frame, pixels.width(), pixels.height(), 4, m_marked.bytes());
        m_ground.place(0, QRectF(QPointF(0, 0), QSizeF(pixels)), kGroundDepth);
    }
    m_ground.end();
}

void PointScene::drawPictures() {
    m_textures.begin();
    double depth = kPictureDepth;
    for (const PointPicture& picture : m_pictures) {
        const auto key = static_cast<std::uint64_t>(picture.point);
        const auto version = static_cast<std::uint64_t>(picture.picture.cacheKey());
        if (!m_textures.has(key, version))
            m_textures.upload(key, version, picture.picture);
        const QPointF centre = (m_places[static_cast<std::size_t>(picture.point)] * m_zoom + m_offset) * m_pixelRatio;
        const QSizeF size(picture.picture.size());
        // Whole pixels, so that the pictures are not resampled.
        const QPointF corner(std::round(centre.x() - size.width() / 2), std::round(centre.y() - size.height() / 2));
        m_textures.place(key, {corner, size}, depth);
        depth -= 0.1;
    }
    m_textures.end();
}

} // namespace lpntk::vtk
