#include <core/base/version.h>

namespace lpntk::base {

const char* programVersion() {
    return LPNTK_VERSION;
}

} // namespace lpntk::base
