#pragma once

#include <core/curation/pruning.h>
#include <core/run/run.h>

namespace lpntk::models {

/// Whether the program itself can order by this method for a run: EL2N of the run's network follows from the stored
/// probabilities, GraNd and forgetting need scores from a file.
bool canOrderBy(curation::Method method, const curation::PruneOptions& options);

/// The options with the scores that follow from the run filled in where they are missing.
curation::PruneOptions withScores(curation::PruneOptions options, const run::Run& run);

} // namespace lpntk::models
