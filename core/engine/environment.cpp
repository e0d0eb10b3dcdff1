#include <core/engine/environment.h>

#include <atomic>
#include <cstdlib>
#include <mutex>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace lpntk::engine {

namespace {

std::atomic<bool> kept = false;

/// OpenBLAS chooses its code by processor family and knows no recent one of AMD's: it falls back to AVX2, which is half
/// as fast. What matters is the instruction set.
bool hasAvx512() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#else
    return false;
#endif
}

void prepareOnce() {
    // OpenMP threads that spin at barriers made two-thread runs 3 to 26 times slower beside one busy process. Read by
    // libgomp when it is loaded; what the user has set stays.
    constexpr int kKeep = 0;
    ::setenv("OMP_WAIT_POLICY", "passive", kKeep);
    ::setenv("GOMP_SPINCOUNT", "0", kKeep);
    // Read when OpenBLAS is opened. The copy is this program's own, so what was set for others does not bind it; every
    // worker multiplies on its own.
    constexpr int kReplace = 1;
    ::setenv("OPENBLAS_NUM_THREADS", "1", kReplace);
    if (hasAvx512())
        ::setenv("OPENBLAS_CORETYPE", "SkylakeX", kReplace);
#ifdef __GLIBC__
    // Tensors of some megabytes come and go in every batch: their memory is not handed back to the system each time, to
    // be faulted in again; hence returnMemory(). Threads keep arenas of their own: with one for all, the window's
    // thread waited for jobs, which run at a lower priority, and for the tenth of a second in which theirs was handed
    // back.
    constexpr int kGigabyte = 1 << 30;
    ::mallopt(M_MMAP_THRESHOLD, kGigabyte);
    ::mallopt(M_TRIM_THRESHOLD, kGigabyte);
#endif
}

} // namespace

void prepareEnvironment() {
    static std::once_flag once;
    std::call_once(once, prepareOnce);
}

void keepMemory() {
    kept = true;
#ifdef __GLIBC__
    ::mallopt(M_MMAP_MAX, 0);
    ::mallopt(M_TRIM_THRESHOLD, -1);
#endif
}

void returnMemory() {
#ifdef __GLIBC__
    if (!kept)
        ::malloc_trim(0);
#endif
}

std::int64_t keptMemory() {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    if (kept)
        return static_cast<std::int64_t>(::mallinfo2().fordblks);
#endif
    return 0;
}

} // namespace lpntk::engine
