#include "bench.h"
#include "kernel_options.h"
#include "table.h"

#include <core/base/text.h>
#include <core/engine/environment.h>
#include <core/run/manifest.h>

#include <fmt/format.h>

#include <algorithm>

namespace lpntk::cli {

namespace {

struct BenchOptions {
    KernelJobOptions job;
    int repeat = 3;
    bool floor = false;
};

/// Seconds of one run; the least of several is what the machine can do.
struct Seconds {
    double signals = 1e300, tiles = 1e300, total = 1e300;

    void take(const base::Json& timings) {
        signals = std::min(signals, timings.at("signals_seconds").get<double>());
        tiles = std::min(tiles, timings.at("tiles_seconds").get<double>());
        total = std::min(total, timings.at("total_seconds").get<double>());
    }
};

double pairsOf(const run::KernelPlan& plan) {
    double pairs = 0;
    for (const run::RowRange& block : plan.blocks)
        pairs += static_cast<double>(block.size()) * static_cast<double>(block.size() + 1) / 2;
    return pairs;
}

/// What no program can beat: the plan's multiply-adds at the best rate of this machine's libraries, and a file of the
/// run's size at the speed of its disk.
struct Floor {
    double rate = 0; ///< floating point operations a second
    double products = 0, file = 0;

    static double bestRate(const run::KernelPlan& plan, const Console& console) {
        double best = 0;
        for (const engine::ProductRate& rate : engine::engine().productRates(plan.threads, console.context())) {
            if (rate.precision == run::nameOf(plan.precision))
                best = std::max(best, rate.allThreads);
        }
        return best;
    }
};

int benchKernel(const BenchOptions& options, Console& console) {
    const engine::KernelRequest request = options.job.request(console);
    const run::KernelPlan asked = engine::engine().plan(request, console.context()).plan;
    const bool measurable = options.floor && asked.device == "cpu";
    // Before and after: a shared machine changes its speed.
    Floor floor;
    if (measurable)
        floor.rate = Floor::bestRate(asked, console);
    // As in the middle of a long job. Panels reuse each other's memory anyway, and kept beside it captures would take
    // more than the budget.
    if (asked.panelRows >= asked.rows)
        engine::keepMemory();
    Seconds seconds;
    engine::KernelReport report;
    run::Manifest manifest;
    for (int i = 0; i < options.repeat; ++i) {
        const ScratchFolder folder;
        report = engine::engine().kernel(request, folder.path(), console.context());
        manifest = run::readManifest(folder.path());
        seconds.take(manifest.timings);
    }
    const run::KernelPlan& plan = manifest.plan;
    const double pairs = pairsOf(plan), work = 2 * pairs * static_cast<double>(plan.macsPerPair());
    if (measurable) {
        floor.rate = std::max(floor.rate, Floor::bestRate(plan, console));
        floor.products = work / floor.rate;
        const ScratchFolder folder;
        floor.file = plainFileSeconds(folder.path(), plan.diskBytes);
    }
    console.say(fmt::format("{} samples, {} parameters, {} on {} by {}, {} threads, the best of {}",
                            base::formatCount(plan.rows), base::formatCount(plan.parameters),
                            run::nameOf(plan.precision), plan.device, plan.backend, plan.threads, options.repeat));
    Table table({"", "seconds", "planned", "per second"}, {false, true, true, true});
    table.add({"signals", fmt::format("{:.2f}", seconds.signals), fmt::format("{:.2f}", asked.signalSeconds),
               fmt::format("{:.0f} samples", static_cast<double>(plan.rows) / seconds.signals)});
    table.add({"tiles", fmt::format("{:.2f}", seconds.tiles), fmt::format("{:.2f}", asked.contractionSeconds),
               fmt::format("{:.1f} GFLOP", work / seconds.tiles / 1e9)});
    table.add({"whole job", fmt::format("{:.2f}", seconds.total),
               fmt::format("{:.2f}", asked.signalSeconds + asked.contractionSeconds),
               fmt::format("{:.1f} million pairs", pairs / seconds.total / 1e6)});
    if (measurable) {
        table.add({"products at the best rate", fmt::format("{:.2f}", floor.products), "",
                   fmt::format("{:.1f} GFLOP", floor.rate / 1e9)});
        table.add({"a plain file of this size", fmt::format("{:.2f}", floor.file), "",
                   base::formatBytes(static_cast<double>(plan.diskBytes) / floor.file)});
    }
    say(console, table);
    if (measurable)
        console.say(fmt::format("whole job less the file: {:.2f} times the products",
                                (seconds.total - floor.file) / floor.products));
    console.say(fmt::format("largest cosine error {:.1e}, peak memory {} of {} planned",
                            report.audit.largestCosineError, base::formatBytes(static_cast<double>(report.peakMemory)),
                            base::formatBytes(static_cast<double>(plan.memoryBytes))));
    console.result({{"rows", plan.rows},
                    {"parameters", plan.parameters},
                    {"device", plan.device},
                    {"precision", run::nameOf(plan.precision)},
                    {"backend", plan.backend},
                    {"threads", plan.threads},
                    {"pairs", pairs},
                    {"macs_per_pair", plan.macsPerPair()},
                    {"signals_seconds", seconds.signals},
                    {"tiles_seconds", seconds.tiles},
                    {"total_seconds", seconds.total},
                    {"planned_signals_seconds", asked.signalSeconds},
                    {"planned_tiles_seconds", asked.contractionSeconds},
                    {"tile_flops", work / seconds.tiles},
                    {"best_flops", floor.rate},
                    {"products_floor_seconds", floor.products},
                    {"plain_file_seconds", floor.file},
                    {"disk_bytes", plan.diskBytes},
                    {"largest_cosine_error", report.audit.largestCosineError},
                    {"planned_memory", plan.memoryBytes},
                    {"peak_memory", report.peakMemory}});
    return 0;
}

} // namespace

void addBenchKernel(CLI::App& bench, const std::function<void(CLI::App*, Work)>& run) {
    auto* command =
        bench.add_subcommand("kernel", "signals and tiles of a kernel job, beside what no program can beat");
    const auto options = std::make_shared<BenchOptions>();
    addRepeat(*command, options->repeat);
    command->add_flag("--floor", options->floor, "measure that too (on the processor)");
    options->job.addTo(*command);
    run(command, [options](Console& console) { return benchKernel(*options, console); });
}

} // namespace lpntk::cli
