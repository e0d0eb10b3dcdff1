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

/// Of keys sorted from the largest; reading all of a short list costs less than guessing where to look.
std::size_t countLarger(std::span<const NeighbourKey> sorted, NeighbourKey key) {
    std::size_t larger = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i)
        larger += sorted.data()[i] > key ? 1 : 0;
    return larger;
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
void NeighbourFinder::keepLargest(std::span<NeighbourKey> kept, std::span<NeighbourKey> candidates) {
    if (candidates.size() > kept.size()) {
        std::nth_element(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept.size()),
                         candidates.end(), std::greater<>());
        candidates = candidates.first(kept.size());
    }
    // Where making room for each costs less than sorting and merging them.
    constexpr std::size_t kFew = 12, kShort = 128;
    if (candidates.size() <= kFew && kept.size() <= kShort) {
        for (const NeighbourKey key : candidates) {
            const std::size_t place = countLarger(kept, key);
            if (place == kept.size())
                continue;
            std::move_backward(kept.begin() + static_cast<std::ptrdiff_t>(place), kept.end() - 1, kept.end());
            kept[place] = key;
        }
        return;
    }
    std::sort(candidates.begin(), candidates.end(), std::greater<>());
    // How many of them are among the largest; then from the smallest on, in place.
    std::size_t added = 0;
    while (added < candidates.size() && candidates[added] > kept[kept.size() - 1 - added])
        ++added;
    std::size_t before = kept.size() - added;
    for (std::size_t to = kept.size(); added > 0; --to) {
        const NeighbourKey candidate = candidates[added - 1];
        if (before > 0 && kept[before - 1] < candidate) {
            kept[to - 1] = kept[--before];
        } else {
            kept[to - 1] = candidate;
            --added;
        }
    }
}

void NeighbourFinder::add(const NeighbourLists& lists, std::int64_t row, std::int64_t first,
                          std::span<const float> values) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const float above = lists.top.back() ? valueOf(lists.top.back()) : -infinity;
    const float below = lists.bottom.back() ? -valueOf(lists.bottom.back()) : infinity;
    m_positive.resize(values.size());
    m_negative.resize(values.size());
    NeighbourKey* const positive = m_positive.data();
    NeighbourKey* const negative = m_negative.data();
    std::size_t positives = 0, negatives = 0;
    constexpr std::size_t kStretch = 64; // bits
    for (std::size_t begin = 0; begin < values.size(); begin += kStretch) {
        const auto stretch = values.subspan(begin, std::min(kStretch, values.size() - begin));
        std::uint64_t marks = markOutside(stretch, below, above);
        for (; marks != 0; marks &= marks - 1) {
            const std::size_t i = begin + static_cast<std::size_t>(std::countr_zero(marks));
            const std::int64_t other = first + static_cast<std::int64_t>(i);
            const float value = values.data()[i];
            positive[positives] = neighbourKey(value, other);
            negative[negatives] = neighbourKey(-value, other);
            positives += value >= above && other != row ? 1 : 0;
            negatives += value <= below && other != row ? 1 : 0;
        }
    }
    keepLargest(lists.top, {positive, positives});
    keepLargest(lists.bottom, {negative, negatives});
}

} // namespace lpntk::kernel
