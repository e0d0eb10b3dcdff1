#pragma once

#include <core/analysis/clustering.h>
#include <core/analysis/relations.h>
#include <core/curation/decisions.h>
#include <core/curation/pruning.h>
#include <core/run/run.h>

#include <string>
#include <vector>

namespace lpntk::curation {

/// All that decides what a figure of a view shows; a snapshot, null where something is not open.
struct FigureFacts {
    std::string view;    ///< "heatmap"
    base::Json settings; ///< of the view: order, range, place
    const run::Run* run = nullptr;
    const Decisions* decisions = nullptr;
    analysis::Thresholds thresholds;
    analysis::Mode mode = analysis::Mode::paper;
    double clusterRatio = 0.1;
    PruneOptions prune; ///< scores are not written, only that there are some
    base::SampleId current;
    std::vector<base::SampleId> selected; ///< ascending
};

/// What one has to know to make the figure again, with names and hashes but no paths: run, view, settings, thresholds,
/// clusters, pruning, selection, decisions. Equal contents give equal JSON wherever they lie.
base::Json figureRecipe(const FigureFacts& facts);

/// One line of ASCII with sorted keys, so that equal recipes are equal texts.
std::string canonicalText(const base::Json& recipe);
/// SHA-256 of canonicalText().
std::string recipeSha256(const base::Json& recipe);

/// SHA-256 of the run's manifest without what differs between equal runs: times, and places of files.
std::string manifestSha256(const run::Manifest& manifest);

} // namespace lpntk::curation
