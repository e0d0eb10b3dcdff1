#include "command.h"
#include "edits_file.h"
#include "options.h"
#include "run_options.h"
#include "scores_file.h"
#include "subset_report.h"

#include <core/base/error.h>
#include <core/curation/export.h>

#include <fmt/format.h>

namespace lpntk::cli {

namespace {

struct PruneCommand {
    RunOptions run;
    curation::PruneOptions rule;
    std::string method;
    std::string mode;
    analysis::Thresholds thresholds;
    std::filesystem::path scores, edits, out;
    std::string data;
    bool dropLowest = false;
    int threads = 0;
    curation::ExportOptions write;
    std::vector<std::string> given; ///< options of single rules that were on the command line
};

/// Whether the rule looks at an option.
bool takes(curation::Method method, const std::string& option) {
    using curation::Method;
    const bool ofClusters = method == Method::thinLargest || method == Method::dropSmall;
    if (option == "--keep")
        return !ofClusters && method != Method::redundant;
    if (option == "--seed")
        return method == Method::randomMember || method == Method::random || method == Method::classRandom;
    if (option == "--ratio")
        return ofClusters;
    if (option == "--thin")
        return method == Method::thinLargest;
    if (option == "--small")
        return method == Method::dropSmall;
    if (option == "--lowest")
        return method == Method::average;
    return option != "--scores" || curation::needsScores(method);
}

int prune(const PruneCommand& command, Console& console) {
    curation::SubsetSource source;
    source.run = command.run.open();
    source.thresholds = command.thresholds;
    source.thresholds.check();
    if (!command.edits.empty())
        source.decisions = readEdits(command.edits);
    curation::PruneOptions rule = command.rule;
    rule.method = curation::methodFromName(command.method);
    rule.averageDropHighest = !command.dropLowest;
    if (curation::needsScores(rule.method) && command.scores.empty())
        throw base::OptionError(fmt::format("the method {} needs --scores FILE; \"lpntk score\" makes such a file", command.method));
    if (curation::needsScores(rule.method))
        rule.scores = readScores(command.scores, command.method, *source.run);
    rule.check(source.run->rows());
    for (const std::string& option : command.given)
        if (!takes(rule.method, option))
            console.warn(fmt::format("{} has no effect on the method {}", option, command.method));
    source.data = openDataOfRun(console, *source.run, command.data);
    warnAboutBlocks(console, *source.run, "redundant samples are those within their class");

    source.clustering = analysis::Clustering::compute(source.run, analysis::modeFromName(command.mode), nullptr, command.threads, console.context());
    const auto subset = curation::prune(*source.clustering, rule, source.decisions, false, command.threads, console.context());
    const auto report = curation::exportSubset(source, subset, command.write, command.out, console.context());
    tellSubset(console, *source.run, subset);
    tellReport(console, report);
    base::Json json = toJson(report);
    json["method"] = command.method;
    json["classes"] = classBalance(*source.run, subset);
    console.result(json);
    return 0;
}

} // namespace

void addPrune(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("prune", "choose what to keep and write it as a subset folder");
    const auto options = std::make_shared<PruneCommand>();
    options->run.addTo(*command);
    std::vector<std::string> names;
    for (const curation::Method method : curation::allMethods())
        names.emplace_back(curation::nameOf(method));
    command->add_option("--method", options->method, "rule that decides what is kept")->required()->check(CLI::IsMember(names));
    command
        ->add_option("--keep", options->rule.keep,
                     "share to keep; thin-largest, drop-small and redundant keep what their own rule leaves")
        ->check(share(false))
        ->capture_default_str();
    command->add_option("--seed", options->rule.seed, "of the random methods")->capture_default_str();
    command->add_option("--out", options->out, "subset folder to write")->required();
    command->add_flag("--replace", options->write.replace, "replace an existing subset folder");
    addMode(*command, options->mode);
    command
        ->add_option("--ratio", options->rule.clusterRatio, "thin-largest, drop-small: clusters per clustered sample")
        ->check(share(false))
        ->capture_default_str();
    command->add_option("--thin", options->rule.thinShare, "thin-largest: share of the largest cluster to drop")
        ->check(share(true))
        ->capture_default_str();
    command->add_option("--small", options->rule.smallMembers, "drop-small: clusters of at most this many samples go")
        ->check(atLeast(0))
        ->capture_default_str();
    command->add_flag("--lowest", options->dropLowest, "average: drop the lowest mean kappa, not the highest");
    command->add_option("--scores", options->scores, "el2n, grand, forgetting: scores.csv of lpntk score, or .npy by original index");
    command->add_option("--edits", options->edits, "decisions by hand: a project file or JSON with \"edits\"");
    command->add_option("--data", options->data, "the data set, where it is no longer at the place the run names");
    addThresholds(*command, options->thresholds);
    addThreads(*command, options->threads);
    command->parse_complete_callback([options, command] {
        for (const char* name : {"--keep", "--seed", "--ratio", "--thin", "--small", "--lowest", "--scores"})
            if (command->count(name) > 0)
                options->given.emplace_back(name);
    });
    run(command, [options](Console& console) { return prune(*options, console); });
}

} // namespace lpntk::cli
