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

/// Candidates are used up; the list is sorted from the largest.
void NeighbourFinder::keepLargest(std::span<NeighbourKey> kept, std::span<NeighbourKey> candidates) {
    if (candidates.size() > kept.size()) {
        std::nth_element(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept.size()),
                         candidates.end(), std::greater<>());
        candidates = candidates.first(kept.size());
    }
    constexpr std::size_t kShort = 128; // where counting costs less than guessing
    if (kept.size() <= kShort)
        mergeByCounting(kept, candidates);
    else
        mergeBySorting(kept, candidates);
}

/// The place of each is the number of those that are larger.
void NeighbourFinder::mergeByCounting(std::span<NeighbourKey> kept, std::span<const NeighbourKey> candidates) {
    if (candidates.empty())
        return;
    const std::size_t count = kept.size();
    m_merged.resize(2 * count); // what falls out of the list too
    m_before.assign(count + 1, 0);
    for (const NeighbourKey key : candidates) {
        const std::size_t larger = countLarger(kept, key);
        ++m_before[larger];
        m_merged[larger + countLarger(candidates, key)] = key;
    }
    std::size_t before = 0;
    for (std::size_t i = 0; i < count; ++i) {
        before += m_before[i];
        m_merged[i + before] = kept[i];
    }
    std::copy_n(m_merged.begin(), count, kept.begin());
}

void NeighbourFinder::mergeBySorting(std::span<NeighbourKey> kept, std::span<NeighbourKey> candidates) {
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

/// A value that at least `count` of the values are at or above, and few more; -infinity where no short way leads to
/// one. The others' lower bound is got from the values' negatives.
float NeighbourFinder::boundOf(std::span<const float> values, std::size_t count, float sign) {
    // As many groups have a largest value at or above the count-th of those as values there are at least.
    constexpr std::size_t kGroup = 4; // fewer values a group save nothing
    const std::size_t groups = (count + count / 4 + 15) / 16 * 16;
    if (values.size() < kGroup * groups)
        return -std::numeric_limits<float>::infinity();
    m_largest.resize(groups);
    largestOfGroups(values, sign, m_largest);
    const auto place = m_largest.begin() + static_cast<std::ptrdiff_t>(count) - 1;
    std::nth_element(m_largest.begin(), place, m_largest.end(), std::greater<>());
    return *place;
}

void NeighbourFinder::add(const NeighbourLists& lists, std::int64_t row, std::int64_t first,
                          std::span<const float> values) {
    // One more, because the row itself does not count.
    const float above = lists.top.back() ? valueOf(lists.top.back()) : boundOf(values, lists.top.size() + 1, 1);
    const float below =
        -(lists.bottom.back() ? valueOf(lists.bottom.back()) : boundOf(values, lists.bottom.size() + 1, -1));
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
