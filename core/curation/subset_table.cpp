#include <core/base/files.h>
#include <core/base/text.h>
#include <core/curation/subset_table.h>

#include <fmt/format.h>

#include <algorithm>

namespace lpntk::curation {

using base::RowId;
using base::SampleId;

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

/// A data set of the same name with other content would give silently wrong indices.
void checkLabels(const run::Run& run, const data::Dataset& data, const data::Split& split) {
    for (std::int64_t i = 0; i < run.rows(); ++i) {
        const std::int64_t sample = run.samples()[at(i)];
        if (sample >= split.count())
            throw base::ShapeError(fmt::format("{}, split {}, has {} samples but the run {} has sample {}: it was made from other "
                                               "data; open the data set it names", base::quoted(data.path), split.name,
                                               base::formatCount(split.count()), base::quoted(run.folder()), sample));
        if (split.labels[at(sample)] != run.labels()[at(i)])
            throw base::ShapeError(fmt::format("sample {} has label {} in {} but {} in the run {}: it was made from other data; "
                                               "open the data set it names", sample, split.labels[at(sample)],
                                               base::quoted(data.path), run.labels()[at(i)], base::quoted(run.folder())));
    }
}

void relabel(const Decisions& decisions, SubsetTable& table) {
    const auto classes = static_cast<int>(table.classNames().size());
    for (const auto& [sample, decision] : decisions.all()) {
        if (decision.relabel < 0 || sample.value() >= table.count || !table.rowOf[at(sample.value())].isValid())
            continue;
        if (decision.relabel >= classes)
            throw base::OptionError(
                fmt::format("sample {} was given label {} by hand, but there are {} classes; give one from 0 to {}",
                            sample.value(), decision.relabel, classes, classes - 1));
        table.relabelled = table.relabelled || table.labels[at(sample.value())] != decision.relabel;
        table.labels[at(sample.value())] = decision.relabel;
    }
}

} // namespace

SubsetTable makeSubsetTable(const SubsetSource& source, const Subset& subset) {
    const run::Run& run = *source.run;
    if (static_cast<std::int64_t>(subset.kept.size()) != run.rows())
        throw base::ShapeError(fmt::format("the subset has {} rows, the run {} has {}", subset.kept.size(),
                                           base::quoted(run.folder()), run.rows()));
    SubsetTable table{source, subset, nullptr, run.manifest().split, 0, {}, {}, {}, {}, false};
    if (source.data) {
        table.split = &source.data->split(table.splitName);
        checkLabels(run, *source.data, *table.split);
        table.count = table.split->count();
        table.labels = table.split->labels;
    } else {
        for (const std::int64_t sample : run.samples())
            table.count = std::max(table.count, sample + 1);
        table.labels.assign(at(table.count), -1);
    }
    table.rowOf.resize(at(table.count));
    for (std::int64_t i = 0; i < run.rows(); ++i) {
        const std::int64_t sample = run.samples()[at(i)];
        table.rowOf[at(sample)] = RowId(i);
        table.labels[at(sample)] = run.labels()[at(i)];
        (subset.kept[at(i)] ? table.kept : table.pruned).push_back(sample);
    }
    std::sort(table.kept.begin(), table.kept.end());
    std::sort(table.pruned.begin(), table.pruned.end());
    if (table.kept.empty())
        throw base::OptionError("no sample is kept, so there is nothing to export; keep more or take verdicts by hand back");
    relabel(source.decisions, table);
    return table;
}

} // namespace lpntk::curation
