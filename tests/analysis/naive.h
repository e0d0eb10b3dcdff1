#pragma once

#include <cstdint>
#include <vector>

namespace lpntk::tests {

/// method.md section 4 written down the plainest way, for comparison: no shared code with core/analysis.
struct NaiveClusters {
    std::vector<int> heads;                    ///< in the order chosen
    std::vector<std::vector<int>> headOfAfter; ///< [m]: head of each member when heads[0..m] stand
};

/// Block (n, n) row-major. Mode `paper` over the members with candidate[i] != 0; the others follow the candidate with the
/// largest kappa (ties: smallest index) until all candidates are heads, then the rule goes on over them.
NaiveClusters naivePaper(const std::vector<float>& block, int n, std::vector<char> candidate, int maxHeads);
/// The authors' variant: clusters as lists sorted by falling similarity, of which only the last entry is looked at.
NaiveClusters naiveReference(const std::vector<float>& block, int n, int maxHeads);

/// Symmetric positive semi-definite matrix of small integers: many ties, all exact in float.
std::vector<float> integerGram(int n, int width, int largest, std::uint64_t seed);

} // namespace lpntk::tests
