#include <core/kernel/tile_job.h>

#include <core/base/error.h>
#include <core/base/parallel.h>
#include <core/kernel/batch_results.h>
#include <core/run/devices.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <functional>
#include <numeric>
#include <thread>
#include <utility>

namespace lpntk::kernel {

namespace {

using Clock = std::chrono::steady_clock;

std::size_t at(std::int64_t value) { return static_cast<std::size_t>(value); }
double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

} // namespace

TileJob::TileJob(const JobInput& input, const Layout& layout, const Store& store, Journal& journal, JobState& state,
                 std::filesystem::path folder, const JobHooks& hooks)
    : m_input(input), m_plan(input.plan), m_layout(layout), m_store(store), m_journal(journal), m_state(state),
      m_folder(std::move(folder)), m_hooks(hooks), m_consumers(m_plan, layout, state, input.known),
      m_rowKept(at(m_plan.rows)), m_place(at(m_plan.rows)), m_lastCheckpoint(Clock::now()) {
    for (const TileRow& tileRow : layout.tileRows()) {
        std::vector<std::int64_t> order(at(tileRow.rows.size()));
        std::iota(order.begin(), order.end(), tileRow.rows.begin);
        const auto known = [&](std::int64_t row) { return input.known && input.known->knows(row); };
        const auto end = std::stable_partition(order.begin(), order.end(), std::not_fn(known));
        m_newCount.push_back(end - order.begin());
        for (std::size_t place = 0; place < order.size(); ++place)
            m_place[at(order[place])] = static_cast<std::int64_t>(place);
        m_order.insert(m_order.end(), order.begin(), order.end());
    }
    openLanes();
}

void TileJob::openLanes() {
    const std::vector<std::string> names = run::devicesOf(m_plan.device);
    const auto count = static_cast<int>(names.size());
    m_lanes.resize(names.size());
    for (std::size_t number = 0; number < names.size(); ++number) {
        Lane& lane = m_lanes[number];
        lane.number = number;
        lane.threads = std::max((m_plan.threads + count - 1 - static_cast<int>(number)) / count, 1);
        lane.device = makeDevice(names[number], Arithmetic::of(m_plan), m_input.source->layers());
        lane.signals.resize(m_layout.tileRows().size());
        lane.workers.resize(at(lane.threads));
    }
}

double TileJob::signalSeconds() const { return std::ranges::max_element(m_lanes, {}, &Lane::signalSeconds)->signalSeconds; }
double TileJob::tileSeconds() const { return std::ranges::max_element(m_lanes, {}, &Lane::tileSeconds)->tileSeconds; }

bool TileJob::pending(std::int64_t tile) const { return !m_state.tileDone[at(tile)] || m_repair[at(tile)]; }

bool TileJob::needsSignals(std::int64_t number) const {
    const Tile& tile = m_layout.tile(number);
    return m_newCount[at(tile.row)] > 0 || m_newCount[at(tile.column)] > 0;
}

void TileJob::run(std::vector<std::uint8_t> repair, std::vector<std::uint8_t> inRows, const base::JobContext& context) {
    m_repair = std::move(repair);
    m_tilesDone = m_state.doneCount();
    std::vector<std::uint8_t> wanted(m_layout.tiles().size());
    for (std::size_t tile = 0; tile < wanted.size(); ++tile)
        wanted[tile] = pending(static_cast<std::int64_t>(tile)) ? 1 : 0;
    m_bands = std::make_unique<Bands>(m_plan, m_layout, m_store, m_journal, std::move(inRows), wanted,
                                      [this](const char* event) { m_hooks.event(event); });
    std::vector<Step> steps = stepsOf(m_layout, m_plan.panelRows);
    for (Step& step : steps)
        std::erase_if(step.tiles, [&](std::int64_t tile) { return !pending(tile); });
    const std::vector<std::vector<Step>> shares = shared(std::move(steps));
    for (std::vector<Step> share : shares) {
        for (Step& step : share)
            std::erase_if(step.tiles, [&](std::int64_t tile) { return !needsSignals(tile); });
        m_samplesTotal += samplesComputed(m_layout, share);
    }
    try {
        runLanes(shares, context);
        for (Lane& lane : m_lanes) {
            // What comes now needs other memory.
            lane.signals.clear();
            lane.spare.clear();
            lane.workers.clear();
        }
        m_bands->finish();
    } catch (...) {
        // A disk that is full now must not hide why the job ended; the last good checkpoint stays.
        try {
            checkpoint();
        } catch (const base::Error&) {
        }
        throw;
    }
    // What follows takes moments; one who is stopped there computes the last tiles again.
    checkpointIfDue(m_hooks.checkpointSeconds);
}

/// One list of steps for each lane: neighbouring steps with about as many tiles, because they have panels in common; where
/// steps are few a piece of every step.
std::vector<std::vector<Step>> TileJob::shared(std::vector<Step> steps) const {
    const std::size_t lanes = m_lanes.size();
    std::vector<std::vector<Step>> shares(lanes);
    if (lanes == 1) {
        shares.front() = std::move(steps);
        return shares;
    }
    std::size_t total = 0, before = 0;
    for (const Step& step : steps)
        total += step.tiles.size();
    for (Step& step : steps) {
        const std::size_t count = step.tiles.size();
        if (steps.size() >= 2 * lanes) {
            shares[std::min(before * lanes / std::max<std::size_t>(total, 1), lanes - 1)].push_back(std::move(step));
        } else {
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                const auto begin = step.tiles.begin() + static_cast<std::ptrdiff_t>(count * lane / lanes);
                const auto end = step.tiles.begin() + static_cast<std::ptrdiff_t>(count * (lane + 1) / lanes);
                shares[lane].push_back({step.resident, {begin, end}});
            }
        }
        before += count;
    }
    return shares;
}

