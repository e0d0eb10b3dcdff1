#include "bench.h"
#include "options.h"
#include "table.h"

#include <core/engine/engine.h>

#include <fmt/format.h>

namespace lpntk::cli {

namespace {

int benchGemm(int threads, Console& console) {
    Table table({"matrix products", "precision", "GFLOP/s of one thread", "of all"}, {false, false, true, true});
    base::Json list = base::Json::array();
    for (const engine::ProductRate& rate : engine::engine().productRates(threads, console.context())) {
        table.add({rate.backend, rate.precision, fmt::format("{:.0f}", rate.oneThread / 1e9),
                   fmt::format("{:.0f}", rate.allThreads / 1e9)});
        list.push_back({{"backend", rate.backend},
                        {"precision", rate.precision},
                        {"flops_one_thread", rate.oneThread},
                        {"flops_all_threads", rate.allThreads}});
    }
    say(console, table);
    console.result({{"rates", std::move(list)}});
    return 0;
}

} // namespace

void addBenchGemm(CLI::App& bench, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = bench.add_subcommand("gemm", "best rate of matrix products, by library");
    const auto threads = std::make_shared<int>(0);
    addThreads(*command, *threads);
    run(command, [threads](Console& console) { return benchGemm(*threads, console); });
}

} // namespace lpntk::cli
