#include <core/model/openblas.h>

#include <core/base/error.h>

#include <fmt/format.h>

#include <dlfcn.h>
#include <limits>
#include <sstream>

namespace lpntk::model {

namespace {

template <typename Function> Function symbol(void* library, const char* name) {
    return reinterpret_cast<Function>(::dlsym(library, name));
}

int asInt(std::int64_t value) {
    if (value > std::numeric_limits<int>::max())
        throw base::ShapeError(fmt::format("OpenBLAS cannot multiply rows of {} numbers; use --backend mm", value));
    return static_cast<int>(value);
}

template <typename Gemm, typename T>
void call(Gemm gemm, std::int64_t m, std::int64_t n, std::int64_t k, const Factor<T>& a, const Factor<T>& b, T* c,
          std::int64_t stride, bool add) {
    constexpr int kRowMajor = 101, kAsIs = 111, kTransposed = 112;
    gemm(kRowMajor, a.byColumn ? kTransposed : kAsIs, b.byColumn ? kAsIs : kTransposed, asInt(m), asInt(n), asInt(k),
         T(1), a.numbers, asInt(a.stride), b.numbers, asInt(b.stride), add ? T(1) : T(0), c, asInt(stride));
}

} // namespace

const OpenBlas* OpenBlas::open() {
    static const OpenBlas* const library = opened();
    return library;
}

/// As PyPI's scipy-openblas32 lays it out, with a name space of its own: libtorch exports BLAS symbols too. It is found
/// by the run path.
const OpenBlas* OpenBlas::opened() {
    void* const library = ::dlopen("libscipy_openblas.so", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (!library)
        return nullptr;
    static OpenBlas found;
    found.m_single = symbol<Gemm<float>>(library, "scipy_cblas_sgemm");
    found.m_double = symbol<Gemm<double>>(library, "scipy_cblas_dgemm");
    const auto setThreads = symbol<void (*)(int)>(library, "scipy_openblas_set_num_threads");
    const auto config = symbol<const char* (*)()>(library, "scipy_openblas_get_config");
    const auto core = symbol<const char* (*)()>(library, "scipy_openblas_get_corename");
    if (!found.m_single || !found.m_double || !setThreads || !config || !core)
        return nullptr;
    setThreads(1);
    // "OpenBLAS 0.3.34.481.3 DYNAMIC_ARCH ..."
    std::istringstream words(config());
    std::string name, version;
    words >> name >> version;
    found.m_name = fmt::format("openblas-{}-{}", version, core());
    return &found;
}

void OpenBlas::multiply(std::int64_t m, std::int64_t n, std::int64_t k, const Factor<float>& a, const Factor<float>& b,
                        float* c, std::int64_t stride, bool add) const {
    call(m_single, m, n, k, a, b, c, stride, add);
}

void OpenBlas::multiply(std::int64_t m, std::int64_t n, std::int64_t k, const Factor<double>& a,
                        const Factor<double>& b, double* c, std::int64_t stride, bool add) const {
    call(m_double, m, n, k, a, b, c, stride, add);
}

} // namespace lpntk::model
