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

void prepareOnce() {
    // OpenMP threads that spin at barriers made two-thread runs 3 to 26 times slower beside one busy process. Read by
    // libgomp when it is loaded; what the user has set stays.
    constexpr int kKeep = 0;
    ::setenv("OMP_WAIT_POLICY", "passive", kKeep);
    ::setenv("GOMP_SPINCOUNT", "0", kKeep);
#ifdef __GLIBC__
    // Tensors of some megabytes come and go in every batch. Handing their memory back to the system each time and
    // faulting it in again took a third of a vision transformer's job. Hence one arena, for the heaps of other threads
    // vanish as soon as they are empty, and returnMemory().
    constexpr int kGigabyte = 1 << 30;
    ::mallopt(M_ARENA_MAX, 1);
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
