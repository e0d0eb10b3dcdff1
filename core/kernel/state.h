#pragma once

#include <core/kernel/layout.h>
#include <core/kernel/neighbours.h>
#include <core/kernel/state_file.h>
#include <core/run/plan.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// Everything that a kernel job keeps beside the stored tiles, and which tiles it includes. Tiles enter in any order and
/// give the same content. Saved as one file; which part a thread may write is said in consumers.h.
struct JobState {
    /// Sum, least and largest cosine of a tile, for the pyramid levels coarser than a tile.
    struct TileCosines {
        double sum = 0;
        float least = 0, most = 0;
    };

    JobState(const run::KernelPlan& plan, const Layout& layout);

    std::vector<std::uint8_t> tileDone;        ///< by tile number
    std::vector<float> selfKappa, norms;       ///< (N)
    std::vector<float> probabilities;          ///< (N, K)
    std::vector<NeighbourKey> top, bottom;     ///< (N, k) largest key first
    std::vector<double> partialSums;           ///< Layout::partialIndex
    std::vector<std::int64_t> histogram;       ///< (K, K, bins) for label a <= b; (bins) for more than 100 classes
    std::vector<TileCosines> tileCosines;      ///< by tile number
    std::vector<std::int32_t> auditRows;       ///< ascending
    std::vector<float> auditKappa;             ///< (audit rows, audit rows)

    std::int64_t doneCount() const;
    static std::int64_t bytes(const run::KernelPlan& plan, const Layout& layout);
};

/// Rows whose pairs are recomputed in float64: pseudo-random but fixed by the plan, spread over the blocks.
std::vector<std::int32_t> auditRowsOf(const run::KernelPlan& plan);

/// As writeStateFile.
void writeState(const std::filesystem::path& folder, const JobState& state, const std::string& identity);

/// Reads the state into `state`. Returns false when there is none, or when it is damaged or of another run: then the
/// work starts again, which gives the same bits.
bool readState(const std::filesystem::path& folder, JobState& state, const std::string& identity);

} // namespace lpntk::kernel
