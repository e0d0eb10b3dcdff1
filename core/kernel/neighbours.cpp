#include <core/kernel/neighbours.h>

#include <core/kernel/loops.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>

namespace lpntk::kernel {

namespace {

std::uint32_t ordered(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value + 0.0f); // -0 and 0 are one value
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

} // namespace

NeighbourKey neighbourKey(float value, std::int64_t row) {
    return (static_cast<NeighbourKey>(ordered(value)) << 32) | (0xffffffffu - static_cast<std::uint32_t>(row));
}

float valueOf(NeighbourKey key) {
    const auto bits = static_cast<std::uint32_t>(key >> 32);
    return std::bit_cast<float>(bits & 0x80000000u ? bits & 0x7fffffffu : ~bits);
}

std::int32_t rowOf(NeighbourKey key) {
    return static_cast<std::int32_t>(0xffffffffu - static_cast<std::uint32_t>(key));
}

/// Merges candidates, which are used up, into a list of the largest keys, sorted from the largest.
void NeighbourFinder::keepLargest(std::span<NeighbourKey> kept, std::vector<NeighbourKey>& candidates) {
    if (candidates.empty())
        return;
    if (candidates.size() > kept.size()) {
        const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(kept.size());
        std::nth_element(candidates.begin(), end, candidates.end(), std::greater<>());
        candidates.erase(end, candidates.end());
    }
    constexpr std::size_t kFew = 6; // where making room for each costs less than merging
    if (candidates.size() <= kFew) {
        for (const NeighbourKey key : candidates) {
            const auto place = std::lower_bound(kept.begin(), kept.end(), key, std::greater<>());
            if (place == kept.end())
                continue;
            std::move_backward(place, kept.end() - 1, kept.end());
            *place = key;
        }
        return;
    }
    std::sort(candidates.begin(), candidates.end(), std::greater<>());
    // The last few of both together do not fit in, and are never looked at again.
    m_merged.resize(kept.size() + candidates.size());
    std::merge(kept.begin(), kept.end(), candidates.begin(), candidates.end(), m_merged.begin(), std::greater<>());
    std::copy_n(m_merged.begin(), kept.size(), kept.begin());
}

void NeighbourFinder::add(const NeighbourLists& lists, std::int64_t row, std::int64_t first,
                          std::span<const float> values) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const float above = lists.top.back() ? valueOf(lists.top.back()) : -infinity;
    const float below = lists.bottom.back() ? -valueOf(lists.bottom.back()) : infinity;
    m_positive.clear();
    m_negative.clear();
    constexpr std::size_t kStretch = 64;
    for (std::size_t begin = 0; begin < values.size(); begin += kStretch) {
        const auto stretch = values.subspan(begin, std::min(kStretch, values.size() - begin));
        if (!anyOutside(stretch, below, above))
            continue;
        for (std::size_t i = 0; i < stretch.size(); ++i) {
            const std::int64_t other = first + static_cast<std::int64_t>(begin + i);
            if (other == row)
                continue;
            if (stretch[i] >= above)
                m_positive.push_back(neighbourKey(stretch[i], other));
            if (stretch[i] <= below)
                m_negative.push_back(neighbourKey(-stretch[i], other));
        }
    }
    keepLargest(lists.top, m_positive);
    keepLargest(lists.bottom, m_negative);
}

} // namespace lpntk::kernel
