#include <core/model/parameters_torch.h>

#include <ATen/CPUGeneratorImpl.h>

namespace lpntk::model {

namespace {

at::Tensor drawn(const ParameterSpec& spec, const at::Generator& generator) {
    at::Tensor tensor = at::empty(spec.shape, at::kFloat);
    if (spec.initialisation.kind == Initialisation::Kind::uniform)
        tensor.uniform_(-spec.initialisation.value, spec.initialisation.value, generator);
    else
        tensor.fill_(spec.initialisation.value);
    return tensor;
}

ParameterStore converted(const ParameterStore& from, at::ScalarType type, bool requiresGrad, at::Device device, bool copy) {
    const auto all = [&](const std::vector<at::Tensor>& tensors) {
        std::vector<at::Tensor> results;
        for (const at::Tensor& tensor : tensors) {
            const at::Tensor source = tensor.detach();
            results.push_back(
                source.to(device, source.is_floating_point() ? type : source.scalar_type(), /*non_blocking=*/false, copy));
        }
        return results;
    };
    ParameterStore store{all(from.parameters), all(from.buffers), all(from.constants)};
    for (at::Tensor& parameter : store.parameters)
        parameter.set_requires_grad(requiresGrad);
    return store;
}

} // namespace

ParameterStore ParameterStore::fromSeed(const Graph& graph, std::uint64_t seed) {
    const at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    ParameterStore store;
    for (const ParameterSpec& spec : graph.parameters)
        store.parameters.push_back(drawn(spec, generator));
    for (const ParameterSpec& spec : graph.buffers)
        store.buffers.push_back(drawn(spec, generator));
    return store;
}

ParameterStore ParameterStore::as(at::ScalarType type, bool requiresGrad, at::Device device) const {
    return converted(*this, type, requiresGrad, device, /*copy=*/false);
}

ParameterStore ParameterStore::clone(at::ScalarType type, bool requiresGrad, at::Device device) const {
    return converted(*this, type, requiresGrad, device, /*copy=*/true);
}

} // namespace lpntk::model
