#pragma once

#include <cstdint>
#include <string>

namespace lpntk::model {

/// OpenBLAS, opened beside libtorch: on AMD processors MKL has half its rate, and a quarter of it in thin products.
/// Safe from several threads; each call runs on its own.
class OpenBlas {
public:
    /// Nothing where it is missing (packaging/setup.sh installs it).
    static const OpenBlas* open();

    /// Library, version and code path: what decides the bits. "openblas-0.3.34-SkylakeX".
    const std::string& name() const { return m_name; }

    /// c = a b^T: a (m, k), b (n, k), c (m, n); the strides count numbers from row to row. Throws ShapeError for sizes
    /// beyond 32 bits.
    void multiply(std::int64_t m, std::int64_t n, std::int64_t k, const float* a, std::int64_t aStride, const float* b,
                  std::int64_t bStride, float* c, std::int64_t cStride) const;
    void multiply(std::int64_t m, std::int64_t n, std::int64_t k, const double* a, std::int64_t aStride,
                  const double* b, std::int64_t bStride, double* c, std::int64_t cStride) const;

private:
    OpenBlas() = default;
    static const OpenBlas* opened();

    /// As in cblas.h, 32 bit integers.
    template <typename T>
    using Gemm = void (*)(int order, int transposeA, int transposeB, int m, int n, int k, T alpha, const T* a,
                          int aStride, const T* b, int bStride, T beta, T* c, int cStride);

    std::string m_name;
    Gemm<float> m_single = nullptr;
    Gemm<double> m_double = nullptr;
};

} // namespace lpntk::model
