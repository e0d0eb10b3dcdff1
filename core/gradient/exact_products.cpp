#include <core/gradient/exact_products_torch.h>

#include <core/model/openblas.h>

#include <ATen/ops/bmm.h>
#include <ATen/ops/mm.h>

namespace lpntk::gradient {

std::string exactProducts() {
    const model::OpenBlas* const library = model::OpenBlas::open();
    return library ? library->name() : std::string();
}

void multiplyExactly(const at::Tensor& a, const at::Tensor& b, const at::Tensor& out) {
    const model::OpenBlas* const library = model::OpenBlas::open();
    at::Tensor result = out;
    if (a.dim() == 3) {
        if (!library)
            at::bmm_out(result, a, b.transpose(1, 2));
        for (std::int64_t i = 0; library && i < a.size(0); ++i)
            multiplyExactly(a[i], b[i], out[i]);
    } else if (library) {
        library->multiply(a.size(0), b.size(0), a.size(1), a.const_data_ptr<double>(), a.stride(0),
                          b.const_data_ptr<double>(), b.stride(0), out.mutable_data_ptr<double>(), out.stride(0));
    } else {
        at::mm_out(result, a, b.t());
    }
}

} // namespace lpntk::gradient
