#include "bench.h"
#include "options.h"
#include "table.h"

#include <core/base/parallel.h>
#include <core/base/text.h>
#include <core/engine/engine.h>

#include <fmt/format.h>

#include <algorithm>

namespace lpntk::cli {

namespace {

struct StoreOptions {
    std::int64_t rows = 20000;
    std::string store = "f16";
    std::int64_t memory = run::KernelOptions{}.memoryBytes;
    int threads = 0, tile = 1024, repeat = 1;
};

run::KernelPlan planOf(const StoreOptions& options) {
    run::KernelPlan plan;
    plan.rows = options.rows;
    plan.classes = 1;
    plan.top = 1;
    plan.tile = options.tile;
    plan.store = run::storeTypeFromName(options.store);
    plan.blocks = {{0, options.rows}};
    plan.memoryBudget = options.memory;
    plan.panelRows = options.rows;
    plan.threads = options.threads > 0 ? options.threads : base::availableThreads();
    return plan;
}

int benchStore(const StoreOptions& options, Console& console) {
    double store = 1e300, plain = 1e300;
    std::int64_t bytes = 0;
    for (int i = 0; i < options.repeat; ++i) {
        const ScratchFolder folder;
        const engine::StoreTimes times = engine::engine().storeTimes(planOf(options), folder.path(), console.context());
        store = std::min(store, times.seconds);
        bytes = times.bytes;
        plain = std::min(plain, plainFileSeconds(folder.path(), bytes));
    }
    const auto rate = [&](double seconds) {
        return base::formatBytes(static_cast<double>(bytes) / seconds) + " a second";
    };
    Table table({fmt::format("{} x {}, {}, {}", base::formatCount(options.rows), base::formatCount(options.rows),
                             options.store, base::formatBytes(static_cast<double>(bytes))),
                 "seconds", ""},
                {false, true, true});
    table.add({"tiles into a run folder", fmt::format("{:.2f}", store), rate(store)});
    table.add({"one plain file", fmt::format("{:.2f}", plain), rate(plain)});
    say(console, table);
    console.result({{"rows", options.rows},
                    {"store", options.store},
                    {"bytes", bytes},
                    {"store_seconds", store},
                    {"plain_file_seconds", plain}});
    return 0;
}

} // namespace

void addBenchStore(CLI::App& bench, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = bench.add_subcommand("store", "writing made-up tiles into a run folder, beside one plain file");
    const auto options = std::make_shared<StoreOptions>();
    command->add_option("--rows", options->rows, "samples of the run")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1000000}))
        ->capture_default_str();
    command->add_option("--store", options->store, "kappa as float32, or cosines as float16")
        ->check(CLI::IsMember({"f32", "f16"}))
        ->capture_default_str();
    command->add_option("--tile", options->tile, "side of a tile")
        ->check(CLI::IsMember({8, 16, 32, 64, 128, 256, 512, 1024}))
        ->capture_default_str();
    addMemory(*command, options->memory);
    addThreads(*command, options->threads);
    addRepeat(*command, options->repeat);
    run(command, [options](Console& console) { return benchStore(*options, console); });
}

} // namespace lpntk::cli
