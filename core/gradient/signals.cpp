#include <core/gradient/signals.h>

#include <core/base/error.h>
#include <core/gradient/exact_products_torch.h>
#include <core/gradient/memory_meter_torch.h>
#include <core/gradient/position_signals_torch.h>
#include <core/gradient/seeds_torch.h>
#include <core/gradient/signal_computer_torch.h>
#include <core/model/accelerator_torch.h>
#include <core/model/vmap_torch.h>

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cstring>

namespace lpntk::gradient {

using model::ValueId;

TorchSignalComputer::TorchSignalComputer(std::shared_ptr<const model::Network> network, Grade grade,
                                         run::KernelKind kind, at::Device device)
    : m_network(std::move(network)), m_type(grade == Grade::float64 ? at::kDouble : at::kFloat), m_device(device),
      m_kind(kind), m_interpreter(m_network->graph(), m_type, model::Interpreter::Writes::refused, device),
      m_store(m_type == at::kDouble ? m_network->doubles().as(m_type, /*requiresGrad=*/true, device)
                                    : m_network->parameters().as(m_type, /*requiresGrad=*/true, device)) {
    if (grade == Grade::float32 && model::hasKinks(m_network->graph())) {
        m_exactInterpreter.emplace(m_network->graph(), at::kDouble, model::Interpreter::Writes::refused, device);
        m_exactStore = m_network->doubles().as(at::kDouble, /*requiresGrad=*/false, device);
        m_winograd.emplace(m_exactStore.parameters);
        m_guide.emplace(*m_exactInterpreter, m_exactStore, *m_winograd);
    }
    const std::vector<std::int64_t> labels(2, 0);
    m_layout = layOut(m_interpreter, m_network->graph(),
                      gradient::capture(m_interpreter, m_store, syntheticInput(2), seedsFor(labels, m_kind)), m_store.parameters);
    measureMemory();
}

std::string TorchSignalComputer::capture() const {
    const std::string kind = m_guide ? "guided" : m_type == at::kDouble ? "float64" : "float32";
    return m_device.is_cpu() && !exactProducts().empty() ? kind + " by " + exactProducts() : kind;
}

std::int64_t TorchSignalComputer::workingBytes(std::int64_t batch) const {
    return m_fixedBytes + m_sampleBytes * std::max<std::int64_t>(batch, 2);
}

std::int64_t TorchSignalComputer::batchFor(std::int64_t bytes) const {
    return std::clamp<std::int64_t>((bytes - m_fixedBytes) / m_sampleBytes, 1, 4096);
}

at::Tensor TorchSignalComputer::syntheticInput(std::int64_t batch) const {
    const data::ImageShape shape = m_network->input();
    return at::zeros({batch, shape.channels, shape.height, shape.width}, options());
}

void TorchSignalComputer::checkSizes(std::span<const float> inputs, std::span<const std::int64_t> labels,
                                     std::span<const SignalTarget> targets, std::span<float> logits) const {
    const data::ImageShape shape = m_network->input();
    const auto pixels = static_cast<std::size_t>(shape.channels) * static_cast<std::size_t>(shape.height) *
                        static_cast<std::size_t>(shape.width);
    const auto classes = static_cast<std::size_t>(m_network->classes());
    if (inputs.size() != labels.size() * pixels)
        throw base::ShapeError("signals: " + std::to_string(labels.size()) + " labels need " +
                               std::to_string(labels.size() * pixels) + " input numbers, got " +
                               std::to_string(inputs.size()));
    if (targets.size() != m_layout.layers.size())
        throw base::ShapeError("signals: one target for each of the " + std::to_string(m_layout.layers.size()) +
                               " layers is needed, got " + std::to_string(targets.size()));
    if (!logits.empty() && logits.size() != labels.size() * classes)
        throw base::ShapeError("signals: room for the logits must be " + std::to_string(labels.size() * classes) +
                               " numbers or none");
    for (const std::int64_t label : labels) {
        if (label < 0 || label >= m_network->classes())
            throw base::ShapeError("signals: the label " + std::to_string(label) + " is outside the network's " +
                                   std::to_string(classes) + " classes");
    }
}

void TorchSignalComputer::compute(std::span<const float> inputs, std::span<const std::int64_t> labels,
                                  std::span<const SignalTarget> targets, std::span<float> logits) const {
    checkSizes(inputs, labels, targets, logits);
    if (labels.empty())
        return;
    if (labels.size() == 1) {
        computePair(inputs, labels, targets, logits);
        return;
    }
    const auto samples = static_cast<std::int64_t>(labels.size());
    const data::ImageShape shape = m_network->input();
    const at::Tensor input = at::from_blob(const_cast<float*>(inputs.data()),
                                           {samples, shape.channels, shape.height, shape.width}, at::kFloat)
                                 .to(m_device, m_type);
    Capture captured =
        gradient::capture(m_interpreter, m_store, input, seedsFor(labels, m_kind), m_guide ? &*m_guide : nullptr);
    if (!logits.empty()) {
        const at::Tensor result = captured.logits.to(at::kCPU, at::kFloat).contiguous();
        std::memcpy(logits.data(), result.const_data_ptr<float>(), logits.size_bytes());
    }
    write(captured, targets);
    model::waitFor(m_device);
}

/// libtorch's batch norm gives wrong gradients for some layouts of a batch of one: the sample is computed twice, and
/// the first result is taken.
void TorchSignalComputer::computePair(std::span<const float> inputs, std::span<const std::int64_t> labels,
                                      std::span<const SignalTarget> targets, std::span<float> logits) const {
    std::vector<float> twice(inputs.begin(), inputs.end());
    twice.insert(twice.end(), inputs.begin(), inputs.end());
    const std::vector<std::int64_t> twiceLabels(2, labels[0]);
    std::vector<float> twiceLogits(2 * logits.size());
    const SignalBuffers pair(m_layout.layers, 2, options());
    compute(twice, twiceLabels, pair.targets(), twiceLogits);
    const auto put = [&](void* to, const at::Tensor& rows) {
        rowsAt(to, 1, rows.size(1), rows.size(1)).copy_(rows.narrow(0, 0, 1));
    };
    for (std::size_t i = 0; i < targets.size(); ++i) {
        put(targets[i].left, pair.left(i));
        if (m_layout.layers[i].implicit)
            put(targets[i].right, pair.right(i));
    }
    model::waitFor(m_device);
    std::copy_n(twiceLogits.begin(), logits.size(), logits.begin());
}

at::Tensor TorchSignalComputer::rowsAt(void* data, std::int64_t samples, std::int64_t width,
                                       std::int64_t stride) const {
    return at::from_blob(data, {samples, width}, {stride, 1}, options());
}

at::Tensor TorchSignalComputer::leafRows(std::int64_t leaf, std::span<const SignalTarget> targets,
                                         std::int64_t samples) const {
    const LeafPlace& place = m_layout.leaves.at(leaf);
    const SignalTarget& target = targets[place.layer];
    char* const begin =
        static_cast<char*>(target.left) + place.offset * static_cast<std::int64_t>(at::elementSize(m_type));
    return rowsAt(begin, samples, place.width, target.leftStride);
}

void TorchSignalComputer::writeImplicit(const Use& use, const LayerLayout::ImplicitUse& place,
                                        const SignalTarget& target) const {
    const SignalLayer& layer = m_layout.layers[place.layer];
    if (layer.positions) {
        const auto put = [&](void* to, std::int64_t stride, std::int64_t depth, const at::Tensor& from) {
            const at::Tensor rows = at::from_blob(to, {from.size(0), from.size(1), depth}, {stride, depth, 1}, options());
            rows.narrow(2, 0, from.size(2)).copy_(from);
            rows.narrow(2, from.size(2), depth - from.size(2)).zero_();
        };
        put(target.left, target.leftStride, layer.positions->inputDepth, inputAtPositions(use, *layer.positions));
        put(target.right, target.rightStride, layer.positions->outputDepth,
            outputGradientAtPositions(use, *layer.positions));
        return;
    }
    const at::Tensor x = linearInput(use), g = linearOutputGradient(use);
    const at::Tensor left = rowsAt(target.left, x.size(0), layer.leftWidth, target.leftStride);
    left.narrow(1, 0, x.size(1)).copy_(x);
    if (place.bias >= 0)
        left.select(1, x.size(1)).fill_(1);
    rowsAt(target.right, g.size(0), layer.rightWidth, target.rightStride).copy_(g);
}

/// Use by use, letting go of each use's tensors as soon as they are written.
void TorchSignalComputer::write(Capture& captured, std::span<const SignalTarget> targets) const {
    const at::NoGradGuard noGradients;
    const std::int64_t samples = captured.logits.size(0);
    std::vector<bool> written(m_store.parameters.size());
    std::map<ValueId, at::Tensor> derivedSums;
    for (std::size_t i = 0; i < captured.uses.size(); ++i) {
        Use& use = captured.uses[i];
        if (const auto place = m_layout.implicit.find(i); place != m_layout.implicit.end())
            writeImplicit(use, place->second, targets[place->second.layer]);
        Destinations destinations;
        for (const ValueId id : use.parameterValues()) {
            const std::int64_t leaf = m_interpreter.parameterIndex(id);
            if (leaf < 0) {
                at::Tensor& sum = derivedSums[id];
                const bool accumulate = sum.defined();
                if (!accumulate)
                    sum = at::empty({samples, captured.derived.at(id).numel()}, options());
                destinations[id] = {sum, accumulate};
            } else if (m_layout.leaves.contains(leaf)) {
                destinations[id] = {leafRows(leaf, targets, samples), written[static_cast<std::size_t>(leaf)]};
                written[static_cast<std::size_t>(leaf)] = true;
            }
        }
        if (!destinations.empty())
            writeGradients(use, m_layout.rules[i], destinations);
        use.release();
    }
    writeDerived(captured, derivedSums, written, targets, samples);
}

/// From values derived from parameters back to the leaves, all samples at once under a vmap level.
void TorchSignalComputer::writeDerived(const Capture& captured, const std::map<ValueId, at::Tensor>& sums,
                                       std::vector<bool>& written, std::span<const SignalTarget> targets,
                                       std::int64_t samples) const {
    for (const auto& [id, sum] : sums) {
        std::vector<at::Tensor> leaves;
        for (const std::int64_t leaf : m_layout.derivedFrom.at(id))
            leaves.push_back(m_store.parameters[static_cast<std::size_t>(leaf)]);
        if (leaves.empty())
            continue;
        const at::Tensor& derived = captured.derived.at(id);
        std::vector<std::int64_t> shape = derived.sizes().vec();
        shape.insert(shape.begin(), samples);
        std::vector<at::Tensor> gradients;
        {
            const at::AutoGradMode mode(true);
            const model::VmapLevel level(samples);
            gradients =
                torch::autograd::grad({derived}, leaves, {level.wrap(sum.reshape(shape))}, /*retain_graph=*/true);
        }
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            const std::int64_t leaf = m_layout.derivedFrom.at(id)[i];
            const at::Tensor rows = leafRows(leaf, targets, samples);
            const at::Tensor gradient = model::unwrapped(gradients[i]);
            const at::Tensor flat = model::isWrapped(gradients[i]) ? gradient.reshape({samples, -1})
                                                                   : gradient.reshape({1, -1}).expand({samples, -1});
            Destination{rows, written[static_cast<std::size_t>(leaf)]}.put(flat);
            written[static_cast<std::size_t>(leaf)] = true;
        }
    }
}

