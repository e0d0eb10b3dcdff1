#pragma once

#include <core/analysis/clustering.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace lpntk::analysis {

/// Rows of a block that reads several at once, some of them before their turn.
class RowsAhead {
public:
    explicit RowsAhead(const SimilarityBlock& block) : m_block(block) {}

    /// Whether the block reads several rows at once; without that there is nothing to be ahead of.
    bool isUsed() const { return m_block.rows != nullptr; }
    std::int64_t atOnce() const { return std::max<std::int64_t>(m_block.rowsAtOnce, 1); }
    std::size_t kept() const { return m_kept.size(); }
    bool has(std::int32_t member) const { return m_kept.contains(member); }

    /// Gives a kept row away.
    void take(std::int32_t member, std::span<float> row);
    /// Reads the row of the first of `members` and keeps those of the others. Where that is too many, the rows go first
    /// whose members will be needed last: those with the largest `pick` (n).
    void read(std::span<const std::int32_t> members, std::span<float> row, std::span<const float> pick);
    /// (members.size(), n) rows, which are there until the next call.
    std::span<const float> group(std::span<const std::int32_t> members);

private:
    void drop(std::span<const float> pick);

    const SimilarityBlock& m_block;
    std::vector<float> m_group;
    std::map<std::int32_t, std::vector<float>> m_kept;
};

} // namespace lpntk::analysis
