#pragma once

#include <core/kernel/layout.h>
#include <core/kernel/store.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace lpntk::kernel {

/// Looks after the bands of a run's files: as soon as all tiles of one are stored, puts it into the order of rows, on a
/// thread of its own. Of a run that is large beside its budget it also gives the pages of the system's cache back that
/// nobody reads soon: they would fill the memory, and every new page costs more than the copy into it, on a virtual
/// machine several times more.
class Bands {
public:
    /// `inRows`: by tile row, bands that are done. `pending`: by tile, those that will be stored. `done` is called on
    /// the thread, for each band between its bytes ("rows") and its line of the journal ("band"), and after it.
    Bands(const run::KernelPlan& plan, const Layout& layout, const Store& store, Journal& journal,
          std::vector<std::uint8_t> inRows, const std::vector<std::uint8_t>& pending,
          std::function<void(const char* event)> done);
    /// Bands that are not begun stay as they are; a resumed job goes on with them.
    ~Bands();
    Bands(const Bands&) = delete;
    Bands& operator=(const Bands&) = delete;

    /// How the places of a tile lie. From any thread.
    TileOrder orderOf(const Tile& tile);
    /// A pending tile is stored and in the journal. Throws what a band failed with. From any thread.
    void stored(const Tile& tile);
    /// Returns when all bands whose tiles are stored are in rows; takes part in that work, with Store::bandBytes() more
    /// memory. Throws what one failed with.
    void finish();

private:
    void work(const std::stop_token& stop);
    void nextBand(std::unique_lock<std::mutex>& lock, std::span<std::byte> scratch);
    void putIntoRows(int tileRow, std::span<std::byte> scratch);

    const Layout& m_layout;
    const Store& m_store;
    Journal& m_journal;
    std::function<void(const char*)> m_done;
    bool m_releasing, m_releasingAll;
    std::size_t m_scratchBytes;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::vector<std::uint8_t> m_inRows;  ///< by tile row
    std::vector<std::int64_t> m_missing; ///< by tile row, tiles
    std::deque<int> m_complete;          ///< tile rows, to be put into rows
    int m_working = 0;                   ///< threads that do that
    std::deque<Store::Place> m_released;
    std::exception_ptr m_failure;
    std::jthread m_thread; ///< last, so that it ends before what it uses
};

} // namespace lpntk::kernel