/// Two real calls; memory is a constant and a share per sample. What is written is not looked at, so all layers share
/// their rows: a large network's signals may be larger than its capture.
void TorchSignalComputer::measureMemory() {
    std::int64_t widest = 1;
    for (const SignalLayer& layer : m_layout.layers)
        widest = std::max({widest, layer.leftWidth, layer.rightWidth});
    const auto peakOf = [&](std::int64_t samples) {
        const at::Tensor input = syntheticInput(samples).to(at::kCPU, at::kFloat).contiguous();
        const std::vector<std::int64_t> labels(static_cast<std::size_t>(samples), 0);
        const at::Tensor rows = at::zeros({samples, widest}, options());
        const SignalTarget shared{rows.data_ptr(), widest, rows.data_ptr(), widest};
        const std::vector<SignalTarget> targets(m_layout.layers.size(), shared);
        const std::span<const float> pixels(input.const_data_ptr<float>(), static_cast<std::size_t>(input.numel()));
        return peakBytes([&] { compute(pixels, labels, targets, {}); });
    };
    peakOf(2); // makes what stays, as transformed weights
    // Of a large network few samples say enough, and each takes long.
    constexpr std::int64_t kLargeMacs = 2'000'000'000;
    const std::int64_t few = m_layout.forwardMacs < kLargeMacs ? 4 : 2,
                       many = m_layout.forwardMacs < kLargeMacs ? 12 : 4;
    const std::int64_t small = peakOf(few), large = peakOf(many);
    const std::int64_t each = std::max<std::int64_t>((large - small) / (many - few), 1024);
    // libtorch's allocator leaves holes between tensors of all sizes, and there is scratch memory below libtorch: 1.3
    // to 1.9 times what is asked for was found resident.
    m_sampleBytes = each * 8 / 5;
    m_fixedBytes = std::max<std::int64_t>(small - few * each, 0) * 8 / 5 + (std::int64_t{16} << 20);
}

