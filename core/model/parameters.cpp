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

at::Tensor copied(const at::Tensor& tensor, at::ScalarType type, at::Device device) {
    const at::Tensor source = tensor.detach();
    return source.to(device, source.is_floating_point() ? type : source.scalar_type(), /*non_blocking=*/false, /*copy=*/true);
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

ParameterStore ParameterStore::clone(at::ScalarType type, bool requiresGrad, at::Device device) const {
    ParameterStore store;
    for (const at::Tensor& tensor : parameters)
        store.parameters.push_back(copied(tensor, type, device).set_requires_grad(requiresGrad));
    for (const at::Tensor& tensor : buffers)
        store.buffers.push_back(copied(tensor, type, device));
    for (const at::Tensor& tensor : constants)
        store.constants.push_back(copied(tensor, type, device));
    return store;
}

} // namespace lpntk::model
