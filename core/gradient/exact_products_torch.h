#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace lpntk::gradient {

/// Products on the processor, by OpenBLAS where there is one: MKL has a quarter to a half of its rate on AMD processors
/// where one matrix is as thin as a layer has channels, and less still where both are as small as a layer's weight.

/// What multiplies, as it stands in a plan: "openblas-0.3.34-SkylakeX", or "" for libtorch.
std::string exactProducts();

/// out = a b^T, or for stacks of matrices one product each: a ([P,] M, K), b ([P,] N, K), out ([P,] M, N), of float64
/// in main memory; their rows are contiguous.
void multiplyExactly(const at::Tensor& a, const at::Tensor& b, const at::Tensor& out);

/// out[n] = a[n] b[n], or += : a (N, M, K), b (N, K, C), out (N, M, C), on any device.
void multiplyEach(const at::Tensor& a, const at::Tensor& b, const at::Tensor& out, bool add);

} // namespace lpntk::gradient
