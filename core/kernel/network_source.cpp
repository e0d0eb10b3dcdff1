#include <core/kernel/source.h>

#include <core/run/devices.h>

#include <utility>

namespace lpntk::kernel {

NetworkSource::NetworkSource(std::shared_ptr<const model::Network> network, std::shared_ptr<const data::Dataset> dataset,
                             const std::string& split, data::Preprocessing preprocessing,
                             gradient::SignalComputer::Grade grade, run::KernelKind kind, const std::string& devices)
    : m_network(std::move(network)), m_dataset(std::move(dataset)), m_split(m_dataset->split(split)),
      m_preprocessing(std::move(preprocessing)) {
    for (const std::string& device : run::devicesOf(devices))
        m_computers.push_back(gradient::SignalComputer::create(m_network, grade, kind, device));
}

std::int64_t NetworkSource::pixels() const {
    const data::ImageShape shape = m_network->input();
    return std::int64_t{shape.channels} * shape.height * shape.width;
}

std::int64_t NetworkSource::workingBytes(std::int64_t batch) const {
    return first().workingBytes(batch) + batch * pixels() * static_cast<std::int64_t>(sizeof(float));
}

void NetworkSource::compute(std::span<const std::int64_t> samples, std::span<const std::int64_t> labels,
                            std::span<const gradient::SignalTarget> targets, std::span<float> logits,
                            std::size_t device) const {
    std::vector<float> inputs(samples.size() * static_cast<std::size_t>(pixels()));
    data::fillBatch(m_split, samples, m_preprocessing, inputs);
    m_computers.at(device)->compute(inputs, labels, targets, logits);
}

std::string NetworkSource::firstNotFinite(std::int64_t sample, std::int64_t label) const {
    std::vector<float> input(static_cast<std::size_t>(pixels()));
    data::fillBatch(m_split, std::span(&sample, 1), m_preprocessing, input);
    return first().firstNotFinite(input, label);
}

} // namespace lpntk::kernel
