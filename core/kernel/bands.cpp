#include <core/kernel/bands.h>

#include <core/base/error.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace lpntk::kernel {

namespace {

std::size_t at(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

} // namespace

Bands::Bands(const run::KernelPlan& plan, const Layout& layout, const Store& store, Journal& journal,
             std::vector<std::uint8_t> inRows, const std::vector<std::uint8_t>& pending,
             std::function<void(const char* event)> done)
    : m_layout(layout), m_store(store), m_journal(journal), m_done(std::move(done)),
      m_releasing(plan.diskBytes > plan.memoryBudget / 2),
      // Where all signals are in memory the tiles of a band come one after the other, and it is in rows a moment later.
      m_releasingAll(m_releasing && plan.panelRows < plan.rows), m_scratchBytes(at(Store::bandBytes(plan))),
      m_inRows(std::move(inRows)), m_missing(layout.tileRows().size()) {
    m_inRows.resize(m_missing.size());
    for (std::size_t number = 0; number < pending.size(); ++number) {
        const Tile& tile = layout.tile(static_cast<std::int64_t>(number));
        if (!pending[number])
            continue;
        ++m_missing[at(tile.row)];
        m_missing[at(tile.column)] += tile.diagonal() ? 0 : 1;
    }
    for (std::size_t row = 0; row < m_missing.size(); ++row) {
        if (m_missing[row] == 0 && !m_inRows[row])
            m_complete.push_back(static_cast<int>(row));
    }
    m_thread = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Bands::~Bands() = default;

TileOrder Bands::orderOf(const Tile& tile) {
    const std::lock_guard lock(m_mutex);
    return {m_inRows[at(tile.row)] != 0, m_inRows[at(tile.column)] != 0};
}

void Bands::stored(const Tile& tile) {
    {
        const std::lock_guard lock(m_mutex);
        if (m_failure)
            std::rethrow_exception(m_failure);
        const auto storedIn = [&](int row, bool releasing) {
            if (--m_missing[at(row)] == 0 && !m_inRows[at(row)])
                m_complete.push_back(row);
            else if (releasing && !m_inRows[at(row)])
                m_released.push_back(m_store.pieceOf(tile, row));
        };
        storedIn(tile.row, m_releasingAll);
        if (!tile.diagonal())
            storedIn(tile.column, m_releasing);
    }
    m_changed.notify_all();
}

void Bands::finish() {
    const auto scratch = std::make_unique_for_overwrite<std::byte[]>(m_scratchBytes);
    std::unique_lock lock(m_mutex);
    while (!m_failure && !m_complete.empty())
        nextBand(lock, {scratch.get(), m_scratchBytes});
    m_changed.wait(lock, [this] { return m_working == 0; });
    if (m_failure)
        std::rethrow_exception(m_failure);
}

void Bands::work(const std::stop_token& stop) {
    // Kept: new memory costs more than what is copied through it.
    const auto scratch = std::make_unique_for_overwrite<std::byte[]>(m_scratchBytes);
    std::unique_lock lock(m_mutex);
    const auto isSomething = [this] { return !m_complete.empty() || !m_released.empty(); };
    while (m_changed.wait(lock, stop, isSomething) && !stop.stop_requested()) {
        if (!m_complete.empty()) {
            nextBand(lock, {scratch.get(), m_scratchBytes});
            continue;
        }
        const Store::Place place = m_released.front();
        m_released.pop_front();
        lock.unlock();
        m_store.releasePages(place);
        lock.lock();
    }
}

void Bands::nextBand(std::unique_lock<std::mutex>& lock, std::span<std::byte> scratch) {
    const int tileRow = m_complete.front();
    m_complete.pop_front();
    ++m_working;
    lock.unlock();
    std::exception_ptr failure;
    try {
        putIntoRows(tileRow, scratch);
    } catch (...) {
        failure = std::current_exception();
    }
    lock.lock();
    --m_working;
    if (failure) {
        m_failure = failure;
        m_complete.clear();
        m_released.clear();
    }
    m_changed.notify_all();
}

void Bands::putIntoRows(int tileRow, std::span<std::byte> scratch) {
    m_store.putIntoRows(tileRow, scratch);
    m_done("rows");
    m_journal.appendBand(tileRow);
    {
        const std::lock_guard lock(m_mutex);
        m_inRows[at(tileRow)] = 1;
    }
    m_done("band");
    if (m_releasing)
        m_store.releaseBand(tileRow);
    else
        m_store.beginWriting(tileRow);
}

} // namespace lpntk::kernel
