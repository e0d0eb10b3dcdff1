#pragma once

#include <core/model/graph.h>

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace lpntk::model {

/// The numbers of a network: one tensor for every parameter, buffer and constant of its Graph, in the Graph's order.
/// Copies and what as() gives may share their tensors; what clone() gives does not.
struct ParameterStore {
    std::vector<at::Tensor> parameters;
    std::vector<at::Tensor> buffers;
    std::vector<at::Tensor> constants;

    /// Draws every parameter as its Graph says, in order, from one generator: the same seed gives the same bits, and
    /// for built-in networks those of `torch.manual_seed(seed)` followed by the network's construction in PyTorch.
    static ParameterStore fromSeed(const Graph& graph, std::uint64_t seed);

    /// The same with floating tensors in `type` on `device`; what is so already is shared, for reading.
    ParameterStore as(at::ScalarType type, bool requiresGrad, at::Device device = at::kCPU) const;
    /// Own storage on `device`, floating tensors converted to `type`, parameters marked as wanting gradients or not.
    ParameterStore clone(at::ScalarType type, bool requiresGrad, at::Device device = at::kCPU) const;
};

} // namespace lpntk::model
