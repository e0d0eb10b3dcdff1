#pragma once

#include <cstdint>
#include <string>

namespace lpntk::model {

/// A factor of a matrix product, (rows, depth).
template <typename T> struct Factor {
    const T* numbers = nullptr;
    std::int64_t stride = 0; ///< numbers from row to row; by column: from column to column
    bool byColumn = false;   ///< neighbours in memory are of one column, not of one row
};

/// OpenBLAS, opened beside libtorch: on AMD processors MKL has half its rate, and a quarter of it in thin products.
/// Safe from several threads; each call runs on its own.
class OpenBlas {
public:
    /// Nothing where it is missing (packaging/setup.sh installs it).
    static const OpenBlas* open();

    /// Library, version and code path: what decides the bits. "openblas-0.3.34-SkylakeX".
    const std::string& name() const { return m_name; }

    /// c = a b^T, or c += a b^T: a (m, k), b (n, k), c (m, n) with rows `stride` numbers apart. Throws ShapeError for
    /// sizes beyond 32 bits.
    void multiply(std::int64_t m, std::int64_t n, std::int64_t k, const Factor<float>& a, const Factor<float>& b,
                  float* c, std::int64_t stride, bool add = false) const;
    void multiply(std::int64_t m, std::int64_t n, std::int64_t k, const Factor<double>& a, const Factor<double>& b,
                  double* c, std::int64_t stride, bool add = false) const;

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
