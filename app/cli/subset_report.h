#pragma once

#include <core/curation/export.h>

#include <memory>
#include <string>

namespace lpntk::cli {

class Console;

/// The data set at `path`, else at the place that the run names; null with a warning when it cannot be opened there.
/// A named path that cannot be opened throws.
std::shared_ptr<const data::Dataset> openDataOfRun(const Console& console, const run::Run& run, const std::string& path);

/// Kept and pruned by class.
void tellSubset(const Console& console, const run::Run& run, const curation::Subset& subset);
base::Json classBalance(const run::Run& run, const curation::Subset& subset);

void tellReport(const Console& console, const curation::ExportReport& report);
base::Json toJson(const curation::ExportReport& report);

} // namespace lpntk::cli
