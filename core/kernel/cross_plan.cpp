#include <core/kernel/cross_plan.h>

#include <core/base/error.h>
#include <core/base/parallel.h>
#include <core/base/text.h>
#include <core/formats/half.h>
#include <core/kernel/audit.h>
#include <core/kernel/cross_state.h>
#include <core/kernel/cross_store.h>
#include <core/kernel/device.h>
#include <core/kernel/plan_memory.h>
#include <core/kernel/plan_sizes.h>
#include <core/kernel/planner.h>
#include <core/run/devices.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace lpntk::kernel {

namespace {

constexpr int kSmallestTile = 8;
constexpr std::int64_t kSmallestBatch = 2;

/// Memory of one kind that a job with a plan holds.
struct CrossNeeds {
    std::int64_t base = 0; ///< what the whole job keeps
    std::int64_t perWorker = 0;
    std::int64_t perSample = 0;  ///< signals
    std::int64_t perEntry = 0;   ///< of a piece
    std::int64_t afterwards = 0; ///< what the audit at the end takes, when workers and signals are gone
    std::int64_t budget = 0;

    std::int64_t total(std::int64_t workers, std::int64_t rows, std::int64_t columns) const {
        return base +
               std::max(workers * perWorker + (rows + columns) * perSample + rows * columns * perEntry, afterwards);
    }
};

/// What a job with this plan holds.
struct CrossMemory {
    CrossNeeds main;                ///< the program as it is included
    std::optional<CrossNeeds> card; ///< where the device has memory of its own

    CrossMemory(const CrossPlan& plan, const SignalSource& source, std::int64_t budget, double share) : m_plan(plan) {
        const auto device = makeDevice(plan.device, Arithmetic::of(plan), source.layers());
        const auto reference = makeDevice("cpu", {run::Precision::fp64, plan.columnChunk}, source.layers());
        main.base = heldMemory() + CrossState::bytes(plan);
        main.afterwards = (std::int64_t{plan.auditRows} + plan.auditColumns) * reference->bytesPerRow() +
                          2 * source.workingBytes(kSmallestBatch);
        main.perEntry = static_cast<std::int64_t>(sizeof(float)) +
                        (plan.store == run::StoreType::f16 ? static_cast<std::int64_t>(sizeof(formats::Half)) : 0);
        main.budget = budget;
        const std::int64_t side = std::max(plan.tile, plan.columnTile),
                           area = std::int64_t{plan.tile} * plan.columnTile;
        constexpr std::int64_t perTileEntry = sizeof(double) + 2 * sizeof(float); // contraction, then a part turned
        main.perWorker = area * perTileEntry;
        if (const std::optional<std::int64_t> own = device->ownMemory()) {
            main.perWorker += area * static_cast<std::int64_t>(sizeof(double)); // pinned
            card.emplace();
            card->base = device->signalThreads(2) * source.workingBytes(plan.batch);
            card->perWorker = device->workerBytes(side);
            card->perSample = device->bytesPerRow();
            card->budget = static_cast<std::int64_t>(share * static_cast<double>(*own));
            return;
        }
        main.perSample = device->bytesPerRow();
        // Signals and tiles take turns, so a worker needs the larger of the two.
        main.perWorker = std::max(source.workingBytes(plan.batch), device->workerBytes(side) + main.perWorker);
    }

    std::int64_t total(const CrossNeeds& needs, int workers, int bands, std::int64_t columns) const {
        return needs.total(workers, std::int64_t{bands} * m_plan.tile, columns);
    }
    bool fits(int workers, int bands, std::int64_t columns) const {
        return total(main, workers, bands, columns) <= main.budget &&
               (!card || total(*card, workers, bands, columns) <= card->budget);
    }

private:
    const CrossPlan& m_plan;
};

[[noreturn]] void refuseBudget(const CrossMemory& memory, const CrossPlan& plan) {
    const auto leastOf = [&](const CrossNeeds& needs) {
        return static_cast<double>(memory.total(needs, 1, 1, plan.columnTile));
    };
    if (memory.card && leastOf(*memory.card) > static_cast<double>(memory.card->budget))
        throw base::BudgetError(fmt::format("--device {}: {} of its memory can be used, but pieces of {} x {} samples "
                                            "and batches of {} already need {}. "
                                            "Free memory on it, or use --precision fp16 or --device cpu",
                                            plan.device, base::formatBytes(static_cast<double>(memory.card->budget)),
                                            plan.tile, plan.columnTile, plan.batch,
                                            base::formatBytes(leastOf(*memory.card))));
    const double least = leastOf(memory.main);
    throw base::BudgetError(fmt::format("--memory {} is not enough: one thread with pieces of {} x {} samples and "
                                        "batches of {} already needs {}. Give at "
                                        "least --memory {}M, or take fewer samples or neighbours",
                                        base::formatBytes(static_cast<double>(memory.main.budget)), plan.tile,
                                        plan.columnTile, plan.batch, base::formatBytes(least),
                                        advisedMegabytes(static_cast<std::int64_t>(least))));
}

run::RowRange stretch(int number, std::int64_t size, std::int64_t count) {
    return {number * size, std::min((number + 1) * size, count)};
}

run::StoreType storeOf(const CrossPlan& plan, const run::KernelOptions& options) {
    constexpr std::int64_t kMostEntriesAsFloat32 = 400'000'000;
    if (!options.store.empty())
        return run::storeTypeFromName(options.store);
    return plan.rows <= kMostEntriesAsFloat32 / plan.columns ? run::StoreType::f32 : run::StoreType::f16;
}

/// All that does not hang on memory.
CrossPlan planWithoutTiles(const SignalSource& source, std::int64_t rows, std::int64_t columns, std::int64_t parameters,
                           const run::KernelOptions& options) {
    CrossPlan plan;
    static_cast<run::KernelPlan&>(plan) = planWithoutSizes(source, parameters, options);
    plan.rows = plan.panelRows = rows;
    plan.columns = columns;
    plan.blocks = {{0, rows}};
    plan.store = storeOf(plan, options);
    constexpr std::int64_t kAuditSamples = 16;
    const std::int64_t most =
        std::min<std::int64_t>(auditRowsWithin(options.memoryBytes / 8, source.layers()), kAuditSamples);
    plan.auditRows = static_cast<int>(std::min(most, rows));
    plan.auditColumns = static_cast<int>(std::min(most, columns));
    plan.diskBytes = CrossStore::diskBytes(plan);
    return plan;
}

} // namespace

