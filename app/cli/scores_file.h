#pragma once

#include <core/run/run.h>

#include <filesystem>
#include <string>
#include <vector>

namespace lpntk::cli {

/// Scores by row of the run from a file by original index: an .npy of one float32 per sample of the split, or a CSV
/// with the columns `index` and `name`. Throws IoError, FormatError (a sample of the run without a score).
std::vector<float> readScores(const std::filesystem::path& file, const std::string& name, const run::Run& run);

} // namespace lpntk::cli
