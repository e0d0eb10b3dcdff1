// The columns of a filter that come from the run, the kernel and the data set.
#include <core/analysis/predictions.h>
#include <core/curation/filter_columns.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lpntk::curation {

using base::RowId;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::size_t at(std::int64_t index) {
    return static_cast<std::size_t>(index);
}

/// A figure of a row's probabilities and its label in the data.
template <typename Figure> auto ofProbabilities(const std::shared_ptr<const run::Run>& run, Figure figure) {
    return [run, figure](std::int64_t row) {
        return figure(analysis::probabilitiesOf(*run, RowId(row)), static_cast<int>(run->labels()[at(row)]));
    };
}

int predictedOf(const run::Run& run, std::int64_t row) {
    return analysis::predictedLabel(analysis::probabilitiesOf(run, RowId(row)));
}

/// Mean of a sum over `count` columns without the row's own kappa_ii, which is the square of its norm: looking it up
/// would read a page of the kernel file per row.
double meanOfOthers(const run::Run& run, std::int64_t row, double sum, std::int64_t count) {
    const double norm = static_cast<double>(run.norms()[at(row)]);
    return count > 1 ? (sum - norm * norm) / static_cast<double>(count - 1) : kNaN;
}

/// The split of the open data set that the run is about; null when it has other samples.
const data::Split* splitOfRun(const FilterSource& source) {
    const auto samples = source.run->samples();
    const auto largest = samples.empty() ? -1 : *std::max_element(samples.begin(), samples.end());
    for (const data::Split& split : source.data->splits)
        if (split.name == source.run->manifest().split && split.count() > largest)
            return &split;
    return nullptr;
}

} // namespace

std::vector<FilterColumn> runColumns(const FilterSource& source) {
    const auto run = source.run;
    const auto names = [run] { return run->manifest().classNames; };
    std::vector<FilterColumn> columns;
    columns.push_back(makeColumn("index", "number of the sample in the data set", FilterType::number,
                                 [run](std::int64_t row) { return run->samples()[at(row)]; }));
    columns.push_back(makeColumn("label", "class as in the data, by name or number", FilterType::choice,
                                 [run](std::int64_t row) { return run->labels()[at(row)]; }));
    columns.back().choices = names;
    columns.push_back(makeColumn("predicted", "class that the network predicts, by name or number", FilterType::choice,
                                 [run](std::int64_t row) { return predictedOf(*run, row); }));
    columns.back().choices = names;
    columns.push_back(makeColumn("correct", "predicted as labelled in the data", FilterType::flag,
                                 [run](std::int64_t row) { return predictedOf(*run, row) == run->labels()[at(row)]; }));
    columns.push_back(makeColumn("misclassified", "predicted otherwise than labelled in the data", FilterType::flag,
                                 [run](std::int64_t row) { return predictedOf(*run, row) != run->labels()[at(row)]; }));
    columns.push_back(
        makeColumn("prob", "probability of the label, 0 to 1", FilterType::number,
                   ofProbabilities(run, [](std::span<const float> all, int label) { return all[at(label)]; })));
    columns.push_back(makeColumn("margin", "probability of the label minus the largest other, -1 to 1",
                                 FilterType::number, ofProbabilities(run, analysis::marginOf)));
    columns.push_back(makeColumn("el2n", "length of probabilities minus label, 0 to 1.41", FilterType::number,
                                 ofProbabilities(run, analysis::el2nOf)));
    columns.push_back(makeColumn("norm", "length of the gradient", FilterType::number,
                                 [run](std::int64_t row) { return run->norms()[at(row)]; }));
    columns.push_back(
        makeColumn("mean_own", "mean kappa to the others of its class", FilterType::number, [run](std::int64_t row) {
            const int label = run->labelOf(RowId(row));
            return meanOfOthers(*run, row, run->classSum()[at(row) * at(run->classes()) + at(label)],
                                run->classRange(label).size());
        }));
    columns.push_back(makeColumn("mean_all", "mean kappa to all others", FilterType::number, [run](std::int64_t row) {
        return meanOfOthers(*run, row, run->rowSum()[at(row)], run->rows());
    }));
    if (!run->hasFull())
        columns.back().missing =
            "the run has the blocks of the classes only, so there is no mean over all; use mean_own";
    return columns;
}

std::vector<FilterColumn> kernelColumns(const FilterSource& source) {
    const RowId current = source.current.isValid() ? source.run->rowFromSample(source.current) : RowId();
    std::vector<FilterColumn> columns;
    const auto add = [&](const char* name, const char* meaning, auto read) {
        FilterColumn made;
        made.name = name;
        made.meaning = meaning;
        if (!current.isValid())
            made.missing = source.current.isValid() ? "the current sample is not in the run"
                                                    : "there is no current sample; click one";
        made.numbers = [run = source.run, current, read](std::int64_t begin, std::span<double> out) {
            std::vector<float> values(out.size());
            read(*run, current, run::RowRange{begin, begin + static_cast<std::int64_t>(out.size())}, std::span(values));
            std::copy(values.begin(), values.end(), out.begin());
        };
        columns.push_back(std::move(made));
    };
    add("cos_current", "cosine with the current sample, -1 to 1",
        [](const run::Run& run, RowId row, run::RowRange range, std::span<float> out) {
            run.cosineRow(row, range, out);
        });
    add("kappa_current", "kappa with the current sample",
        [](const run::Run& run, RowId row, run::RowRange range, std::span<float> out) {
            run.kappaRow(row, range, out);
        });
    return columns;
}

std::vector<FilterColumn> dataColumns(const FilterSource& source) {
    FilterColumn path;
    path.name = "path";
    path.meaning = "file of the sample, or its place in one";
    path.type = FilterType::text;
    std::vector<FilterColumn> columns;
    if (!source.data) {
        path.missing = "the data set is not open, so paths are not known; open it";
        columns.push_back(std::move(path));
        return columns;
    }
    const data::Split* found = splitOfRun(source);
    if (!found) {
        path.missing = "the data set that is open is not the one of the run, so paths are not known; open the one that "
                       "the run names";
        columns.push_back(std::move(path));
        return columns;
    }
    const data::Split& split = *found;
    // The data set owns the split; the columns keep both it and the run alive.
    const auto sampleOf = [run = source.run](std::int64_t row) { return run->samples()[at(row)]; };
    path.text = [data = source.data, &split, sampleOf](std::int64_t row, std::string& buffer) -> std::string_view {
        return buffer = split.images->location(sampleOf(row));
    };
    if (!split.images)
        path.missing = "the data set has no images";
    columns.push_back(std::move(path));
    for (const data::Column& values : split.columns) {
        if (const auto* numbers = std::get_if<std::vector<double>>(&values.values)) {
            columns.push_back(makeColumn(
                values.name, "column of the data set", FilterType::number,
                [data = source.data, numbers, sampleOf](std::int64_t row) { return (*numbers)[at(sampleOf(row))]; }));
        } else {
            FilterColumn made;
            made.name = values.name;
            made.meaning = "column of the data set";
            made.type = FilterType::text;
            made.text = [data = source.data, texts = std::get_if<std::vector<std::string>>(&values.values), sampleOf](
                            std::int64_t row, std::string&) -> std::string_view { return (*texts)[at(sampleOf(row))]; };
            columns.push_back(std::move(made));
        }
    }
    return columns;
}

} // namespace lpntk::curation
