#include <core/base/error.h>
#include <core/base/text.h>

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cmath>

namespace lpntk::base {

std::int64_t parseBytes(std::string_view text) {
    double number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
    double unit = -1;
    if (suffix.empty() || suffix == "B" || suffix == "b") {
        unit = 1;
    } else if (suffix.size() == 1 || (suffix.size() == 2 && (suffix[1] == 'B' || suffix[1] == 'b'))) {
        switch (std::toupper(static_cast<unsigned char>(suffix[0]))) {
        case 'K': unit = 1024.0; break;
        case 'M': unit = 1048576.0; break;
        case 'G': unit = 1073741824.0; break;
        case 'T': unit = 1099511627776.0; break;
        default: break;
        }
    }
    const double bytes = number * unit;
    if (problem != std::errc() || unit < 0 || !(bytes >= 1) || bytes > 9e18)
        throw OptionError(fmt::format("\"{}\" is not a size; write for example 4G or 512M", text));
    return static_cast<std::int64_t>(bytes);
}

std::string formatBytes(double bytes) {
    static constexpr const char* kUnits[] = {"B", "KB", "MB", "GB", "TB", "PB"};
    int unit = 0;
    while (bytes >= 1024 && unit < 5) {
        bytes /= 1024;
        ++unit;
    }
    return unit == 0 || bytes >= 100 ? fmt::format("{:.0f} {}", bytes, kUnits[unit])
                                     : fmt::format("{:.1f} {}", bytes, kUnits[unit]);
}

std::string formatDuration(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0)
        return "unknown";
    if (seconds < 10)
        return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    if (whole < 60)
        return fmt::format("{} s", whole);
    if (whole < 3600)
        return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    if (whole < 86400)
        return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
    return fmt::format("{} d {:02} h", whole / 86400, whole / 3600 % 24);
}

std::string formatCount(std::int64_t count) {
    std::string digits = std::to_string(count < 0 ? -count : count);
    for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
        digits.insert(static_cast<std::size_t>(place), ",");
    return count < 0 ? "-" + digits : digits;
}

} // namespace lpntk::base