run::RowRange CrossPlan::band(int number) const {
    return stretch(number, tile, rows);
}
run::RowRange CrossPlan::tileColumns(int number) const {
    return stretch(number, columnTile, columns);
}

CrossPlan makeCrossPlan(const SignalSource& source, std::int64_t rows, std::int64_t columns, std::int64_t parameters,
                        const run::KernelOptions& options, const base::JobContext& context) {
    options.check();
    if (run::devicesOf(options.device).size() > 1)
        throw base::OptionError(fmt::format(
            "--device {}: a kernel between two sets is computed on one device; name one of them", options.device));
    CrossPlan plan = planWithoutTiles(source, rows, columns, parameters, options);
    plan.tile = preferredTile(rows);
    plan.columnTile = preferredTile(columns);
    const std::int64_t batch = preferredBatch(source, std::max(rows, columns), plan.device);
    // The largest pieces, then the largest batch that fit with one thread.
    for (;; plan.tile = std::max(plan.tile / 2, kSmallestTile),
            plan.columnTile = std::max(plan.columnTile / 2, kSmallestTile)) {
        for (plan.batch = batch;; plan.batch /= 2) {
            context.throwIfCancelled();
            const CrossMemory memory(plan, source, options.memoryBytes, kDeviceShare);
            if (memory.fits(1, 1, plan.columnTile)) {
                fitIntoBudget(plan, source, options, kDeviceShare);
                return plan;
            }
            if (plan.tile == kSmallestTile && plan.columnTile == kSmallestTile && plan.batch == kSmallestBatch)
                refuseBudget(memory, plan);
            // A smaller batch helps where the capture call is what a worker needs most.
            if (plan.batch == kSmallestBatch)
                break;
        }
    }
}

void fitIntoBudget(CrossPlan& plan, const SignalSource& source, const run::KernelOptions& options, double deviceShare) {
    plan.memoryBudget = options.memoryBytes;
    const CrossMemory memory(plan, source, options.memoryBytes, deviceShare);
    if (!memory.fits(1, 1, plan.columnTile))
        refuseBudget(memory, plan);
    plan.threads = options.threads > 0 ? options.threads : base::availableThreads();
    while (plan.threads > 1 && !memory.fits(plan.threads, 1, plan.columnTile))
        --plan.threads;
    const auto fits = [&](int bands, int tiles) {
        return memory.fits(plan.threads, bands, std::int64_t{tiles} * plan.columnTile);
    };
    int tiles = plan.columnTiles();
    while (tiles > 1 && !fits(1, tiles))
        --tiles;
    // As few panels as fit, of about the same size.
    const int panels = (plan.columnTiles() + tiles - 1) / tiles;
    tiles = (plan.columnTiles() + panels - 1) / panels;
    plan.panelColumns = std::min(std::int64_t{tiles} * plan.columnTile, plan.columns);
    // Of few columns a single band is too little work for many threads.
    constexpr int kPiecesPerThread = 2;
    plan.bandsAtOnce = std::min((kPiecesPerThread * plan.threads + tiles - 1) / tiles, plan.bands());
    while (plan.bandsAtOnce > 1 && !fits(plan.bandsAtOnce, tiles))
        --plan.bandsAtOnce;
    plan.memoryBytes = memory.total(memory.main, plan.threads, plan.bandsAtOnce, std::int64_t{tiles} * plan.columnTile);
}

} // namespace lpntk::kernel
