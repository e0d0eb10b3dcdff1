#pragma once

#include <core/base/json_file.h>
#include <core/run/plan.h>

#include <filesystem>
#include <string>
#include <vector>

namespace lpntk::run {

/// manifest.json of a run folder (design.md section 3). What is not needed to read the run stays JSON.
struct Manifest {
    static constexpr int kFormatVersion = 1;

    int formatVersion = kFormatVersion;
    std::string state;               ///< "running" or "finished"
    std::string programVersion;
    std::string dataSource;          ///< as given to loadDataset, path absolute
    std::string dataName;
    std::string dataHash;            ///< SHA-256
    std::string split;
    std::vector<std::string> classNames;
    std::string model;               ///< built-in name or file name of a `.pt2`
    std::string program;             ///< absolute path of the `.pt2`, empty for built-in networks
    std::string programHash;
    std::string weights;             ///< absolute path (of the `.pt2` for its own), empty = initialised from seed
    std::string weightsHash;
    std::uint64_t seed = 0;
    std::string extends;     ///< absolute path of the run whose pairs were taken over, empty = none
    std::string extendsHash; ///< SHA-256 of what that run holds
    base::Json preprocessing;
    base::Json network;              ///< graph summary: layers with shapes
    KernelPlan plan;
    base::Json precision;            ///< measured error, from audit.json
    base::Json timings;              ///< the only part that differs between two equal runs

    std::int64_t rows() const { return plan.rows; }
    int classes() const { return static_cast<int>(classNames.size()); }
};

base::Json toJson(const Manifest& manifest);
/// Throws FormatError (unknown format version, missing keys).
Manifest manifestFromJson(const base::Json& json, const std::string& where);

Manifest readManifest(const std::filesystem::path& runFolder);
/// Whether the folder holds a run that was begun and not finished. False for anything else, also what cannot be read.
bool isUnfinished(const std::filesystem::path& runFolder);
/// The same for one that was finished, whatever has happened to its other files since.
bool wasFinished(const std::filesystem::path& runFolder);
void writeManifest(const std::filesystem::path& runFolder, const Manifest& manifest);

} // namespace lpntk::run
