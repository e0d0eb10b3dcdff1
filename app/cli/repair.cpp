#include "command.h"
#include "options.h"
#include "run_options.h"

#include <core/base/files.h>
#include <core/base/text.h>
#include <core/engine/reopen.h>

#include <fmt/format.h>

namespace lpntk::cli {

namespace {

struct RepairOptions {
    RunOptions run;
    bool check = false;
    std::int64_t memoryBytes = run::KernelOptions().memoryBytes;
    int threads = 0;
};

/// Exit 1 when something is damaged and stays so.
int repair(const RepairOptions& options, Console& console) {
    const auto stored = engine::engine().checkStored(options.run.folder, options.threads, console.context());
    base::Json json{{"folder", options.run.folder.string()}, {"tiles", stored.tiles}, {"damaged", stored.damaged}};
    console.say(stored.damaged == 0
                    ? fmt::format("all {} tiles are as they were computed", base::formatCount(stored.tiles))
                    : fmt::format("{} of {} tiles are damaged", base::formatCount(stored.damaged),
                                  base::formatCount(stored.tiles)));
    json["computed"] = 0;
    json["warnings"] = base::Json::array();
    if (stored.damaged > 0 && !options.check) {
        engine::KernelRequest request = engine::repairOf(options.run.folder, console.context());
        request.options.memoryBytes = options.memoryBytes;
        request.options.threads = options.threads;
        const auto report = engine::engine().kernel(request, options.run.folder, console.context());
        console.say(fmt::format("{} computed again in {}", base::formatCount(report.tilesComputed),
                                base::formatDuration(report.seconds)));
        for (const auto& warning : report.warnings)
            console.warn(warning);
        json["computed"] = report.tilesComputed;
        json["warnings"] = report.warnings;
    }
    console.result(json);
    return stored.damaged > 0 && options.check ? 1 : 0;
}

} // namespace

void addRepair(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand(
        "repair", "compare a run's kernel with its checksums and compute what is damaged again, to the same bits");
    const auto options = std::make_shared<RepairOptions>();
    options->run.addTo(*command);
    command->add_flag("--check", options->check, "only say what is damaged (exit 1 when something is)");
    addMemory(*command, options->memoryBytes);
    addThreads(*command, options->threads);
    run(command, [options](Console& console) { return repair(*options, console); });
}

} // namespace lpntk::cli
