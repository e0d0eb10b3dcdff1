#include <widgets/models/prune_scores.h>

#include <cmath>

namespace lpntk::models {

namespace {

std::vector<float> el2nScores(const run::Run& run) {
    const auto classCount = static_cast<std::size_t>(run.classes());
    const auto probabilities = run.probabilities();
    const auto labels = run.labels();
    std::vector<float> scores(labels.size());
    for (std::size_t row = 0; row < labels.size(); ++row) {
        double sum = 0;
        for (std::size_t k = 0; k < classCount; ++k) {
            const double target = static_cast<std::int64_t>(k) == labels[row] ? 1 : 0;
            sum += std::pow(static_cast<double>(probabilities[row * classCount + k]) - target, 2);
        }
        scores[row] = static_cast<float>(std::sqrt(sum));
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
