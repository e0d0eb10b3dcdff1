#include <core/base/error.h>
#include <core/base/files.h>
#include <core/data/file_source.h>
#include <core/data/loaders.h>
#include <core/formats/csv.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>

namespace lpntk::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kPathNames[] = {"path", "file_name", "filename", "image"};
constexpr const char* kLabelNames[] = {"label", "class", "target"};

std::optional<std::size_t> firstColumn(const formats::CsvTable& table, std::span<const char* const> names) {
    for (const char* name : names) {
        if (const auto found = table.column(name))
            return found;
    }
    return std::nullopt;
}

std::optional<std::int64_t> wholeNumber(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value)
                                                                                       : std::nullopt;
}

std::optional<double> number(const std::string& text) {
    if (text.empty())
        return NAN;
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

struct Columns {
    std::size_t path = 0;
    std::size_t label = 0;
    std::optional<std::size_t> labelName;
    std::optional<std::size_t> split;
};

Columns findColumns(const formats::CsvTable& table, const std::string& where) {
    const auto path = firstColumn(table, kPathNames);
    const auto label = firstColumn(table, kLabelNames);
    if (!path || !label)
        throw base::FormatError(
            fmt::format("{}: the header has no column \"{}\"; path and label are needed, split, id and others possible",
                        where, path ? "label" : "path"));
    return {*path, *label, table.column("label_name"), table.column("split")};
}

/// Label of each row: numbers as they are when all are numbers, else the place in the sorted list of names.
std::vector<std::int64_t> readLabels(const formats::CsvTable& table, const Columns& columns,
                                     std::vector<std::string>& classNames, const std::string& where) {
    std::vector<std::int64_t> labels;
    for (const auto& row : table.rows) {
        if (const auto value = wholeNumber(row[columns.label]))
            labels.push_back(*value);
    }
    if (labels.size() != table.rows.size()) {
        std::set<std::string> names;
        for (std::size_t i = 0; i < table.rows.size(); ++i) {
            if (table.rows[i][columns.label].empty())
                throw base::FormatError(fmt::format("{}, line {}: the label is empty", where, table.lines[i]));
            names.insert(table.rows[i][columns.label]);
        }
        classNames.assign(names.begin(), names.end());
        labels.clear();
        for (const auto& row : table.rows)
            labels.push_back(std::lower_bound(classNames.begin(), classNames.end(), row[columns.label]) -
                             classNames.begin());
        return labels;
    }
    constexpr std::int64_t kMostClasses = 100'000;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] < 0 || labels[i] >= kMostClasses)
            throw base::ShapeError(fmt::format("{}, line {}: label {}; class numbers from 0 on were expected", where,
                                               table.lines[i], labels[i]));
        if (!columns.labelName)
            continue;
        const auto at = static_cast<std::size_t>(labels[i]);
        const std::string& name = table.rows[i][*columns.labelName];
        while (classNames.size() <= at)
            classNames.emplace_back();
        if (!classNames[at].empty() && classNames[at] != name)
            throw base::ShapeError(fmt::format("{}, line {}: label {} is called \"{}\" here and \"{}\" before", where,
                                               table.lines[i], labels[i], name, classNames[at]));
        classNames[at] = name;
    }
    for (std::size_t k = 0; k < classNames.size(); ++k) {
        if (classNames[k].empty())
            classNames[k] = std::to_string(k);
    }
    return labels;
}

Column makeColumn(const formats::CsvTable& table, std::size_t column, const std::vector<std::size_t>& rows) {
    std::vector<double> numbers;
    std::vector<std::string> texts;
    bool anyNumber = false;
    for (const std::size_t row : rows) {
        const std::string& text = table.rows[row][column];
        texts.push_back(text);
        if (const auto value = number(text); value && numbers.size() + 1 == texts.size()) {
            numbers.push_back(*value);
            anyNumber = anyNumber || !text.empty();
        }
    }
    if (anyNumber && numbers.size() == texts.size())
        return {table.header[column], std::move(numbers)};
    return {table.header[column], std::move(texts)};
}

} // namespace

bool isManifest(const fs::path& path) {
    std::error_code code;
    if (!fs::is_regular_file(path, code) || plainWord(path.extension().string()) != "csv")
        return false;
    try {
        const base::File file = base::File::openRead(path);
        std::string start(static_cast<std::size_t>(std::min<std::int64_t>(file.size(), 65536)), '\0');
        file.readAt(0, std::as_writable_bytes(std::span(start.data(), start.size())));
        const formats::CsvTable table =
            formats::parseCsv(std::string_view(start).substr(0, start.find('\n')), base::quoted(path));
        return firstColumn(table, kPathNames) && firstColumn(table, kLabelNames);
    } catch (const base::Error&) {
        return false;
    }
}

Dataset loadManifest(const fs::path& path, const base::JobContext& context) {
    const std::string where = base::quoted(path);
    const formats::CsvTable table = formats::readCsv(path);
    const Columns columns = findColumns(table, where);
    Dataset dataset;
    dataset.files.push_back(path);
    const std::vector<std::int64_t> labels = readLabels(table, columns, dataset.classNames, where);

    std::vector<std::string> splitNames;
    std::map<std::string, std::vector<std::size_t>> rowsOf;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const std::string& given = columns.split ? table.rows[i][*columns.split] : std::string();
        const std::string name = given.empty() ? "train" : given;
        if (!rowsOf.contains(name))
            splitNames.push_back(name);
        rowsOf[name].push_back(i);
    }
    std::stable_partition(splitNames.begin(), splitNames.end(),
                          [](const std::string& name) { return name == "train"; });
    const fs::path folder = fs::absolute(path).parent_path();
    for (const std::string& name : splitNames) {
        Split split;
        split.name = name;
        std::vector<fs::path> files;
        for (const std::size_t row : rowsOf[name]) {
            const fs::path file = folder / table.rows[row][columns.path];
            std::error_code code;
            if (!fs::is_regular_file(file, code))
                throw base::IoError(
                    fmt::format("{}, line {}: the image {} is missing", where, table.lines[row], base::quoted(file)));
            files.push_back(file);
            split.labels.push_back(labels[row]);
        }
        for (std::size_t c = 0; c < table.header.size(); ++c) {
            if (c != columns.path && c != columns.label && c != columns.split && c != columns.labelName)
                split.columns.push_back(makeColumn(table, c, rowsOf[name]));
        }
        dataset.files.insert(dataset.files.end(), files.begin(), files.end());
        split.images = std::make_shared<FileSource>(std::move(files), folder, context);
        dataset.splits.push_back(std::move(split));
    }
    return dataset;
}

} // namespace lpntk::data
