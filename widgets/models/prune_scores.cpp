#include <widgets/models/prune_scores.h>

#include <core/analysis/predictions.h>

namespace lpntk::models {

namespace {

std::vector<float> el2nScores(const run::Run& run) {
    std::vector<float> scores;
    for (std::int64_t row = 0; row < run.rows(); ++row) {
        const auto probabilities = analysis::probabilitiesOf(run, base::RowId(row));
        scores.push_back(static_cast<float>(analysis::el2nOf(probabilities, run.labelOf(base::RowId(row)))));
    }
    return scores;
}

} // namespace

bool canOrderBy(curation::Method method, const curation::PruneOptions& options) {
    return !curation::needsScores(method) || method == curation::Method::el2n || (method == options.method && !options.scores.empty());
}

curation::PruneOptions withScores(curation::PruneOptions options, const run::Run& run) {
    if (options.method == curation::Method::el2n && options.scores.empty())
        options.scores = el2nScores(run);
    return options;
}

} // namespace lpntk::models
