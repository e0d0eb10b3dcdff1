#pragma once

#include <core/base/error.h>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace lpntk::base {

using Json = nlohmann::ordered_json;

/// The double that is written with the digits of `value`: 0.1, not 0.10000000149011612.
double shortestDouble(float value);

/// Parses a JSON file of at most `limit` bytes. Throws IoError, FormatError with the byte where it stops being JSON.
Json readJsonFile(const std::filesystem::path& path, std::int64_t limit = 64 << 20);
Json parseJson(std::string_view text, const std::string& where);

/// Writes indented JSON atomically. Throws IoError.
void writeJsonFile(const std::filesystem::path& path, const Json& json);

/// The value of a required key with its type. Throws FormatError naming `where` and the key.
template <typename T> T requiredKey(const Json& json, const char* key, const std::string& where) {
    const auto found = json.is_object() ? json.find(key) : json.end();
    if (!json.is_object() || found == json.end())
        throw FormatError(where + ": the key \"" + key + "\" is missing");
    try {
        return found->template get<T>();
    } catch (const nlohmann::json::exception&) {
        throw FormatError(where + ": the key \"" + key + "\" has a value of the wrong kind");
    }
}

} // namespace lpntk::base
