#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace lpntk::base {

/// `$XDG_CACHE_HOME/lpntk-explorer`, else `~/.cache/lpntk-explorer`; empty where there is neither.
std::filesystem::path cacheFolder();

/// The processor's name as the system gives it, "" where it gives none.
std::string processorName();

/// What was chosen for `machine` before and stands in `file`, if it is still one of `names`; else what `measure` gives,
/// which is kept from then on. Measurements differ from time to time, and where two come near each other so would
/// choices. A file that cannot be read or written (an empty path) is no error: then every process measures.
std::string keptChoice(const std::filesystem::path& file, const std::string& machine,
                       const std::vector<std::string>& names, const std::function<std::string()>& measure);

} // namespace lpntk::base
