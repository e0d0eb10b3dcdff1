#include <core/analysis/embedding.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/text.h>
#include <core/formats/csv.h>
#include <core/formats/half.h>
#include <core/formats/npy.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

namespace lpntk::analysis {

namespace {

using base::FormatError;
using base::RowId;

/// A file's own order, before it is known which line is which sample.
struct Table {
    std::vector<std::string> names;
    std::vector<float> values;         ///< (lines, names.size())
    std::vector<std::int64_t> samples; ///< (lines) original index, empty when the file does not say
    std::int64_t lines() const { return names.empty() ? 0 : std::ssize(values) / std::ssize(names); }
};

template <typename T> std::vector<float> converted(std::span<const T> numbers) {
    std::vector<float> values(numbers.size());
    std::transform(numbers.begin(), numbers.end(), values.begin(), [](T number) { return static_cast<float>(number); });
    return values;
}

std::vector<float> floatsOf(const formats::NpyArray& array, const std::filesystem::path& path) {
    switch (array.type()) {
    case formats::DType::f32:
        return converted(array.as<float>());
    case formats::DType::f64:
        return converted(array.as<double>());
    case formats::DType::f16: {
        const std::span halves(reinterpret_cast<const formats::Half*>(array.bytes().data()), array.bytes().size() / 2);
        std::vector<float> values(halves.size());
        formats::floatsFromHalves(halves, values);
        return values;
    }
    case formats::DType::boolean:
    case formats::DType::bf16:
        throw FormatError(
            fmt::format("{} holds {}, coordinates are numbers", base::quoted(path), formats::nameOf(array.type())));
    default:
        return converted(std::span<const std::int64_t>(array.toInt64()));
    }
}

Table readNpy(const std::filesystem::path& path) {
    const auto array = formats::NpyArray::open(path);
    const auto& shape = array.shape();
    if (shape.size() != 2 || shape[1] < 2)
        throw FormatError(fmt::format("{} has the shape ({}), coordinates are (samples, 2) or more columns",
                                      base::quoted(path), fmt::join(shape, ", ")));
    const std::vector<float> all = floatsOf(array, path);
    const auto width = static_cast<std::size_t>(shape[1]), kept = std::min(width, kMostEmbeddingColumns);
    Table table;
    for (std::size_t c = 0; c < kept; ++c)
        table.names.push_back(fmt::format("{}", c + 1));
    for (std::size_t line = 0; line < static_cast<std::size_t>(shape[0]); ++line)
        for (std::size_t c = 0; c < kept; ++c)
            table.values.push_back(all[line * width + c]);
    return table;
}

template <typename T> std::optional<T> parse(const std::string& text) {
    T value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<std::size_t> indexColumn(const formats::CsvTable& csv) {
    for (const char* name : {"index", "sample"})
        if (const auto found = csv.column(name))
            return found;
    return std::nullopt;
}

std::vector<std::size_t> coordinateColumns(const formats::CsvTable& csv) {
    const std::array<std::array<const char*, 3>, 3> known{
        {{"projection_x", "projection_y", "projection_z"}, {"x", "y", "z"}, {"X", "Y", "Z"}}};
    for (const auto& names : known) {
        std::vector<std::size_t> columns;
        for (const char* name : names)
            if (const auto found = csv.column(name))
                columns.push_back(*found);
        if (columns.size() >= 2)
            return columns;
    }
    const auto index = indexColumn(csv);
    std::vector<std::size_t> columns;
    for (std::size_t c = 0; c < csv.header.size() && columns.size() < kMostEmbeddingColumns; ++c) {
        if (c == index || csv.header[c].empty() || csv.header[c] == "label" || csv.header[c] == "id")
            continue;
        if (!csv.rows.empty() && std::all_of(csv.rows.begin(), csv.rows.end(),
                                             [c](const auto& row) { return parse<double>(row[c]).has_value(); }))
            columns.push_back(c);
    }
    return columns;
}

Table readCsvTable(const std::filesystem::path& path) {
    const formats::CsvTable csv = formats::readCsv(path);
    const std::vector<std::size_t> columns = coordinateColumns(csv);
    if (columns.size() < 2)
        throw FormatError(
            fmt::format("{} has no two columns of numbers; name them projection_x and projection_y, or x and y",
                        base::quoted(path)));
    Table table;
    const auto index = indexColumn(csv);
    for (const std::size_t c : columns)
        table.names.push_back(csv.header[c]);
    for (std::size_t line = 0; line < csv.rows.size(); ++line) {
        const auto wrong = [&](std::size_t c, const char* wanted) {
            return FormatError(fmt::format("{}, line {}: \"{}\" in column {} is no {}", base::quoted(path),
                                           csv.lines[line], csv.rows[line][c], csv.header[c], wanted));
        };
        for (const std::size_t c : columns) {
            const auto value = parse<double>(csv.rows[line][c]);
            if (!value)
                throw wrong(c, "number");
            table.values.push_back(static_cast<float>(*value));
        }
        if (!index)
            continue;
        const auto sample = parse<std::int64_t>(csv.rows[line][*index]);
        if (!sample || *sample < 0)
            throw wrong(*index, "index of a sample");
        table.samples.push_back(*sample);
    }
    return table;
}

/// Line of each row of the run.
std::vector<std::int64_t> linesOfRows(const Table& table, const run::Run& run, const std::filesystem::path& path) {
    const std::int64_t lines = table.lines();
    std::vector<std::int64_t> lineOf(static_cast<std::size_t>(run.rows()), -1);
    const auto rowOf = [&](std::int64_t sample) { return run.rowFromSample(base::SampleId(sample)); };
    if (!table.samples.empty()) {
        for (std::int64_t line = 0; line < lines; ++line)
            if (const RowId row = rowOf(table.samples[static_cast<std::size_t>(line)]); row.isValid())
                lineOf[static_cast<std::size_t>(row.value())] = line;
    } else {
        std::vector<std::int64_t> samples(run.samples().begin(), run.samples().end());
        std::sort(samples.begin(), samples.end());
        const bool ownOrder = lines == run.rows() && !samples.empty() && samples.back() >= lines;
        for (std::size_t place = 0; place < samples.size(); ++place) {
            const std::int64_t line = ownOrder ? static_cast<std::int64_t>(place) : samples[place];
            lineOf[static_cast<std::size_t>(rowOf(samples[place]).value())] = line < lines ? line : -1;
        }
    }
    const auto missing = std::find(lineOf.begin(), lineOf.end(), -1);
    if (missing != lineOf.end())
        throw base::ShapeError(fmt::format("{} has {} lines and none for sample {} of the run ({} samples); give one "
                                           "line per sample of the data set in its "
                                           "own order, or a CSV file with a column \"index\"",
                                           base::quoted(path), base::formatCount(lines),
                                           run.samples()[static_cast<std::size_t>(missing - lineOf.begin())],
                                           base::formatCount(run.rows())));
    return lineOf;
}

} // namespace

Embedding readEmbedding(const std::filesystem::path& path, const run::Run& run) {
    const bool csv = path.extension() == ".csv" || path.extension() == ".CSV";
    if (!csv && path.extension() != ".npy")
        throw FormatError(fmt::format("{}: coordinates are read from .npy and .csv files", base::quoted(path)));
    Table table = csv ? readCsvTable(path) : readNpy(path);
    const std::vector<std::int64_t> lineOf = linesOfRows(table, run, path);
    Embedding result{run.rows(), std::move(table.names), {}};
    const std::size_t width = result.names.size();
    for (const std::int64_t line : lineOf) {
        for (std::size_t c = 0; c < width; ++c) {
            const float value = table.values[static_cast<std::size_t>(line) * width + c];
            if (!std::isfinite(value))
                throw FormatError(fmt::format("{}: column {} of line {} is {}, no finite number", base::quoted(path),
                                              result.names[c], line + 1, value));
            result.values.push_back(value);
        }
    }
    return result;
}

} // namespace lpntk::analysis
