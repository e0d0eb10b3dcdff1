#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lpntk::kernel {

/// A neighbour as one number: larger means more positive (or, for the bottom lists, more negative), then smaller row.
/// 0 is "none" and smaller than every neighbour.
using NeighbourKey = std::uint64_t;
NeighbourKey neighbourKey(float value, std::int64_t row);
float valueOf(NeighbourKey key);
std::int32_t rowOf(NeighbourKey key);

/// The most positive and the most negative others of one row, largest key first.
struct NeighbourLists {
    std::span<NeighbourKey> top, bottom;
};

/// Adds values to neighbour lists; in any order they give the same lists. Its buffers are reused.
class NeighbourFinder {
public:
    /// Values of `row` with others, the first of which is numbered `first`; `row` itself is left out.
    void add(const NeighbourLists& lists, std::int64_t row, std::int64_t first, std::span<const float> values);

private:
    void keepLargest(std::span<NeighbourKey> kept, std::span<NeighbourKey> candidates);
    void mergeByCounting(std::span<NeighbourKey> kept, std::span<const NeighbourKey> candidates);
    static void mergeBySorting(std::span<NeighbourKey> kept, std::span<NeighbourKey> candidates);
    std::size_t mark(std::span<const float> values, float below, float above);
    static float raised(float bound, std::span<const float> values, float sign, std::size_t count);

    std::vector<NeighbourKey> m_positive, m_negative, m_merged;
    std::vector<std::size_t> m_before; ///< candidates that come just before each of a list
    std::vector<std::uint64_t> m_marks;
};

} // namespace lpntk::kernel
