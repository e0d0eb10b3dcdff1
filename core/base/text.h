#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lpntk::base {

/// "4G", "512M", "1.5g", "4096" (bytes) -> bytes; 1K = 1024. Throws OptionError otherwise.
std::int64_t parseBytes(std::string_view text);

/// 4294967296 -> "4.0 GB", 1536 -> "1.5 KB"; powers of 1024.
std::string formatBytes(double bytes);

/// Seconds -> "5 min 37 s", "2 h 03 min", "0.4 s".
std::string formatDuration(double seconds);

/// 60000 -> "60,000".
std::string formatCount(std::int64_t count);

} // namespace lpntk::base
