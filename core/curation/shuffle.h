#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace lpntk::curation {

/// The generator documented in pruning.h: what std distributions and std::shuffle do differs between libraries.
class Shuffler {
public:
    explicit Shuffler(std::uint64_t seed) : m_generator(seed) {}

    /// Every number of [0, count) equally likely.
    std::uint64_t below(std::uint64_t count) {
        // 2^64 mod count values at the top would favour small results.
        const std::uint64_t excess = (0 - count) % count;
        std::uint64_t value = m_generator();
        while (excess != 0 && value >= 0 - excess)
            value = m_generator();
        return value % count;
    }

    template <typename T> void shuffle(std::vector<T>& values) {
        for (std::size_t i = values.size(); i > 1; --i)
            std::swap(values[i - 1], values[below(i)]);
    }

private:
    std::mt19937_64 m_generator;
};

} // namespace lpntk::curation
