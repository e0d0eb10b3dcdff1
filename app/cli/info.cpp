#include "command.h"

#include <core/base/text.h>
#include <core/data/info.h>

#include <fmt/format.h>

namespace lpntk::cli {

namespace {

void tellDataset(const Console& console, const base::Json& info) {
    for (const base::Json& split : info["splits"]) {
        std::string line = fmt::format("  {:<8} {:>10} samples", split["name"].get<std::string>(),
                                       base::formatCount(split["samples"].get<std::int64_t>()));
        if (split.contains("leastPerClass"))
            line += fmt::format(", {} classes, {} to {} per class", split["classesPresent"].get<std::int64_t>(),
                                base::formatCount(split["leastPerClass"].get<std::int64_t>()),
                                base::formatCount(split["mostPerClass"].get<std::int64_t>()));
        console.say(line);
    }
    std::string names;
    std::size_t shown = 0;
    for (const base::Json& name : info["classNames"]) {
        if (shown++ == 20) {
            names += ", ...";
            break;
        }
        names += (names.empty() ? "" : ", ") + name.get<std::string>();
    }
    console.say("  classes: " + names);
    console.say("  preprocessing: " + info["preprocessing"]["name"].get<std::string>());
    console.say(fmt::format("  {} files, {}", info["files"].get<std::int64_t>(),
                            base::formatBytes(info["bytes"].get<double>())));
}

void tellWeights(const Console& console, const base::Json& info) {
    for (const base::Json& tensor : info["tensors"])
        console.say(fmt::format("  {:<40} {:<9} {}", tensor["name"].get<std::string>(),
                                tensor["dtype"].get<std::string>(), tensor["shape"].dump()));
    for (const auto& [key, value] : info["metadata"].items())
        console.say(fmt::format("  {}: {}", key, value.get<std::string>()));
}

void tellFigure(const Console& console, const base::Json& info) {
    console.say("  recipe: SHA-256 " + info["recipeSha256"].get<std::string>());
    console.say(info["recipe"].dump(2));
}

int info(const std::string& path, Console& console) {
    const base::Json description = data::describePath(path);
    console.say(description["summary"].get<std::string>());
    const std::string kind = description["kind"];
    if (kind == "dataset")
        tellDataset(console, description);
    else if (kind == "weights")
        tellWeights(console, description);
    else if (kind == "figure")
        tellFigure(console, description);
    console.result(description);
    return 0;
}

} // namespace

void addInfo(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand(
        "info", "what is this file or folder: data set, weights, array, run, subset, project, figure");
    const auto path = std::make_shared<std::string>();
    command->add_option("path", *path, "the file or folder")->required();
    run(command, [path](Console& console) { return info(*path, console); });
}

} // namespace lpntk::cli
