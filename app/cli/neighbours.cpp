#include "command.h"
#include "options.h"
#include "run_options.h"
#include "table.h"

#include <core/analysis/label_change.h>
#include <core/base/error.h>
#include <core/base/text.h>
#include <core/engine/reopen.h>

#include <fmt/format.h>

namespace lpntk::cli {

namespace {

struct NeighboursOptions {
    RunOptions run;
    std::int64_t sample = -1;
    std::size_t top = 10;
    analysis::Thresholds thresholds;
    bool whatIf = false; ///< also under every other label
    std::string device;  ///< for that; empty = the run's
    std::int64_t memoryBytes = run::KernelOptions().memoryBytes;
    int threads = 0;
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

/// The present label first, then from the best to the worst.
std::vector<analysis::LabelOutcome> underEveryLabel(const NeighboursOptions& options, const run::Run& run,
                                                    base::RowId row, const Console& console) {
    engine::KernelRequest request = engine::requestOf(run, options.device, console.context());
    request.options.indices.assign(run.samples().begin(), run.samples().end());
    request.options.memoryBytes = options.memoryBytes;
    request.options.threads = options.threads;
    const engine::LabelKernel kernel = engine::engine().labelKernel(request, options.sample, console.context());
    const analysis::LabelKappa kappa{kernel.kappa, kernel.self, kernel.diagonal, kernel.labels, row.value()};
    return analysis::bestFirst(analysis::labelOutcomes(kappa, options.thresholds), run.labelOf(row));
}

void tellLabels(const Console& console, const run::Run& run, const std::vector<analysis::LabelOutcome>& outcomes) {
    const auto nameOf = [&](const analysis::LabelOutcome& outcome) {
        return run.manifest().classNames[static_cast<std::size_t>(outcome.label)];
    };
    console.say("");
    console.say("if the label were");
    Table table({"  label", "cosine to the class", "interchangeable", "contradictory"}, {false, true, true, true});
    for (const auto& outcome : outcomes) {
        const bool present = &outcome == &outcomes.front();
        table.add({"  " + nameOf(outcome) + (present ? " (now)" : ""),
                   outcome.classCount > 0 ? cosineText(outcome.classCosine) : "-",
                   base::formatCount(outcome.counts.interchangeable), base::formatCount(outcome.counts.contradictory)});
    }
    say(console, table);
    if (const auto better = analysis::betterLabel(outcomes))
        console.say(fmt::format("least contradictory as {}: {} instead of {}", nameOf(*better),
                                base::formatCount(better->counts.contradictory),
                                base::formatCount(outcomes.front().counts.contradictory)));
    else
        console.say("no other label makes it less contradictory");
}

base::Json labelsJson(const run::Run& run, const std::vector<analysis::LabelOutcome>& outcomes) {
    base::Json list = base::Json::array();
    for (const auto& outcome : outcomes)
        list.push_back({{"label", outcome.label},
                        {"class", run.manifest().classNames[static_cast<std::size_t>(outcome.label)]},
                        {"classSamples", outcome.classCount},
                        {"classCosine", outcome.classCount > 0 ? base::Json(outcome.classCosine) : base::Json()},
                        {"interchangeable", outcome.counts.interchangeable},
                        {"unrelated", outcome.counts.unrelated},
                        {"contradictory", outcome.counts.contradictory}});
    return list;
}

int neighbours(const NeighboursOptions& options, Console& console) {
    const auto run = options.run.open();
    const base::RowId row = rowOfSample(*run, options.sample);
    const auto found = analysis::neighbourhood(*run, row, options.thresholds, options.top);
    warnAboutBlocks(console, *run, "only samples of the same class are compared");
    std::vector<analysis::LabelOutcome> outcomes; // first, as it may fail, and then nothing has been said
    if (options.whatIf)
        outcomes = underEveryLabel(options, *run, row, console);

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
    if (options.whatIf) {
        tellLabels(console, *run, outcomes);
        const auto better = analysis::betterLabel(outcomes);
        json["ifLabel"] = labelsJson(*run, outcomes);
        json["betterLabel"] = better ? base::Json(better->label) : base::Json();
    }
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
    auto* whatIf = command->add_flag("--what-if", options->whatIf,
                                     "also under every other label: the network is run on the samples again");
    command->add_option("--device", options->device, "for --what-if: cpu, or a graphics card (default: the run's)")
        ->needs(whatIf);
    addMemory(*command, options->memoryBytes);
    addThreads(*command, options->threads);
    run(command, [options](Console& console) { return neighbours(*options, console); });
}

} // namespace lpntk::cli
