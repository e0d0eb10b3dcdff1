#include <core/kernel/planner.h>

#include <core/base/error.h>
#include <core/base/parallel.h>
#include <core/base/text.h>
#include <core/data/selection.h>
#include <core/engine/environment.h>
#include <core/kernel/audit.h>
#include <core/kernel/consumers.h>
#include <core/kernel/device.h>
#include <core/kernel/layout.h>
#include <core/kernel/products.h>
#include <core/kernel/state.h>
#include <core/kernel/store.h>
#include <core/run/devices.h>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

namespace lpntk::kernel {

namespace {

constexpr std::int64_t kMegabyte = std::int64_t{1} << 20;
constexpr std::int64_t kBatchBytes = 512 * kMegabyte; ///< working memory that a capture call should stay near
constexpr std::int64_t kDeviceBatchBytes = 4096 * kMegabyte; ///< the same on a card, which wants much work at once
constexpr int kSmallestTile = 8;                     ///< a pyramid cell of the finest level
constexpr std::int64_t kSmallestBatch = 2;

std::size_t at(std::int64_t value) { return static_cast<std::size_t>(value); }

std::int64_t statusBytes(const std::string& key) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind(key, 0) == 0)
            return std::stoll(line.substr(key.size())) * 1024;
    }
    return 0;
}

std::vector<run::RowRange> blocksOf(const Rows& rows, run::Blocks kind) {
    const auto count = static_cast<std::int64_t>(rows.labels.size());
    if (kind == run::Blocks::full)
        return {{0, count}};
    std::vector<run::RowRange> blocks;
    for (std::int64_t row = 0; row < count; ++row) {
        if (row == 0 || rows.labels[at(row)] != rows.labels[at(row - 1)])
            blocks.push_back({row, row});
        blocks.back().end = row + 1;
    }
    return blocks;
}

/// Large tiles multiply faster, but a small job needs enough of them for its threads.
int preferredTile(std::int64_t rows) {
    if (rows >= 512)
        return rows >= 8192 ? 1024 : rows >= 2048 ? 512 : 256;
    return static_cast<int>(std::bit_floor(static_cast<std::uint64_t>(std::max<std::int64_t>(rows / 2, kSmallestTile))));
}

std::vector<run::LayerPlan> layersOf(const SignalSource& source) {
    std::vector<run::LayerPlan> layers;
    for (const auto& layer : source.layers()) {
        const std::int64_t numbers = layer.leftWidth + layer.rightWidth;
        const char* const way = layer.positions  ? "shifted"
                                : layer.implicit ? "implicit"
                                : layer.general  ? "general"
                                                 : "explicit";
        layers.push_back({layer.name, layer.operation, way, layer.parameters,
                          layer.positions ? layer.positions->macsPerPair() : numbers, numbers});
    }
    return layers;
}

std::string backendOf(const run::KernelOptions& options) {
    if (options.backend.empty())
        return usualBackend(options.device, options.precision);
    if (options.backend != "mm" && !hasBackends(options.device, options.precision))
        throw base::OptionError(
            fmt::format("--backend {} is for float32 on the processor; leave it out", options.backend));
    return productsNamed(options.backend).name();
}

/// Memory of one kind that a job with a plan holds.
struct Needs {
    std::int64_t base = 0; ///< what the whole job keeps
    std::int64_t perWorker = 0;
    std::int64_t perRow = 0;
    std::int64_t afterwards = 0; ///< what the audit at the end takes, when workers and rows are gone
    std::int64_t budget = 0;

    std::int64_t total(std::int64_t workers, std::int64_t rows) const {
        return base + std::max(workers * perWorker + rows * perRow, afterwards);
    }
    bool fits(std::int64_t workers, std::int64_t rows) const { return total(workers, rows) <= budget; }
    std::int64_t workersFitting(std::int64_t rows) const {
        return (budget - base - rows * perRow) / std::max<std::int64_t>(perWorker, 1);
    }
    std::int64_t rowsFitting(std::int64_t workers) const {
        return perRow == 0 ? std::numeric_limits<std::int64_t>::max() : (budget - base - workers * perWorker) / perRow;
    }
};

