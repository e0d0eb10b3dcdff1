#include "command.h"
#include "kernel_options.h"

#include <core/base/text.h>

#include <fmt/format.h>

namespace lpntk::cli {

namespace {

struct Options : KernelJobOptions {
    std::filesystem::path out;
};

base::Json toJson(const engine::KernelReport& report) {
    return {{"folder", report.folder.string()},
            {"rows", report.rows},
            {"tiles", report.tiles},
            {"tilesComputed", report.tilesComputed},
            {"seconds", report.seconds},
            {"peakMemory", report.peakMemory},
            {"accuracy", report.accuracy},
            {"audit",
             {{"pairs", report.audit.pairs},
              {"relativeFrobenius", report.audit.relativeFrobenius},
              {"largestCosineError", report.audit.largestCosineError}}},
            {"warnings", report.warnings}};
}

void tell(const Console& console, const engine::KernelReport& report) {
    console.say(fmt::format("kernel of {} samples in {}: {} of {} tiles computed, peak memory {}",
                            base::formatCount(report.rows), base::formatDuration(report.seconds),
                            base::formatCount(report.tilesComputed), base::formatCount(report.tiles),
                            base::formatBytes(static_cast<double>(report.peakMemory))));
    console.say("accuracy of the network on these samples: " + percent(report.accuracy));
    console.say(fmt::format("audit of {} pairs against float64: largest cosine error {:.1e}, relative error {:.1e}",
                            base::formatCount(report.audit.pairs), report.audit.largestCosineError,
                            report.audit.relativeFrobenius));
    console.say("run folder: " + report.folder.string());
}

int compute(const Options& options, Console& console) {
    const auto request = options.request(console);
    const auto report = engine::engine().kernel(request, options.out, console.context());
    tellNetwork(console, report.network, request.network);
    tell(console, report);
    for (const auto& warning : report.warnings)
        console.warn(warning);
    auto json = toJson(report);
    addNetwork(json, report.network, request.network);
    console.result(json);
    return 0;
}

} // namespace

void addKernel(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command =
        program.add_subcommand("kernel", "compute the exact kernel of a data set and a network into a run folder");
    const auto options = std::make_shared<Options>();
    options->addTo(*command);
    command->add_option("--out", options->out, "run folder to write")->required();
    command->add_flag("--resume", options->kernel.resume, "go on with an unfinished run folder, to the same bits");
    run(command, [options](Console& console) { return compute(*options, console); });
}

} // namespace lpntk::cli
