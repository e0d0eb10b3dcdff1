#pragma once

#include <core/base/job_context.h>
#include <core/kernel/bands.h>
#include <core/kernel/consumers.h>
#include <core/kernel/device.h>
#include <core/kernel/known_pairs.h>
#include <core/kernel/layout.h>
#include <core/kernel/source.h>
#include <core/kernel/state.h>
#include <core/kernel/store.h>
#include <core/run/plan.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// For tests: called where a crash would hurt most, and how often checkpoints are taken.
struct JobHooks {
    std::function<void(const char* event)>
        onEvent; ///< "signals", "stored", "tile", "rows", "band", "state", "checkpoint", "finishing"
    double checkpointSeconds = 20;

    void event(const char* name) const {
        if (onEvent)
            onEvent(name);
    }
};

/// What a job works on: the plan, its rows in order, and where signals come from.
struct JobInput {
    run::KernelPlan plan;
    std::vector<std::int64_t> samples, labels; ///< (N) sorted by (label, sample)
    const SignalSource* source = nullptr;      ///< of the plan's grade
    const KnownPairs* known = nullptr;         ///< pairs that another run has computed
    std::string identity;                      ///< what a saved state must belong to
};

/// Computes all tiles that the state lacks: step by step the signals of the rows that are needed, then the tiles that can
/// be made of them. Where the plan names several devices each takes a share of the steps (or, of a few, of their tiles) and
/// holds the signals for them itself. Lives for one run of the job; run() is called once.
class TileJob {
public:
    TileJob(const JobInput& input, const Layout& layout, const Store& store, Journal& journal, JobState& state,
            std::filesystem::path folder, const JobHooks& hooks);

    /// `repair`: tiles that the state includes but whose stored bytes are damaged; `inRows`: tile rows whose bands are
    /// done. Leaves the state saved when it throws.
    void run(std::vector<std::uint8_t> repair, std::vector<std::uint8_t> inRows, const base::JobContext& context);

    /// Of the device that took longest.
    double signalSeconds() const;
    double tileSeconds() const;
    std::int64_t tilesComputed() const { return m_tilesComputed; }

private:
    /// Consecutive signals of a tile row, numbered as they lie there: see m_order.
    struct Batch {
        int tileRow;
        run::RowRange rows;
    };
    struct Worker {
        std::unique_ptr<TileWorker> tiles;
        std::unique_ptr<TileImage> image;
        std::vector<double> newRows, newColumns; ///< where pairs are known
    };
    /// One device, the signals that it holds and the workers that contract on it.
    struct Lane {
        std::size_t number = 0;
        int threads = 1;
        std::unique_ptr<Device> device;
        std::vector<std::unique_ptr<SignalRows>> signals; ///< by tile row, null when not in memory
        std::map<std::int64_t, std::vector<std::unique_ptr<SignalRows>>> spare; ///< by number of rows, of tile rows that left
        std::vector<Worker> workers;
        double signalSeconds = 0, tileSeconds = 0;
    };
    void openLanes();
    std::vector<std::vector<Step>> shared(std::vector<Step> steps) const;
    void runLanes(const std::vector<std::vector<Step>>& shares, const base::JobContext& context);
    void runStep(Lane& lane, const Step& step, const base::JobContext& context);
    std::unique_ptr<SignalRows> room(Lane& lane, std::int64_t rows) const;
    void computeSignals(Lane& lane, const std::vector<int>& tileRows, const base::JobContext& context);
    void computeBatch(const Lane& lane, const Batch& batch);
    std::span<const std::int64_t> rowsOf(const Batch& batch) const;
    void keepRows(const Batch& batch, std::span<const double> self, std::span<const float> logits);
    void keepNorm(std::int64_t row, double self);
    void computeTiles(Lane& lane, std::vector<std::int64_t> tiles, const base::JobContext& context);
    void computeTile(Lane& lane, std::int64_t number, int worker, const base::JobContext& context);
    void contract(const Lane& lane, const Tile& tile, Worker& worker, const base::JobContext& context) const;
    void putTogether(const Tile& tile, const Worker& worker, std::span<double> out) const;
    bool needsSignals(std::int64_t tile) const;
    void checkpointIfDue(double seconds);
    void checkpoint();
    bool pending(std::int64_t tile) const;

    const JobInput& m_input;
    const run::KernelPlan& m_plan;
    const Layout& m_layout;
    const Store& m_store;
    Journal& m_journal;
    JobState& m_state;
    std::filesystem::path m_folder;
    const JobHooks& m_hooks;
    Consumers m_consumers;
    std::deque<Lane> m_lanes; ///< never moved
    std::unique_ptr<Bands> m_bands;
    std::vector<std::uint8_t> m_repair;
    std::vector<std::uint8_t> m_rowKept;         ///< its norm and outputs stand in the state since this run began
    std::vector<std::int64_t> m_order;           ///< rows as the signals of each tile row lie: new ones first
    std::vector<std::int64_t> m_place;           ///< by row: where its signals lie among those of its tile row
    std::vector<std::int64_t> m_newCount;        ///< by tile row: rows whose pairs are not known
    std::shared_mutex m_stateLock; ///< shared: a tile or rows are being added; exclusive: the state is being saved
    std::mutex m_checkpointLock, m_progressLock, m_rowsLock;
    std::chrono::steady_clock::time_point m_lastCheckpoint;
    std::atomic<std::int64_t> m_samplesDone = 0, m_tilesDone = 0, m_tilesComputed = 0;
    std::int64_t m_samplesTotal = 0;
};

} // namespace lpntk::kernel
