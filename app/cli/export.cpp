#include "command.h"
#include "subset_report.h"

#include <core/base/error.h>
#include <core/curation/export.h>

namespace lpntk::cli {

namespace {

struct ExportCommand {
    std::filesystem::path subset, out;
    std::string data;
    curation::ExportOptions write;
    bool noHashes = false;
};

int exportAgain(const ExportCommand& command, Console& console) {
    curation::LoadedSubset loaded = curation::loadSubset(command.subset, console.context());
    if (!command.data.empty() || !loaded.source.data)
        loaded.source.data = openDataOfRun(console, *loaded.source.run, command.data);
    curation::ExportOptions options = command.write;
    options.hashes = !command.noHashes;
    const auto report = curation::exportSubset(loaded.source, loaded.subset, options, command.out, console.context());
    tellSubset(console, *loaded.source.run, loaded.subset);
    tellReport(console, report);
    base::Json json = toJson(report);
    json["format"] = options.format;
    console.result(json);
    return 0;
}

} // namespace

void addExport(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("export", "write a subset again, with pictures if wanted");
    const auto options = std::make_shared<ExportCommand>();
    command->add_option("SUBSET", options->subset, "folder written by lpntk prune or the window")->required();
    command->add_option("--format", options->write.format, "indices, imagefolder, idx or npz")
        ->check(CLI::IsMember({"indices", "imagefolder", "idx", "npz"}))
        ->capture_default_str();
    command->add_option("--out", options->out, "folder to write")->required();
    command->add_flag("--replace", options->write.replace, "replace an existing subset folder");
    command->add_flag("--include-pruned", options->write.includePruned, "also write the pruned pictures, into a folder of their own");
    command->add_flag("--no-hashes", options->noHashes, "leave the column sha256 of manifest.csv empty");
    command->add_option("--data", options->data, "the data set, where it is no longer at the place the run names");
    run(command, [options](Console& console) { return exportAgain(*options, console); });
}

} // namespace lpntk::cli
