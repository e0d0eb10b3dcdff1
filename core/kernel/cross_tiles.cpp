#include <core/kernel/cross_tiles.h>

#include <core/base/error.h>
#include <core/base/parallel.h>

#include <algorithm>
#include <mutex>
#include <utility>

namespace lpntk::kernel {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kSlice = 64; ///< rows that a thread writes or adds at a time

std::size_t at(std::int64_t value) {
    return static_cast<std::size_t>(value);
}
double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}
Clock::duration ofSeconds(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

/// Cuts a range into stretches of `size`.
std::vector<run::RowRange> slicesOf(const run::RowRange& range, std::int64_t size) {
    std::vector<run::RowRange> slices;
    for (std::int64_t begin = range.begin; begin < range.end; begin += size)
        slices.push_back({begin, std::min(begin + size, range.end)});
    return slices;
}

} // namespace

CrossTiles::CrossTiles(const CrossInput& input, const CrossStore& store, const CrossJournal& journal, CrossState& state,
                       std::filesystem::path folder, const JobHooks& hooks)
    : m_input(input), m_plan(input.plan), m_store(store), m_journal(journal), m_state(state),
      m_folder(std::move(folder)), m_hooks(hooks),
      m_device(makeDevice(m_plan.device, Arithmetic::of(m_plan), input.rowSource->layers())),
      m_rowSide{input.rows, *input.rowSource, state.rows}, m_columnSide{input.columns, *input.columnSource,
                                                                        state.columns},
      m_workers(at(m_plan.threads)), m_columnSignals(at(m_plan.panelTiles())),
      m_nextCheckpoint(Clock::now() + ofSeconds(hooks.checkpointSeconds)) {
    for (Worker& worker : m_workers)
        worker.adder = std::make_unique<CrossAdder>(m_plan, input.rows, input.columns, state);
}

bool CrossTiles::pending(int band, int columnTile) const {
    return !m_state.includes(band, columnTile) || m_repair[m_journal.placeOf(band, columnTile)];
}

std::vector<int> CrossTiles::pendingOf(int band, const TileRange& panel) const {
    std::vector<int> tiles;
    for (int tile = panel.begin; tile < panel.end; ++tile) {
        if (pending(band, tile))
            tiles.push_back(tile);
    }
    return tiles;
}

int CrossTiles::panelCount() const {
    return (m_plan.columnTiles() + m_plan.panelTiles() - 1) / m_plan.panelTiles();
}

TileRange CrossTiles::panelAt(int number) const {
    return {number * m_plan.panelTiles(), std::min((number + 1) * m_plan.panelTiles(), m_plan.columnTiles())};
}

std::int64_t CrossTiles::samplesToCompute() const {
    std::int64_t samples = 0;
    for (int number = 0; number < panelCount(); ++number) {
        const TileRange panel = panelAt(number);
        std::vector<std::uint8_t> needed(at(m_plan.columnTiles()));
        for (int band = 0; band < m_plan.bands(); ++band) {
            const std::vector<int> tiles = pendingOf(band, panel);
            samples += tiles.empty() ? 0 : m_plan.band(band).size();
            for (const int tile : tiles)
                needed[at(tile)] = 1;
        }
        for (int tile = panel.begin; tile < panel.end; ++tile)
            samples += needed[at(tile)] ? m_plan.tileColumns(tile).size() : 0;
    }
    return samples;
}

void CrossTiles::run(std::vector<std::uint8_t> repair, const base::JobContext& context) {
    m_repair = std::move(repair);
    m_repair.resize(at(m_plan.pieces()));
    m_piecesDone = m_state.doneCount();
    m_samplesTotal = samplesToCompute();
    try {
        for (int number = 0; number < panelCount(); ++number)
            runPanel(panelAt(number), context);
        if (m_released.valid())
            m_released.get();
        // What comes now needs other memory.
        m_slots.clear();
        m_columnSignals.clear();
        m_workers.clear();
    } catch (...) {
        // A disk that is full now must not hide why the job ended; the last good checkpoint stays.
        try {
            if (!m_adding)
                checkpoint();
        } catch (const base::Error&) {
        }
        throw;
    }
    checkpoint();
}