SampleGradients TorchSignalComputer::gradientsOf(std::span<const float> inputs,
                                                 std::span<const std::int64_t> labels) const {
    SignalBuffers buffers(m_layout.layers, static_cast<std::int64_t>(labels.size()), options());
    compute(inputs, labels, buffers.targets(), {});
    return {m_layout, m_store.parameters, std::move(buffers)};
}

at::Tensor SampleGradients::of(std::size_t parameter, std::int64_t sample) const {
    const auto index = static_cast<std::int64_t>(parameter);
    if (const auto leaf = m_layout.leaves.find(index); leaf != m_layout.leaves.end())
        return m_buffers.left(leaf->second.layer)[sample].narrow(0, leaf->second.offset, leaf->second.width);
    for (const auto& [use, place] : m_layout.implicit) {
        if (place.weight == index || place.bias == index)
            return ofImplicit(place, place.bias == index, sample);
    }
    return at::zeros({m_parameters[parameter].numel()}, m_parameters[parameter].options().requires_grad(false));
}

at::Tensor SampleGradients::ofImplicit(const LayerLayout::ImplicitUse& place, bool bias, std::int64_t sample) const {
    const at::Tensor left = m_buffers.left(place.layer).narrow(0, sample, 1);
    const at::Tensor right = m_buffers.right(place.layer).narrow(0, sample, 1);
    const at::Tensor& weight = m_parameters[static_cast<std::size_t>(place.weight)];
    if (const auto& positions = m_layout.layers[place.layer].positions) {
        const at::Tensor outputs =
            right.view({1, positions->outputs, positions->outputDepth}).narrow(2, 0, weight.size(0));
        if (bias)
            return outputs.sum(1)[0];
        const at::Tensor met = left.view({1, positions->inputs, positions->inputDepth}).narrow(2, 0, weight.size(1));
        return weightGradients(*positions, met, outputs)[0];
    }
    return bias ? right[0] : at::outer(right[0], left[0].narrow(0, 0, weight.size(1))).reshape({-1});
}