/// What a job with this plan holds.
struct Memory {
    Needs main;                ///< the program as it is included
    std::optional<Needs> card; ///< where the devices have memory of their own: what each holds
    int cards = 1;

    Memory(const run::KernelPlan& plan, const SignalSource& source, const Rows& rows, std::int64_t budget, double share) {
        const Layout layout(plan, rows.labels);
        const std::vector<std::string> names = run::devicesOf(plan.device);
        const auto device = makeDevice(names.front(), Arithmetic::of(plan), source.layers());
        // In steps, so that a plan does not hang on a page more or less.
        constexpr std::int64_t step = 64 * kMegabyte;
        const std::int64_t held = std::max<std::int64_t>(residentMemory() - engine::keptMemory(), 0);
        main.base = (held + step - 1) / step * step + JobState::bytes(plan, layout);
        main.base += Store::bandBytes(plan);
        const auto reference = makeDevice("cpu", {run::Precision::fp64, plan.columnChunk}, source.layers());
        // Its numbers are twice as long as float32's.
        main.afterwards = std::min<std::int64_t>(plan.auditRows, plan.rows) * reference->bytesPerRow() +
                          2 * source.workingBytes(kSmallestBatch);
        main.budget = budget;
        const std::int64_t side = layout.largestSide();
        if (const std::optional<std::int64_t> own = device->ownMemory()) {
            const std::int64_t pinned = side * side * static_cast<std::int64_t>(sizeof(double));
            main.perWorker = pinned + TileImage::bytes(plan, side);
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
        main.perWorker = std::max(source.workingBytes(plan.batch),
                                  device->workerBytes(side) + TileImage::bytes(plan, side));
    }

    std::int64_t eachOf(std::int64_t workers) const { return (workers + cards - 1) / cards; }
    bool fits(std::int64_t workers, std::int64_t rows) const {
        return main.fits(workers, rows) && (!card || card->fits(eachOf(workers), rows));
    }
    std::int64_t workersFitting(std::int64_t rows) const {
        return std::min(main.workersFitting(rows), card ? cards * card->workersFitting(rows) : main.workersFitting(rows));
    }
    std::int64_t rowsFitting(std::int64_t workers) const {
        return std::min(main.rowsFitting(workers), card ? card->rowsFitting(eachOf(workers)) : main.rowsFitting(workers));
    }
};

/// Rows that must fit at least: one tile row, and a second one where a block has several.
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

[[noreturn]] void refuseBudget(const Memory& memory, const run::KernelPlan& plan) {
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
        static_cast<std::int64_t>(least * 1.02 / static_cast<double>(kMegabyte)) + 1));
}

/// Average number of times that a row's signals are computed.
double signalPasses(const run::KernelPlan& plan, const Layout& layout) {
    const std::int64_t computed = samplesComputed(layout, stepsOf(layout, plan.panelRows));
    return static_cast<double>(computed) / static_cast<double>(plan.rows);
}

