#include <core/analysis/rows_ahead.h>

#include <algorithm>

namespace lpntk::analysis {

void RowsAhead::take(std::int32_t member, std::span<float> row) {
    const auto found = m_kept.extract(member);
    std::copy(found.mapped().begin(), found.mapped().end(), row.begin());
}

void RowsAhead::read(std::span<const std::int32_t> members, std::span<float> row, std::span<const float> pick) {
    const std::span<const float> rows = group(members);
    const auto size = static_cast<std::size_t>(m_block.size);
    std::copy_n(rows.begin(), size, row.begin());
    for (std::size_t i = 1; i < members.size(); ++i) {
        const auto own = rows.subspan(i * size, size);
        m_kept[members[i]].assign(own.begin(), own.end());
    }
    drop(pick);
}

std::span<const float> RowsAhead::group(std::span<const std::int32_t> members) {
    const std::size_t numbers = members.size() * static_cast<std::size_t>(m_block.size);
    m_group.resize(std::max(m_group.size(), numbers));
    const auto rows = std::span(m_group).first(numbers);
    m_block.rows(members, rows);
    return rows;
}

void RowsAhead::drop(std::span<const float> pick) {
    const auto needed = [&](const auto& entry) { return pick[static_cast<std::size_t>(entry.first)]; };
    while (static_cast<std::int64_t>(m_kept.size()) > std::max<std::int64_t>(m_block.rowsKept, 0))
        m_kept.erase(std::max_element(m_kept.begin(), m_kept.end(),
                                      [&](const auto& a, const auto& b) { return needed(a) < needed(b); }));
}

} // namespace lpntk::analysis
