#include "command.h"
#include "subset_report.h"

#include <core/base/error.h>
#include <core/base/text.h>
#include <core/curation/export.h>

#include <fmt/format.h>

namespace lpntk::cli {

namespace {

struct ReplayCommand {
    std::filesystem::path recipe, out;
};

int replay(const ReplayCommand& command, Console& console) {
    const curation::Replay result = curation::replayRecipe(command.recipe, console.context());
    base::Json json{{"same", result.same}, {"kept", result.subset.keptCount}, {"differences", result.differences}};
    if (!result.same)
        throw base::Error("the recipe gives another index array now; changed: " + result.differences.front());
    console.say(fmt::format("the same index array: {} samples kept", base::formatCount(result.subset.keptCount)));
    for (const std::string& difference : result.differences)
        console.warn("changed all the same: " + difference);
    if (!command.out.empty()) {
        const auto report = curation::exportSubset(result.source, result.subset, {}, command.out, console.context());
        tellReport(console, report);
        json["written"] = toJson(report);
    }
    console.result(json);
    return 0;
}

} // namespace

void addReplay(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("replay", "make a subset again from its recipe, or say which input changed");
    const auto options = std::make_shared<ReplayCommand>();
    command->add_option("RECIPE", options->recipe, "recipe.json of a subset folder")->required();
    command->add_option("--out", options->out, "also write the subset (indices) to this folder");
    run(command, [options](Console& console) { return replay(*options, console); });
}

} // namespace lpntk::cli
