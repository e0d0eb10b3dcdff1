#include <core/gradient/exact_products_torch.h>

#include <core/model/openblas.h>

#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/mm.h>

#include <algorithm>

namespace lpntk::gradient {

namespace {

/// Numbers of a row of each matrix (N, rows, columns) lie side by side, and rows apart. Of a single one libtorch keeps
/// any stride, and of one that stands for many none.
bool isByRow(const at::Tensor& matrices) {
    return matrices.stride(2) == 1 && (matrices.size(1) == 1 || matrices.stride(1) >= matrices.size(2));
}

bool isByColumn(const at::Tensor& matrices) {
    return isByRow(matrices.transpose(1, 2));
}

/// A library wants at least a row's length from row to row.
std::int64_t strideOf(const at::Tensor& matrices, bool byColumn) {
    return byColumn ? std::max(matrices.stride(2), matrices.size(1)) : std::max(matrices.stride(1), matrices.size(2));
}

bool isForLibrary(const at::Tensor& matrices) {
    return matrices.is_cpu() && matrices.numel() > 0 && (isByRow(matrices) || isByColumn(matrices));
}

template <typename T>
bool multiplyEachByOpenBlas(const at::Tensor& a, const at::Tensor& b, const at::Tensor& out, bool add) {
    const model::OpenBlas* const library = model::OpenBlas::open();
    if (!library || a.scalar_type() != out.scalar_type() || b.scalar_type() != out.scalar_type())
        return false;
    const std::int64_t m = a.size(1), n = b.size(2), k = a.size(2);
    const bool aByColumn = !isByRow(a), bByColumn = !isByRow(b);
    const T* aNumbers = a.const_data_ptr<T>();
    const T* bNumbers = b.const_data_ptr<T>();
    T* to = out.mutable_data_ptr<T>();
    for (std::int64_t i = 0; i < a.size(0); ++i) {
        library->multiply(m, n, k, {aNumbers, strideOf(a, aByColumn), aByColumn},
                          {bNumbers, strideOf(b, bByColumn), !bByColumn}, to, std::max(out.stride(1), n), add);
        aNumbers += a.stride(0);
        bNumbers += b.stride(0);
        to += out.stride(0);
    }
    return true;
}

} // namespace

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
        library->multiply(a.size(0), b.size(0), a.size(1), {a.const_data_ptr<double>(), a.stride(0)},
                          {b.const_data_ptr<double>(), b.stride(0)}, out.mutable_data_ptr<double>(), out.stride(0));
    } else {
        at::mm_out(result, a, b.t());
    }
}

void multiplyEach(const at::Tensor& a, const at::Tensor& b, const at::Tensor& out, bool add) {
    const bool known = isForLibrary(a) && isForLibrary(b) && isByRow(out);
    if (known && out.scalar_type() == at::kFloat && multiplyEachByOpenBlas<float>(a, b, out, add))
        return;
    if (known && out.scalar_type() == at::kDouble && multiplyEachByOpenBlas<double>(a, b, out, add))
        return;
    at::Tensor result = out;
    if (add)
        result.baddbmm_(a, b);
    else
        at::bmm_out(result, a, b);
}

} // namespace lpntk::gradient
