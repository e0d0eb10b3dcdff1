#include "command.h"
#include "run_options.h"
#include "subset_report.h"
#include "table.h"

#include <core/base/error.h>
#include <core/base/text.h>

#include <fmt/format.h>

namespace lpntk::cli {

namespace {

std::int64_t keptIn(const curation::Subset& subset, run::RowRange range) {
    std::int64_t kept = 0;
    for (std::int64_t i = range.begin; i < range.end; ++i)
        kept += subset.kept[static_cast<std::size_t>(i)];
    return kept;
}

} // namespace

std::shared_ptr<const data::Dataset> openDataOfRun(const Console& console, const run::Run& run, const std::string& path) {
    if (!path.empty())
        return data::loadDataset(path, {}, console.context());
    try {
        return data::loadDataset(run.manifest().dataSource, {}, console.context());
    } catch (const base::Error& problem) {
        console.warn(fmt::format("the data set of the run cannot be opened, so there are no paths and hashes ({}); name it with --data", problem.what()));
        return nullptr;
    }
}

void tellSubset(const Console& console, const run::Run& run, const curation::Subset& subset) {
    console.say(fmt::format("kept {} of {} samples ({})", base::formatCount(subset.keptCount), base::formatCount(run.rows()),
                            shareText(subset.keptCount, run.rows())));
    Table table({"class", "samples", "kept", "share"}, {false, true, true, true});
    for (int label = 0; label < run.classes(); ++label) {
        const run::RowRange range = run.classRange(label);
        if (range.size() == 0)
            continue;
        const std::int64_t kept = keptIn(subset, range);
        table.add({run.manifest().classNames[static_cast<std::size_t>(label)], base::formatCount(range.size()), base::formatCount(kept),
                   shareText(kept, range.size())});
    }
    say(console, table);
}

base::Json classBalance(const run::Run& run, const curation::Subset& subset) {
    base::Json classes = base::Json::array();
    for (int label = 0; label < run.classes(); ++label) {
        const run::RowRange range = run.classRange(label);
        classes.push_back({{"label", label}, {"class", run.manifest().classNames[static_cast<std::size_t>(label)]},
                           {"samples", range.size()}, {"kept", keptIn(subset, range)}});
    }
    return classes;
}

void tellReport(const Console& console, const curation::ExportReport& report) {
    for (const std::string& note : report.notes)
        console.say("note: " + note);
    console.say(fmt::format("written: {} ({} files, {})", report.folder.string(), base::formatCount(report.files),
                            base::formatBytes(static_cast<double>(report.bytes))));
}

base::Json toJson(const curation::ExportReport& report) {
    return {{"folder", report.folder.string()}, {"kept", report.kept}, {"pruned", report.pruned}, {"files", report.files},
            {"bytes", report.bytes}, {"notes", report.notes}};
}

} // namespace lpntk::cli
