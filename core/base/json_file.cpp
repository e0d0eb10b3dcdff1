#include <core/base/files.h>
#include <core/base/json_file.h>

#include <fmt/format.h>

namespace lpntk::base {

namespace {

/// The parser below recurses by nesting depth; a file of a million brackets must not end the program.
void checkDepth(std::string_view text, const std::string& where) {
    constexpr int kDeepest = 200;
    int depth = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                inString = false;
        } else if (c == '"') {
            inString = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kDeepest)
                throw FormatError(fmt::format("{}: nested deeper than {} levels at byte {}", where, kDeepest, i));
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
}

} // namespace

double shortestDouble(float value) { return std::stod(fmt::format("{}", value)); }

Json parseJson(std::string_view text, const std::string& where) {
    checkDepth(text, where);
    try {
        return Json::parse(text);
    } catch (const nlohmann::json::parse_error& problem) {
        throw FormatError(fmt::format("{}: not valid JSON at byte {}; the file is damaged, get it again", where, problem.byte));
    }
}

Json readJsonFile(const std::filesystem::path& path, std::int64_t limit) {
    return parseJson(readTextFile(path, limit), quoted(path));
}

void writeJsonFile(const std::filesystem::path& path, const Json& json) {
    // Text from outside may be no UTF-8; the replacement sign is better than a run that cannot be saved.
    writeFileAtomically(path, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

} // namespace lpntk::base
