#include "command.h"
#include "kernel_options.h"

#include <core/base/text.h>

#include <fmt/format.h>

namespace lpntk::cli {

namespace {

struct Options {
    KernelJobOptions rows;
    std::string against = "test";
    std::string againstData; ///< empty = the rows' data set
    SampleOptions columns;
    std::filesystem::path out;

    engine::CrossRequest request(const Console& console) const {
        engine::CrossRequest request;
        request.rows = rows.request(console);
        request.columnSource = againstData.empty() ? rows.data.source : againstData;
        request.columnData =
            againstData.empty() ? request.rows.data : data::loadDataset(againstData, {}, console.context());
        request.columns = {against, columns.limit, columns.indices()};
        return request;
    }
};

base::Json toJson(const engine::CrossReport& report) {
    return {{"folder", report.folder.string()},
            {"rows", report.rows},
            {"columns", report.columns},
            {"pieces", report.pieces},
            {"piecesComputed", report.piecesComputed},
            {"seconds", report.seconds},
            {"peakMemory", report.peakMemory},
            {"rowAccuracy", report.rowAccuracy},
            {"columnAccuracy", report.columnAccuracy},
            {"audit",
             {{"pairs", report.audit.pairs},
              {"relativeFrobenius", report.audit.relativeFrobenius},
              {"largestCosineError", report.audit.largestCosineError}}},
            {"warnings", report.warnings}};
}

void tell(const Console& console, const engine::CrossReport& report) {
    console.say(fmt::format("kernel of {} x {} samples in {}: {} of {} pieces computed, peak memory {}",
                            base::formatCount(report.rows), base::formatCount(report.columns),
                            base::formatDuration(report.seconds), base::formatCount(report.piecesComputed),
                            base::formatCount(report.pieces),
                            base::formatBytes(static_cast<double>(report.peakMemory))));
    console.say(fmt::format("accuracy of the network: {} on the rows, {} on the columns", percent(report.rowAccuracy),
                            percent(report.columnAccuracy)));
    console.say(fmt::format("audit of {} pairs against float64: largest cosine error {:.1e}, relative error {:.1e}",
                            base::formatCount(report.audit.pairs), report.audit.largestCosineError,
                            report.audit.relativeFrobenius));
    console.say("folder: " + report.folder.string());
}

int compute(const Options& options, Console& console) {
    const auto request = options.request(console);
    const auto report = engine::engine().crossKernel(request, options.out, console.context());
    tellNetwork(console, report.network, request.rows.network);
    tell(console, report);
    for (const auto& warning : report.warnings)
        console.warn(warning);
    auto json = toJson(report);
    addNetwork(json, report.network, request.rows.network);
    console.result(json);
    return 0;
}

void addColumns(CLI::App& command, Options& options) {
    command.add_option("--against", options.against, "split that the columns come from")->capture_default_str();
    command.add_option("--against-data", options.againstData,
                       "data set that the columns come from (default: that of --data)");
    auto* first = command.add_option("--against-limit", options.columns.limit, "only the first N of its samples")
                      ->check(atLeast(1));
    command
        .add_option("--against-indices", options.columns.indicesFile,
                    "only these of its samples: an integer .npy of original indices")
        ->excludes(first);
}

} // namespace

void addCross(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand(
        "cross", "compute the exact kernel between two sets of samples, for example training and test");
    const auto options = std::make_shared<Options>();
    options->rows.addForAllPairs(*command);
    command->get_option("--split")->description("which samples of it are the rows");
    command->get_option("--store")->description(
        "kappa as float32, or cosines as float16 (default: f32 to 400 million pairs)");
    addColumns(*command, *options);
    command->add_option("--out", options->out, "folder to write")->required();
    command->add_flag("--resume", options->rows.kernel.resume, "go on with an unfinished folder, to the same bits");
    run(command, [options](Console& console) { return compute(*options, console); });
}

} // namespace lpntk::cli
