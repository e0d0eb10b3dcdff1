#pragma once

#include <core/kernel/cross_piece.h>
#include <core/kernel/tile_job.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// What a cross job works on.
struct CrossInput {
    CrossPlan plan;
    Rows rows, columns;
    const SignalSource* rowSource = nullptr;    ///< of the plan's grade
    const SignalSource* columnSource = nullptr; ///< the same network over the columns' data
    std::string identity;                       ///< what a saved state must belong to
};

/// Computes the pieces that the state lacks. Panel by panel the columns' signals are held while the bands pass by, a
/// few at once: their signals, then their pieces from all threads, then what is written of them, then what the state
/// takes from them. One run of the job; run() is called once.
class CrossTiles {
public:
    CrossTiles(const CrossInput& input, const CrossStore& store, const CrossJournal& journal, CrossState& state,
               std::filesystem::path folder, const JobHooks& hooks);

    /// `repair`: by place in the journal, pieces that the state includes but whose stored bytes are damaged. Leaves the
    /// state saved when it throws.
    void run(std::vector<std::uint8_t> repair, const base::JobContext& context);

    double signalSeconds() const { return m_signalSeconds; }
    double tileSeconds() const { return m_tileSeconds; }
    std::int64_t piecesComputed() const { return m_piecesComputed; }

private:
    struct Worker {
        std::unique_ptr<TileWorker> tiles;
        std::vector<double> contraction;
        std::unique_ptr<CrossAdder> adder;
    };
    /// A place for one of the bands that are computed at once.
    struct Slot {
        std::unique_ptr<SignalRows> signals;
        CrossPanel panel;
    };
    /// Samples of a side and where their signals go.
    struct Batch {
        run::RowRange range;
        SignalRows* room;
        std::int64_t local;
    };
    struct Piece {
        CrossPanel* panel;
        const SignalRows* signals;
        int columnTile;
        std::uint32_t checksum = 0;
    };

    bool pending(int band, int columnTile) const;
    std::vector<int> pendingOf(int band, const TileRange& panel) const;
    std::int64_t samplesToCompute() const;
    TileRange panelAt(int number) const;
    int panelCount() const;
    void runPanel(const TileRange& panel, const base::JobContext& context);
    void runBands(std::span<const int> bands, const TileRange& panel, const base::JobContext& context);
    void addBatches(std::vector<Batch>& batches, const run::RowRange& range, SignalRows& room) const;
    void computeSignals(const CrossSide& side, const std::vector<Batch>& batches, const base::JobContext& context);
    void computePieces(std::span<Piece> pieces, const TileRange& panel, const base::JobContext& context);
    void store(std::span<Slot*> slots, std::span<const Piece> pieces, const base::JobContext& context);
    void add(std::span<Slot*> slots, const TileRange& panel);
    void release(std::span<Slot*> slots);
    void checkpointIfDue();
    void checkpoint();

    const CrossInput& m_input;
    const CrossPlan& m_plan;
    const CrossStore& m_store;
    const CrossJournal& m_journal;
    CrossState& m_state;
    std::filesystem::path m_folder;
    const JobHooks& m_hooks;
    std::unique_ptr<Device> m_device;
    CrossSide m_rowSide, m_columnSide;
    std::vector<Worker> m_workers;
    std::vector<std::unique_ptr<SignalRows>> m_columnSignals; ///< by column tile of the panel
    std::vector<Slot> m_slots;
    std::vector<std::uint8_t> m_repair;
    bool m_adding = false; ///< the state is between two pieces and must not be saved
    std::future<void> m_released;
    std::chrono::steady_clock::time_point m_nextCheckpoint;
    double m_signalSeconds = 0, m_tileSeconds = 0;
    std::int64_t m_samplesDone = 0, m_samplesTotal = 0, m_piecesDone = 0, m_piecesComputed = 0;
};

} // namespace lpntk::kernel
