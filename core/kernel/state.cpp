#include <core/kernel/state.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/hash.h>
#include <core/run/run.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace lpntk::kernel {

namespace {

namespace fs = std::filesystem;

constexpr const char* kMagic = "lpntk-state 1\n";

fs::path statePath(const fs::path& folder) { return folder / "state.bin"; }
fs::path unfinishedPath(const fs::path& folder) { return folder / ".state.bin.part-0"; }

std::size_t at(std::int64_t value) { return static_cast<std::size_t>(value); }

/// Calls `visit` with every array of the state, in the order of the file.
template <typename State, typename Visit> void forEachArray(State& state, Visit visit) {
    visit(state.tileDone);
    visit(state.rowsKnown);
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
    : tileDone(layout.tiles().size()), rowsKnown(layout.tileRows().size()), selfKappa(at(plan.rows)), norms(at(plan.rows)),
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
    const base::File file = base::File::create(unfinishedPath(folder));
    std::uint32_t crc = 0;
    const auto put = [&](std::span<const std::byte> bytes) {
        file.append(bytes);
        crc = base::crc32(bytes, crc);
    };
    const std::string head = kMagic + identity + "\n";
    put(std::as_bytes(std::span(head.data(), head.size())));
    forEachArray(state, [&](const auto& array) { put(std::as_bytes(std::span(array))); });
    file.append(std::as_bytes(std::span(&crc, 1)));
}

void commitState(const fs::path& folder) {
    base::File::openWrite(unfinishedPath(folder)).sync();
    if (std::rename(unfinishedPath(folder).c_str(), statePath(folder).c_str()) != 0)
        throw base::IoError(fmt::format("{}: the state of the job cannot be put in place; check the folder's permissions",
                                        base::quoted(statePath(folder))));
}

void removeState(const fs::path& folder) {
    std::error_code code;
    fs::remove(statePath(folder), code);
    fs::remove(unfinishedPath(folder), code);
}

bool readState(const fs::path& folder, JobState& state, const std::string& identity) {
    std::error_code code;
    if (!fs::exists(statePath(folder), code))
        return false;
    const std::string head = kMagic + identity + "\n";
    std::int64_t expected = static_cast<std::int64_t>(head.size() + sizeof(std::uint32_t));
    forEachArray(state, [&](const auto& array) { expected += static_cast<std::int64_t>(std::as_bytes(std::span(array)).size()); });
    const base::File file = base::File::openRead(statePath(folder));
    if (file.size() != expected)
        return false;
    std::vector<std::byte> found(head.size());
    file.readAt(0, found);
    if (!std::equal(found.begin(), found.end(), std::as_bytes(std::span(head.data(), head.size())).begin()))
        return false;
    std::uint32_t crc = base::crc32(found), stored = 0;
    auto offset = static_cast<std::int64_t>(head.size());
    forEachArray(state, [&](auto& array) {
        const auto bytes = std::as_writable_bytes(std::span(array));
        file.readAt(offset, bytes);
        offset += static_cast<std::int64_t>(bytes.size());
        crc = base::crc32(bytes, crc);
    });
    file.readAt(offset, std::as_writable_bytes(std::span(&stored, 1)));
    return crc == stored;
}

} // namespace lpntk::kernel
