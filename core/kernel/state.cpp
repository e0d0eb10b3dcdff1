#include <core/kernel/state.h>

#include <core/run/run.h>

#include <algorithm>

namespace lpntk::kernel {

namespace {

namespace fs = std::filesystem;

constexpr const char* kMagic = "lpntk-state 2\n";

std::size_t at(std::int64_t value) { return static_cast<std::size_t>(value); }

/// Calls `visit` with every array of the state, in the order of the file.
template <typename State, typename Visit> void forEachArray(State& state, Visit visit) {
    visit(state.tileDone);
    visit(state.selfKappa);
    visit(state.norms);
    visit(state.probabilities);
    visit(state.top);
    visit(state.bottom);
    visit(state.partialSums);
    visit(state.histogram);
    visit(state.tileCosines);
    visit(state.auditRows);
    visit(state.auditKappa);
}

/// splitmix64: a number from a number.
std::uint64_t mixed(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

std::int64_t histogramEntries(const run::KernelPlan& plan) {
    const std::int64_t k = plan.classes <= run::kMostHistogramClasses ? plan.classes : 1;
    return k * k * run::kHistogramBins;
}

} // namespace

JobState::JobState(const run::KernelPlan& plan, const Layout& layout)
    : tileDone(layout.tiles().size()), selfKappa(at(plan.rows)), norms(at(plan.rows)),
      probabilities(at(plan.rows * plan.classes)), top(at(plan.rows * plan.top)), bottom(top.size()),
      partialSums(at(layout.partialCount())), histogram(at(histogramEntries(plan))), tileCosines(layout.tiles().size()),
      auditRows(auditRowsOf(plan)), auditKappa(auditRows.size() * auditRows.size()) {}

std::int64_t JobState::doneCount() const { return std::count(tileDone.begin(), tileDone.end(), std::uint8_t{1}); }

std::int64_t JobState::bytes(const run::KernelPlan& plan, const Layout& layout) {
    const auto tiles = static_cast<std::int64_t>(layout.tiles().size());
    return plan.rows * (8 + 4 * plan.classes + 16 * std::int64_t{plan.top}) + 8 * layout.partialCount() +
           8 * histogramEntries(plan) + tiles * static_cast<std::int64_t>(sizeof(TileCosines) + 1);
}

std::vector<std::int32_t> auditRowsOf(const run::KernelPlan& plan) {
    const std::int64_t wanted = std::min<std::int64_t>(plan.auditRows, plan.rows);
    // Of class blocks a few rows each of a few blocks are taken: only pairs within a block exist.
    constexpr std::int64_t kPerBlock = 8;
    const bool full = plan.blockKind == run::Blocks::full;
    std::vector<std::int32_t> rows;
    std::uint64_t seed = static_cast<std::uint64_t>(plan.rows);
    for (std::int64_t attempt = 0; static_cast<std::int64_t>(rows.size()) < wanted && attempt < 64 * (wanted + 1); ++attempt) {
        seed = mixed(seed);
        const auto anchor = static_cast<std::int64_t>(seed % static_cast<std::uint64_t>(plan.rows));
        const auto block = std::find_if(plan.blocks.begin(), plan.blocks.end(),
                                        [&](const run::RowRange& range) { return range.contains(anchor); });
        for (std::int64_t i = 0; i < (full ? 1 : kPerBlock) && static_cast<std::int64_t>(rows.size()) < wanted; ++i) {
            seed = mixed(seed);
            const auto row = static_cast<std::int32_t>(
                block->begin + static_cast<std::int64_t>(seed % static_cast<std::uint64_t>(block->size())));
            if (std::find(rows.begin(), rows.end(), row) == rows.end())
                rows.push_back(row);
        }
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

void writeState(const fs::path& folder, const JobState& state, const std::string& identity) {
    std::vector<std::span<const std::byte>> arrays;
    forEachArray(state, [&](const auto& array) { arrays.push_back(std::as_bytes(std::span(array))); });
    writeStateFile(folder, kMagic + identity + "\n", arrays);
}

bool readState(const fs::path& folder, JobState& state, const std::string& identity) {
    std::vector<std::span<std::byte>> arrays;
    forEachArray(state, [&](auto& array) { arrays.push_back(std::as_writable_bytes(std::span(array))); });
    return readStateFile(folder, kMagic + identity + "\n", arrays);
}

} // namespace lpntk::kernel
