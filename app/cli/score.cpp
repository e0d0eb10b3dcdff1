#include "command.h"
#include "options.h"

#include <core/base/files.h>
#include <core/base/text.h>

#include <fmt/format.h>

#include <algorithm>

namespace lpntk::cli {

namespace {

struct ScoreOptions {
    DataOptions data;
    NetworkOptions network;
    SampleOptions samples;
    std::filesystem::path checkpoint;
    std::vector<std::string> scores = {"el2n", "grand", "margin", "entropy", "loss"};
    std::filesystem::path out;
    int threads = 0;
};

struct Column {
    const char* name;
    std::vector<float> engine::SampleScores::*values;
};

constexpr Column kColumns[] = {{"el2n", &engine::SampleScores::el2n},
                               {"grand", &engine::SampleScores::grand},
                               {"margin", &engine::SampleScores::margin},
                               {"entropy", &engine::SampleScores::entropy},
                               {"loss", &engine::SampleScores::loss}};
constexpr const char* kNeedsHistory[] = {"forgetting", "data-iq", "influence"};

std::vector<Column> chosenColumns(const std::vector<std::string>& names) {
    std::vector<Column> chosen;
    for (const auto& name : names) {
        if (std::ranges::find(kNeedsHistory, name) != std::end(kNeedsHistory))
            throw base::OptionError("--scores " + name +
                                    " needs a whole training history, and this version scores one "
                                    "checkpoint; available: el2n, grand, margin, entropy, loss");
        chosen.push_back(
            *std::ranges::find(kColumns, name, [](const Column& column) { return std::string(column.name); }));
    }
    return chosen;
}

/// The one checkpoint of --checkpoints or --weights.
std::filesystem::path chosenCheckpoint(const ScoreOptions& options) {
    if (options.checkpoint.empty())
        return options.network.weights;
    if (std::filesystem::is_directory(options.checkpoint))
        throw base::OptionError("--checkpoints " + base::quoted(options.checkpoint) +
                                " is a folder, and this version scores one checkpoint; name a file in it");
    return options.checkpoint;
}

std::string csv(const engine::SampleScores& scores, const std::vector<Column>& columns, const data::Split& split) {
    std::string text = "index,label,prediction";
    for (const auto& column : columns)
        text += std::string(",") + column.name;
    text += '\n';
    for (std::size_t i = 0; i < scores.indices.size(); ++i) {
        const auto index = scores.indices[i];
        text += fmt::format("{},{},{}", index, split.labels[static_cast<std::size_t>(index)], scores.prediction[i]);
        for (const auto& column : columns)
            text += fmt::format(",{}", (scores.*column.values)[i]);
        text += '\n';
    }
    return text;
}

int score(const ScoreOptions& options, Console& console) {
    const auto columns = chosenColumns(options.scores);
    base::checkCanWrite(options.out);
    auto network = options.network;
    network.weights = chosenCheckpoint(options);
    engine::EvaluateRequest request;
    request.network = network.spec();
    request.data = options.data.load(console);
    request.split = options.data.split;
    request.preprocessing = options.data.preprocessing(*request.data, request.network.weights);
    const auto& split = request.data->split(request.split);
    request.indices = options.samples.select(split);
    request.threads = options.threads;

    const auto scores = engine::engine().scores(request, console.context());
    base::writeFileAtomically(options.out, csv(scores, columns, split));
    tellNetwork(console, scores.network, request.network);
    console.say(fmt::format("{} samples, {} scores: {}",
                            base::formatCount(static_cast<std::int64_t>(scores.indices.size())), columns.size(),
                            options.out.string()));
    base::Json json{{"out", options.out.string()}, {"samples", scores.indices.size()}, {"scores", options.scores}};
    addNetwork(json, scores.network, request.network);
    console.result(json);
    return 0;
}

} // namespace

void addScore(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("score", "scores of single samples from one checkpoint, as a CSV table");
    const auto options = std::make_shared<ScoreOptions>();
    options->data.addTo(*command, "train");
    options->network.addTo(*command);
    options->samples.addTo(*command);
    addThreads(*command, options->threads);
    command->add_option("--checkpoints", options->checkpoint, "the checkpoint file (the same as --weights)")
        ->excludes(command->get_option("--weights"));
    command->add_option("--scores", options->scores, "names separated by commas")
        ->delimiter(',')
        ->check(CLI::IsMember({"el2n", "grand", "margin", "entropy", "loss", "forgetting", "data-iq", "influence"}))
        ->capture_default_str();
    command->add_option("--out", options->out, "CSV file to write")->required();
    run(command, [options](Console& console) { return score(*options, console); });
}

} // namespace lpntk::cli
