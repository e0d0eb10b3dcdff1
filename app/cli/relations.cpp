#include "command.h"
#include "options.h"
#include "run_options.h"
#include "table.h"

#include <core/base/error.h>
#include <core/base/text.h>

#include <fmt/format.h>

namespace lpntk::cli {

namespace {

struct RelationsOptions {
    RunOptions run;
    analysis::Thresholds thresholds;
    std::size_t pairs = 20;
};

base::Json countsJson(const analysis::RelationCounts& counts) {
    return {{"interchangeable", counts.interchangeable}, {"unrelated", counts.unrelated}, {"contradictory", counts.contradictory}};
}

void tellClassPairs(const Console& console, const run::Run& run, const analysis::RelationSummary& summary) {
    console.say("");
    Table table({"class", "class", "pairs", "interchangeable", "unrelated", "contradictory"}, {false, false, true, true, true, true});
    const int classes = run.classes();
    const auto& names = run.manifest().classNames;
    for (int a = 0; a < classes; ++a) {
        for (int b = a; b < classes; ++b) {
            const auto& counts = summary.byClassPair[static_cast<std::size_t>(a * classes + b)];
            if (const std::int64_t total = counts.total(); total > 0)
                table.add({names[static_cast<std::size_t>(a)], names[static_cast<std::size_t>(b)], base::formatCount(total),
                           shareText(counts.interchangeable, total), shareText(counts.unrelated, total), shareText(counts.contradictory, total)});
        }
    }
    say(console, table);
}

void tellPairs(const Console& console, const run::Run& run, const std::vector<analysis::Pair>& pairs) {
    console.say("");
    console.say(pairs.empty() ? "no contradictory pairs" : "most contradictory pairs");
    if (pairs.empty())
        return;
    Table table({"index", "class", "index", "class", "cosine", "angle", "kappa"}, {true, false, true, false, true, true, true});
    for (const auto& pair : pairs)
        table.add({std::to_string(run.sampleFromRow(pair.a).value()), className(run, pair.a),
                   std::to_string(run.sampleFromRow(pair.b).value()), className(run, pair.b), cosineText(static_cast<double>(pair.cosine)),
                   angleText(static_cast<double>(pair.cosine)), kappaText(static_cast<double>(pair.kappa))});
    say(console, table);
}

int relations(const RelationsOptions& options, Console& console) {
    const auto run = options.run.open();
    const auto summary = analysis::countRelations(*run, options.thresholds, console.context());
    const auto pairs = analysis::contradictoryPairs(*run, options.thresholds, options.pairs, console.context());
    warnAboutBlocks(console, *run, "pairs of different classes are not counted");

    const std::int64_t total = summary.overall.total();
    const double plus = static_cast<double>(options.thresholds.plus), minus = static_cast<double>(options.thresholds.minus);
    console.say(fmt::format("{} pairs; interchangeable from cosine {} ({}), contradictory to {} ({})", base::formatCount(total),
                            cosineText(plus), angleText(plus), cosineText(-minus), angleText(-minus)));
    Table counts({"relation", "pairs", "share"}, {false, true, true});
    counts.add({"interchangeable", base::formatCount(summary.overall.interchangeable), shareText(summary.overall.interchangeable, total)});
    counts.add({"unrelated", base::formatCount(summary.overall.unrelated), shareText(summary.overall.unrelated, total)});
    counts.add({"contradictory", base::formatCount(summary.overall.contradictory), shareText(summary.overall.contradictory, total)});
    say(console, counts);
    tellClassPairs(console, *run, summary);
    tellPairs(console, *run, pairs);

    base::Json json{{"thresholds", toJson(options.thresholds)},
                    {"withinClassOnly", !run->hasFull()},
                    {"pairs", total},
                    {"overall", countsJson(summary.overall)}};
    base::Json& byClass = json["byClassPair"] = base::Json::array();
    for (int a = 0; a < run->classes(); ++a) {
        for (int b = a; b < run->classes(); ++b) {
            base::Json entry{{"a", a}, {"b", b}};
            entry.update(countsJson(summary.byClassPair[static_cast<std::size_t>(a * run->classes() + b)]));
            byClass.push_back(std::move(entry));
        }
    }
    base::Json& list = json["contradictoryPairs"] = base::Json::array();
    for (const auto& pair : pairs)
        list.push_back({{"a", sampleJson(*run, pair.a)},
                        {"b", sampleJson(*run, pair.b)},
                        {"cosine", base::shortestDouble(pair.cosine)},
                        {"kappa", base::shortestDouble(pair.kappa)}});
    console.result(json);
    return 0;
}

} // namespace

void addRelations(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("relations", "how many pairs are interchangeable, unrelated, contradictory");
    const auto options = std::make_shared<RelationsOptions>();
    options->run.addTo(*command);
    addThresholds(*command, options->thresholds);
    command->add_option("--pairs", options->pairs, "contradictory pairs to list, the worst first")
        ->check(atLeast(0))
        ->capture_default_str();
    run(command, [options](Console& console) { return relations(*options, console); });
}

} // namespace lpntk::cli
