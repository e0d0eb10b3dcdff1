#pragma once

#include <core/analysis/components.h>
#include <core/run/run.h>

#include <optional>

namespace lpntk::analysis {

/// Components of this very run that were refined before and stand in the user's cache folder (`maps`); nothing where
/// there are none, or a file that cannot be read. Run folders are never written to.
std::optional<Components> keptComponents(const run::Run& run);

/// Keeps refined components there, of the last kKeptMaps runs. A folder that cannot be written is no error: then they
/// are computed again.
void keepComponents(const run::Run& run, const Components& components);

inline constexpr std::size_t kKeptMaps = 12;

} // namespace lpntk::analysis
