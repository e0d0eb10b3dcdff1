#pragma once

#include <string>
#include <vector>

namespace lpntk::run {

/// The parts of a --device: {"cuda:0", "cuda:1"} of "cuda:0,cuda:1".
std::vector<std::string> devicesOf(const std::string& device);

/// Throws OptionError for names that are not known, and for several devices that are not different cards. "cuda:all" stands
/// for the list of all cards.
void checkDevices(const std::string& device);

} // namespace lpntk::run
