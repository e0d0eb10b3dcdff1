#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lpntk::base {

/// The name that a mistyped `word` most likely meant, upper and lower case alike: at most a third of its letters differ
/// (dropped, added, exchanged or swapped with the next). Of equally near ones the first; empty when none is near.
std::string nearestName(std::string_view word, std::span<const std::string> names);

/// ASCII letters in lower case, other bytes as they are.
std::string lowerCase(std::string_view text);

} // namespace lpntk::base
