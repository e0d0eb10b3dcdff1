#include <core/kernel/tile_group.h>

#include <core/base/files.h>
#include <core/base/hash.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>
#include <utility>

namespace lpntk::kernel {

namespace {

/// Of one tile and its transpose: the kernel's entries, and three statistics of 2 bytes a pyramid cell.
std::int64_t storedBytes(const run::KernelPlan& plan) {
    const std::int64_t entries = std::int64_t{plan.tile} * plan.tile;
    return 2 * (entries * (plan.store == run::StoreType::f32 ? 4 : 2) + entries * 6 / 48);
}

} // namespace

std::unique_ptr<std::byte[]> GroupMemory::take(std::size_t bytes) {
    const std::lock_guard lock(m_mutex);
    const auto fitting =
        std::find_if(m_spare.begin(), m_spare.end(), [&](const Spare& spare) { return spare.bytes >= bytes; });
    if (fitting == m_spare.end()) {
        m_spare.clear(); // what the plan counts holds no others beside
        return std::make_unique_for_overwrite<std::byte[]>(bytes);
    }
    std::unique_ptr<std::byte[]> memory = std::move(fitting->memory);
    m_spare.erase(fitting);
    return memory;
}

void GroupMemory::giveBack(std::unique_ptr<std::byte[]> memory, std::size_t bytes) {
    const std::lock_guard lock(m_mutex);
    m_spare.push_back({std::move(memory), bytes});
}

TileGroup::TileGroup(const Store& store, const Layout& layout, std::vector<std::int64_t> tiles, GroupMemory& memory)
    : m_store(store), m_layout(layout), m_tiles(std::move(tiles)), m_memory(memory), m_checksums(m_tiles.size()),
      m_there(m_tiles.size()), m_missing(m_tiles.size()) {}

TileGroup::~TileGroup() {
    if (m_bytes)
        m_memory.giveBack(std::move(m_bytes), m_size);
}

/// Places that follow each other in their file's rows become runs.
void TileGroup::open() {
    struct Found {
        Store::Place place;
        std::size_t tile, number;
    };
    std::vector<Found> found;
    m_pieces.resize(m_tiles.size());
    for (std::size_t tile = 0; tile < m_tiles.size(); ++tile) {
        const std::vector<Store::Place> places = m_store.places(m_layout.tile(m_tiles[tile]));
        m_pieces[tile].resize(places.size());
        for (std::size_t number = 0; number < places.size(); ++number)
            found.push_back({places[number], tile, number});
    }
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return std::tie(a.place.path, a.place.offset) < std::tie(b.place.path, b.place.offset);
    });
    for (const Found& next : found) {
        Store::Place* last = m_runs.empty() ? nullptr : &m_runs.back().place;
        const bool follows = last && last->path == next.place.path && last->stride == next.place.stride &&
                             last->rows == next.place.rows && last->offset + last->rowBytes == next.place.offset;
        if (!follows) {
            m_runs.push_back({next.place});
            m_runs.back().place.rowBytes = 0;
            last = &m_runs.back().place;
        }
        m_pieces[next.tile][next.number] = {m_runs.size() - 1, static_cast<std::size_t>(last->rowBytes)};
        last->rowBytes += next.place.rowBytes;
    }
    for (Run& run : m_runs) {
        run.start = m_size;
        m_size += static_cast<std::size_t>(run.place.rows * run.place.rowBytes);
    }
    m_bytes = m_memory.take(m_size);
}

bool TileGroup::put(std::size_t index, const TileBytes& bytes) {
    std::call_once(m_opened, [this] { open(); });
    std::uint32_t crc = 0;
    for (std::size_t number = 0; number < bytes.size(); ++number) {
        const Piece& piece = m_pieces[index][number];
        const Run& run = m_runs[piece.run];
        const auto rows = static_cast<std::size_t>(run.place.rows),
                   stride = static_cast<std::size_t>(run.place.rowBytes);
        const std::size_t width = bytes[number].size() / rows;
        for (std::size_t row = 0; row < rows; ++row)
            std::memcpy(m_bytes.get() + run.start + row * stride + piece.column, bytes[number].data() + row * width,
                        width);
        crc = base::crc32(bytes[number], crc);
    }
    m_checksums[index] = crc;
    m_there[index] = 1;
    return m_missing.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

void TileGroup::write(Journal& journal) const {
    for (const Run& run : m_runs) {
        const base::File file = base::File::openWrite(*run.place.path);
        const auto rowBytes = static_cast<std::size_t>(run.place.rowBytes);
        for (std::int64_t row = 0; row < run.place.rows; ++row)
            file.writeAt(run.place.offset + row * run.place.stride,
                         {m_bytes.get() + run.start + static_cast<std::size_t>(row) * rowBytes, rowBytes});
    }
    journal.append(m_layout, m_tiles, m_checksums);
}

void TileGroup::writePart(Journal& journal) const {
    for (std::size_t tile = 0; tile < m_tiles.size(); ++tile) {
        if (!m_there[tile])
            continue;
        const std::vector<Store::Place> places = m_store.places(m_layout.tile(m_tiles[tile]));
        for (std::size_t number = 0; number < places.size(); ++number) {
            const Piece& piece = m_pieces[tile][number];
            const Run& run = m_runs[piece.run];
            const base::File file = base::File::openWrite(*places[number].path);
            for (std::int64_t row = 0; row < places[number].rows; ++row)
                file.writeAt(
                    places[number].offset + row * places[number].stride,
                    {m_bytes.get() + run.start + static_cast<std::size_t>(row * run.place.rowBytes) + piece.column,
                     static_cast<std::size_t>(places[number].rowBytes)});
        }
        journal.append(m_layout, std::span(m_tiles).subspan(tile, 1), std::span(m_checksums).subspan(tile, 1));
    }
}

int TileGroup::sideFor(const run::KernelPlan& plan) {
    constexpr std::int64_t kRowBytes = 16384, kLargest = 8, kShareOfBudget = 6;
    constexpr double kMostMacs = 1e12; // some ten seconds of a core
    const double macs = static_cast<double>(plan.macsPerPair()) * plan.tile * plan.tile;
    const std::int64_t rowBytes = std::int64_t{plan.tile} * (plan.store == run::StoreType::f32 ? 4 : 2);
    int side = static_cast<int>(std::clamp<std::int64_t>(kRowBytes / rowBytes, 1, kLargest));
    while (side > 1 &&
           (2 * storedBytes(plan) * side * side > plan.memoryBudget / kShareOfBudget || macs * side * side > kMostMacs))
        side /= 2;
    return side;
}

std::int64_t TileGroup::bytes(const run::KernelPlan& plan) {
    const std::int64_t tiles = std::min<std::int64_t>(std::int64_t{plan.groupSide} * plan.groupSide, plan.tiles());
    return tiles * storedBytes(plan);
}

std::vector<std::vector<std::int64_t>> TileGroup::groupsOf(const Layout& layout, std::span<const std::int64_t> tiles,
                                                           int side) {
    // A square never reaches into two blocks, because no tile does.
    std::map<std::tuple<int, int, int>, std::size_t> numbers;
    std::vector<std::vector<std::int64_t>> groups;
    for (const std::int64_t number : tiles) {
        const Tile& tile = layout.tile(number);
        const auto [entry, isNew] =
            numbers.try_emplace({layout.tileRow(tile.row).block, tile.row / side, tile.column / side}, groups.size());
        if (isNew)
            groups.emplace_back();
        groups[entry->second].push_back(number);
    }
    return groups;
}

} // namespace lpntk::kernel
