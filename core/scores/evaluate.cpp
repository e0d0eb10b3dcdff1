#include <core/scores/batches.h>
#include <core/scores/scores.h>
#include <core/scores/softmax.h>

#include <core/model/network.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lpntk::scores {

namespace {

/// Where the results of the samples go while workers fill them in any order; summed afterwards in one order.
struct Outputs {
    std::vector<double> loss;
    std::vector<std::int32_t> prediction;
};

/// Accuracy that guessing reaches with some luck on this many samples: chance plus four standard deviations.
double nearChance(int classes, std::int64_t samples) {
    const double chance = 1.0 / classes;
    const double deviation = std::sqrt(chance * (1 - chance) / static_cast<double>(samples));
    return std::min(chance + std::max(4 * deviation, 0.02), 0.999);
}

std::string warningFor(const engine::Evaluation& evaluation, int classes) {
    if (!std::isfinite(evaluation.loss))
        return "the network's output is not finite on some samples: the weights are damaged or training diverged";
    if (classes > 1 && evaluation.accuracy <= nearChance(classes, evaluation.samples))
        return fmt::format("{:.1f} %: preprocessing, class order or weights do not match", 100 * evaluation.accuracy);
    return {};
}

void summarise(engine::Evaluation& evaluation, const data::Split& split, const std::vector<std::int64_t>& indices,
               const Outputs& outputs, int classes) {
    evaluation.classCount.assign(static_cast<std::size_t>(classes), 0);
    std::vector<std::int64_t> rightCount(static_cast<std::size_t>(classes));
    std::int64_t right = 0;
    double loss = 0;
    for (std::size_t i = 0; i < indices.size(); ++i) {
        const auto label = static_cast<std::size_t>(split.labels[static_cast<std::size_t>(indices[i])]);
        const bool hit = outputs.prediction[i] == static_cast<std::int32_t>(label);
        ++evaluation.classCount[label];
        rightCount[label] += hit;
        right += hit;
        loss += outputs.loss[i];
    }
    evaluation.samples = static_cast<std::int64_t>(indices.size());
    evaluation.accuracy = static_cast<double>(right) / static_cast<double>(indices.size());
    evaluation.loss = loss / static_cast<double>(indices.size());
    for (std::size_t k = 0; k < rightCount.size(); ++k)
        evaluation.classAccuracy.push_back(evaluation.classCount[k] > 0
                                               ? static_cast<double>(rightCount[k]) /
                                                     static_cast<double>(evaluation.classCount[k])
                                               : std::nan(""));
}

engine::Evaluation evaluated(const model::Network& network, const Batches& batches, const engine::EvaluateRequest& request,
                             const base::JobContext& context) {
    const int classes = request.data->classes();
    const auto k = static_cast<std::size_t>(classes);
    Outputs outputs;
    outputs.loss.resize(batches.indices().size());
    outputs.prediction.resize(batches.indices().size());
    engine::Evaluation evaluation;
    evaluation.network = network.info();
    if (request.keepLogits)
        evaluation.logits.resize(batches.indices().size() * k);

    batches.forEach(batches.defaultBatch(), "evaluating", context, [&](const Batch& batch) {
        std::vector<float> logits(batch.labels.size() * k);
        std::vector<double> probabilities(k);
        network.logits(batch.inputs, batch.size(), logits);
        for (std::size_t i = 0; i < batch.labels.size(); ++i) {
            const auto at = static_cast<std::size_t>(batch.begin) + i;
            const auto output = judge(std::span(logits).subspan(i * k, k), batch.labels[i], probabilities);
            outputs.loss[at] = output.loss;
            outputs.prediction[at] = output.prediction;
        }
        if (request.keepLogits)
            std::ranges::copy(logits, evaluation.logits.begin() + static_cast<std::ptrdiff_t>(batch.begin) *
                                                                       static_cast<std::ptrdiff_t>(k));
    });
    summarise(evaluation, request.data->split(request.split), batches.indices(), outputs, classes);
    // A network fresh from its seed is near chance by nature; its origin is said elsewhere.
    if (!evaluation.network.fromSeed || !std::isfinite(evaluation.loss))
        evaluation.warning = warningFor(evaluation, classes);
    return evaluation;
}

} // namespace

engine::Evaluation evaluate(const engine::EvaluateRequest& request, const base::JobContext& context) {
    const Batches batches(request);
    return evaluated(*model::Network::load(request.network, batches.input(), request.data->classes(), context), batches,
                     request, context);
}

std::vector<engine::Evaluation> evaluateHistory(const engine::EvaluateRequest& request,
                                                const std::vector<std::filesystem::path>& weights,
                                                const base::JobContext& context) {
    const Batches batches(request);
    std::vector<engine::Evaluation> evaluations;
    std::shared_ptr<const model::Network> network;
    for (const std::filesystem::path& file : weights) {
        context.throwIfCancelled();
        engine::NetworkSpec spec = request.network;
        spec.weights = file;
        network = network ? network->withWeights(file)
                          : model::Network::load(spec, batches.input(), request.data->classes(), context);
        base::JobContext part = context;
        if (context.report)
            part.report = [&](base::Progress progress) {
                progress.done += static_cast<double>(evaluations.size()) * progress.total;
                progress.total *= static_cast<double>(weights.size());
                context.report(progress);
            };
        evaluations.push_back(evaluated(*network, batches, request, part));
    }
    return evaluations;
}

} // namespace lpntk::scores
