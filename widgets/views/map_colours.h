#pragma once

#include <widgets/models/session.h>

#include <QColor>
#include <QRgb>
#include <QString>

#include <cstdint>
#include <span>
#include <vector>

namespace lpntk::views {

/// What the colour of a point says; `third`: one more of the coordinates that points are placed by.
enum class MapColour { label, cluster, kept, correct, margin, probability, el2n, norm, third };
inline constexpr MapColour kMapColours[] = {MapColour::label,   MapColour::cluster, MapColour::kept,
                                            MapColour::correct, MapColour::margin,  MapColour::probability,
                                            MapColour::el2n,    MapColour::norm,    MapColour::third};

/// "Class", "Margin", ...
QString mapColourName(MapColour colour);
/// Numbers on a scale, as against groups.
inline bool isScore(MapColour colour) {
    return colour >= MapColour::margin;
}

/// Points of one colour with their name in the legend.
struct MapGroup {
    QString name;
    QColor colour;
    std::int64_t count = 0;
    bool onTop = false; ///< drawn above the others: few and looked for
    bool shown = true;
};

/// Which group each row of a run is in; empty while that is not known (clusters, subset).
struct MapGroups {
    std::vector<std::int32_t> groupOf; ///< (N)
    std::vector<MapGroup> groups;
};

/// Groups of the session's run. The largest clusters have colours of their own, the others share one.
MapGroups groupRows(MapColour colour, const models::Session& session);

/// The scale of a score: what the ends of the colour map mean. Values beyond have the end's colour.
struct MapRange {
    double low = 0, high = 1;
    bool below = false, above = false; ///< there are values beyond the ends
};

/// Score of each row, NaN where unknown; a plain loop over the run's probabilities, for a worker. Not for `third`.
std::vector<float> scoreRows(MapColour colour, const run::Run& run);
/// Fixed for what has natural ends, else the middle 98 % of the values.
MapRange rangeOf(MapColour colour, std::span<const float> scores);
/// "0.38", with the decimals of that score.
QString scoreText(MapColour colour, double value);

/// Colour at t in [0, 1] of a scale. The palest end of the map is left out: a point has to stand out from the panel.
QColor scoreColour(double t);
std::vector<QRgb> coloursOf(const MapGroups& groups, std::size_t rows);
std::vector<QRgb> coloursOf(std::span<const float> scores, const MapRange& range);

} // namespace lpntk::views
