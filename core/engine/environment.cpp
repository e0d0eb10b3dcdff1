#include <core/engine/engine.h>

#include <cstdlib>

namespace lpntk::engine {

void prepareEnvironment() {
    // OpenMP threads that spin at barriers made two-thread runs 3 to 26 times slower beside one busy process. Read by
    // libgomp when it is loaded; what the user has set stays.
    constexpr int kKeep = 0;
    ::setenv("OMP_WAIT_POLICY", "passive", kKeep);
    ::setenv("GOMP_SPINCOUNT", "0", kKeep);
}

} // namespace lpntk::engine
