#include <core/kernel/cross_state.h>

#include <core/base/files.h>
#include <core/base/hash.h>

#include <algorithm>
#include <numeric>

namespace lpntk::kernel {

namespace {

namespace fs = std::filesystem;

constexpr const char* kMagic = "lpntk-cross-state 1\n";

std::size_t at(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

/// Calls `visit` with every array of the state, in the order of the file.
template <typename State, typename Visit> void forEachArray(State& state, Visit visit) {
    visit(state.done);
    for (auto* side : {&state.rows, &state.columns}) {
        visit(side->norms);
        visit(side->probabilities);
        visit(side->top);
        visit(side->bottom);
        visit(side->classSum);
    }
    visit(state.auditKappa);
}

} // namespace

CrossSideState::CrossSideState(std::int64_t count, const CrossPlan& plan)
    : norms(at(count)), probabilities(at(count * plan.classes)), top(at(count * plan.top)), bottom(top.size()),
      classSum(probabilities.size()) {}

NeighbourLists CrossSideState::lists(std::int64_t number) {
    const std::size_t k = top.size() / norms.size();
    return {std::span(top).subspan(at(number) * k, k), std::span(bottom).subspan(at(number) * k, k)};
}

CrossState::CrossState(const CrossPlan& plan)
    : done(at(plan.bands())), rows(plan.rows, plan), columns(plan.columns, plan),
      auditKappa(at(std::int64_t{plan.auditRows} * plan.auditColumns)) {}

std::int64_t CrossState::doneCount() const {
    return std::accumulate(done.begin(), done.end(), std::int64_t{0});
}

std::int64_t CrossState::bytes(const CrossPlan& plan) {
    return (plan.rows + plan.columns) * (4 + 12 * std::int64_t{plan.classes} + 16 * std::int64_t{plan.top});
}

std::vector<std::int64_t> auditSamples(std::int64_t count, int wanted) {
    std::vector<std::int64_t> samples;
    for (std::int64_t i = 0; i < wanted; ++i)
        samples.push_back((2 * i + 1) * count / (2 * wanted));
    return samples;
}

void writeState(const fs::path& folder, const CrossState& state, const std::string& identity) {
    const base::File file = base::File::create(folder / ".state.bin.part-0");
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

bool readState(const fs::path& folder, CrossState& state, const std::string& identity) {
    std::error_code code;
    const fs::path path = folder / "state.bin";
    if (!fs::exists(path, code))
        return false;
    const std::string head = kMagic + identity + "\n";
    auto expected = static_cast<std::int64_t>(head.size() + sizeof(std::uint32_t));
    forEachArray(state,
                 [&](const auto& array) { expected += static_cast<std::int64_t>(std::span(array).size_bytes()); });
    const base::File file = base::File::openRead(path);
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
