#include <core/scores/batches.h>
#include <core/scores/scores.h>
#include <core/scores/softmax.h>

#include <core/base/inner_product.h>
#include <core/gradient/signals.h>
#include <core/model/network.h>

#include <algorithm>
#include <cmath>

namespace lpntk::scores {

namespace {

constexpr std::int64_t kWorkerBytes = std::int64_t{256} << 20;

/// Signals of one batch, all layers.
struct Signals {
    std::vector<std::vector<float>> left;
    std::vector<std::vector<float>> right;
    std::vector<gradient::SignalTarget> targets;

    Signals(const std::vector<gradient::SignalLayer>& layers, std::int64_t batch) {
        for (const auto& layer : layers) {
            left.emplace_back(static_cast<std::size_t>(batch * layer.leftWidth));
            right.emplace_back(static_cast<std::size_t>(batch * layer.rightWidth));
            targets.push_back({left.back().data(), layer.leftWidth, right.back().data(), layer.rightWidth});
        }
    }
};

double squaredNorm(const std::vector<float>& rows, std::int64_t row, std::int64_t width) {
    const float* const values = rows.data() + row * width;
    return base::innerProduct(values, values, width);
}

/// Squared norm of one sample's gradient over all parameters. An implicit layer's gradient at one position is the outer
/// product of its two sides, so that its norm is the product of theirs.
double squaredGradient(const std::vector<gradient::SignalLayer>& layers, const Signals& signals, std::int64_t row) {
    double sum = 0;
    for (std::size_t l = 0; l < layers.size(); ++l) {
        if (layers[l].positions) {
            sum += gradient::squaredGradient(*layers[l].positions, signals.left[l].data() + row * layers[l].leftWidth,
                                             signals.right[l].data() + row * layers[l].rightWidth);
            continue;
        }
        const double left = squaredNorm(signals.left[l], row, layers[l].leftWidth);
        sum += layers[l].implicit ? left * squaredNorm(signals.right[l], row, layers[l].rightWidth) : left;
    }
    return sum;
}

engine::SampleScores emptyScores(const std::vector<std::int64_t>& indices) {
    engine::SampleScores scores;
    scores.indices = indices;
    for (auto* column : {&scores.loss, &scores.margin, &scores.entropy, &scores.el2n, &scores.grand})
        column->resize(indices.size());
    scores.prediction.resize(indices.size());
    return scores;
}

} // namespace

engine::SampleScores sampleScores(const engine::EvaluateRequest& request, const base::JobContext& context) {
    const Batches batches(request);
    const auto k = static_cast<std::size_t>(request.data->classes());
    const auto network = model::Network::load(request.network, batches.input(), request.data->classes(), context);
    const auto computer =
        gradient::SignalComputer::create(network, gradient::SignalComputer::Grade::float32, run::KernelKind::loss);
    const auto& layers = computer->layers();
    auto scores = emptyScores(batches.indices());
    scores.network = network->info();

    const auto batchSize = std::clamp<std::int64_t>(computer->batchFor(kWorkerBytes), 1, batches.defaultBatch());
    batches.forEach(batchSize, "scoring", context, [&](const Batch& batch) {
        Signals signals(layers, batch.size());
        std::vector<float> logits(batch.labels.size() * k);
        std::vector<double> probabilities(k);
        computer->compute(batch.inputs, batch.labels, signals.targets, logits);
        for (std::int64_t i = 0; i < batch.size(); ++i) {
            const auto row = static_cast<std::size_t>(i);
            const auto at = static_cast<std::size_t>(batch.begin + i);
            const auto output = judge(std::span(logits).subspan(row * k, k), batch.labels[row], probabilities);
            scores.loss[at] = static_cast<float>(output.loss);
            scores.margin[at] = static_cast<float>(output.margin);
            scores.entropy[at] = static_cast<float>(output.entropy);
            scores.el2n[at] = static_cast<float>(output.el2n);
            scores.prediction[at] = output.prediction;
            scores.grand[at] = static_cast<float>(std::sqrt(squaredGradient(layers, signals, i)));
        }
    });
    return scores;
}

} // namespace lpntk::scores
