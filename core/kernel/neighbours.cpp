#include <core/kernel/neighbours.h>

#include <core/kernel/loops.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>

namespace lpntk::kernel {

namespace {

constexpr std::size_t kBits = 64; // of a mark

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
    constexpr std::size_t kShort = 128; // where counting costs less than guessing
    const bool counting = kept.size() <= kShort;
    if (candidates.size() > (counting ? 2 : 1) * kept.size()) {
        std::nth_element(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept.size()),
                         candidates.end(), std::greater<>());
        candidates = candidates.first(kept.size());
    }
    if (counting)
        mergeByCounting(kept, candidates);
    else
        mergeBySorting(kept, candidates);
}

/// The place of each is the number of those that are larger.
void NeighbourFinder::mergeByCounting(std::span<NeighbourKey> kept, std::span<const NeighbourKey> candidates) {
    if (candidates.empty())
        return;
    const std::size_t count = kept.size();
    m_merged.resize(count + candidates.size()); // what falls out of the list too
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

/// Above `bound` and still with at least `count` of the values times `sign` at or above it, as the bound has: not many
/// more, if equal values allow. By halving: a look at all values costs less than a dozen candidates.
float NeighbourFinder::raised(float bound, std::span<const float> values, float sign, std::size_t count) {
    constexpr int kHalvings = 16;
    const Range range = rangeOf(values, sign);
    float low = std::max(bound, range.low), high = range.high;
    for (int i = 0; i < kHalvings; ++i) {
        const float middle = low + (high - low) / 2;
        const std::size_t found = countAtLeast(values, sign, middle);
        (found < count ? high : low) = middle;
        if (found >= count && found <= count + count / 8)
            break;
    }
    return low;
}

/// A bit for each value outside of the bounds; how many there are.
std::size_t NeighbourFinder::mark(std::span<const float> values, float below, float above) {
    m_marks.resize((values.size() + kBits - 1) / kBits);
    std::size_t marked = 0;
    for (std::size_t i = 0; i < m_marks.size(); ++i) {
        const std::size_t begin = i * kBits;
        m_marks[i] = markOutside(values.subspan(begin, std::min(kBits, values.size() - begin)), below, above);
        marked += static_cast<std::size_t>(std::popcount(m_marks[i]));
    }
    return marked;
}

void NeighbourFinder::add(const NeighbourLists& lists, std::int64_t row, std::int64_t first,
                          std::span<const float> values) {
    constexpr float kAll = std::numeric_limits<float>::infinity();
    float above = lists.top.back() ? valueOf(lists.top.back()) : -kAll;
    float below = lists.bottom.back() ? -valueOf(lists.bottom.back()) : kAll;
    // Values of a class that the lists have met nothing like are nearly all outside. Then nearer bounds first: a
    // candidate costs more than some looks at all values. One more, because the row itself does not count.
    const std::size_t tops = lists.top.size() + 1, bottoms = lists.bottom.size() + 1;
    if (mark(values, below, above) > 2 * tops) {
        if (countAtLeast(values, 1, above) > 2 * tops)
            above = raised(above, values, 1, tops);
        if (countAtLeast(values, -1, -below) > 2 * bottoms)
            below = -raised(-below, values, -1, bottoms);
        mark(values, below, above);
    }
    m_positive.resize(values.size());
    m_negative.resize(values.size());
    NeighbourKey* const positive = m_positive.data();
    NeighbourKey* const negative = m_negative.data();
    std::size_t positives = 0, negatives = 0;
    for (std::size_t stretch = 0; stretch < m_marks.size(); ++stretch) {
        for (std::uint64_t marks = m_marks[stretch]; marks != 0; marks &= marks - 1) {
            const std::size_t i = stretch * kBits + static_cast<std::size_t>(std::countr_zero(marks));
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
