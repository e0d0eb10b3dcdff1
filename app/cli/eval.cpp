#include "command.h"
#include "options.h"

#include <core/base/files.h>
#include <core/base/text.h>
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

int evaluate(const EvalOptions& options, Console& console) {
    const auto dataset = options.data.load(console);
    engine::EvaluateRequest request;
    request.network = options.network.spec();
    request.data = dataset;
    request.split = options.data.split;
    request.preprocessing = options.data.preprocessing(*dataset, request.network.weights);
    request.indices = options.samples.select(dataset->split(request.split));
    request.threads = options.threads;
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
    auto* command = program.add_subcommand("eval", "accuracy, loss and accuracy per class of a network on a data set");
    const auto options = std::make_shared<EvalOptions>();
    options->data.addTo(*command, "test");
    options->network.addTo(*command);
    options->samples.addTo(*command);
    command->add_option("--logits", options->logits, "file for the network's output, (samples, classes) float32 .npy");
    addThreads(*command, options->threads);
    run(command, [options](Console& console) { return evaluate(*options, console); });
}

} // namespace lpntk::cli
