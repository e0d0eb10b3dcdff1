#include <core/gradient/seeds_torch.h>

#include <cmath>

namespace lpntk::gradient {

Seeds seedsFor(std::span<const std::int64_t> labels, run::KernelKind kind) {
    return [labels, kind](const at::Tensor& logits) {
        const double scale = 1.0 / std::sqrt(static_cast<double>(logits.size(1)));
        if (kind == run::KernelKind::pntk)
            return at::full_like(logits, scale);
        const at::Tensor columns =
            at::from_blob(const_cast<std::int64_t*>(labels.data()), {logits.size(0), 1}, at::kLong)
                                       .to(logits.device());
        if (kind == run::KernelKind::loss) {
            at::Tensor seeds = at::softmax(logits, 1);
            return seeds.scatter_add_(1, columns, at::full_like(columns, -1, logits.options()));
        }
        return at::full_like(logits, -scale).scatter_(1, columns, scale);
    };
}

} // namespace lpntk::gradient