void CrossTiles::runPanel(const TileRange& panel, const base::JobContext& context) {
    std::vector<int> bands;
    std::vector<std::uint8_t> needed(at(panel.end - panel.begin));
    for (int band = 0; band < m_plan.bands(); ++band) {
        const std::vector<int> tiles = pendingOf(band, panel);
        if (!tiles.empty())
            bands.push_back(band);
        for (const int tile : tiles)
            needed[at(tile - panel.begin)] = 1;
    }
    std::vector<Batch> batches;
    for (int tile = panel.begin; tile < panel.end; ++tile) {
        auto& room = m_columnSignals[at(tile - panel.begin)];
        if (!needed[at(tile - panel.begin)])
            continue;
        if (!room)
            room = m_device->allocate(m_plan.columnTile);
        addBatches(batches, m_plan.tileColumns(tile), *room);
    }
    computeSignals(m_columnSide, batches, context);
    const auto step = at(m_plan.bandsAtOnce);
    for (std::size_t first = 0; first < bands.size(); first += step)
        runBands(std::span(bands).subspan(first, std::min(step, bands.size() - first)), panel, context);
}

void CrossTiles::runBands(std::span<const int> bands, const TileRange& panel, const base::JobContext& context) {
    while (m_slots.size() < bands.size())
        m_slots.push_back({m_device->allocate(m_plan.tile), CrossPanel(m_plan, m_state)});
    std::vector<Slot*> slots;
    std::vector<Batch> batches;
    std::vector<Piece> pieces;
    for (const int band : bands) {
        Slot& slot = m_slots[slots.size()];
        slots.push_back(&slot);
        slot.panel.begin(band, panel, pendingOf(band, panel));
        addBatches(batches, m_plan.band(band), *slot.signals);
        for (const int tile : slot.panel.wanted())
            pieces.push_back({&slot.panel, slot.signals.get(), tile});
    }
    computeSignals(m_rowSide, batches, context);
    const Clock::time_point start = Clock::now();
    computePieces(pieces, panel, context);
    store(slots, pieces, context);
    add(slots, panel);
    m_piecesComputed += static_cast<std::int64_t>(pieces.size());
    m_tileSeconds += secondsSince(start);
    m_hooks.event("piece");
    release(slots);
    checkpointIfDue();
}

/// Batches start anew in every tile, so that their bounds, and with them the bits, do not depend on panels.
void CrossTiles::addBatches(std::vector<Batch>& batches, const run::RowRange& range, SignalRows& room) const {
    for (const run::RowRange& slice : slicesOf(range, m_plan.batch))
        batches.push_back({slice, &room, slice.begin - range.begin});
}

void CrossTiles::computeSignals(const CrossSide& side, const std::vector<Batch>& batches,
                                const base::JobContext& context) {
    const Clock::time_point start = Clock::now();
    std::mutex lock;
    base::parallelFor(static_cast<std::int64_t>(batches.size()), m_device->signalThreads(m_plan.threads), context,
                      [&](std::int64_t i, int) {
                          const Batch& batch = batches[at(i)];
                          side.computeSignals(batch.range, *batch.room, batch.local);
                          const std::lock_guard guard(lock);
                          m_samplesDone += batch.range.size();
                          context.progress("signals", static_cast<double>(m_samplesDone),
                                           static_cast<double>(m_samplesTotal), "samples");
                      });
    m_signalSeconds += secondsSince(start);
    m_hooks.event("signals");
}

void CrossTiles::computePieces(std::span<Piece> pieces, const TileRange& panel, const base::JobContext& context) {
    std::mutex lock;
    std::int64_t done = m_piecesDone;
    base::parallelFor(
        static_cast<std::int64_t>(pieces.size()), m_plan.threads, context, [&](std::int64_t i, int number) {
            const OneThread one;
            Worker& worker = m_workers[at(number)];
            if (!worker.tiles) {
                worker.tiles = m_device->worker();
                worker.contraction.resize(at(std::int64_t{m_plan.tile} * m_plan.columnTile));
            }
            Piece& piece = pieces[at(i)];
            const std::int64_t rows = piece.panel->rows().size(), columns = m_plan.tileColumns(piece.columnTile).size();
            const auto contraction = std::span(worker.contraction).first(at(rows * columns));
            worker.tiles->contract(*piece.signals, rows, *m_columnSignals[at(piece.columnTile - panel.begin)], columns,
                                   context, contraction);
            piece.checksum = piece.panel->put(piece.columnTile, contraction);
            const std::lock_guard guard(lock);
            done += m_state.includes(piece.panel->band(), piece.columnTile) ? 0 : 1;
            context.progress("tiles", static_cast<double>(done), static_cast<double>(m_plan.pieces()), "tiles");
        });
}

