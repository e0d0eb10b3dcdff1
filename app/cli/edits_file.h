#pragma once

#include <core/curation/decisions.h>

#include <filesystem>

namespace lpntk::cli {

/// Decisions of a project file or of {"edits": [...]}. Throws IoError, FormatError.
curation::Decisions readEdits(const std::filesystem::path& file);

} // namespace lpntk::cli
