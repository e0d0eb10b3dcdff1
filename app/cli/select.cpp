#include "command.h"
#include "edits_file.h"
#include "options.h"
#include "run_options.h"
#include "subset_report.h"
#include "table.h"

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/nearest_name.h>
#include <core/base/text.h>
#include <core/curation/filter.h>
#include <core/formats/npy.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace lpntk::cli {

namespace {

struct SelectOptions {
    RunOptions run;
    std::string filter;
    bool columns = false;
    std::filesystem::path out, edits;
    std::string data, mode, method = curation::nameOf(curation::Method::heads);
    curation::PruneOptions rule;
    std::optional<std::int64_t> sample;
    std::size_t list = 20;
    int threads = 0;
};

constexpr std::array<std::string_view, 5> kOfClusters{"cluster", "cluster_size", "is_head", "cos_head", "redundant"};
constexpr std::array<std::string_view, 3> kOfSubset{"kept", "pruned", "reason"};

/// The names in a filter, in lower case: what is computed for it is only what it speaks about.
std::vector<std::string> namesIn(const std::string& filter) {
    std::vector<std::string> names;
    for (const curation::FilterToken& token : curation::filterTokens(filter))
        if (token.kind == curation::FilterToken::Kind::name || token.kind == curation::FilterToken::Kind::column)
            names.push_back(base::lowerCase(token.text));
    return names;
}

template <typename Names> bool anyOf(const std::vector<std::string>& names, const Names& wanted) {
    return std::any_of(names.begin(), names.end(),
                       [&](const auto& name) { return std::find(wanted.begin(), wanted.end(), name) != wanted.end(); });
}

/// Whether a name is a column that no run has, which the data set may have.
bool needsData(const std::vector<std::string>& names, const curation::FilterTable& table) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return name == "path" || !table.find(name); });
}

std::shared_ptr<const curation::FilterTable> makeTable(const SelectOptions& options, Console& console) {
    curation::FilterSource source;
    source.run = options.run.open();
    if (!options.edits.empty())
        source.decisions = std::make_shared<const curation::Decisions>(readEdits(options.edits));
    if (options.sample)
        source.current = source.run->sampleFromRow(rowOfSample(*source.run, *options.sample));
    const auto names = namesIn(options.filter);
    const bool subset = anyOf(names, kOfSubset);
    if (subset || anyOf(names, kOfClusters)) {
        source.clustering = analysis::Clustering::compute(source.run, analysis::modeFromName(options.mode), nullptr,
                                                          options.threads, console.context());
        source.clusters = std::make_shared<const analysis::ClusterAssignment>(
            source.clustering->assign(source.clustering->headsForRatio(options.rule.clusterRatio)));
    }
    if (subset) {
        curation::PruneOptions rule = options.rule;
        rule.method = curation::methodFromName(options.method);
        if (curation::needsScores(rule.method))
            throw base::OptionError(
                fmt::format("kept and pruned by the method {} need its scores; make the subset with \"lpntk prune\"",
                            options.method));
        rule.check(source.run->rows());
        const auto decisions = source.decisions ? *source.decisions : curation::Decisions();
        source.subset = std::make_shared<const curation::Subset>(
            curation::prune(*source.clustering, rule, decisions, false, options.threads, console.context()));
    }
    if (options.columns || !options.data.empty() || needsData(names, curation::FilterTable(source)))
        source.data = openDataOfRun(console, *source.run, options.data);
    return std::make_shared<const curation::FilterTable>(std::move(source));
}

int listColumns(const curation::FilterTable& table, Console& console) {
    Table text({"column", "is", "meaning"}, {false, false, false});
    base::Json json = base::Json::array();
    for (const curation::FilterColumn& column : table.columns()) {
        text.add({column.name, nameOf(column.type), column.meaning});
        json.push_back({{"name", column.name}, {"is", nameOf(column.type)}, {"meaning", column.meaning}});
    }
    say(console, text);
    console.result({{"columns", json}});
    return 0;
}

