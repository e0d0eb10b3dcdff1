#include <core/model/weight_tensors_torch.h>

#include <core/base/error.h>
#include <core/model/arguments_torch.h>

#include <cstring>

namespace lpntk::model {

namespace {

bool isFloating(formats::DType type) {
    using formats::DType;
    return type == DType::f16 || type == DType::bf16 || type == DType::f32 || type == DType::f64;
}

at::Tensor tensorFrom(const formats::NamedTensor& source, const std::string& where) {
    // Bytes in a file need not be aligned to their type: copied, then converted.
    const at::Tensor raw = at::empty(source.shape, scalarType(source.type, at::kFloat));
    if (raw.nbytes() != source.bytes.size())
        throw base::FormatError(where + ": " + source.name + " has " + std::to_string(source.bytes.size()) +
                                " bytes, its shape needs " + std::to_string(raw.nbytes()));
    if (!source.bytes.empty())
        std::memcpy(raw.data_ptr(), source.bytes.data(), source.bytes.size());
    return isFloating(source.type) ? raw.to(at::kFloat) : raw;
}

at::Tensor finiteTensor(const formats::NamedTensor& source, const std::string& where) {
    const at::Tensor tensor = tensorFrom(source, where);
    if (tensor.is_floating_point() && !at::isfinite(tensor).all().item<bool>())
        throw base::FormatError(where + ": " + source.name +
                                " holds numbers that are not finite as float32; the training that wrote it diverged or "
                                "the file is damaged; get it again");
    return tensor;
}

} // namespace

ParameterStore storeFromWeights(const Graph& graph, const formats::WeightFile& file, const WeightMapping& mapping,
                                const std::string& where) {
    ParameterStore store;
    for (std::size_t i = 0; i < mapping.sources.size(); ++i) {
        const bool parameter = i < graph.parameters.size();
        const ParameterSpec& spec = parameter ? graph.parameters[i] : graph.buffers[i - graph.parameters.size()];
        const formats::NamedTensor& source = file.tensors[mapping.sources[i]];
        if (isFloating(spec.type) != isFloating(source.type))
            throw base::FormatError(where + ": " + source.name + " holds " + formats::nameOf(source.type) + ", " +
                                    formats::nameOf(spec.type) +
                                    " is needed; weights must be floating-point numbers (quantised ones cannot be used)");
        (parameter ? store.parameters : store.buffers).push_back(finiteTensor(source, where));
    }
    return store;
}

ParameterStore storeFromPt2(const Pt2Network& network, const std::string& where) {
    ParameterStore store;
    for (const formats::NamedTensor* tensor : network.parameters)
        store.parameters.push_back(finiteTensor(*tensor, where));
    for (const formats::NamedTensor* tensor : network.buffers)
        store.buffers.push_back(tensorFrom(*tensor, where));
    for (const formats::NamedTensor* tensor : network.constants)
        store.constants.push_back(tensorFrom(*tensor, where));
    return store;
}

} // namespace lpntk::model
