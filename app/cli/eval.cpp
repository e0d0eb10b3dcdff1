#include "command.h"
#include "options.h"
#include "table.h"

#include <core/base/files.h>
#include <core/base/text.h>
#include <core/formats/checkpoints.h>
#include <core/formats/npy.h>

#include <fmt/format.h>

namespace lpntk::cli {

namespace {

struct EvalOptions {
    DataOptions data;
    NetworkOptions network;
    SampleOptions samples;
    std::filesystem::path logits;
    int threads = 0;
};

base::Json toJson(const engine::Evaluation& evaluation, const data::Dataset& dataset) {
    base::Json classes = base::Json::array();
    for (std::size_t k = 0; k < evaluation.classCount.size(); ++k)
        classes.push_back({{"class", dataset.classNames[k]},
                           {"samples", evaluation.classCount[k]},
                           {"accuracy", evaluation.classAccuracy[k]}});
    return {{"samples", evaluation.samples},
            {"accuracy", evaluation.accuracy},
            {"loss", evaluation.loss},
            {"classes", std::move(classes)},
            {"warning", evaluation.warning.empty() ? base::Json() : base::Json(evaluation.warning)}};
}

void tell(const Console& console, const engine::Evaluation& evaluation, const data::Dataset& dataset) {
    console.say(fmt::format("{} samples: accuracy {}, mean cross entropy {:.4f}", base::formatCount(evaluation.samples),
                            percent(evaluation.accuracy), evaluation.loss));
    for (std::size_t k = 0; k < evaluation.classCount.size(); ++k)
        if (evaluation.classCount[k] > 0)
            console.say(fmt::format("  {:<20} {:>8} samples  {:>9}", dataset.classNames[k],
                                    base::formatCount(evaluation.classCount[k]), percent(evaluation.classAccuracy[k])));
}

engine::EvaluateRequest requestOf(const EvalOptions& options, const NetworkOptions& network, Console& console) {
    engine::EvaluateRequest request;
    request.network = network.spec();
    request.data = options.data.load(console);
    request.split = options.data.split;
    request.preprocessing = options.data.preprocessing(*request.data, request.network.weights);
    request.indices = options.samples.select(request.data->split(request.split));
    request.threads = options.threads;
    return request;
}

std::string nameOf(const formats::Checkpoint& checkpoint) {
    return checkpoint.unit.empty() ? std::to_string(checkpoint.number) : fmt::format("{} {}", checkpoint.unit, checkpoint.number);
}

/// Every checkpoint of a folder or pattern in its order.
int evaluateHistory(const EvalOptions& options, Console& console) {
    if (!options.logits.empty())
        throw base::OptionError("--logits writes the output of one checkpoint; name one file with --weights");
    const std::vector<formats::Checkpoint> checkpoints = formats::findCheckpoints(options.network.weights);
    NetworkOptions first = options.network;
    first.weights = checkpoints.front().file;
    const engine::EvaluateRequest request = requestOf(options, first, console);
    std::vector<std::filesystem::path> files;
    for (const formats::Checkpoint& checkpoint : checkpoints)
        files.push_back(checkpoint.file);

    const auto evaluations = engine::engine().evaluateHistory(request, files, console.context());
    console.say(fmt::format("network: {}, {} checkpoints of {}", evaluations.front().network.model, files.size(),
                            base::quoted(options.network.weights)));
    console.say(fmt::format("data: {}, split {}, {} samples, preprocessing {}", request.data->name, request.split,
                            base::formatCount(evaluations.front().samples), request.preprocessing.name));
    Table table({"checkpoint", "accuracy", "loss", "file"}, {false, true, true, false});
    base::Json history = base::Json::array();
    for (std::size_t i = 0; i < files.size(); ++i) {
        const engine::Evaluation& evaluation = evaluations[i];
        table.add({nameOf(checkpoints[i]), percent(evaluation.accuracy), fmt::format("{:.4f}", evaluation.loss),
                   files[i].filename().string()});
        history.push_back(toJson(evaluation, *request.data));
        history.back()["weights"] = files[i].string();
        history.back()["number"] = checkpoints[i].number;
        history.back()["unit"] = checkpoints[i].unit;
    }
    say(console, table);
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (!evaluations[i].warning.empty())
            console.warn(nameOf(checkpoints[i]) + ": " + evaluations[i].warning);
    }
    console.result({{"model", evaluations.front().network.model},
                    {"preprocessing", data::toJson(request.preprocessing)},
                    {"history", std::move(history)}});
    return 0;
}

int evaluate(const EvalOptions& options, Console& console) {
    if (formats::namesHistory(options.network.weights))
        return evaluateHistory(options, console);
    engine::EvaluateRequest request = requestOf(options, options.network, console);
    const auto dataset = request.data;
    request.keepLogits = !options.logits.empty();
    if (request.keepLogits)
        base::checkCanWrite(options.logits);

    const auto evaluation = engine::engine().evaluate(request, console.context());
    tellNetwork(console, evaluation.network, request.network);
    console.say(
        fmt::format("data: {}, split {}, preprocessing {}", dataset->name, request.split, request.preprocessing.name));
    tell(console, evaluation, *dataset);
    if (request.keepLogits) {
        formats::writeNpy(options.logits, std::span<const float>(evaluation.logits),
                          {evaluation.samples, dataset->classes()});
        console.say("logits: " + base::quoted(options.logits));
    }
    if (!evaluation.warning.empty())
        console.warn(evaluation.warning);
    auto json = toJson(evaluation, *dataset);
    addNetwork(json, evaluation.network, request.network);
    json["preprocessing"] = data::toJson(request.preprocessing);
    console.result(json);
    return 0;
}

} // namespace

void addEval(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("eval", "accuracy, loss and accuracy per class of a network on a data set; with "
                                                  "--weights FOLDER or \"PATTERN\" of every checkpoint of a training");
    const auto options = std::make_shared<EvalOptions>();
    options->data.addTo(*command, "test");
    options->network.addTo(*command);
    options->samples.addTo(*command);
    command->add_option("--logits", options->logits, "file for the network's output, (samples, classes) float32 .npy");
    addThreads(*command, options->threads);
    run(command, [options](Console& console) { return evaluate(*options, console); });
}

} // namespace lpntk::cli
