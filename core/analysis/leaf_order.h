#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lpntk::analysis {

/// Binary tree over n >= 1 items: nodes 0..n-1 are the items, node n + i joins children[i], the last node is the root.
struct LeafTree {
    struct Children {
        std::int32_t left, right;
    };
    std::int64_t items = 0;
    std::vector<Children> children; ///< n - 1, children before their parents
};

/// Average linkage (UPGMA) of `similarity`, (n, n) row-major, symmetric and finite, by chains of nearest neighbours:
/// O(n^2) time. Ties go to the smaller number.
LeafTree averageLinkage(std::span<const float> similarity, std::int64_t n);

/// The order of the tree's leaves with the largest sum of similarities between neighbours among all orders that turning
/// its nodes around can give: Z. Bar-Joseph, D. Gifford, T. Jaakkola, "Fast optimal leaf ordering for hierarchical
/// clustering", Bioinformatics 17, 2001. O(n^3) time in the worst case, 8 n^2 bytes.
std::vector<std::int32_t> optimalLeafOrder(const LeafTree& tree, std::span<const float> similarity);

} // namespace lpntk::analysis
