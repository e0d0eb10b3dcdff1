#include <core/scores/softmax.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lpntk::scores {

SampleOutput judge(std::span<const float> logits, std::int64_t label, std::span<double> probabilities) {
    const auto top = std::ranges::max_element(logits);
    double sum = 0;
    for (std::size_t k = 0; k < logits.size(); ++k)
        sum += probabilities[k] = std::exp(static_cast<double>(logits[k]) - static_cast<double>(*top));
    const double logSum = std::log(sum) + static_cast<double>(*top);

    SampleOutput output;
    output.prediction = static_cast<std::int32_t>(top - logits.begin());
    double squares = 0;
    // Without other classes the best of them is no competition at all.
    double bestOther = logits.size() > 1 ? -std::numeric_limits<double>::infinity() : 0;
    for (std::size_t k = 0; k < logits.size(); ++k) {
        const bool own = static_cast<std::int64_t>(k) == label;
        const double p = probabilities[k] /= sum;
        squares += (p - (own ? 1 : 0)) * (p - (own ? 1 : 0));
        output.entropy -= p * (static_cast<double>(logits[k]) - logSum);
        if (!own)
            bestOther = std::max(bestOther, p);
    }
    const auto y = static_cast<std::size_t>(label);
    output.loss = logSum - static_cast<double>(logits[y]);
    output.margin = probabilities[y] - bestOther;
    output.el2n = std::sqrt(squares);
    return output;
}

} // namespace lpntk::scores
