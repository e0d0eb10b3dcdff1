#include <core/kernel/products.h>

#include <core/base/error.h>
#include <core/base/kept_choice.h>
#include <core/kernel/aligned.h>
#include <core/kernel/device.h>
#include <core/model/openblas.h>

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

namespace lpntk::kernel {

namespace {

template <typename T>
void multiplyByTorch(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, std::int64_t aStride, const T* b,
                     std::int64_t bStride, T* c, std::int64_t cStride) {
    const at::TensorOptions options(c10::CppTypeToScalarType<T>::value);
    at::Tensor out = at::from_blob(c, {m, n}, {cStride, 1}, options);
    // from_blob takes no constants.
    at::mm_out(out, at::from_blob(const_cast<T*>(a), {m, k}, {aStride, 1}, options),
               at::from_blob(const_cast<T*>(b), {k, n}, {1, bStride}, options));
}

class TorchProducts : public Products {
public:
    TorchProducts() : Products("mm") {}

    void multiply(std::int64_t m, std::int64_t n, std::int64_t k, const float* a, std::int64_t aStride, const float* b,
                  std::int64_t bStride, float* c, std::int64_t cStride) const override {
        multiplyByTorch(m, n, k, a, aStride, b, bStride, c, cStride);
    }
};

class OpenBlasProducts : public Products {
public:
    explicit OpenBlasProducts(const model::OpenBlas& library) : Products(library.name()), m_library(library) {}

    void multiply(std::int64_t m, std::int64_t n, std::int64_t k, const float* a, std::int64_t aStride, const float* b,
                  std::int64_t bStride, float* c, std::int64_t cStride) const override {
        m_library.multiply(m, n, k, {a, aStride}, {b, bStride}, c, cStride);
    }

private:
    const model::OpenBlas& m_library;
};

template <typename T, typename Multiply>
double bestRate(std::int64_t rows, std::int64_t columns, std::int64_t depth, int repeats, const Multiply& multiply) {
    const OneThread one;
    const auto a = allocateAligned<T>(rows * depth), b = allocateAligned<T>(columns * depth),
               c = allocateAligned<T>(rows * columns);
    std::fill_n(a.get(), rows * depth, T(1));
    std::fill_n(b.get(), columns * depth, T(1));
    double best = 1e300;
    for (int i = 0; i < repeats; ++i) {
        const auto start = std::chrono::steady_clock::now();
        multiply(a.get(), b.get(), c.get());
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return static_cast<double>(rows * columns * depth) / best;
}

/// By a probe of some ten milliseconds.
std::string fastestByMeasure() {
    constexpr std::int64_t kRows = 256, kColumns = 512, kDepth = 1024;
    constexpr int kRounds = 10;
    constexpr double kWorthIt = 1.5;
    const auto& all = knownProducts();
    std::vector<double> rates(all.size());
    // In turns: what disturbs the machine disturbs all. The second product of a turn finds its code and data ready.
    for (int round = 0; round < kRounds; ++round) {
        for (std::size_t i = 0; i < all.size(); ++i)
            rates[i] = std::max(rates[i], measuredRate(*all[i], kRows, kColumns, kDepth, 2));
    }
    std::size_t best = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (rates[i] > rates[best] * (best == 0 ? kWorthIt : 1.0))
            best = i;
    }
    return all[best]->name();
}

} // namespace

void multiplyFloat64(std::int64_t m, std::int64_t n, std::int64_t k, const double* a, std::int64_t aStride,
                     const double* b, std::int64_t bStride, double* c, std::int64_t cStride) {
    multiplyByTorch(m, n, k, a, aStride, b, bStride, c, cStride);
}

const std::vector<const Products*>& knownProducts() {
    static const TorchProducts torch;
    static const std::vector<const Products*> all = []() -> std::vector<const Products*> {
        const model::OpenBlas* const library = model::OpenBlas::open();
        if (!library)
            return {&torch};
        static const OpenBlasProducts openBlas(*library);
        return {&torch, &openBlas};
    }();
    return all;
}

const Products& productsNamed(const std::string& name) {
    std::string known;
    for (const Products* products : knownProducts()) {
        if (products->name() == name)
            return *products;
        known += (known.empty() ? "" : ", ") + products->name();
    }
    throw base::OptionError(
        fmt::format("matrix products by \"{}\" are not to be had here, where there are: {}. "
                    "packaging/setup.sh installs OpenBLAS; another processor rounds differently, so "
                    "a run goes on only where it was begun",
                    name, known));
}

double measuredRate(const Products& products, std::int64_t rows, std::int64_t columns, std::int64_t depth,
                    int repeats) {
    return bestRate<float>(rows, columns, depth, repeats, [&](const float* a, const float* b, float* c) {
        products.multiply(rows, columns, depth, a, depth, b, depth, c, columns);
    });
}

double measuredRateFloat64(std::int64_t rows, std::int64_t columns, std::int64_t depth, int repeats) {
    return bestRate<double>(rows, columns, depth, repeats, [&](const double* a, const double* b, double* c) {
        multiplyFloat64(rows, columns, depth, a, depth, b, depth, c, columns);
    });
}

const Products& fastestProducts() {
    static const Products& fastest = []() -> const Products& {
        std::vector<std::string> names;
        for (const Products* products : knownProducts())
            names.push_back(products->name());
        if (names.size() == 1)
            return *knownProducts().front();
        const std::filesystem::path folder = base::cacheFolder();
        return productsNamed(base::keptChoice(folder.empty() ? folder : folder / "products",
                                              fmt::format("{} | {}", base::processorName(), fmt::join(names, " | ")),
                                              names, fastestByMeasure));
    }();
    return fastest;
}

bool hasBackends(const std::string& device, run::Precision precision) {
    return device == "cpu" && precision == run::Precision::fp32;
}

std::string usualBackend(const std::string& device, run::Precision precision) {
    return hasBackends(device, precision) ? fastestProducts().name() : "mm";
}

} // namespace lpntk::kernel
