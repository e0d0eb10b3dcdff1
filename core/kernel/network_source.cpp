#include <core/kernel/source.h>

#include <algorithm>
#include <utility>

namespace lpntk::kernel {

using Grade = gradient::SignalComputer::Grade;

namespace {

std::int64_t widthOf(const std::vector<gradient::SignalLayer>& layers) {
    std::int64_t width = 0;
    for (const gradient::SignalLayer& layer : layers)
        width += layer.leftWidth + layer.rightWidth;
    return width;
}

void roundRows(const std::vector<double>& from, std::int64_t width, void* to, std::int64_t stride) {
    if (width == 0)
        return;
    const auto rows = static_cast<std::int64_t>(from.size()) / width;
    for (std::int64_t row = 0; row < rows; ++row)
        std::transform(from.begin() + row * width, from.begin() + (row + 1) * width, static_cast<float*>(to) + row * stride,
                       [](double value) { return static_cast<float>(value); });
}

} // namespace

Grade captureGradeOf(Grade grade, std::int64_t parameters) {
    constexpr std::int64_t kLargestDouble = 2'000'000;
    return parameters <= kLargestDouble ? Grade::float64 : grade;
}

NetworkSource::NetworkSource(std::shared_ptr<const model::Network> network, std::shared_ptr<const data::Dataset> dataset,
                             const std::string& split, data::Preprocessing preprocessing, Grade capture, Grade grade,
                             run::KernelKind kind)
    : m_network(std::move(network)), m_dataset(std::move(dataset)), m_split(m_dataset->split(split)),
      m_preprocessing(std::move(preprocessing)), m_computer(gradient::SignalComputer::create(m_network, capture, kind)),
      m_rounds(capture == Grade::float64 && grade == Grade::float32) {}

std::int64_t NetworkSource::pixels() const {
    const data::ImageShape shape = m_network->input();
    return std::int64_t{shape.channels} * shape.height * shape.width;
}

std::int64_t NetworkSource::workingBytes(std::int64_t batch) const {
    const std::int64_t rounding = m_rounds ? widthOf(layers()) * static_cast<std::int64_t>(sizeof(double)) : 0;
    return m_computer->workingBytes(batch) + batch * (pixels() * static_cast<std::int64_t>(sizeof(float)) + rounding);
}

void NetworkSource::compute(std::span<const std::int64_t> samples, std::span<const std::int64_t> labels,
                            std::span<const gradient::SignalTarget> targets, std::span<float> logits) const {
    std::vector<float> inputs(samples.size() * static_cast<std::size_t>(pixels()));
    data::fillBatch(m_split, samples, m_preprocessing, inputs);
    if (m_rounds)
        computeRounded(inputs, labels, targets, logits);
    else
        m_computer->compute(inputs, labels, targets, logits);
}

void NetworkSource::computeRounded(std::span<const float> inputs, std::span<const std::int64_t> labels,
                                   std::span<const gradient::SignalTarget> targets, std::span<float> logits) const {
    struct Doubles {
        std::vector<double> left, right;
    };
    std::vector<Doubles> doubles;
    std::vector<gradient::SignalTarget> captured;
    for (const gradient::SignalLayer& layer : layers()) {
        Doubles& part = doubles.emplace_back();
        part.left.resize(labels.size() * static_cast<std::size_t>(layer.leftWidth));
        part.right.resize(labels.size() * static_cast<std::size_t>(layer.rightWidth));
        captured.push_back({part.left.data(), layer.leftWidth, part.right.data(), layer.rightWidth});
    }
    m_computer->compute(inputs, labels, captured, logits);
    for (std::size_t place = 0; place < targets.size(); ++place) {
        const gradient::SignalLayer& layer = layers()[place];
        roundRows(doubles[place].left, layer.leftWidth, targets[place].left, targets[place].leftStride);
        roundRows(doubles[place].right, layer.rightWidth, targets[place].right, targets[place].rightStride);
    }
}

} // namespace lpntk::kernel
