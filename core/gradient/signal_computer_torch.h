#pragma once

#include <core/gradient/layers_torch.h>
#include <core/gradient/signals.h>
#include <core/gradient/winograd_torch.h>

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace lpntk::gradient {

/// Room for the signals of a batch, as the kernel's own panels are but in libtorch's tensors.
class SignalBuffers {
public:
    SignalBuffers(const std::vector<SignalLayer>& layers, std::int64_t samples, const at::TensorOptions& options);
    std::span<const SignalTarget> targets() const { return m_targets; }
    const at::Tensor& left(std::size_t layer) const { return m_left[layer]; }
    const at::Tensor& right(std::size_t layer) const { return m_right[layer]; }

private:
    std::vector<at::Tensor> m_left, m_right;
    std::vector<SignalTarget> m_targets;
};

/// The signals of a few samples, multiplied out for one parameter at a time. For checks; valid as long as the computer.
class SampleGradients {
public:
    SampleGradients(const LayerLayout& layout, const std::vector<at::Tensor>& parameters, SignalBuffers buffers)
        : m_layout(layout), m_parameters(parameters), m_buffers(std::move(buffers)) {}

    /// (numel) of a parameter of the graph. May be a view of what this object holds.
    at::Tensor of(std::size_t parameter, std::int64_t sample) const;

private:
    at::Tensor ofImplicit(const LayerLayout::ImplicitUse& place, bool bias, std::int64_t sample) const;

    const LayerLayout& m_layout;
    const std::vector<at::Tensor>& m_parameters;
    SignalBuffers m_buffers;
};

/// The SignalComputer on one of libtorch's devices. Holds the parameters there, in its grade; on the processor it may
/// share those of the network.
class TorchSignalComputer : public SignalComputer {
public:
    TorchSignalComputer(std::shared_ptr<const model::Network> network, Grade grade, run::KernelKind kind,
                        at::Device device = at::kCPU);

    const std::vector<SignalLayer>& layers() const override { return m_layout.layers; }
    std::string capture() const override;
    std::int64_t workingBytes(std::int64_t batch) const override;
    std::int64_t forwardMacs() const override { return m_layout.forwardMacs; }
    std::int64_t batchFor(std::int64_t bytes) const override;
    void compute(std::span<const float> inputs, std::span<const std::int64_t> labels,
                 std::span<const SignalTarget> targets, std::span<float> logits) const override;
    std::string firstNotFinite(std::span<const float> input, std::int64_t label) const override;

    SampleGradients gradientsOf(std::span<const float> inputs, std::span<const std::int64_t> labels) const;

private:
    at::Tensor syntheticInput(std::int64_t batch) const;
    void checkSizes(std::span<const float> inputs, std::span<const std::int64_t> labels,
                    std::span<const SignalTarget> targets, std::span<float> logits) const;
    void computePair(std::span<const float> inputs, std::span<const std::int64_t> labels,
                     std::span<const SignalTarget> targets, std::span<float> logits) const;
    void write(Capture& captured, std::span<const SignalTarget> targets) const;
    void writeImplicit(const Use& use, const LayerLayout::ImplicitUse& place, const SignalTarget& target) const;
    void writeDerived(const Capture& captured, const std::map<model::ValueId, at::Tensor>& sums,
                      std::vector<bool>& written, std::span<const SignalTarget> targets, std::int64_t samples) const;
    at::Tensor leafRows(std::int64_t leaf, std::span<const SignalTarget> targets, std::int64_t samples) const;
    /// Destination rows from a raw pointer on the device.
    at::Tensor rowsAt(void* data, std::int64_t samples, std::int64_t width, std::int64_t stride) const;
    at::TensorOptions options() const { return at::TensorOptions(m_type).device(m_device); }
    void measureMemory();

    std::shared_ptr<const model::Network> m_network;
    at::ScalarType m_type;
    at::Device m_device;
    run::KernelKind m_kind;
    model::Interpreter m_interpreter;
    model::ParameterStore m_store;
    /// In float32: what the forward pass follows.
    std::optional<model::Interpreter> m_exactInterpreter;
    model::ParameterStore m_exactStore;
    std::optional<WinogradWeights> m_winograd;
    std::optional<Guide> m_guide;
    LayerLayout m_layout;
    std::int64_t m_fixedBytes = 0;
    std::int64_t m_sampleBytes = 1;
};

} // namespace lpntk::gradient
