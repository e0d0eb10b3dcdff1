#pragma once

#include <core/kernel/cross_plan.h>
#include <core/kernel/neighbours.h>
#include <core/kernel/state_file.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// What a cross job keeps of its rows, or of its columns.
struct CrossSideState {
    CrossSideState(std::int64_t count, const CrossPlan& plan);

    std::vector<float> norms;              ///< (n)
    std::vector<float> probabilities;      ///< (n, K)
    std::vector<NeighbourKey> top, bottom; ///< (n, k) of the other side, largest key first
    std::vector<double> classSum;          ///< (n, K) of kappa over the other side's classes

    NeighbourLists lists(std::int64_t number);
};

/// Everything that a cross job keeps beside the stored kernel, and which pieces it includes: of each band the first
/// ones, and of a band no more than of the band before, so that every sum adds up from the first piece on.
struct CrossState {
    explicit CrossState(const CrossPlan& plan);

    std::vector<std::int32_t> done; ///< by band: number of column tiles
    CrossSideState rows, columns;
    std::vector<float> auditKappa; ///< (audit rows, audit columns)

    bool includes(int band, int columnTile) const { return columnTile < done[static_cast<std::size_t>(band)]; }
    std::int64_t doneCount() const;
    static std::int64_t bytes(const CrossPlan& plan);
};

/// Rows or columns that are recomputed in float64: `wanted` of `count`, at equal distances.
std::vector<std::int64_t> auditSamples(std::int64_t count, int wanted);

/// As writeStateFile and readStateFile.
void writeState(const std::filesystem::path& folder, const CrossState& state, const std::string& identity);
bool readState(const std::filesystem::path& folder, CrossState& state, const std::string& identity);

} // namespace lpntk::kernel
