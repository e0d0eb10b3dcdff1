#include "command.h"
#include "options.h"
#include "run_options.h"
#include "table.h"

#include <core/base/error.h>
#include <core/base/text.h>

#include <fmt/format.h>

#include <algorithm>

namespace lpntk::cli {

namespace {

struct RedundantOptions {
    RunOptions run;
    std::string mode;
    std::size_t list = 20;
};

/// Redundant rows, the clearest first.
std::vector<base::RowId> redundantRows(const analysis::Redundancy& redundancy) {
    std::vector<base::RowId> rows;
    for (std::size_t i = 0; i < redundancy.because.size(); ++i) {
        if (redundancy.because[i].isValid())
            rows.emplace_back(static_cast<std::int64_t>(i));
    }
    std::stable_sort(rows.begin(), rows.end(), [&](base::RowId a, base::RowId b) {
        return redundancy.ratio[static_cast<std::size_t>(a.value())] > redundancy.ratio[static_cast<std::size_t>(b.value())];
    });
    return rows;
}

void tell(const Console& console, const run::Run& run, const analysis::Redundancy& redundancy, const std::vector<base::RowId>& rows,
          std::size_t list) {
    console.say(fmt::format("{} of {} samples are redundant ({}){}", base::formatCount(static_cast<std::int64_t>(rows.size())),
                            base::formatCount(run.rows()), shareText(static_cast<std::int64_t>(rows.size()), run.rows()),
                            redundancy.withinClassOnly ? ", looking within their class only" : ""));
    Table classes({"class", "samples", "redundant", "share"}, {false, true, true, true});
    for (int label = 0; label < run.classes(); ++label) {
        const run::RowRange range = run.classRange(label);
        const auto count = std::count_if(rows.begin(), rows.end(), [&](base::RowId row) { return range.contains(row.value()); });
        if (range.size() > 0)
            classes.add({run.manifest().classNames[static_cast<std::size_t>(label)], base::formatCount(range.size()),
                         base::formatCount(count), shareText(count, range.size())});
    }
    say(console, classes);
    if (rows.empty() || list == 0)
        return;
    console.say("");
    Table table({"index", "class", "ratio", "because of", "class"}, {true, false, true, true, false});
    for (std::size_t i = 0; i < std::min(list, rows.size()); ++i) {
        const auto at = static_cast<std::size_t>(rows[i].value());
        table.add({std::to_string(run.sampleFromRow(rows[i]).value()), className(run, rows[i]), fmt::format("{:.3f}", redundancy.ratio[at]),
                   std::to_string(run.sampleFromRow(redundancy.because[at]).value()), className(run, redundancy.because[at])});
    }
    say(console, table);
    if (rows.size() > list)
        console.say(fmt::format("and {} more; --list {} shows all", base::formatCount(static_cast<std::int64_t>(rows.size() - list)), rows.size()));
}

int redundant(const RedundantOptions& options, Console& console) {
    const auto run = options.run.open();
    const auto redundancy = analysis::findRedundant(*run, analysis::modeFromName(options.mode), console.context());
    const auto rows = redundantRows(redundancy);
    warnAboutBlocks(console, *run, "samples made redundant by one of another class are not found");
    tell(console, *run, redundancy, rows, options.list);

    base::Json json{{"mode", options.mode}, {"withinClassOnly", redundancy.withinClassOnly}, {"samples", run->rows()}, {"redundant", rows.size()}};
    base::Json& list = json["list"] = base::Json::array();
    for (const base::RowId row : rows) {
        base::Json entry = sampleJson(*run, row);
        entry["ratio"] = redundancy.ratio[static_cast<std::size_t>(row.value())];
        entry["because"] = sampleJson(*run, redundancy.because[static_cast<std::size_t>(row.value())]);
        list.push_back(std::move(entry));
    }
    console.result(json);
    return 0;
}

} // namespace

void addRedundant(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("redundant", "samples that another one teaches more strongly than they do themselves");
    const auto options = std::make_shared<RedundantOptions>();
    options->run.addTo(*command);
    addMode(*command, options->mode);
    command->add_option("--list", options->list, "samples to list, the clearest first (--json always has all)")
        ->check(atLeast(0))
        ->capture_default_str();
    run(command, [options](Console& console) { return redundant(*options, console); });
}

} // namespace lpntk::cli
