#pragma once

#include <core/kernel/cross_plan.h>
#include <core/run/manifest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// manifest.json of the folder of a kernel between two sets: that of a run for the rows and the network, and the
/// columns.
struct CrossManifest {
    static constexpr int kFormatVersion = 1;

    run::Manifest rows; ///< its plan is what a run's would be; `plan` counts
    CrossPlan plan;
    std::string columnSource, columnName, columnHash, columnSplit; ///< as the rows' of run::Manifest
    std::vector<std::string> columnClassNames;
};

base::Json toJson(const CrossManifest& manifest);
/// Throws IoError, FormatError.
CrossManifest readCrossManifest(const std::filesystem::path& folder);
void writeManifest(const std::filesystem::path& folder, const CrossManifest& manifest);
/// "running" or "finished", for RunFolder.
std::string crossStateOf(const std::filesystem::path& folder);

/// Throws OptionError when an unfinished folder was started with other data, weights or options; names the first
/// difference.
void checkSameJob(const CrossManifest& found, const CrossManifest& wanted, const std::filesystem::path& folder);

} // namespace lpntk::kernel
