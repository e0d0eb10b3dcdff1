#pragma once

#include <core/analysis/clustering.h>
#include <core/analysis/relations.h>
#include <core/run/run.h>

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace lpntk::cli {

class Console;
class Table;

/// The RUN argument of the commands that look at a finished run.
struct RunOptions {
    std::filesystem::path folder;

    void addTo(CLI::App& command);
    std::shared_ptr<const run::Run> open() const { return run::Run::open(folder); }
};

/// --plus, --minus.
void addThresholds(CLI::App& command, analysis::Thresholds& thresholds);
base::Json toJson(analysis::Thresholds thresholds);
/// --mode paper|reference-code.
void addMode(CLI::App& command, std::string& mode);

/// Sample number, label and class name of a row for --json.
base::Json sampleJson(const run::Run& run, base::RowId row);
std::string className(const run::Run& run, base::RowId row);

/// Throws OptionError when the sample is not in the run, saying which are.
base::RowId rowOfSample(const run::Run& run, std::int64_t sample);

/// What a person must know about runs that hold class blocks only.
void warnAboutBlocks(const Console& console, const run::Run& run, const std::string& consequence);

/// "+0.653", "-0.102".
std::string cosineText(double cosine);
/// "49.2°".
std::string angleText(double cosine);
std::string kappaText(double kappa);
/// "12.3 %" of a count; "-" of none.
std::string shareText(std::int64_t part, std::int64_t whole);

} // namespace lpntk::cli