void tell(const Console& console, const run::Run& run, const std::vector<base::SampleId>& samples, std::size_t list) {
    const auto count = static_cast<std::int64_t>(samples.size());
    console.say(fmt::format("{} of {} samples ({})", base::formatCount(count), base::formatCount(run.rows()),
                            shareText(count, run.rows())));
    std::vector<std::int64_t> byClass(static_cast<std::size_t>(run.classes()));
    for (const base::SampleId sample : samples)
        ++byClass[static_cast<std::size_t>(run.labelOf(run.rowFromSample(sample)))];
    Table classes({"class", "samples", "selected", "share"}, {false, true, true, true});
    for (int label = 0; label < run.classes(); ++label) {
        const std::int64_t size = run.classRange(label).size(), found = byClass[static_cast<std::size_t>(label)];
        if (found > 0)
            classes.add({run.manifest().classNames[static_cast<std::size_t>(label)], base::formatCount(size),
                         base::formatCount(found), shareText(found, size)});
    }
    if (count == 0)
        return;
    say(console, classes);
    std::vector<std::string> numbers;
    for (std::size_t i = 0; i < std::min(list, samples.size()); ++i)
        numbers.push_back(std::to_string(samples[i].value()));
    if (!numbers.empty())
        console.say(fmt::format("{}{}", fmt::join(numbers, " "), numbers.size() < samples.size() ? " ..." : ""));
}

int select(const SelectOptions& options, Console& console) {
    if (!options.columns && options.filter.empty())
        throw base::OptionError("give --filter EXPRESSION, such as --filter \"misclassified and margin < -0.5\", or "
                                "--columns for what it may speak about");
    if (!options.out.empty())
        base::checkCanWrite(options.out);
    const auto table = makeTable(options, console);
    if (options.columns)
        return listColumns(*table, console);
    const run::Run& run = *table->source().run;
    const auto samples = curation::Filter(options.filter, table).samples(console.context());
    std::vector<std::int64_t> numbers;
    for (const base::SampleId sample : samples)
        numbers.push_back(sample.value());
    if (!options.out.empty())
        formats::writeNpy(options.out, numbers);
    tell(console, run, samples, options.list);
    console.result(
        {{"filter", options.filter}, {"samples", run.rows()}, {"selected", samples.size()}, {"indices", numbers}});
    return 0;
}

} // namespace

void addSelect(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("select", "samples for which a condition holds");
    const auto options = std::make_shared<SelectOptions>();
    options->run.addTo(*command);
    command->add_option("--filter", options->filter,
                        "the condition, such as \"class == Coat and cos_head < 0.2 and not kept\"");
    command->add_flag("--columns", options->columns, "list what a condition may speak about");
    command->add_option("--out", options->out, "write the original indices to this .npy file");
    command->add_option("--list", options->list, "samples to list (--json always has all)")
        ->check(atLeast(0))
        ->capture_default_str();
    command->add_option("--sample", options->sample, "current sample of cos_current and kappa_current");
    command->add_option("--edits", options->edits, "decisions by hand: a project file or JSON with \"edits\"");
    command->add_option("--data", options->data, "the data set, where it is no longer at the place the run names");
    std::vector<std::string> names;
    for (const curation::Method method : curation::allMethods())
        names.emplace_back(curation::nameOf(method));
    command->add_option("--method", options->method, "rule of kept and pruned")
        ->check(CLI::IsMember(names))
        ->capture_default_str();
    command->add_option("--keep", options->rule.keep, "share that the rule keeps")
        ->check(share(false))
        ->capture_default_str();
    command->add_option("--seed", options->rule.seed, "of the random methods")->capture_default_str();
    addMode(*command, options->mode);
    command->add_option("--ratio", options->rule.clusterRatio, "clusters per clustered sample")
        ->check(share(false))
        ->capture_default_str();
    addThreads(*command, options->threads);
    run(command, [options](Console& console) { return select(*options, console); });
}

} // namespace lpntk::cli
