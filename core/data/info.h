#pragma once

#include <core/base/json_file.h>

#include <filesystem>

namespace lpntk::data {

/// What a file or folder is: {"kind", "path", "summary", ...figures of that kind}. Knows every format that the program
/// reads or writes: data sets, weights (safetensors, state dicts, `.pt2` by name), arrays, run folders, subsets,
/// projects. Throws IoError when there is nothing, FormatError when it is something damaged.
base::Json describePath(const std::filesystem::path& path);

} // namespace lpntk::data
