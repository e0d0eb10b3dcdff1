#include <core/kernel/plan_sizes.h>

#include <core/base/parallel.h>
#include <core/kernel/layout.h>
#include <core/kernel/plan_memory.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>

namespace lpntk::kernel {

namespace {

constexpr std::int64_t kMegabyte = std::int64_t{1} << 20;
constexpr std::int64_t kBatchBytes = 128 * kMegabyte;        ///< of a capture call: more is not faster, only larger
constexpr std::int64_t kDeviceBatchBytes = 4096 * kMegabyte; ///< the same on a card, which wants much work at once
constexpr int kSmallestTile = 8;                             ///< a pyramid cell of the finest level
constexpr std::int64_t kSmallestBatch = 2;

/// Threads and rows that are held at once.
struct Fit {
    int threads = 1;
    std::int64_t rowsFitting = 0;
    std::int64_t panelRows = 0;
    bool resident(const run::KernelPlan& plan) const { return panelRows >= plan.rows; }
};

Fit fitOf(const run::KernelPlan& plan, const PlanMemory& memory, int threads) {
    Fit fit{threads, memory.rowsFitting(threads), 0};
    if (fit.rowsFitting >= plan.rows)
        fit.panelRows = plan.rows;
    else if (fit.rowsFitting >= largestBlock(plan))
        fit.panelRows = fit.rowsFitting; // whole blocks, as many at a time as fit
    else
        fit.panelRows = std::max<std::int64_t>(fit.rowsFitting / plan.tile - 1, 1) * plan.tile;
    return fit;
}

/// Average number of times that a row's signals are computed, as Layout's steps have it but for tile rows that a panel
/// takes over from the one before.
double passesOf(const run::KernelPlan& plan, const Fit& fit) {
    double computed = 0;
    for (const run::RowRange& block : plan.blocks) {
        for (std::int64_t rest = block.size(); rest > 0; rest -= fit.panelRows)
            computed += static_cast<double>(rest);
    }
    return computed / static_cast<double>(plan.rows);
}

/// What the job costs on so many threads, in multiply-adds of a product, by sizes alone: another machine, or the same
/// in another hour, finds the same.
double costOf(const run::KernelPlan& plan, const SignalSource& source, const Fit& fit) {
    // The forward pass in float64 and in float32 and the backward pass, by libraries that are slower than products of
    // large matrices; and what a call takes, however small its batch.
    constexpr double kMacsPerForwardMac = 12, kMacsPerCall = 2e8;
    const double signal =
        kMacsPerForwardMac * static_cast<double>(source.forwardMacs()) + kMacsPerCall / static_cast<double>(plan.batch);
    double pairs = 0;
    for (const run::RowRange& block : plan.blocks)
        pairs += static_cast<double>(block.size()) * static_cast<double>(block.size()) / 2;
    const double known = static_cast<double>(plan.knownRows) / static_cast<double>(plan.rows);
    return (static_cast<double>(plan.rows) * passesOf(plan, fit) * signal +
            (1 - known * known) * pairs * static_cast<double>(plan.macsPerPair()) * tileSlowness(plan.tile)) /
           fit.threads;
}

/// More threads leave less room for signals, so that they are computed more often.
Fit bestFit(const run::KernelPlan& plan, const SignalSource& source, const PlanMemory& memory, int wanted) {
    const auto most = static_cast<int>(std::clamp<std::int64_t>(memory.workersFitting(fewestRows(plan)), 1, wanted));
    Fit best = fitOf(plan, memory, most);
    if (memory.card)
        return best; // threads only feed it
    for (int threads = most - 1; threads > 0 && !best.resident(plan); --threads) {
        const Fit fit = fitOf(plan, memory, threads);
        if (costOf(plan, source, fit) < costOf(plan, source, best))
            best = fit;
    }
    return best;
}

} // namespace

double tileSlowness(int tile) {
    return tile >= 512 ? 1.0 : tile >= 256 ? 1.15 : tile >= 128 ? 1.5 : tile >= 64 ? 2.2 : 140.0 / tile;
}

int preferredTile(std::int64_t rows) {
    if (rows >= 512)
        return rows >= 8192 ? 1024 : rows >= 2048 ? 512 : 256;
    return static_cast<int>(
        std::bit_floor(static_cast<std::uint64_t>(std::max<std::int64_t>(rows / 2, kSmallestTile))));
}

std::int64_t preferredBatch(const SignalSource& source, std::int64_t rows, const std::string& device) {
    // Small jobs are cut into at least four batches, so that there is work for several threads whatever their number;
    // but of small samples much smaller batches cost more in calls than a third thread gains.
    constexpr std::int64_t kWorthACall = 16, kLargestBatch = 256;
    const std::int64_t least = std::min({rows / 2, kWorthACall, source.batchFor(64 * kMegabyte)});
    const std::int64_t largestBatch = std::max(std::clamp(rows / 4, least, kLargestBatch), kSmallestBatch);
    return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(std::clamp<std::int64_t>(
        source.batchFor(device == "cpu" ? kBatchBytes : kDeviceBatchBytes), kSmallestBatch, largestBatch))));
}

