#pragma once

namespace lpntk::base {

/// Version of program and library, from the top CMakeLists.txt.
const char* programVersion();

} // namespace lpntk::base
