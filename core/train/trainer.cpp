#include <core/train/trainer_torch.h>

#include <core/base/parallel.h>
#include <core/train/schedule.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cstring>

namespace lpntk::train {

namespace {

/// Small enough that two workers share a usual batch, large enough that a call's overhead does not count.
constexpr std::int64_t kShard = 32;

formats::NamedTensor named(const std::string& name, const at::Tensor& tensor) {
    const at::Tensor source = tensor.detach().contiguous();
    const auto bytes = std::make_shared<std::vector<std::byte>>(source.nbytes());
    std::memcpy(bytes->data(), source.const_data_ptr(), bytes->size());
    formats::NamedTensor result;
    result.name = name;
    result.type = source.scalar_type() == at::kLong ? formats::DType::i64 : formats::DType::f32;
    result.shape = source.sizes().vec();
    result.bytes = *bytes;
    result.owner = bytes;
    return result;
}

} // namespace

Trainer::Trainer(std::shared_ptr<const model::Network> network, const SgdOptions& options)
    : m_network(std::move(network)), m_options(options), m_interpreter(m_network->graph()),
      m_store(m_network->parameters().clone(at::kFloat, true)),
      m_sgd(m_store.parameters,
            torch::optim::SGDOptions(1.0).momentum(options.momentum).weight_decay(options.weightDecay)) {
    m_samplesMix = std::ranges::any_of(m_interpreter.steps(), [](const model::Interpreter::Step& step) {
        return step.target.find("batch_norm") != std::string::npos;
    });
}

at::Tensor Trainer::inputTensor(std::span<const float> inputs, std::int64_t batch) const {
    const auto shape = m_network->input();
    // Read only: the graph has no operator that writes into its input.
    return at::from_blob(const_cast<float*>(inputs.data()), {batch, shape.channels, shape.height, shape.width},
                         at::kFloat);
}

Trainer::Shard Trainer::shardGradients(const at::Tensor& inputs, const at::Tensor& labels, std::int64_t batch,
                                       std::uint64_t seed) const {
    model::RunOptions options;
    options.training = true;
    options.generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    const at::Tensor logits = m_interpreter.run(inputs, m_store, options);
    const at::Tensor loss = at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum) / static_cast<double>(batch);
    Shard shard;
    shard.gradients = torch::autograd::grad({loss}, m_store.parameters, {}, std::nullopt, false, true);
    shard.loss = loss.item<double>();
    shard.right = logits.detach().argmax(1).eq(labels).sum().item<std::int64_t>();
    return shard;
}

StepResult Trainer::step(std::span<const float> inputs, std::span<const std::int64_t> labels, double learningRate,
                         std::int64_t number, const base::JobContext& context) {
    const auto batch = static_cast<std::int64_t>(labels.size());
    const at::Tensor allInputs = inputTensor(inputs, batch);
    const at::Tensor allLabels = at::tensor(at::IntArrayRef(labels.data(), labels.size()), at::kLong);
    const std::int64_t size = m_samplesMix ? batch : kShard;
    std::vector<Shard> shards(static_cast<std::size_t>((batch + size - 1) / size));
    const int threadsPerShard = m_samplesMix ? m_options.threads : 1;
    const int workers =
        static_cast<int>(std::min<std::int64_t>(m_options.threads, static_cast<std::int64_t>(shards.size())));
    base::parallelFor(static_cast<std::int64_t>(shards.size()), workers, context, [&](std::int64_t i, int) {
        at::set_num_threads(threadsPerShard);
        const auto seed =
            derivedSeed(m_options.seed, static_cast<std::uint64_t>(number) + 1, static_cast<std::uint64_t>(i));
        const std::int64_t end = std::min(batch, (i + 1) * size);
        shards[static_cast<std::size_t>(i)] =
            shardGradients(allInputs.slice(0, i * size, end), allLabels.slice(0, i * size, end), batch, seed);
    });
    StepResult result;
    for (const Shard& shard : shards) {
        result.loss += shard.loss;
        result.right += shard.right;
    }
    apply(shards, learningRate);
    return result;
}

void Trainer::apply(std::span<const Shard> shards, double learningRate) {
    for (std::size_t p = 0; p < m_store.parameters.size(); ++p) {
        at::Tensor sum;
        for (const Shard& shard : shards) {
            const at::Tensor& part = shard.gradients[p];
            if (part.defined())
                sum = sum.defined() ? sum.add_(part) : part.clone();
        }
        m_store.parameters[p].mutable_grad() = sum;
    }
    for (auto& group : m_sgd.param_groups())
        static_cast<torch::optim::SGDOptions&>(group.options()).lr(learningRate);
    m_sgd.step();
}

std::int64_t Trainer::countRight(std::span<const float> inputs, std::span<const std::int64_t> labels) const {
    const at::NoGradGuard noGradients;
    const auto batch = static_cast<std::int64_t>(labels.size());
    const at::Tensor logits = m_interpreter.run(inputTensor(inputs, batch), m_store);
    return logits.argmax(1)
        .eq(at::tensor(at::IntArrayRef(labels.data(), labels.size()), at::kLong))
        .sum()
        .item<std::int64_t>();
}

std::vector<formats::NamedTensor> Trainer::weights() const {
    std::vector<formats::NamedTensor> tensors;
    const auto& graph = m_network->graph();
    for (std::size_t i = 0; i < graph.parameters.size(); ++i)
        tensors.push_back(named(graph.parameters[i].name, m_store.parameters[i]));
    for (std::size_t i = 0; i < graph.buffers.size(); ++i)
        tensors.push_back(named(graph.buffers[i].name, m_store.buffers[i]));
    return tensors;
}

} // namespace lpntk::train
