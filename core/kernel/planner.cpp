#include <core/kernel/planner.h>

#include <core/base/error.h>
#include <core/base/parallel.h>
#include <core/data/selection.h>
#include <core/kernel/audit.h>
#include <core/kernel/device.h>
#include <core/kernel/plan_memory.h>
#include <core/kernel/products.h>
#include <core/kernel/store.h>
#include <core/run/devices.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <sys/mman.h>

namespace lpntk::kernel {

namespace {

constexpr std::int64_t kMegabyte = std::int64_t{1} << 20;

std::size_t at(std::int64_t value) { return static_cast<std::size_t>(value); }

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

double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Of `count` samples on each of so many threads at once, as the job computes them: two threads are seldom twice as
/// fast.
double secondsOf(const SignalSource& source, const Rows& rows, std::int64_t count, int threads, SignalRows& signals) {
    const auto start = std::chrono::steady_clock::now();
    base::parallelFor(threads, threads, {}, [&](std::int64_t thread, int) {
        const OneThread one;
        const std::int64_t first = thread * count;
        source.compute(std::span(rows.samples).subspan(at(first), at(count)),
                       std::span(rows.labels).subspan(at(first), at(count)), signals.targets(first, count), {}, 0);
    });
    return secondsSince(start);
}

/// Seconds until the system has handed out a byte of memory that it has not given to this program yet.
double secondsPerFreshByte() {
    constexpr std::size_t kBytes = std::size_t{64} << 20, kPage = 4096;
    const auto start = std::chrono::steady_clock::now();
    void* const memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return 0;
    for (std::size_t page = 0; page < kBytes; page += kPage)
        static_cast<volatile char*>(memory)[page] = 1;
    ::munmap(memory, kBytes);
    return secondsSince(start) / static_cast<double>(kBytes);
}

} // namespace

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

run::KernelPlan planWithoutSizes(const SignalSource& source, std::int64_t parameters,
                                 const run::KernelOptions& options) {
    run::KernelPlan plan;
    plan.classes = source.classes();
    plan.parameters = parameters;
    plan.layers = layersOf(source);
    plan.precision = options.precision;
    plan.kernel = options.kernel;
    plan.device = options.device;
    plan.backend = backendOf(options);
    plan.top = options.top;
    plan.chosenParameters = options.parameters;
    plan.memoryBudget = options.memoryBytes;
    return plan;
}

run::KernelPlan makePlan(const SignalSource& source, const Rows& rows, std::int64_t parameters,
                         const run::KernelOptions& options, const base::JobContext& context) {
    options.check();
    run::KernelPlan plan = planWithoutSizes(source, parameters, options);
    plan.rows = static_cast<std::int64_t>(rows.samples.size());
    plan.knownRows = rows.known;
    plan.blockKind = options.blocks;
    plan.blocks = blocksOf(rows, options.blocks);
    constexpr std::int64_t kMostRowsAsFloat32 = 20000;
    plan.store = !options.store.empty()            ? run::storeTypeFromName(options.store)
                 : plan.rows <= kMostRowsAsFloat32 ? run::StoreType::f32
                                                   : run::StoreType::f16;
    plan.diskBytes = Store::diskBytes(plan);
    // Float64 takes several times as long: of a small set a part is enough.
    constexpr std::int64_t kFewAuditRows = 16, kShareOfRows = 32;
    plan.auditRows =
        static_cast<int>(std::min<std::int64_t>(auditRowsWithin(options.memoryBytes / 4, source.layers()),
                                                std::max(kFewAuditRows, plan.rows / kShareOfRows)));
    chooseSizes(plan, source, rows, options, context);
    return plan;
}

Rates probe(const run::KernelPlan& plan, const SignalSource& source, const Rows& rows) {
    const OneThread one;
    const auto device = makeDevice(run::devicesOf(plan.device).front(), Arithmetic::of(plan), source.layers());
    // Within what the plan holds anyway, and at least two samples a call.
    const std::int64_t room = std::min<std::int64_t>(plan.rows, 2 * std::int64_t{plan.tile});
    const auto threads = static_cast<int>(std::clamp<std::int64_t>(room / 2, 1, device->signalThreads(plan.threads)));
    const std::int64_t whole = std::min(plan.batch, room / threads), few = std::min(whole, std::int64_t{32});
    const auto signals = device->allocate(whole * threads);
    // The first call of a network is slow; of one that takes long already nothing more is asked. Whatever else the
    // machine does in between makes it slower, never faster.
    constexpr double kLong = 0.5;
    constexpr int kRepeats = 3;
    double seconds = secondsOf(source, rows, few, threads, *signals);
    std::int64_t count = few;
    double spent = seconds * static_cast<double>(whole) / static_cast<double>(few);
    if (spent < kLong) {
        seconds = spent = secondsOf(source, rows, whole, threads, *signals);
        count = whole;
        for (int repeat = 1; repeat < kRepeats && spent < kLong; ++repeat) {
            const double again = secondsOf(source, rows, whole, threads, *signals);
            spent += again;
            seconds = std::min(seconds, again);
        }
    }
    return {seconds / static_cast<double>(count), threads, device->ownMemory() ? 0.0 : secondsPerFreshByte(),
            device->probeRate()};
}

void predictTimes(run::KernelPlan& plan, const SignalSource& source, const Rates& rates) {
    const std::vector<std::string> devices = run::devicesOf(plan.device);
    const auto device = makeDevice(devices.front(), Arithmetic::of(plan), source.layers());
    // A card works with all it has, whatever the number of threads that feed it.
    const auto lanes = static_cast<double>(device->ownMemory() ? devices.size() : static_cast<std::size_t>(plan.threads));
    const auto signalLanes = static_cast<double>(device->ownMemory() ? static_cast<int>(devices.size())
                                                                     : std::min(plan.threads, rates.threads));
    const auto held = static_cast<double>(std::min(plan.rows, plan.panelRows) * device->bytesPerRow());
    plan.signalSeconds = rates.secondsPerSample * static_cast<double>(plan.rows) * plan.signalPasses / signalLanes +
                         rates.secondsPerFreshByte * held / plan.threads;
    double entries = 0;
    for (const run::RowRange& block : plan.blocks) {
        const auto n = static_cast<double>(block.size());
        entries += n * n / 2; // of diagonal tiles little more than half is multiplied
    }
    const double known = static_cast<double>(plan.knownRows) / static_cast<double>(plan.rows);
    const double slowness = device->ownMemory() ? 1.0 : tileSlowness(plan.tile);
    constexpr double kSecondsPerEntry = 22e-9; // consumers and store
    plan.contractionSeconds = entries * ((1 - known * known) * static_cast<double>(plan.macsPerPair()) /
                                             rates.macsPerSecond / lanes * slowness +
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