std::string TorchSignalComputer::firstNotFinite(std::span<const float> input, std::int64_t label) const {
    std::string place = m_network->firstNotFinite(input);
    if (!place.empty())
        return place;
    const SampleGradients gradients = gradientsOf(input, std::span(&label, 1));
    // The way back starts at the output.
    for (std::size_t i = m_store.parameters.size(); i-- > 0;) {
        if (!at::isfinite(gradients.of(i, 0)).all().item<bool>())
            return "the gradient of " + m_network->graph().parameters[i].name;
    }
    return {};
}

SignalBuffers::SignalBuffers(const std::vector<SignalLayer>& layers, std::int64_t samples,
                             const at::TensorOptions& options) {
    for (const SignalLayer& layer : layers) {
        m_left.push_back(at::empty({samples, layer.leftWidth}, options));
        m_right.push_back(at::empty({samples, layer.rightWidth}, options));
        m_targets.push_back({m_left.back().data_ptr(), layer.leftWidth,
                             layer.implicit ? m_right.back().data_ptr() : nullptr, layer.rightWidth});
    }
}

std::unique_ptr<SignalComputer> SignalComputer::create(std::shared_ptr<const model::Network> network, Grade grade,
                                                       run::KernelKind kind, const std::string& device) {
    return std::make_unique<TorchSignalComputer>(std::move(network), grade, kind, model::openDevice(device));
}

} // namespace lpntk::gradient
