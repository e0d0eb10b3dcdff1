#pragma once

#include <core/gradient/convolution_torch.h>

#include <map>
#include <mutex>
#include <span>

namespace lpntk::gradient {

/// Float64 weights of 3 x 3 convolutions as Winograd's algorithm takes them: F(4 x 4, 3 x 3) of A. Lavin and S. Gray,
/// "Fast Algorithms for Convolutional Neural Networks", CVPR 2016. It does a quarter of the multiplications; its
/// rounding stays below 1e-12 of a result's size, where float32's would not be good enough. Made when first asked for,
/// kept, and four times as large as the weights, so only of the first ones up to a limit. Safe from several threads.
class WinogradWeights {
public:
    /// Only these are transformed: what is derived from parameters anew in every pass is not worth it.
    explicit WinogradWeights(std::span<const at::Tensor> parameters);

    /// (36, K, C) of a weight (K, C, 3, 3) for pictures (N, C, H, W); undefined where the convolution is of another
    /// kind, its pictures are too small to gain, or the limit is reached.
    at::Tensor of(const at::Tensor& weight, const at::Tensor& x, const ConvolutionGeometry& geometry) const;

private:
    std::map<const void*, at::Tensor> m_parameters; ///< by their memory, which they keep
    mutable std::mutex m_mutex;
    mutable std::map<const void*, at::Tensor> m_transformed; ///< undefined where the limit is reached
    mutable std::int64_t m_bytes = 0;
};

/// The convolution of float64 pictures (N, H, W, C), contiguous, with such a weight (36, K, C) and zeros around them as
/// in `geometry`: into out (N, H', W', K), contiguous.
void winogradConvolution(const at::Tensor& pictures, const at::Tensor& transformed, const ConvolutionGeometry& geometry,
                         const at::Tensor& out);

} // namespace lpntk::gradient
