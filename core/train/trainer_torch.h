#pragma once

#include <core/base/job_context.h>
#include <core/formats/weights.h>
#include <core/model/interpreter_torch.h>
#include <core/model/network.h>

#include <torch/optim/sgd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace lpntk::train {

struct SgdOptions {
    double momentum = 0;
    double weightDecay = 0;
    std::uint64_t seed = 0; ///< of dropout
    int threads = 1;
};

struct StepResult {
    double loss = 0; ///< mean cross entropy of the batch, in training mode, before the step
    std::int64_t right = 0;
};

/// A network while it is trained: its own copy of the parameters, and torch's SGD over them. A batch is cut into shards
/// of fixed size that one-thread workers take, and gradients are added in the order of the shards; so the same seed
/// gives the same bits with any number of threads. Where samples of a batch mix (batch norm), the batch stays whole.
class Trainer {
public:
    Trainer(std::shared_ptr<const model::Network> network, const SgdOptions& options);

    /// One step on inputs (labels.size(), C, H, W) with this learning rate. `number` counts steps from 0.
    StepResult step(std::span<const float> inputs, std::span<const std::int64_t> labels, double learningRate,
                    std::int64_t number, const base::JobContext& context);

    /// Right predictions in evaluation mode; may be called from several threads between steps.
    std::int64_t countRight(std::span<const float> inputs, std::span<const std::int64_t> labels) const;

    /// Whether samples of a batch influence each other in training.
    bool samplesMix() const { return m_samplesMix; }
    /// Parameters and buffers under the names of the network's graph; the bytes are copies.
    std::vector<formats::NamedTensor> weights() const;

private:
    struct Shard {
        std::vector<at::Tensor> gradients;
        double loss = 0;
        std::int64_t right = 0;
    };
    at::Tensor inputTensor(std::span<const float> inputs, std::int64_t batch) const;
    Shard shardGradients(const at::Tensor& inputs, const at::Tensor& labels, std::int64_t batch,
                         std::uint64_t seed) const;
    void apply(std::span<const Shard> shards, double learningRate);

    std::shared_ptr<const model::Network> m_network;
    SgdOptions m_options;
    model::Interpreter m_interpreter;
    model::ParameterStore m_store;
    torch::optim::SGD m_sgd;
    bool m_samplesMix = false;
};

} // namespace lpntk::train