void TileJob::runLanes(const std::vector<std::vector<Step>>& shares, const base::JobContext& context) {
    const auto runLane = [&](std::size_t number, const base::JobContext& own) {
        for (const Step& step : shares[number])
            runStep(m_lanes[number], step, own);
    };
    if (m_lanes.size() == 1) {
        runLane(0, context);
        return;
    }
    // The first that fails stops the others, and says why.
    std::stop_source stop;
    const std::stop_callback link(context.stop, [&] { stop.request_stop(); });
    const base::JobContext linked{stop.get_token(), context.report, context.pause};
    std::mutex lock;
    std::exception_ptr failure;
    {
        std::vector<std::jthread> threads;
        for (std::size_t number = 0; number < m_lanes.size(); ++number) {
            threads.emplace_back([&, number] {
                try {
                    runLane(number, linked);
                } catch (...) {
                    const std::lock_guard guard(lock);
                    if (!failure)
                        failure = std::current_exception();
                    stop.request_stop();
                }
            });
        }
    }
    if (failure)
        std::rethrow_exception(failure);
}

void TileJob::runStep(Lane& lane, const Step& step, const base::JobContext& context) {
    std::vector<std::uint8_t> resident(lane.signals.size()), needed(lane.signals.size());
    for (const int row : step.resident)
        resident[at(row)] = 1;
    for (std::size_t row = 0; row < lane.signals.size(); ++row) {
        if (!resident[row] && lane.signals[row])
            lane.spare[m_layout.tileRow(static_cast<int>(row)).rows.size()].push_back(std::move(lane.signals[row]));
    }
    if (step.tiles.empty())
        return;
    for (const std::int64_t tile : step.tiles) {
        if (needsSignals(tile))
            needed[at(m_layout.tile(tile).row)] = needed[at(m_layout.tile(tile).column)] = 1;
    }
    std::vector<int> missing;
    for (const int row : step.resident) {
        if (needed[at(row)] && !lane.signals[at(row)])
            missing.push_back(row);
    }
    Clock::time_point start = Clock::now();
    computeSignals(lane, missing, context);
    lane.signalSeconds += secondsSince(start);
    start = Clock::now();
    computeTiles(lane, step.tiles, context);
    lane.tileSeconds += secondsSince(start);
    checkpointIfDue(std::min(2.0, m_hooks.checkpointSeconds));
}

/// Memory that the system has handed out already costs nothing to write; new memory costs as much as the signals of a
/// large linear layer.
std::unique_ptr<SignalRows> TileJob::room(Lane& lane, std::int64_t rows) const {
    auto& same = lane.spare[rows];
    if (same.empty()) {
        lane.spare.clear(); // what the plan counts holds no others beside
        return lane.device->allocate(rows);
    }
    std::unique_ptr<SignalRows> room = std::move(same.back());
    same.pop_back();
    return room;
}

