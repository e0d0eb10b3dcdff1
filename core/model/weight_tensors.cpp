#include <core/model/weight_tensors_torch.h>

#include <core/base/error.h>

#include <cstring>

namespace lpntk::model {

namespace {

at::ScalarType storedType(const formats::NamedTensor& tensor, const std::string& where) {
    switch (tensor.type) {
    case formats::DType::f16:
        return at::kHalf;
    case formats::DType::bf16:
        return at::kBFloat16;
    case formats::DType::f32:
        return at::kFloat;
    case formats::DType::f64:
        return at::kDouble;
    default:
        throw base::FormatError(where + ": " + tensor.name + " holds " + formats::nameOf(tensor.type) +
                                "; weights must be floating-point numbers (quantised ones cannot be used)");
    }
}

at::Tensor tensorFrom(const formats::NamedTensor& source, const std::string& where) {
    // Bytes in a file need not be aligned to their type: copied, then converted.
    const at::Tensor raw = at::empty(source.shape, storedType(source, where));
    if (raw.nbytes() != source.bytes.size())
        throw base::FormatError(where + ": " + source.name + " has " + std::to_string(source.bytes.size()) +
                                " bytes, its shape needs " + std::to_string(raw.nbytes()));
    if (!source.bytes.empty())
        std::memcpy(raw.data_ptr(), source.bytes.data(), source.bytes.size());
    at::Tensor converted = raw.to(at::kFloat);
    if (!at::isfinite(converted).all().item<bool>())
        throw base::FormatError(where + ": " + source.name +
                                " holds numbers that are not finite as float32; the training that wrote it diverged or "
                                "the file is damaged; get it again");
    return converted;
}

} // namespace

ParameterStore storeFromWeights(const Graph& graph, const formats::WeightFile& file, const WeightMapping& mapping,
                                const std::string& where) {
    ParameterStore store;
    for (std::size_t i = 0; i < mapping.sources.size(); ++i) {
        auto& list = i < graph.parameters.size() ? store.parameters : store.buffers;
        list.push_back(tensorFrom(file.tensors[mapping.sources[i]], where));
    }
    return store;
}

} // namespace lpntk::model