void CrossTiles::store(std::span<Slot*> slots, std::span<const Piece> pieces, const base::JobContext& context) {
    std::vector<std::pair<const CrossPanel*, run::RowRange>> slices;
    for (const Slot* slot : slots) {
        for (const run::RowRange& slice : slicesOf(slot->panel.rows(), kSlice))
            slices.emplace_back(&slot->panel, slice);
    }
    base::parallelFor(static_cast<std::int64_t>(slices.size()), m_plan.threads, context,
                      [&](std::int64_t i, int) { slices[at(i)].first->write(m_store, slices[at(i)].second); });
    std::string lines;
    for (const Piece& piece : pieces)
        lines += CrossJournal::lineOf(piece.panel->band(), piece.columnTile, piece.checksum);
    m_hooks.event("stored");
    m_journal.append(lines);
}

/// Not to be cancelled: a piece counts wholly or not at all.
void CrossTiles::add(std::span<Slot*> slots, const TileRange& panel) {
    struct RowTask {
        const CrossPanel* panel;
        run::RowRange rows;
        TileRange tiles;
    };
    std::vector<RowTask> rowTasks;
    for (const Slot* slot : slots) {
        const TileRange lacking{std::max(m_state.done[at(slot->panel.band())], panel.begin), panel.end};
        for (const run::RowRange& slice : slicesOf(slot->panel.rows(), kSlice)) {
            if (lacking.begin < lacking.end)
                rowTasks.push_back({&slot->panel, slice, lacking});
        }
    }
    const auto columnTasks = static_cast<std::int64_t>(panel.end - panel.begin);
    m_adding = true;
    base::parallelFor(columnTasks + static_cast<std::int64_t>(rowTasks.size()), m_plan.threads, {},
                      [&](std::int64_t i, int number) {
                          CrossAdder& adder = *m_workers[at(number)].adder;
                          if (i >= columnTasks) {
                              const RowTask& task = rowTasks[at(i - columnTasks)];
                              adder.addRows(*task.panel, task.rows, task.tiles);
                              return;
                          }
                          const int tile = panel.begin + static_cast<int>(i);
                          for (const Slot* slot : slots) {
                              if (!m_state.includes(slot->panel.band(), tile))
                                  adder.addColumns(slot->panel, tile);
                          }
                      });
    m_hooks.event("adding");
    for (const Slot* slot : slots) {
        std::int32_t& done = m_state.done[at(slot->panel.band())];
        m_piecesDone += std::max(panel.end - done, 0);
        done = std::max<std::int32_t>(done, panel.end);
    }
    m_adding = false;
}

/// A kernel that is large beside the budget must not fill the system's cache; its thread waits for the disk, the job
/// does so only when it is a step ahead.
void CrossTiles::release(std::span<Slot*> slots) {
    if (m_plan.diskBytes <= m_plan.memoryBudget / 2)
        return;
    if (m_released.valid())
        m_released.get();
    std::vector<run::RowRange> bands;
    for (const Slot* slot : slots)
        bands.push_back(slot->panel.rows());
    m_released = std::async(std::launch::async, [this, bands = std::move(bands)] {
        for (const run::RowRange& band : bands)
            m_store.releasePages(band);
    });
}

void CrossTiles::checkpointIfDue() {
    if (Clock::now() >= m_nextCheckpoint)
        checkpoint();
}

void CrossTiles::checkpoint() {
    const Clock::time_point start = Clock::now();
    writeState(m_folder, m_state, m_input.identity);
    m_hooks.event("state");
    commitState(m_folder);
    m_hooks.event("checkpoint");
    // A state that is slow to write is written less often: at most a twentieth of the time goes into it. With no time
    // between them tests want every one.
    const double wanted = m_hooks.checkpointSeconds;
    m_nextCheckpoint = Clock::now() + ofSeconds(wanted > 0 ? std::max(wanted, 20 * secondsSince(start)) : 0);
}

} // namespace lpntk::kernel
