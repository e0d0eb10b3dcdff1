#include "scores_file.h"

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/curation/recipe.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

namespace lpntk::cli {

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == separator)
            parts.emplace_back();
        else if (c != '\r' && c != '"')
            parts.back() += c;
    }
    return parts;
}

std::optional<double> number(const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return !text.empty() && end == text.c_str() + text.size() ? std::optional(value) : std::nullopt;
}

} // namespace

std::vector<float> readScores(const std::filesystem::path& file, const std::string& name, const run::Run& run) {
    if (file.extension() == ".npy")
        return curation::readRowScores(file, run);
    const std::vector<std::string> lines = split(base::readTextFile(file), '\n');
    const std::vector<std::string> header = split(lines.front(), ',');
    const auto columnOf = [&](const std::string& column) {
        const auto found = std::find(header.begin(), header.end(), column);
        if (found == header.end())
            throw base::FormatError(fmt::format("{} has no column \"{}\"; its columns are {}", base::quoted(file), column, fmt::join(header, ", ")));
        return static_cast<std::size_t>(found - header.begin());
    };
    const std::size_t index = columnOf("index"), value = columnOf(name);
    std::vector<float> scores(static_cast<std::size_t>(run.rows()), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 1; i < lines.size(); ++i) {
        if (lines[i].empty())
            continue;
        const std::vector<std::string> cells = split(lines[i], ',');
        const auto sample = index < cells.size() ? number(cells[index]) : std::nullopt;
        const auto score = value < cells.size() ? number(cells[value]) : std::nullopt;
        if (!sample || *sample < 0 || *sample != std::floor(*sample) || !score)
            throw base::FormatError(fmt::format("{}, line {}: an index and a number for {} were expected", base::quoted(file), i + 1, name));
        const base::RowId row = run.rowFromSample(base::SampleId(static_cast<std::int64_t>(*sample)));
        if (row.isValid())
            scores[static_cast<std::size_t>(row.value())] = static_cast<float>(*score);
    }
    for (std::int64_t i = 0; i < run.rows(); ++i) {
        if (std::isnan(scores[static_cast<std::size_t>(i)]))
            throw base::FormatError(fmt::format("{} has no {} score for sample {} of the run", base::quoted(file), name,
                                                run.sampleFromRow(base::RowId(i)).value()));
    }
    return scores;
}

} // namespace lpntk::cli
