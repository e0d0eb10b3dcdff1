#include <core/analysis/label_change.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <tuple>

namespace lpntk::analysis {

namespace {

std::vector<float> normsOf(std::span<const float> diagonal) {
    std::vector<float> norms(diagonal.size());
    std::transform(diagonal.begin(), diagonal.end(), norms.begin(),
                   [](float kappa) { return std::sqrt(std::max(kappa, 0.0f)); });
    return norms;
}

} // namespace

std::vector<LabelOutcome> labelOutcomes(const LabelKappa& kernel, Thresholds thresholds) {
    const std::size_t count = kernel.labels.size();
    assert(kernel.diagonal.size() == count && kernel.kappa.size() == kernel.self.size() * count);
    const std::vector<float> norms = normsOf(kernel.diagonal), own = normsOf(kernel.self);
    std::vector<LabelOutcome> outcomes;
    for (std::size_t label = 0; label < own.size(); ++label) {
        LabelOutcome outcome;
        outcome.label = static_cast<int>(label);
        double sum = 0;
        for (std::size_t j = 0; j < count; ++j) {
            if (static_cast<std::int64_t>(j) == kernel.own)
                continue;
            const float cosine = run::cosineOf(kernel.kappa[label * count + j], own[label], norms[j]);
            if (kernel.labels[j] == outcome.label) {
                ++outcome.classCount;
                sum += static_cast<double>(cosine);
            }
            switch (relationOf(cosine, thresholds)) {
            case Relation::interchangeable:
                ++outcome.counts.interchangeable;
                break;
            case Relation::unrelated:
                ++outcome.counts.unrelated;
                break;
            case Relation::contradictory:
                ++outcome.counts.contradictory;
                break;
            }
        }
        outcome.classCosine = outcome.classCount > 0 ? sum / static_cast<double>(outcome.classCount)
                                                     : std::numeric_limits<double>::quiet_NaN();
        outcomes.push_back(outcome);
    }
    return outcomes;
}

bool isBetter(const LabelOutcome& a, const LabelOutcome& b) {
    const auto key = [](const LabelOutcome& outcome) {
        const bool empty = outcome.classCount == 0;
        return std::tuple(empty, outcome.counts.contradictory, empty ? 0 : -outcome.classCosine, outcome.label);
    };
    return key(a) < key(b);
}

std::vector<LabelOutcome> bestFirst(std::vector<LabelOutcome> outcomes, int present) {
    std::sort(outcomes.begin(), outcomes.end(), [present](const LabelOutcome& a, const LabelOutcome& b) {
        if ((a.label == present) != (b.label == present))
            return a.label == present;
        return isBetter(a, b);
    });
    return outcomes;
}

std::optional<LabelOutcome> betterLabel(std::span<const LabelOutcome> outcomes) {
    if (outcomes.size() < 2)
        return {};
    const LabelOutcome &present = outcomes[0], &best = outcomes[1];
    return best.classCount > 0 && best.counts.contradictory < present.counts.contradictory ? std::optional(best)
                                                                                           : std::nullopt;
}

} // namespace lpntk::analysis
