#pragma once

#include <string_view>

namespace lpntk::formats {

/// The canonical "module name" when this global may appear in a data file, nullptr when it is refused. The returned
/// pointer is a constant, the same for all spellings of one thing (numpy.core and numpy._core).
const char* allowedGlobal(std::string_view module, std::string_view name);

} // namespace lpntk::formats
