#include <core/kernel/plan_memory.h>

#include <core/base/error.h>
#include <core/base/text.h>
#include <core/engine/environment.h>
#include <core/kernel/consumers.h>
#include <core/kernel/device.h>
#include <core/kernel/layout.h>
#include <core/kernel/state.h>
#include <core/kernel/store.h>
#include <core/run/devices.h>

#include <fmt/format.h>

#include <fstream>
#include <string>
#include <vector>

namespace lpntk::kernel {

namespace {

constexpr std::int64_t kMegabyte = std::int64_t{1} << 20;
constexpr std::int64_t kHeldStep = 32 * kMegabyte;
constexpr std::int64_t kSmallestBatch = 2;

std::int64_t statusBytes(const std::string& key) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind(key, 0) == 0)
            return std::stoll(line.substr(key.size())) * 1024;
    }
    return 0;
}

} // namespace

std::int64_t residentMemory() {
    return statusBytes("VmRSS:");
}
std::int64_t peakMemory() {
    return statusBytes("VmHWM:");
}

std::int64_t heldMemory() {
    const std::int64_t held = std::max<std::int64_t>(residentMemory() - engine::keptMemory(), 0);
    return (held + kHeldStep - 1) / kHeldStep * kHeldStep;
}

std::int64_t advisedMegabytes(std::int64_t least) {
    return (least + kHeldStep) / kMegabyte + 1;
}

PlanMemory::PlanMemory(const run::KernelPlan& plan, const SignalSource& source, const Rows& rows, std::int64_t budget,
                       double share) {
    const Layout layout(plan, rows.labels);
    const std::vector<std::string> names = run::devicesOf(plan.device);
    const auto device = makeDevice(names.front(), Arithmetic::of(plan), source.layers());
    main.base = heldMemory() + JobState::bytes(plan, layout) + Store::bandBytes(plan);
    const auto reference = makeDevice("cpu", {run::Precision::fp64, plan.columnChunk}, source.layers());
    // Its numbers are twice as long as float32's.
    main.afterwards = std::min<std::int64_t>(plan.auditRows, plan.rows) * reference->bytesPerRow() +
                      2 * source.workingBytes(kSmallestBatch);
    main.budget = budget;
    const std::int64_t side = layout.largestSide();
    // What the other run has of its rows, and beside a tile the products of its new rows and columns.
    main.base += plan.knownRows * (16 * std::int64_t{plan.top} + 20 * std::int64_t{plan.classes});
    const std::int64_t beside = plan.knownRows > 0 ? 2 * side * side * static_cast<std::int64_t>(sizeof(double)) : 0;
    if (const std::optional<std::int64_t> own = device->ownMemory()) {
        const std::int64_t pinned = side * side * static_cast<std::int64_t>(sizeof(double));
        main.perWorker = pinned + TileImage::bytes(plan, side) + beside;
        card.emplace();
        card->base = device->signalThreads(2) * source.workingBytes(plan.batch);
        card->perWorker = device->workerBytes(side);
        card->perRow = device->bytesPerRow();
        std::int64_t free = *own;
        for (std::size_t other = 1; other < names.size(); ++other)
            free = std::min(free, *makeDevice(names[other], Arithmetic::of(plan), source.layers())->ownMemory());
        card->budget = static_cast<std::int64_t>(share * static_cast<double>(free));
        cards = static_cast<int>(names.size());
        return;
    }
    main.perRow = device->bytesPerRow();
    // Signals and tiles take turns, so a worker needs the larger of the two.
    main.perWorker =
        std::max(source.workingBytes(plan.batch), device->workerBytes(side) + TileImage::bytes(plan, side) + beside);
}

std::int64_t fewestRows(const run::KernelPlan& plan) {
    std::int64_t fewest = 0;
    for (const run::RowRange& block : plan.blocks)
        fewest = std::max(fewest, std::min<std::int64_t>(block.size(), 2 * std::int64_t{plan.tile}));
    return fewest;
}

std::int64_t largestBlock(const run::KernelPlan& plan) {
    std::int64_t largest = 0;
    for (const run::RowRange& block : plan.blocks)
        largest = std::max(largest, block.size());
    return largest;
}

void refuseBudget(const PlanMemory& memory, const run::KernelPlan& plan) {
    if (memory.card && !memory.card->fits(1, fewestRows(plan)))
        throw base::BudgetError(fmt::format(
            "--device {}: {} of its memory can be used, but tiles of {} rows and batches of {} already need {}. Free "
            "memory on it, or use --precision fp16 or --device cpu",
            plan.device, base::formatBytes(static_cast<double>(memory.card->budget)), plan.tile, plan.batch,
            base::formatBytes(static_cast<double>(memory.card->total(1, fewestRows(plan))))));
    const std::int64_t budget = memory.main.budget;
    const double least = static_cast<double>(memory.main.total(1, fewestRows(plan)));
    throw base::BudgetError(fmt::format(
        "--memory {} is not enough: one thread with tiles of {} rows and batches of {} already needs {}. Give at least "
        "--memory {}M, or take fewer samples or neighbours",
        base::formatBytes(static_cast<double>(budget)), plan.tile, plan.batch, base::formatBytes(least),
        advisedMegabytes(static_cast<std::int64_t>(least))));
}

} // namespace lpntk::kernel
