#pragma once

#include <compare>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

namespace lpntk::vtk {

/// A square of 256 x 256 cells of one pyramid level; a cell of level l covers 2^l x 2^l pairs.
struct TileKey {
    static constexpr int kSide = 256;
    int level = 0;
    int row = 0;
    int column = 0;
    auto operator<=>(const TileKey&) const = default;
    /// One number, different for different tiles of maps up to 2^28 cells a side.
    std::uint64_t number() const {
        return (static_cast<std::uint64_t>(level) << 56) | (static_cast<std::uint64_t>(row) << 28) |
               static_cast<std::uint64_t>(column);
    }
    /// Samples that a side of the tile covers.
    std::int64_t span() const { return static_cast<std::int64_t>(kSide) << level; }
};

/// Values of a tile, row-major, rows x columns cells (less than 256 at the far edges of the map); NaN = not computed.
struct TileValues {
    int rows = 0;
    int columns = 0;
    std::vector<float> values;
};

/// The tiles read lately, least recently used ones dropped. `generation` tells what was asked for (order, statistic,
/// quantity): tiles of an older one are still shown until the new one is there. Window's thread only.
class TileCache {
public:
    struct Entry {
        TileKey key;
        std::shared_ptr<const TileValues> values;
        std::uint64_t generation = 0;
    };

    explicit TileCache(std::size_t capacity) : m_capacity(capacity) {}

    /// The tile, moved to the front; null when it is not there.
    const Entry* find(const TileKey& key);
    void insert(Entry entry);
    void clear();
    std::size_t size() const { return m_entries.size(); }

private:
    std::size_t m_capacity;
    std::list<Entry> m_entries; ///< most recently used first
    std::unordered_map<std::uint64_t, std::list<Entry>::iterator> m_places;
};

} // namespace lpntk::vtk
