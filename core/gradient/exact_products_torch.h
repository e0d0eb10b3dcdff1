#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace lpntk::gradient {

/// Float64 products on the processor, by OpenBLAS where there is one: MKL has a quarter to a half of its rate on AMD
/// processors where one matrix is as thin as a layer has channels.

/// What multiplies, as it stands in a plan: "openblas-0.3.34-SkylakeX", or "" for libtorch.
std::string exactProducts();

/// out = a b^T, or for stacks of matrices one product each: a ([P,] M, K), b ([P,] N, K), out ([P,] M, N), of float64
/// in main memory; their rows are contiguous.
void multiplyExactly(const at::Tensor& a, const at::Tensor& b, const at::Tensor& out);

} // namespace lpntk::gradient
