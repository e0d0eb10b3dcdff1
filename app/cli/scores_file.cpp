#include "scores_file.h"

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/curation/recipe.h>
#include <core/formats/csv.h>

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

namespace lpntk::cli {

namespace {

std::optional<double> number(const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return !text.empty() && end == text.c_str() + text.size() ? std::optional(value) : std::nullopt;
}

} // namespace

std::vector<float> readScores(const std::filesystem::path& file, const std::string& name, const run::Run& run) {
    if (file.extension() == ".npy")
        return curation::readRowScores(file, run);
    const formats::CsvTable table = formats::readCsv(file);
    const auto columnOf = [&](const std::string& column) {
        const auto found = table.column(column);
        if (!found)
            throw base::FormatError(fmt::format("{} has no column \"{}\"; its columns are {}", base::quoted(file), column,
                                                fmt::join(table.header, ", ")));
        return *found;
    };
    const std::size_t index = columnOf("index"), value = columnOf(name);
    std::vector<float> scores(static_cast<std::size_t>(run.rows()), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const auto sample = number(table.rows[i][index]);
        const auto score = number(table.rows[i][value]);
        if (!sample || !(*sample >= 0 && *sample < 9e15) || *sample != std::floor(*sample) || !score)
            throw base::FormatError(fmt::format("{}, line {}: an index and a number for {} were expected", base::quoted(file),
                                                table.lines[i], name));
        const base::RowId row = run.rowFromSample(base::SampleId(static_cast<std::int64_t>(*sample)));
        if (!row.isValid())
            continue;
        float& place = scores[static_cast<std::size_t>(row.value())];
        if (!std::isnan(place))
            throw base::FormatError(
                fmt::format("{}, line {}: sample {} stands here a second time; leave one score per sample",
                            base::quoted(file), table.lines[i], table.rows[i][index]));
        place = static_cast<float>(*score);
    }
    for (std::int64_t i = 0; i < run.rows(); ++i) {
        if (std::isnan(scores[static_cast<std::size_t>(i)]))
            throw base::FormatError(fmt::format("{} has no {} score for sample {} of the run; score all of its samples",
                                                base::quoted(file), name, run.sampleFromRow(base::RowId(i)).value()));
    }
    return scores;
}

} // namespace lpntk::cli
