#include <core/kernel/cross_state.h>

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
    std::vector<std::span<const std::byte>> arrays;
    forEachArray(state, [&](const auto& array) { arrays.push_back(std::as_bytes(std::span(array))); });
    writeStateFile(folder, kMagic + identity + "\n", arrays);
}

bool readState(const fs::path& folder, CrossState& state, const std::string& identity) {
    std::vector<std::span<std::byte>> arrays;
    forEachArray(state, [&](auto& array) { arrays.push_back(std::as_writable_bytes(std::span(array))); });
    return readStateFile(folder, kMagic + identity + "\n", arrays);
}

} // namespace lpntk::kernel
