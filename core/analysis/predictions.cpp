#include <core/analysis/predictions.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lpntk::analysis {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool has(std::span<const float> probabilities, int label) {
    return label >= 0 && static_cast<std::size_t>(label) < probabilities.size();
}

} // namespace

std::span<const float> probabilitiesOf(const run::Run& run, base::RowId row) {
    const auto classes = static_cast<std::size_t>(run.classes());
    const auto all = run.probabilities();
    const auto begin = row.isValid() ? static_cast<std::size_t>(row.value()) * classes : all.size() + 1;
    return begin + classes <= all.size() ? all.subspan(begin, classes) : std::span<const float>();
}

int predictedLabel(std::span<const float> probabilities) {
    const auto best = std::max_element(probabilities.begin(), probabilities.end());
    return probabilities.empty() ? -1 : static_cast<int>(best - probabilities.begin());
}

double marginOf(std::span<const float> probabilities, int label) {
    if (!has(probabilities, label) || probabilities.size() < 2)
        return kNaN;
    float other = -std::numeric_limits<float>::infinity();
    for (std::size_t k = 0; k < probabilities.size(); ++k)
        if (k != static_cast<std::size_t>(label))
            other = std::max(other, probabilities[k]);
    return static_cast<double>(probabilities[static_cast<std::size_t>(label)]) - static_cast<double>(other);
}

double el2nOf(std::span<const float> probabilities, int label) {
    if (!has(probabilities, label))
        return kNaN;
    double sum = 0;
    for (std::size_t k = 0; k < probabilities.size(); ++k) {
        const double off = static_cast<double>(probabilities[k]) - (k == static_cast<std::size_t>(label) ? 1.0 : 0.0);
        sum += off * off;
    }
    return std::sqrt(sum);
}

std::vector<std::int32_t> predictedLabels(const run::Run& run) {
    std::vector<std::int32_t> labels;
    if (run.probabilities().empty())
        return labels;
    labels.reserve(static_cast<std::size_t>(run.rows()));
    for (std::int64_t row = 0; row < run.rows(); ++row)
        labels.push_back(predictedLabel(probabilitiesOf(run, base::RowId(row))));
    return labels;
}

} // namespace lpntk::analysis