void chooseSizes(run::KernelPlan& plan, const SignalSource& source, const Rows& rows, const run::KernelOptions& options,
                 const base::JobContext& context) {
    constexpr int kFewThreads = 2;       // on which the choice is made, whatever the machine has
    constexpr int kSmallTile = 64;       // smaller ones only where nothing else fits
    constexpr double kWorthwhile = 0.97; // of the cost so far: else what is larger stays
    const std::int64_t batch = preferredBatch(source, plan.rows, plan.device);
    std::optional<run::KernelPlan> best;
    double least = std::numeric_limits<double>::infinity();
    bool enough = false; // nothing smaller would save anything
    for (plan.tile = preferredTile(largestBlock(plan)); !enough && (!best || plan.tile >= kSmallTile); plan.tile /= 2) {
        for (plan.batch = batch; !enough && plan.batch >= kSmallestBatch; plan.batch /= 2) {
            context.throwIfCancelled();
            const PlanMemory memory(plan, source, rows, options.memoryBytes, kDeviceShare);
            if (!memory.fits(1, fewestRows(plan))) {
                if (plan.tile <= kSmallestTile && plan.batch / 2 < kSmallestBatch && !best)
                    refuseBudget(memory, plan);
                continue;
            }
            const Fit fit = bestFit(plan, source, memory, kFewThreads);
            const double cost = costOf(plan, source, fit);
            if (cost < kWorthwhile * least) {
                least = cost;
                best = plan;
            }
            enough = fit.resident(plan) && fit.threads == kFewThreads;
        }
    }
    plan = *best;
    fitIntoBudget(plan, source, rows, options, kDeviceShare);
}

void fitIntoBudget(run::KernelPlan& plan, const SignalSource& source, const Rows& rows,
                   const run::KernelOptions& options, double deviceShare) {
    plan.memoryBudget = options.memoryBytes;
    const PlanMemory memory(plan, source, rows, options.memoryBytes, deviceShare);
    if (!memory.fits(1, fewestRows(plan)))
        refuseBudget(memory, plan);
    const int wanted = std::max(options.threads > 0 ? options.threads : base::availableThreads(), memory.cards);
    const Fit fit = bestFit(plan, source, memory, wanted);
    plan.threads = fit.threads;
    plan.panelRows = fit.panelRows;
    const Layout layout(plan, rows.labels);
    plan.signalPasses =
        static_cast<double>(samplesComputed(layout, stepsOf(layout, plan.panelRows))) / static_cast<double>(plan.rows);
    const std::int64_t beside = plan.panelRows < largestBlock(plan) ? plan.tile : 0; // a tile row below the panel
    plan.memoryBytes = memory.main.total(plan.threads, std::min(plan.rows, plan.panelRows + beside));
}

} // namespace lpntk::kernel
