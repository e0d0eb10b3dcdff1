#include "command.h"
#include "options.h"

#include <core/base/text.h>

#include <fmt/format.h>

#include <cmath>

namespace lpntk::cli {

namespace {

struct TrainOptions {
    DataOptions data;
    NetworkOptions network;
    SampleOptions samples;
    engine::TrainRequest training;
};

base::Json toJson(const engine::TrainReport& report) {
    base::Json epochs = base::Json::array();
    for (const auto& epoch : report.epochs)
        epochs.push_back({{"epoch", epoch.epoch},
                          {"learningRate", epoch.learningRate},
                          {"trainLoss", epoch.trainLoss},
                          {"trainAccuracy", epoch.trainAccuracy},
                          {"testAccuracy", epoch.testAccuracy},
                          {"seconds", epoch.seconds}});
    return {
        {"weights", report.lastWeights.string()}, {"testAccuracy", report.testAccuracy}, {"epochs", std::move(epochs)}};
}

void tell(const Console& console, const engine::TrainReport& report) {
    for (const auto& epoch : report.epochs)
        console.say(fmt::format("epoch {:>3}: learning rate {:.4g}, loss {:.4f}, accuracy {}, test {}, {}", epoch.epoch,
                                epoch.learningRate, epoch.trainLoss, percent(epoch.trainAccuracy),
                                std::isnan(epoch.testAccuracy) ? "-" : percent(epoch.testAccuracy),
                                base::formatDuration(epoch.seconds)));
    console.say("weights: " + report.lastWeights.string());
}

int trainNetwork(const TrainOptions& options, Console& console) {
    auto request = options.training;
    request.network = options.network.spec();
    request.seed = options.network.seed;
    request.data = options.data.load(console);
    request.dataSource = options.data.source;
    request.split = options.data.split;
    request.preprocessing = options.data.preprocessing(*request.data, request.network.weights);
    request.indices = options.samples.select(request.data->split(request.split));

    const auto report = engine::engine().train(request, console.context());
    tellNetwork(console, report.network, request.network);
    tell(console, report);
    console.result(toJson(report));
    return 0;
}

void addTrainingOptions(CLI::App& command, engine::TrainRequest& training) {
    command.add_option("--out", training.out, "folder for the checkpoints and history.json")->required();
    command.add_option("--epochs", training.epochs, "passes over the data")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    command.add_option("--batch", training.batch, "samples per step")->check(atLeast(1))->capture_default_str();
    command.add_option("--lr", training.learningRate, "learning rate of the first step")
        ->check(above(0))
        ->capture_default_str();
    command.add_option("--momentum", training.momentum, "SGD momentum")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_option("--weight-decay", training.weightDecay, "L2 penalty")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option("--schedule", training.schedule, "how the learning rate falls")
        ->check(CLI::IsMember({"constant", "step", "cosine"}))
        ->capture_default_str();
    command.add_option("--step-epochs", training.stepEpochs, "step: epochs between two factors")
        ->check(atLeast(1))
        ->capture_default_str();
    command.add_option("--gamma", training.gamma, "step: the factor")->check(above(0))->capture_default_str();
    command.add_option("--history", training.history, "checkpoints that are kept")
        ->check(CLI::IsMember({"last", "epochs", "iterations"}))
        ->capture_default_str();
    command.add_option("--history-every", training.historyEvery, "every n-th epoch or iteration of them")
        ->check(atLeast(1))
        ->capture_default_str();
    addThreads(command, training.threads);
}

} // namespace

void addTrain(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("train", "train a network with SGD, keeping checkpoints along the way");
    const auto options = std::make_shared<TrainOptions>();
    options->data.addTo(*command, "train");
    options->network.addTo(*command);
    options->samples.addTo(*command);
    addTrainingOptions(*command, options->training);
    run(command, [options](Console& console) { return trainNetwork(*options, console); });
}

} // namespace lpntk::cli
