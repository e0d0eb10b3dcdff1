#pragma once

#include <cstdint>
#include <span>

namespace lpntk::scores {

/// What one sample's logits say, in double.
struct SampleOutput {
    double loss = 0;    ///< -log p_y
    double margin = 0;  ///< p_y minus the largest other probability
    double entropy = 0; ///< -sum p log p, natural logarithm
    double el2n = 0;    ///< ||p - onehot(y)||_2
    std::int32_t prediction = 0;
};

/// Softmax of `logits` (K) into `probabilities` (K), and what follows from it for this label. NaN stays NaN.
SampleOutput judge(std::span<const float> logits, std::int64_t label, std::span<double> probabilities);

} // namespace lpntk::scores
