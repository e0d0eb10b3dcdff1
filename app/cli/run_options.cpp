#include "run_options.h"
#include "command.h"
#include "options.h"
#include "table.h"

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lpntk::cli {

void RunOptions::addTo(CLI::App& command) {
    command.add_option("RUN", folder, "folder written by lpntk kernel")->required();
}

void addThresholds(CLI::App& command, analysis::Thresholds& thresholds) {
    command.add_option("--plus", thresholds.plus, "smallest cosine of interchangeable samples")
        ->check(share(true, "a cosine"))
        ->capture_default_str();
    command.add_option("--minus", thresholds.minus, "contradictory: cosine of minus this and less")
        ->check(share(true, "a cosine without sign"))
        ->capture_default_str();
}

void addMode(CLI::App& command, std::string& mode) {
    mode = analysis::nameOf(analysis::Mode::paper);
    command.add_option("--mode", mode, "paper, or reference-code: what the authors' programs do")
        ->check(CLI::IsMember({"paper", "reference-code"}))
        ->capture_default_str();
}

base::Json toJson(analysis::Thresholds thresholds) {
    return {{"plus", base::shortestDouble(thresholds.plus)}, {"minus", base::shortestDouble(thresholds.minus)}};
}

base::Json sampleJson(const run::Run& run, base::RowId row) {
    return {{"index", run.sampleFromRow(row).value()}, {"label", run.labelOf(row)}, {"class", className(run, row)}};
}

std::string className(const run::Run& run, base::RowId row) {
    return run.manifest().classNames[static_cast<std::size_t>(run.labelOf(row))];
}

base::RowId rowOfSample(const run::Run& run, std::int64_t sample) {
    const base::RowId row = sample < 0 ? base::RowId() : run.rowFromSample(base::SampleId(sample));
    if (!row.isValid()) {
        const auto samples = run.samples();
        const auto [least, most] = std::minmax_element(samples.begin(), samples.end());
        throw base::OptionError(fmt::format("sample {} is not in {}, which has {} samples with numbers from {} to {}", sample,
                                            base::quoted(run.folder()), base::formatCount(run.rows()), *least, *most));
    }
    return row;
}

void warnAboutBlocks(const Console& console, const run::Run& run, const std::string& consequence) {
    if (!run.hasFull())
        console.warn("the run has the blocks of the classes only (--blocks class): " + consequence);
}

std::string cosineText(double cosine) {
    return std::abs(cosine) < 0.0005 ? "0.000" : fmt::format("{:+.3f}", cosine);
}

std::string angleText(double cosine) {
    return fmt::format("{:.1f}\u00B0", analysis::angleOf(cosine));
}

std::string kappaText(double kappa) {
    return std::abs(kappa) >= 10 ? fmt::format("{:+.1f}", kappa) : fmt::format("{:+.3g}", kappa);
}

std::string shareText(std::int64_t part, std::int64_t whole) {
    return whole > 0 ? fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole)) : "-";
}

} // namespace lpntk::cli
