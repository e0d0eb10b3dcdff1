#include <widgets/views/map_colours.h>

#include <core/analysis/colour_map.h>
#include <core/analysis/predictions.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace lpntk::views {

using models::Role;
using models::theme;
namespace format = models::format;

namespace {

constexpr int kClusterColours = 19;
constexpr float kFadedAlpha = 0.6f;

std::size_t at(std::int64_t index) {
    return static_cast<std::size_t>(index);
}

QString say(const char* text) {
    return QCoreApplication::translate("SampleMap", text);
}

QColor faded(Role role) {
    QColor colour = theme().colour(role);
    colour.setAlphaF(kFadedAlpha);
    return colour;
}

void count(MapGroups& made) {
    for (const std::int32_t group : made.groupOf)
        ++made.groups[at(group)].count;
}

MapGroups byLabel(const models::Session& session, const run::Run& run) {
    MapGroups made;
    for (int label = 0; label < run.classes(); ++label)
        made.groups.push_back({session.className(label), theme().classColour(label, run.classes())});
    made.groupOf.assign(run.labels().begin(), run.labels().end());
    return made;
}

MapGroups byCluster(const models::Session& session, const run::Run& run) {
    MapGroups made;
    const auto clusters = session.clusters();
    if (!clusters || std::ssize(clusters->clusterOf) != run.rows())
        return made;
    // Clusters are sorted by size.
    const auto own = static_cast<int>(std::min<std::size_t>(clusters->clusters.size(), kClusterColours));
    for (int i = 0; i < own; ++i)
        made.groups.push_back({QStringLiteral("%1 %2")
                                   .arg(session.className(clusters->clusters[at(i)].label))
                                   .arg(clusters->rankInClass[at(i)]),
                               theme().classColour(i, 20)});
    const auto others = std::ssize(clusters->clusters) - own;
    if (others > 0)
        made.groups.push_back(
            {format::counted(others, say("1 other cluster"), say("%1 other clusters")), faded(Role::neutral)});
    for (const base::ClusterId cluster : clusters->clusterOf)
        made.groupOf.push_back(
            static_cast<std::int32_t>(std::clamp<std::int64_t>(cluster.value(), 0, std::ssize(made.groups) - 1)));
    return made;
}

MapGroups byKept(const models::Session& session, const run::Run& run) {
    MapGroups made;
    const auto subset = session.subset();
    if (!subset || std::ssize(subset->kept) != run.rows())
        return made;
    made.groups = {{say("Kept"), theme().colour(Role::success)}, {say("Pruned"), faded(Role::neutral)}};
    for (const char kept : subset->kept)
        made.groupOf.push_back(kept ? 0 : 1);
    return made;
}

MapGroups byCorrect(const run::Run& run) {
    MapGroups made;
    const auto predicted = analysis::predictedLabels(run);
    if (predicted.empty())
        return made;
    made.groups = {{say("Predicted right"), faded(Role::neutral)},
                   {say("Predicted wrong"), theme().colour(Role::danger), 0, true}};
    for (std::size_t row = 0; row < predicted.size(); ++row)
        made.groupOf.push_back(predicted[row] == run.labels()[row] ? 0 : 1);
    return made;
}

} // namespace

QString mapColourName(MapColour colour) {
    switch (colour) {
    case MapColour::label:
        return say("Class");
    case MapColour::cluster:
        return say("Cluster");
    case MapColour::kept:
        return say("Kept, pruned");
    case MapColour::correct:
        return say("Prediction");
    case MapColour::margin:
        return say("Margin");
    case MapColour::probability:
        return say("Label probability");
    case MapColour::el2n:
        return say("EL2N");
    case MapColour::norm:
        return say("Norm √κ");
    case MapColour::third:
        return say("Third axis");
    }
    return {};
}

MapGroups groupRows(MapColour colour, const models::Session& session) {
    const auto run = session.run();
    if (!run)
        return {};
    MapGroups made = colour == MapColour::cluster   ? byCluster(session, *run)
                     : colour == MapColour::kept    ? byKept(session, *run)
                     : colour == MapColour::correct ? byCorrect(*run)
                                                    : byLabel(session, *run);
    count(made);
    return made;
}

std::vector<float> scoreRows(MapColour colour, const run::Run& run) {
    if (colour == MapColour::norm)
        return {run.norms().begin(), run.norms().end()};
    std::vector<float> scores;
    for (std::int64_t row = 0; row < run.rows(); ++row) {
        const auto probabilities = analysis::probabilitiesOf(run, base::RowId(row));
        const int label = run.labelOf(base::RowId(row));
        const double score = colour == MapColour::margin ? analysis::marginOf(probabilities, label)
                             : colour == MapColour::el2n ? analysis::el2nOf(probabilities, label)
                             : probabilities.empty()     ? std::numeric_limits<double>::quiet_NaN()
                                                         : static_cast<double>(probabilities[at(label)]);
        scores.push_back(static_cast<float>(score));
    }
    return scores;
}

MapRange rangeOf(MapColour colour, std::span<const float> scores) {
    if (colour == MapColour::margin)
        return {-1, 1};
    if (colour == MapColour::probability)
        return {0, 1};
    std::vector<float> known;
    std::copy_if(scores.begin(), scores.end(), std::back_inserter(known),
                 [](float score) { return std::isfinite(score); });
    if (known.empty())
        return {};
    const auto quantile = [&](double share) {
        const auto place = known.begin() + std::lround(share * static_cast<double>(known.size() - 1));
        std::nth_element(known.begin(), place, known.end());
        return static_cast<double>(*place);
    };
    MapRange range{quantile(0.01), quantile(0.99)};
    if (!(range.high > range.low))
        range.high = range.low + 1;
    range.below =
        std::any_of(known.begin(), known.end(), [&](float score) { return static_cast<double>(score) < range.low; });
    range.above =
        std::any_of(known.begin(), known.end(), [&](float score) { return static_cast<double>(score) > range.high; });
    return range;
}

QString scoreText(MapColour colour, double value) {
    if (colour == MapColour::margin)
        return format::signedNumber(value, 2);
    if (colour == MapColour::third)
        return format::signedNumber(value, std::abs(value) >= 1 ? 2 : 3);
    if (colour != MapColour::norm)
        return format::number(value, 2);
    return format::number(value, std::abs(value) >= 10 ? 1 : std::abs(value) >= 1 ? 2 : 3);
}

QColor scoreColour(double t) {
    constexpr double kPalest = 0.2;
    const double place = std::isnan(t) ? t : kPalest + (1 - kPalest) * std::clamp(t, 0.0, 1.0);
    const analysis::Rgb colour = analysis::ColourMap::sequential(theme().isDark()).at(place);
    return {colour.red, colour.green, colour.blue};
}

std::vector<QRgb> coloursOf(const MapGroups& groups, std::size_t rows) {
    std::vector<QRgb> colours(rows, faded(Role::neutral).rgba());
    std::vector<QRgb> ofGroup;
    for (const MapGroup& group : groups.groups)
        ofGroup.push_back(group.colour.rgba());
    for (std::size_t row = 0; row < std::min(rows, groups.groupOf.size()); ++row)
        colours[row] = ofGroup[at(groups.groupOf[row])];
    return colours;
}

std::vector<QRgb> coloursOf(std::span<const float> scores, const MapRange& range) {
    std::vector<QRgb> colours;
    for (const float score : scores)
        colours.push_back(scoreColour((static_cast<double>(score) - range.low) / (range.high - range.low)).rgb());
    return colours;
}

} // namespace lpntk::views
