#pragma once

#include <core/analysis/colour_map.h>
#include <widgets/vtk/heatmap_transform.h>
#include <widgets/vtk/pixel_layers.h>
#include <widgets/vtk/tile_cache.h>

#include <QColor>
#include <QImage>

#include <cstdint>
#include <optional>
#include <vector>

namespace lpntk::vtk {

/// What lies above the map, in positions; colours as plain values.
struct HeatmapOverlay {
    std::optional<MapCell> hovered;      ///< crosshair and cell frame
    std::optional<MapCell> current;      ///< cell frame of the pair last clicked
    std::vector<QRectF> boxes;           ///< selection rectangles, accent with casing
    std::vector<std::int64_t> bounds;    ///< positions where a class begins; lines are drawn from gridFrom
    bool grid = false;                   ///< lines between cells
    QImage labels;                       ///< transparent picture of the viewport in device pixels, or null
    QColor line, gridLine, frame, accent, casing;
};

/// The N x N map as tiles: a texture per visible tile of 256 x 256 cells, moved by their matrix only. Shows what is
/// cached, the next coarser tile where the fine one is missing, and says which tiles it wants; the owner computes them
/// on a worker and delivers. Owned by the map widget, window's thread only.
class HeatmapScene {
public:
    /// Tiles go to `renderer`, what lies above them to `overlay`.
    HeatmapScene(vtkRenderer* renderer, vtkRenderer* overlay);

    /// Another matrix. `levels`: pyramid levels the owner can make, ascending, first 0. Forgets all tiles.
    void setContent(std::int64_t rows, std::vector<int> levels);
    /// The same matrix in another order, statistic or quantity: tiles are wanted anew, the old ones stay until then.
    void renew();
    std::uint64_t generation() const { return m_generation; }

    /// Colours of values on [-range, +range].
    void setColours(const analysis::ColourMap& map, float range);
    void setView(const HeatmapTransform& transform, double pixelRatio);
    const HeatmapTransform& view() const { return m_view; }
    HeatmapOverlay& overlay() { return m_overlay; }

    /// Tiles that are needed for the present view and not there, most useful first.
    std::vector<TileKey> wanted();
    /// Answers of an older generation are dropped.
    void deliver(const TileKey& key, std::uint64_t generation, std::shared_ptr<const TileValues> values);
    /// The one tile of the coarsest level, null until it is there.
    std::shared_ptr<const TileValues> overview();
    /// Value of a pair as shown at level 0, nothing when its tile is not there.
    std::optional<float> valueAt(const MapCell& cell);
    /// All visible tiles are there in the present generation.
    bool isComplete();
    /// Level that the present view shows.
    int level() const;

    /// Brings the actors up to date. Call it with the OpenGL context current, before the frame.
    void draw();
    std::size_t tilesPlaced() const { return m_pictures.placed(); }

private:
    std::vector<TileKey> visibleTiles(int level) const;
    bool isFresh(const TileKey& key);
    bool isShowable(const TileKey& key);
    QRectF pixelRect(const TileKey& key, const TileValues& values) const;
    void placeTile(const TileKey& key, double depth);
    void drawTiles();
    void drawOverlay();
    QRectF snapped(const QRectF& positions) const;

    std::int64_t m_rows = 0;
    std::vector<int> m_levels;
    std::uint64_t m_generation = 1;
    std::uint64_t m_colourVersion = 1;
    analysis::ColourMap m_map;
    float m_range = 1;
    HeatmapTransform m_view;
    double m_pixelRatio = 1;
    HeatmapOverlay m_overlay;
    TileCache m_cache;
    PictureLayer m_pictures;
    ShapeLayer m_shapes;
    PictureLayer m_labels;
    std::vector<std::uint8_t> m_bytes;
};

} // namespace lpntk::vtk
