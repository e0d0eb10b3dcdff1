#include "command.h"
#include "options.h"
#include "run_options.h"
#include "table.h"

#include <core/base/error.h>
#include <core/base/text.h>

#include <fmt/format.h>

namespace lpntk::cli {

namespace {

struct NeighboursOptions {
    RunOptions run;
    std::int64_t sample = -1;
    std::size_t top = 10;
    analysis::Thresholds thresholds;
};

base::Json listJson(const run::Run& run, const std::vector<analysis::Neighbour>& neighbours) {
    base::Json list = base::Json::array();
    for (const auto& neighbour : neighbours) {
        base::Json entry = sampleJson(run, neighbour.row);
        entry["cosine"] = base::shortestDouble(neighbour.cosine);
        entry["angle"] = analysis::angleOf(static_cast<double>(neighbour.cosine));
        entry["kappa"] = base::shortestDouble(neighbour.kappa);
        list.push_back(std::move(entry));
    }
    return list;
}

void tell(const Console& console, const run::Run& run, const char* title, const std::vector<analysis::Neighbour>& neighbours) {
    console.say("");
    console.say(title);
    if (neighbours.empty()) {
        console.say("  none");
        return;
    }
    Table table({"  index", "class", "cosine", "angle", "kappa"}, {true, false, true, true, true});
    for (const auto& neighbour : neighbours)
        table.add({std::to_string(run.sampleFromRow(neighbour.row).value()), className(run, neighbour.row),
                   cosineText(static_cast<double>(neighbour.cosine)), angleText(static_cast<double>(neighbour.cosine)),
                   kappaText(static_cast<double>(neighbour.kappa))});
    say(console, table);
}

int neighbours(const NeighboursOptions& options, Console& console) {
    const auto run = options.run.open();
    const base::RowId row = rowOfSample(*run, options.sample);
    const auto found = analysis::neighbourhood(*run, row, options.thresholds, options.top);
    warnAboutBlocks(console, *run, "only samples of the same class are compared");

    const double norm = static_cast<double>(run->norms()[static_cast<std::size_t>(row.value())]);
    const std::int64_t others = found.counts.total();
    console.say(fmt::format("sample {}, {}: kappa with itself {}", options.sample, className(*run, row), kappaText(norm * norm)));
    console.say(fmt::format("{} others: {} interchangeable ({}), {} unrelated ({}), {} contradictory ({})", base::formatCount(others),
                            base::formatCount(found.counts.interchangeable), shareText(found.counts.interchangeable, others),
                            base::formatCount(found.counts.unrelated), shareText(found.counts.unrelated, others),
                            base::formatCount(found.counts.contradictory), shareText(found.counts.contradictory, others)));
    tell(console, *run, "most interchangeable", found.interchangeable);
    tell(console, *run, "most contradictory", found.contradictory);

    base::Json json = sampleJson(*run, row);
    json["kappaSelf"] = norm * norm;
    json["withinClassOnly"] = !run->hasFull();
    json["thresholds"] = toJson(options.thresholds);
    json["counts"] = {{"interchangeable", found.counts.interchangeable}, {"unrelated", found.counts.unrelated},
                      {"contradictory", found.counts.contradictory}};
    json["interchangeable"] = listJson(*run, found.interchangeable);
    json["contradictory"] = listJson(*run, found.contradictory);
    console.result(json);
    return 0;
}

} // namespace

void addNeighbours(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("neighbours", "most interchangeable and most contradictory samples of one sample");
    const auto options = std::make_shared<NeighboursOptions>();
    options->run.addTo(*command);
    command->add_option("--sample", options->sample, "original index of the sample in its split")->required();
    command->add_option("--top", options->top, "how many of each kind")->check(atLeast(0))->capture_default_str();
    addThresholds(*command, options->thresholds);
    run(command, [options](Console& console) { return neighbours(*options, console); });
}

} // namespace lpntk::cli
