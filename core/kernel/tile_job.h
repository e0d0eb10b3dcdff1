#pragma once

#include <core/base/job_context.h>
#include <core/kernel/consumers.h>
#include <core/kernel/device.h>
#include <core/kernel/layout.h>
#include <core/kernel/source.h>
#include <core/kernel/state.h>
#include <core/kernel/store.h>
#include <core/run/plan.h>

#include <atomic>
#include <chrono>
#include <cstdint>
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
    std::function<void(const char* event)> onEvent; ///< "signals", "stored", "tile", "state", "checkpoint", "finishing"
    double checkpointSeconds = 10;

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
    std::string identity;                      ///< what a saved state must belong to
};

/// Computes all tiles that the state lacks: step by step the signals of the rows that are needed, then the tiles that can
/// be made of them. Lives for one run of the job; run() is called once.
class TileJob {
public:
    TileJob(const JobInput& input, const Layout& layout, const Store& store, Journal& journal, JobState& state,
            std::filesystem::path folder, const JobHooks& hooks);

    /// `repair`: tiles that the state includes but whose stored bytes are damaged. Leaves the state saved when it throws.
    void run(std::vector<std::uint8_t> repair, const base::JobContext& context);

    double signalSeconds() const { return m_signalSeconds; }
    double tileSeconds() const { return m_tileSeconds; }
    std::int64_t tilesComputed() const { return m_tilesComputed; }

private:
    struct Batch {
        int tileRow;
        run::RowRange rows;
    };
    void runStep(const Step& step, const base::JobContext& context);
    std::unique_ptr<SignalRows> room(std::int64_t rows);
    void computeSignals(const std::vector<int>& tileRows, const base::JobContext& context);
    void computeBatch(const Batch& batch);
    [[noreturn]] void refuse(std::int64_t sample, std::int64_t label, const char* what) const;
    void keepLogits(const run::RowRange& rows, std::span<const float> logits);
    void keepNorms(const run::RowRange& rows, std::span<const double> self);
    void computeTiles(const std::vector<std::int64_t>& tiles, const base::JobContext& context);
    void computeTile(std::int64_t number, int worker, const base::JobContext& context);
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
    std::unique_ptr<Device> m_device;
    Consumers m_consumers;
    std::vector<std::unique_ptr<SignalRows>> m_signals; ///< by tile row, null when not in memory
    std::map<std::int64_t, std::vector<std::unique_ptr<SignalRows>>> m_spare; ///< by number of rows, of tile rows that left
    struct Worker {
        std::unique_ptr<TileWorker> tiles;
        std::unique_ptr<TileImage> image;
    };
    std::vector<Worker> m_workers;
    std::vector<std::uint8_t> m_repair;
    std::shared_mutex m_stateLock; ///< shared: a tile is being added; exclusive: the state is being saved
    std::mutex m_checkpointLock, m_progressLock;
    std::chrono::steady_clock::time_point m_lastCheckpoint;
    std::atomic<std::int64_t> m_samplesDone = 0, m_tilesDone = 0, m_tilesComputed = 0;
    std::int64_t m_samplesTotal = 0;
    double m_signalSeconds = 0, m_tileSeconds = 0;
};

} // namespace lpntk::kernel