void TileJob::computeSignals(Lane& lane, const std::vector<int>& tileRows, const base::JobContext& context) {
    std::vector<Batch> batches;
    for (const int number : tileRows) {
        const run::RowRange rows = m_layout.tileRow(number).rows;
        lane.signals[at(number)] = room(lane, rows.size());
        // Batches start anew in every tile row, so that their bounds, and with them the bits, do not depend on panels.
        for (std::int64_t begin = rows.begin; begin < rows.end; begin += m_plan.batch)
            batches.push_back({number, {begin, std::min(begin + m_plan.batch, rows.end)}});
    }
    try {
        base::parallelFor(static_cast<std::int64_t>(batches.size()), lane.device->signalThreads(lane.threads), context,
                          [&](std::int64_t i, int) {
                              computeBatch(lane, batches[at(i)]);
                              m_samplesDone += batches[at(i)].rows.size();
                              const std::lock_guard lock(m_progressLock);
                              context.progress("signals", static_cast<double>(m_samplesDone),
                                               static_cast<double>(m_samplesTotal), "samples");
                          });
    } catch (...) {
        for (const int number : tileRows)
            lane.signals[at(number)].reset(); // half-filled rows must not pass for signals
        throw;
    }
    m_hooks.event("signals");
}

std::span<const std::int64_t> TileJob::rowsOf(const Batch& batch) const {
    return std::span(m_order).subspan(at(batch.rows.begin), at(batch.rows.size()));
}

void TileJob::computeBatch(const Lane& lane, const Batch& batch) {
    const OneThread one;
    const auto count = at(batch.rows.size());
    SignalRows& rows = *lane.signals[at(batch.tileRow)];
    const std::int64_t local = batch.rows.begin - m_layout.tileRow(batch.tileRow).rows.begin;
    std::vector<std::int64_t> samples, labels;
    for (const std::int64_t row : rowsOf(batch)) {
        samples.push_back(m_input.samples[at(row)]);
        labels.push_back(m_input.labels[at(row)]);
    }
    std::vector<float> logits(count * at(m_plan.classes));
    m_input.source->compute(samples, labels, rows.targets(local, batch.rows.size()), logits, lane.number);
    std::vector<double> self(count);
    rows.keep(local, self);
    checkFinite(*m_input.source, samples, labels, logits, self);
    keepRows(batch, self, logits);
}

/// Once for each row: another lane that computes the same rows gets the same numbers, and tiles may be reading them.
/// What another run knew of a row stays, because its pairs are told by it.
void TileJob::keepRows(const Batch& batch, std::span<const double> self, std::span<const float> logits) {
    const std::shared_lock state(m_stateLock);
    const std::lock_guard lock(m_rowsLock);
    if (std::exchange(m_rowKept[at(batch.rows.begin)], 1))
        return;
    const std::size_t classes = at(m_plan.classes);
    const auto rows = rowsOf(batch);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (m_input.known && m_input.known->knows(rows[i]))
            continue;
        keepNorm(rows[i], self[i]);
        softmax(logits.subspan(i * classes, classes),
                std::span(m_state.probabilities).subspan(at(rows[i]) * classes, classes));
    }
}

void TileJob::keepNorm(std::int64_t row, double self) {
    m_state.selfKappa[at(row)] = static_cast<float>(self);
    m_state.norms[at(row)] = static_cast<float>(std::sqrt(static_cast<double>(m_state.selfKappa[at(row)])));
}

/// Those on the diagonal first: most samples have their nearest neighbours in their own class, and whoever has a list
/// of near ones from the beginning finds few that are nearer.
void TileJob::computeTiles(Lane& lane, std::vector<std::int64_t> tiles, const base::JobContext& context) {
    std::stable_partition(tiles.begin(), tiles.end(),
                          [&](std::int64_t number) { return m_layout.tile(number).diagonal(); });
    base::parallelFor(static_cast<std::int64_t>(tiles.size()), lane.threads, context, [&](std::int64_t i, int worker) {
        computeTile(lane, tiles[at(i)], worker, context);
        checkpointIfDue(m_hooks.checkpointSeconds);
    });
}

