#include <core/analysis/leaf_order.h>
#include <core/base/vector_widths.h>

#include <algorithm>
#include <cassert>
#include <limits>

// GCC 12 vectorises loops of unknown length from -O3 on only.
#pragma GCC optimize("O3")

namespace lpntk::analysis {

namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

std::size_t at(std::int64_t index) {
    return static_cast<std::size_t>(index);
}

/// best[i] = max(best[i], left + right[i]).
LPNTK_WIDTHS void addAndTakeLarger(float* best, float left, const float* right, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
        const float sum = left + right[i];
        best[i] = best[i] > sum ? best[i] : sum;
    }
}

/// Similarities between the clusters that still stand, one slot each; a joined pair lives on in the first one's slot.
class Linkage {
public:
    Linkage(std::span<const float> similarity, std::int64_t n)
        : m_count(n), m_similarity(similarity.begin(), similarity.end()), m_size(at(n), 1), m_node(at(n)) {
        for (std::int64_t slot = 0; slot < n; ++slot)
            m_node[at(slot)] = static_cast<std::int32_t>(slot);
    }

    bool stands(std::int64_t slot) const { return m_size[at(slot)] > 0; }

    /// The most similar other cluster; `preferred` wins ties, so that a chain cannot go in circles.
    std::int64_t nearest(std::int64_t slot, std::int64_t preferred) const {
        std::int64_t best = preferred;
        for (std::int64_t other = 0; other < m_count; ++other) {
            if (other == slot || !stands(other))
                continue;
            if (best < 0 || of(slot, other) > of(slot, best))
                best = other;
        }
        return best;
    }

    LeafTree::Children join(std::int64_t a, std::int64_t b, std::int32_t node) {
        if (a > b)
            std::swap(a, b);
        const LeafTree::Children children{m_node[at(a)], m_node[at(b)]};
        const auto sizeA = static_cast<float>(m_size[at(a)]), sizeB = static_cast<float>(m_size[at(b)]);
        for (std::int64_t other = 0; other < m_count; ++other) {
            if (!stands(other) || other == a || other == b)
                continue;
            // Rounded past both of them, a mean could lead a chain back to where it came from.
            const float x = of(a, other), y = of(b, other);
            const float mean = std::clamp((sizeA * x + sizeB * y) / (sizeA + sizeB), std::min(x, y), std::max(x, y));
            m_similarity[at(a * m_count + other)] = m_similarity[at(other * m_count + a)] = mean;
        }
        m_size[at(a)] += m_size[at(b)];
        m_size[at(b)] = 0;
        m_node[at(a)] = node;
        return children;
    }

private:
    float of(std::int64_t a, std::int64_t b) const { return m_similarity[at(a * m_count + b)]; }

    std::int64_t m_count;
    std::vector<float> m_similarity;
    std::vector<std::int64_t> m_size; ///< 0: joined into another slot
    std::vector<std::int32_t> m_node;
};

/// Bar-Joseph's table. Leaves are numbered from left to right in the tree as it stands, so that every subtree is a
/// range; each pair of leaves meets in one node, so that one matrix holds the best sums of all nodes: entry (u, w) is
/// the best order of the node where u and w meet, with u at one end and w at the other.
class LeafOrder {
public:
    LeafOrder(const LeafTree& tree, std::span<const float> similarity) : m_tree(tree), m_count(tree.items) {
        numberLeaves();
        m_similarity.resize(at(m_count * m_count));
        for (std::int64_t i = 0; i < m_count; ++i)
            for (std::int64_t j = 0; j < m_count; ++j)
                m_similarity[at(i * m_count + j)] = similarity[at(m_item[at(i)] * m_count + m_item[at(j)])];
        m_best.assign(at(m_count * m_count), kNever);
        for (std::int64_t leaf = 0; leaf < m_count; ++leaf)
            m_best[at(leaf * m_count + leaf)] = 0;
        for (std::int64_t node = m_count; node < nodes(); ++node)
            fill(node);
    }

    std::vector<std::int32_t> order() const {
        const Range a = left(nodes() - 1), b = right(nodes() - 1);
        Step step{nodes() - 1, a.begin, b.begin};
        for (std::int64_t u = a.begin; u < a.end; ++u)
            for (std::int64_t w = b.begin; w < b.end; ++w)
                if (best(u, w) > best(step.first, step.last))
                    step = {nodes() - 1, u, w};
        std::vector<std::int32_t> items;
        std::vector<Step> open{step};
        while (!open.empty()) {
            step = open.back();
            open.pop_back();
            if (step.node < m_count) {
                items.push_back(m_item[at(step.first)]);
                continue;
            }
            const auto [near, far] = split(step);
            open.push_back(far);
            open.push_back(near);
        }
        return items;
    }

private:
    struct Range {
        std::int64_t begin, end;
        bool contains(std::int64_t leaf) const { return begin <= leaf && leaf < end; }
    };
    /// A subtree to be written with these leaves at its ends.
    struct Step {
        std::int64_t node, first, last;
    };