double secondsOf(const SignalSource& source, const Rows& rows, std::int64_t count, SignalRows& signals) {
    const auto start = std::chrono::steady_clock::now();
    source.compute(std::span(rows.samples).first(at(count)), std::span(rows.labels).first(at(count)),
                   signals.targets(0, count), {}, 0);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

std::int64_t residentMemory() { return statusBytes("VmRSS:"); }
std::int64_t peakMemory() { return statusBytes("VmHWM:"); }

Rows rowsOf(const data::Split& split, const run::KernelOptions& options, int classes) {
    Rows rows;
    rows.samples = data::selectSamples(split, options.limit, options.perClass, options.indices);
    if (rows.samples.empty())
        throw base::OptionError(fmt::format("no samples are selected: the split \"{}\" has {} samples", split.name, split.count()));
    const auto labelOf = [&](std::int64_t sample) { return split.labels[at(sample)]; };
    for (const std::int64_t sample : rows.samples) {
        if (labelOf(sample) < 0 || labelOf(sample) >= classes)
            throw base::ShapeError(fmt::format("sample {} ({}) has label {}, but the network has the classes 0 to {}", sample,
                                               split.images->location(sample), labelOf(sample), classes - 1));
    }
    std::sort(rows.samples.begin(), rows.samples.end(), [&](std::int64_t a, std::int64_t b) {
        return std::pair(labelOf(a), a) < std::pair(labelOf(b), b);
    });
    for (const std::int64_t sample : rows.samples)
        rows.labels.push_back(labelOf(sample));
    return rows;
}

run::KernelPlan makePlan(const SignalSource& source, const Rows& rows, std::int64_t parameters,
                         const run::KernelOptions& options, const base::JobContext& context) {
    options.check();
    run::KernelPlan plan;
    plan.rows = static_cast<std::int64_t>(rows.samples.size());
    plan.classes = source.classes();
    plan.parameters = parameters;
    plan.layers = layersOf(source);
    plan.blockKind = options.blocks;
    plan.blocks = blocksOf(rows, options.blocks);
    plan.precision = options.precision;
    constexpr std::int64_t kMostRowsAsFloat32 = 20000;
    plan.store = !options.store.empty()               ? run::storeTypeFromName(options.store)
                 : plan.rows <= kMostRowsAsFloat32 ? run::StoreType::f32
                                                      : run::StoreType::f16;
    plan.kernel = options.kernel;
    plan.device = options.device;
    plan.backend = backendOf(options);
    plan.top = options.top;
    plan.chosenParameters = options.parameters;
    plan.memoryBudget = options.memoryBytes;
    plan.diskBytes = Store::diskBytes(plan);
    // Float64 takes several times as long: of a small set a part is enough.
    constexpr std::int64_t kFewAuditRows = 16, kShareOfRows = 32;
    plan.auditRows =
        static_cast<int>(std::min<std::int64_t>(auditRowsWithin(options.memoryBytes / 4, source.layers()),
                                                std::max(kFewAuditRows, plan.rows / kShareOfRows)));
    const int tile = preferredTile(largestBlock(plan));
    // Small jobs are cut into at least four batches, so that there is work for several threads whatever their number;
    // but of small samples much smaller batches cost more in calls than a third thread gains.
    constexpr std::int64_t kWorthACall = 16, kLargestBatch = 256;
    const std::int64_t least = std::min({plan.rows / 2, kWorthACall, source.batchFor(64 * kMegabyte)});
    const std::int64_t largestBatch = std::max(std::clamp(plan.rows / 4, least, kLargestBatch), kSmallestBatch);
    const auto batch = static_cast<std::int64_t>(std::bit_floor(
        static_cast<std::uint64_t>(std::clamp<std::int64_t>(source.batchFor(plan.device == "cpu" ? kBatchBytes : kDeviceBatchBytes),
                                                                kSmallestBatch, largestBatch))));
    // The largest tile, then the largest batch that fit with one thread.
    for (plan.tile = tile;; plan.tile /= 2) {
        for (plan.batch = batch;; plan.batch /= 2) {
            context.throwIfCancelled();
            const Memory memory(plan, source, rows, options.memoryBytes, kDeviceShare);
            if (memory.fits(1, fewestRows(plan))) {
                fitIntoBudget(plan, source, rows, options, kDeviceShare);
                return plan;
            }
            if (plan.tile == kSmallestTile && plan.batch == kSmallestBatch)
                refuseBudget(memory, plan);
            // A smaller batch helps where the capture call is what a worker needs most.
            if (plan.batch == kSmallestBatch)
                break;
        }
    }
}

void fitIntoBudget(run::KernelPlan& plan, const SignalSource& source, const Rows& rows, const run::KernelOptions& options,
                   double deviceShare) {
    plan.memoryBudget = options.memoryBytes;
    const Memory memory(plan, source, rows, options.memoryBytes, deviceShare);
    const std::int64_t fewest = fewestRows(plan);
    if (!memory.fits(1, fewest))
        refuseBudget(memory, plan);
    const std::int64_t fitting = memory.workersFitting(fewest);
    const int wanted = std::max(options.threads > 0 ? options.threads : base::availableThreads(), memory.cards);
    plan.threads = static_cast<int>(std::clamp<std::int64_t>(fitting, 1, wanted));
    const std::int64_t rowsFitting = memory.rowsFitting(plan.threads);
    if (rowsFitting >= plan.rows)
        plan.panelRows = plan.rows;
    else if (rowsFitting >= largestBlock(plan))
        plan.panelRows = rowsFitting; // whole blocks, as many at a time as fit
    else
        plan.panelRows = std::max<std::int64_t>(rowsFitting / plan.tile - 1, 1) * plan.tile;
    const Layout layout(plan, rows.labels);
    plan.signalPasses = signalPasses(plan, layout);
    plan.memoryBytes = memory.main.total(plan.threads, std::min(plan.rows, rowsFitting));
}

Rates probe(const run::KernelPlan& plan, const SignalSource& source, const Rows& rows) {
    const OneThread one;
    const auto device = makeDevice(run::devicesOf(plan.device).front(), Arithmetic::of(plan), source.layers());
    const std::int64_t whole = std::min(plan.batch, plan.rows), few = std::min(whole, std::int64_t{32});
    const auto signals = device->allocate(whole);
    // The first call of a network is slow; of one that takes long already nothing more is asked.
    constexpr double kLong = 0.5;
    double seconds = secondsOf(source, rows, few, *signals);
    std::int64_t count = few;
    if (seconds * static_cast<double>(whole) < kLong * static_cast<double>(few)) {
        seconds = secondsOf(source, rows, whole, *signals);
        count = whole;
    }
    return {seconds / static_cast<double>(count), device->probeRate()};
}

void predictTimes(run::KernelPlan& plan, const SignalSource& source, const Rates& rates) {
    const std::vector<std::string> devices = run::devicesOf(plan.device);
    const auto device = makeDevice(devices.front(), Arithmetic::of(plan), source.layers());
    // A card works with all it has, whatever the number of threads that feed it.
    const auto lanes = static_cast<double>(device->ownMemory() ? devices.size() : static_cast<std::size_t>(plan.threads));
    plan.signalSeconds = rates.secondsPerSample * static_cast<double>(plan.rows) * plan.signalPasses / lanes;
    double entries = 0;
    for (const run::RowRange& block : plan.blocks) {
        const auto n = static_cast<double>(block.size());
        entries += n * n / 2; // of diagonal tiles little more than half is multiplied
    }
    constexpr double kSecondsPerEntry = 22e-9; // consumers and store
    plan.contractionSeconds = entries * (static_cast<double>(plan.macsPerPair()) / rates.macsPerSecond / lanes +
                                         kSecondsPerEntry / plan.threads);
}

std::vector<run::KernelPlan> smallerPlans(const run::KernelPlan& plan, const SignalSource& source, const Rows& rows,
                                          const run::KernelOptions& options, const Rates& rates,
                                          const base::JobContext& context) {
    std::vector<run::KernelPlan> plans;
    for (const int share : {2, 4}) {
        run::KernelOptions less = options;
        less.memoryBytes = plan.memoryBytes / share / kMegabyte * kMegabyte;
        less.backend = plan.backend == "mm" ? std::string() : plan.backend;
        try {
            plans.push_back(makePlan(source, rows, plan.parameters, less, context));
        } catch (const base::Error&) {
            break; // not to be done with so little
        }
        plans.back().capture = plan.capture;
        predictTimes(plans.back(), source, rates);
    }
    return plans;
}

} // namespace lpntk::kernel
