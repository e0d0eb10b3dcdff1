#include <core/engine/engine.h>

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace lpntk::engine {

void prepareEnvironment() {
    // OpenMP threads that spin at barriers made two-thread runs 3 to 26 times slower beside one busy process. Read by
    // libgomp when it is loaded; what the user has set stays.
    constexpr int kKeep = 0;
    ::setenv("OMP_WAIT_POLICY", "passive", kKeep);
    ::setenv("GOMP_SPINCOUNT", "0", kKeep);
#ifdef __GLIBC__
    // Tensors of some megabytes come and go in every batch. Handing their memory back to the system each time and
    // faulting it in again took a third of a vision transformer's job. Jobs trim when they end.
    constexpr int kGigabyte = 1 << 30;
    ::mallopt(M_MMAP_THRESHOLD, kGigabyte);
    ::mallopt(M_TRIM_THRESHOLD, kGigabyte);
#endif
}

} // namespace lpntk::engine