    std::int64_t nodes() const { return m_count + static_cast<std::int64_t>(m_tree.children.size()); }
    const LeafTree::Children& children(std::int64_t node) const { return m_tree.children[at(node - m_count)]; }
    Range left(std::int64_t node) const { return m_range[at(children(node).left)]; }
    Range right(std::int64_t node) const { return m_range[at(children(node).right)]; }
    float similarity(std::int64_t a, std::int64_t b) const { return m_similarity[at(a * m_count + b)]; }
    float best(std::int64_t a, std::int64_t b) const { return m_best[at(a * m_count + b)]; }

    /// Leaves that may stand at the other end of `node` when `leaf` stands at one.
    Range opposite(std::int64_t node, std::int64_t leaf) const {
        if (node < m_count)
            return {leaf, leaf + 1};
        return left(node).contains(leaf) ? right(node) : left(node);
    }

    void numberLeaves() {
        std::vector<std::int64_t> size(at(nodes()), 1);
        for (std::int64_t node = m_count; node < nodes(); ++node)
            size[at(node)] = size[at(children(node).left)] + size[at(children(node).right)];
        m_range.assign(at(nodes()), {0, m_count});
        for (std::int64_t node = nodes() - 1; node >= m_count; --node) {
            const auto [leftNode, rightNode] = children(node);
            const Range all = m_range[at(node)];
            const std::int64_t middle = all.begin + size[at(leftNode)];
            m_range[at(leftNode)] = {all.begin, middle};
            m_range[at(rightNode)] = {middle, all.end};
        }
        m_item.resize(at(m_count));
        for (std::int64_t item = 0; item < m_count; ++item)
            m_item[at(m_range[at(item)].begin)] = static_cast<std::int32_t>(item);
    }

    void fill(std::int64_t node) {
        const auto [leftNode, rightNode] = children(node);
        const Range a = left(node), b = right(node);
        std::vector<float> reached(at(b.end - b.begin));
        for (std::int64_t u = a.begin; u < a.end; ++u) {
            // reached[k]: the left part from u on, then leaf k of the right part.
            std::fill(reached.begin(), reached.end(), kNever);
            const Range ends = opposite(leftNode, u);
            for (std::int64_t m = ends.begin; m < ends.end; ++m)
                addAndTakeLarger(reached.data(), best(u, m), &m_similarity[at(m * m_count + b.begin)], b.end - b.begin);
            for (std::int64_t k = b.begin; k < b.end; ++k) {
                const Range last = opposite(rightNode, k);
                addAndTakeLarger(&m_best[at(u * m_count + last.begin)], reached[at(k - b.begin)],
                                 &m_best[at(k * m_count + last.begin)], last.end - last.begin);
            }
            for (std::int64_t w = b.begin; w < b.end; ++w)
                m_best[at(w * m_count + u)] = best(u, w);
        }
    }

    /// Where the best order of a node goes from one child to the other.
    std::pair<Step, Step> split(const Step& step) const {
        auto [nearNode, farNode] = children(step.node);
        if (!m_range[at(nearNode)].contains(step.first))
            std::swap(nearNode, farNode);
        const Range ends = opposite(nearNode, step.first), begins = opposite(farNode, step.last);
        std::int64_t from = ends.begin, to = begins.begin;
        float largest = kNever;
        for (std::int64_t m = ends.begin; m < ends.end; ++m)
            for (std::int64_t k = begins.begin; k < begins.end; ++k)
                if (const float sum = best(step.first, m) + similarity(m, k) + best(k, step.last); sum > largest) {
                    largest = sum;
                    from = m;
                    to = k;
                }
        return {Step{nearNode, step.first, from}, Step{farNode, to, step.last}};
    }

    const LeafTree& m_tree;
    std::int64_t m_count;
    std::vector<Range> m_range;       ///< of each node
    std::vector<std::int32_t> m_item; ///< of each leaf
    std::vector<float> m_similarity;  ///< (n, n) by leaf
    std::vector<float> m_best;        ///< (n, n) by leaf
};

} // namespace

LeafTree averageLinkage(std::span<const float> similarity, std::int64_t n) {
    assert(n >= 1 && similarity.size() == at(n * n));
    Linkage linkage(similarity, n);
    LeafTree tree{n, {}};
    std::vector<std::int64_t> chain;
    std::int64_t start = 0;
    while (static_cast<std::int64_t>(tree.children.size()) < n - 1) {
        while (chain.empty()) {
            if (linkage.stands(start))
                chain.push_back(start);
            else
                ++start;
        }
        const std::int64_t last = chain.back();
        const std::int64_t before = chain.size() > 1 ? chain[chain.size() - 2] : -1;
        const std::int64_t next = linkage.nearest(last, before);
        if (next != before) {
            chain.push_back(next);
            continue;
        }
        chain.resize(chain.size() - 2);
        tree.children.push_back(linkage.join(before, last, static_cast<std::int32_t>(n + std::ssize(tree.children))));
    }
    return tree;
}

std::vector<std::int32_t> optimalLeafOrder(const LeafTree& tree, std::span<const float> similarity) {
    if (tree.items == 1)
        return {0};
    return LeafOrder(tree, similarity).order();
}

} // namespace lpntk::analysis
