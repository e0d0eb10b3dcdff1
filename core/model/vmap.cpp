#include <core/model/vmap_torch.h>

#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>

namespace lpntk::model {

namespace functorch = at::functorch;

VmapLevel::VmapLevel(std::int64_t samples)
    : m_samples(samples), m_level(functorch::initAndPushDynamicLayer(functorch::TransformType::Vmap, samples,
                                                                     functorch::RandomnessType::Error)) {}

VmapLevel::~VmapLevel() {
    functorch::popDynamicLayerAndDeleteMetadata();
}

at::Tensor VmapLevel::wrap(const at::Tensor& physical) const {
    return functorch::makeBatched(physical, 0, m_level);
}

bool isWrapped(const at::Tensor& tensor) {
    return functorch::maybeGetBatchedImpl(tensor) != nullptr;
}

at::Tensor unwrapped(const at::Tensor& tensor) {
    const auto* batched = functorch::maybeGetBatchedImpl(tensor);
    if (!batched)
        return tensor;
    return batched->bdim() == 0 ? batched->value() : batched->value().movedim(batched->bdim(), 0);
}

} // namespace lpntk::model
