#pragma once

#include <core/run/options.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lpntk::kernel {

/// A library that multiplies float32 matrices on the processor. Which one is fastest depends on the processor (MKL
/// gives an AMD core half of what OpenBLAS does), and each rounds in its own way: its name stands in the plan of a run.
class Products {
public:
    virtual ~Products() = default;

    /// c = a b^T on the calling thread: a (m, k), b (n, k), c (m, n); the strides count numbers from row to row.
    virtual void multiply(std::int64_t m, std::int64_t n, std::int64_t k, const float* a, std::int64_t aStride,
                          const float* b, std::int64_t bStride, float* c, std::int64_t cStride) const = 0;

    /// Library, version and code path: whatever decides the bits. "mm", "openblas-0.3.34-SkylakeX".
    const std::string& name() const { return m_name; }

protected:
    explicit Products(std::string name) : m_name(std::move(name)) {}

private:
    std::string m_name;
};

/// The same in float64, always by libtorch.
void multiplyFloat64(std::int64_t m, std::int64_t n, std::int64_t k, const double* a, std::int64_t aStride,
                     const double* b, std::int64_t bStride, double* c, std::int64_t cStride);

/// libtorch's own first, then those that could be opened on this machine.
const std::vector<const Products*>& knownProducts();

/// Throws OptionError naming what this machine has.
const Products& productsNamed(const std::string& name);

/// The fastest for tiles, by a probe of some ten milliseconds; what it chose is kept for later processes (`products` in
/// base::cacheFolder()). Another library than libtorch's own must be half as fast again: OpenBLAS has 1.1 times MKL's
/// rate on AMD processors without AVX-512 and 2.1 times with it, less beside a busy neighbour, and two runs on one
/// machine must choose the same.
const Products& fastestProducts();

/// Whether products of this kind have a choice: only float32 on the processor has.
bool hasBackends(const std::string& device, run::Precision precision);
/// What a plan takes when nothing is asked for: fastestProducts() where there is a choice, else "mm".
std::string usualBackend(const std::string& device, run::Precision precision);

/// Multiply-adds a second on the calling thread: the best of several products of (rows, depth) with (columns, depth).
double measuredRate(const Products& products, std::int64_t rows, std::int64_t columns, std::int64_t depth, int repeats);
double measuredRateFloat64(std::int64_t rows, std::int64_t columns, std::int64_t depth, int repeats);

} // namespace lpntk::kernel