/// Of a tile with known pairs the new rows with all columns and the new columns with all rows.
void TileJob::contract(const Lane& lane, const Tile& tile, Worker& worker, const base::JobContext& context) const {
    const std::int64_t rows = m_layout.tileRow(tile.row).rows.size(),
                       columns = m_layout.tileRow(tile.column).rows.size();
    const std::int64_t newRows = m_newCount[at(tile.row)], newColumns = m_newCount[at(tile.column)];
    const SignalRows* const a = lane.signals[at(tile.row)].get();
    const SignalRows* const b = lane.signals[at(tile.column)].get();
    const std::span<double> out = worker.image->contraction(tile);
    if (newRows == rows && newColumns == columns) {
        const RowsDone derive = [&](std::int64_t begin, std::int64_t end) {
            worker.image->deriveRows(tile, m_state, begin, end);
        };
        worker.tiles->contract(*a, rows, *b, columns, context, out, tile.diagonal() ? RowsDone() : derive);
        return;
    }
    const auto multiply = [&](const SignalRows* left, std::int64_t count, const SignalRows* right, std::int64_t width,
                              std::vector<double>& product) {
        product.resize(at(count * width));
        if (count > 0)
            worker.tiles->contract(*left, count, *right, width, context, product);
    };
    multiply(a, newRows, b, columns, worker.newRows);
    multiply(b, tile.diagonal() ? 0 : newColumns, a, rows, worker.newColumns);
    putTogether(tile, worker, out);
    if (!tile.diagonal())
        worker.image->deriveRows(tile, m_state, 0, rows);
}

/// What was multiplied to where it belongs, and between it what the other run knows.
void TileJob::putTogether(const Tile& tile, const Worker& worker, std::span<double> out) const {
    const TileRow& rows = m_layout.tileRow(tile.row);
    const TileRow& columns = m_layout.tileRow(tile.column);
    const std::span<const double> byRow = worker.newRows;
    const std::span<const double> byColumn = tile.diagonal() ? worker.newRows : worker.newColumns;
    std::vector<float> known;
    double* to = out.data();
    for (std::int64_t row = rows.rows.begin; row < rows.rows.end; ++row) {
        const bool rowKnown = m_input.known->knows(row);
        const float* next = nullptr;
        if (rowKnown) {
            m_input.known->read(row, columns, known);
            next = known.data();
        }
        for (std::int64_t column = columns.rows.begin; column < columns.rows.end; ++column) {
            if (!rowKnown)
                *to++ = byRow[at(m_place[at(row)] * columns.rows.size() + m_place[at(column)])];
            else if (m_input.known->knows(column))
                *to++ = static_cast<double>(*next++);
            else
                *to++ = byColumn[at(m_place[at(column)] * rows.rows.size() + m_place[at(row)])];
        }
    }
}

void TileJob::computeTile(Lane& lane, std::int64_t number, int worker, const base::JobContext& context) {
    const OneThread one;
    Worker& mine = lane.workers[at(worker)];
    if (!mine.image) {
        mine.tiles = lane.device->worker();
        mine.image = std::make_unique<TileImage>(m_plan, m_layout, m_store);
    }
    const Tile& tile = m_layout.tile(number);
    contract(lane, tile, mine, context);
    mine.image->finish(tile, m_state);
    const std::uint32_t crc = m_store.write(tile, m_bands->orderOf(tile), mine.image->stored());
    m_hooks.event("stored");
    m_journal.append(tile, crc);
    m_bands->stored(tile);
    {
        const std::shared_lock lock(m_stateLock);
        if (!m_state.tileDone[at(number)]) {
            m_consumers.add(tile, *mine.image);
            m_state.tileDone[at(number)] = 1;
            ++m_tilesDone;
        }
    }
    ++m_tilesComputed;
    m_hooks.event("tile");
    const std::lock_guard lock(m_progressLock);
    context.progress("tiles", static_cast<double>(m_tilesDone), static_cast<double>(m_layout.tiles().size()), "tiles");
}

void TileJob::checkpointIfDue(double seconds) {
    const std::unique_lock turn(m_checkpointLock, std::try_to_lock);
    if (!turn.owns_lock() || secondsSince(m_lastCheckpoint) < seconds)
        return;
    checkpoint();
}

void TileJob::checkpoint() {
    const Clock::time_point start = Clock::now();
    {
        const std::unique_lock lock(m_stateLock);
        writeState(m_folder, m_state, m_input.identity);
    }
    m_hooks.event("state");
    commitState(m_folder);
    m_hooks.event("checkpoint");
    // A state that is slow to write is written less often: at most a twentieth of the time goes into it.
    const double cost = secondsSince(start);
    m_lastCheckpoint = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
                                          std::max(0.0, 20 * cost - m_hooks.checkpointSeconds)));
}

} // namespace lpntk::kernel
