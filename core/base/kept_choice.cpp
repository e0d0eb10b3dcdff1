#include <core/base/kept_choice.h>

#include <core/base/error.h>
#include <core/base/files.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string_view>

namespace lpntk::base {

namespace {

/// A machine and its choice in a line.
std::string lineOf(const std::string& machine, const std::string& name) {
    return machine + "\t" + name + "\n";
}

/// All lines; "" where there is no such file, or nothing that was written here.
std::string linesOf(const std::filesystem::path& file) {
    constexpr std::int64_t kMostBytes = 16384;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored))
        return {};
    try {
        std::string text = readTextFile(file, kMostBytes);
        return text.ends_with('\n') ? text : std::string();
    } catch (const Error&) {
        return {};
    }
}

std::optional<std::string> choiceIn(const std::string& lines, const std::string& machine,
                                    const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (("\n" + lines).find("\n" + lineOf(machine, name)) != std::string::npos)
            return name;
    }
    return std::nullopt;
}

} // namespace

std::filesystem::path cacheFolder() {
    // A path that is not absolute is to be ignored, says the XDG Base Directory Specification.
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && std::filesystem::path(cache).is_absolute())
        return std::filesystem::path(cache) / "lpntk-explorer";
    if (const char* home = std::getenv("HOME"); home && std::filesystem::path(home).is_absolute())
        return std::filesystem::path(home) / ".cache" / "lpntk-explorer";
    return {};
}

std::string processorName() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        constexpr std::string_view kKey = "model name";
        const auto colon = line.find(": ");
        if (line.compare(0, kKey.size(), kKey) == 0 && colon != std::string::npos)
            return line.substr(colon + 2);
    }
    return {};
}

std::string keptChoice(const std::filesystem::path& file, const std::string& machine,
                       const std::vector<std::string>& names, const std::function<std::string()>& measure) {
    if (file.empty())
        return measure();
    if (const auto kept = choiceIn(linesOf(file), machine, names))
        return *kept;
    const std::string measured = measure();
    // Of two programs that measure at once the first one's choice counts for both.
    if (const auto kept = choiceIn(linesOf(file), machine, names))
        return *kept;
    try {
        std::error_code ignored;
        std::filesystem::create_directories(file.parent_path(), ignored);
        writeFileAtomically(file, linesOf(file) + lineOf(machine, measured));
    } catch (const Error&) {
        // The next one measures again.
    }
    return measured;
}

} // namespace lpntk::base
