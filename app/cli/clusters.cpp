// clusters.json, as written with --out:
//   format "lpntk-clusters", formatVersion 1, program; run (folder), mode, ratio, samples, redundant,
//   withinClassOnly (redundancy was looked for within the classes only), classNames;
//   clusters: list, largest first, of
//     class (label), rank (place by size in its class, from 1), size,
//     head (original index), members (original indices, head first, then by falling cosine to the head),
//     attached (redundant samples of the cluster, by falling cosine to the head),
//     cosine (of members, then attached, to the head).
// Everything by original index of the split, so no other file is needed to read it.
#include "command.h"
#include "options.h"
#include "run_options.h"
#include "table.h"

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/text.h>
#include <core/base/version.h>

#include <fmt/format.h>

#include <algorithm>

namespace lpntk::cli {

namespace {

struct ClustersOptions {
    RunOptions run;
    double ratio = 0.1;
    std::string mode;
    std::filesystem::path out;
    std::size_t list = 20;
    int threads = 0;
};

base::Json toJson(const ClustersOptions& options, const analysis::Clustering& clustering, const analysis::ClusterAssignment& assignment) {
    const run::Run& run = clustering.run();
    base::Json json{{"format", "lpntk-clusters"}, {"formatVersion", 1}, {"program", base::programVersion()},
                    {"run", run.folder().string()}, {"mode", options.mode}, {"ratio", options.ratio}, {"samples", run.rows()},
                    {"redundant", clustering.redundancy().count()}, {"withinClassOnly", clustering.redundancy().withinClassOnly},
                    {"classNames", run.manifest().classNames}};
    base::Json& list = json["clusters"] = base::Json::array();
    for (std::size_t c = 0; c < assignment.clusters.size(); ++c) {
        const auto& cluster = assignment.clusters[c];
        base::Json members = base::Json::array(), attached = base::Json::array(), cosine = base::Json::array();
        for (const auto& [rows, samples] : {std::pair(&cluster.members, &members), std::pair(&cluster.attached, &attached)}) {
            for (const base::RowId row : *rows) {
                samples->push_back(run.sampleFromRow(row).value());
                cosine.push_back(base::shortestDouble(assignment.cosineToHead[static_cast<std::size_t>(row.value())]));
            }
        }
        list.push_back({{"class", cluster.label}, {"rank", assignment.rankInClass[c]}, {"size", cluster.size()},
                        {"head", run.sampleFromRow(cluster.head).value()}, {"members", std::move(members)},
                        {"attached", std::move(attached)}, {"cosine", std::move(cosine)}});
    }
    return json;
}

void tell(const Console& console, const ClustersOptions& options, const analysis::Clustering& clustering,
          const analysis::ClusterAssignment& assignment) {
    const run::Run& run = clustering.run();
    const auto& clusters = assignment.clusters;
    const auto count = static_cast<std::int64_t>(clusters.size());
    const auto singles = std::count_if(clusters.begin(), clusters.end(), [](const auto& cluster) { return cluster.size() == 1; });
    console.say(fmt::format("{} clusters of {} samples (mode {}): {} clustered, {} redundant attached, {} clusters of one",
                            base::formatCount(count), base::formatCount(run.rows()), options.mode,
                            base::formatCount(assignment.clusteredCount), base::formatCount(run.rows() - assignment.clusteredCount),
                            base::formatCount(singles)));
    Table table({"cluster", "size", "head", "clustered", "attached", "least cosine"}, {false, true, true, true, true, true});
    for (std::size_t c = 0; c < std::min(options.list, clusters.size()); ++c) {
        const auto& cluster = clusters[c];
        float least = 1;
        for (const auto* rows : {&cluster.members, &cluster.attached}) {
            for (const base::RowId row : *rows)
                least = std::min(least, assignment.cosineToHead[static_cast<std::size_t>(row.value())]);
        }
        table.add({fmt::format("{} {}", className(run, cluster.head), assignment.rankInClass[c]), base::formatCount(cluster.size()),
                   std::to_string(run.sampleFromRow(cluster.head).value()), base::formatCount(static_cast<std::int64_t>(cluster.members.size())),
                   base::formatCount(static_cast<std::int64_t>(cluster.attached.size())), cosineText(static_cast<double>(least))});
    }
    say(console, table);
    if (clusters.size() > options.list)
        console.say(fmt::format("and {} smaller ones", base::formatCount(count - static_cast<std::int64_t>(options.list))));
}

int clusters(const ClustersOptions& options, Console& console) {
    if (!options.out.empty())
        base::checkCanWrite(options.out);
    const auto run = options.run.open();
    const auto clustering =
        analysis::Clustering::compute(run, analysis::modeFromName(options.mode), nullptr, options.threads, console.context());
    const auto assignment = clustering->assign(clustering->headsForRatio(options.ratio));
    warnAboutBlocks(console, *run, "redundant samples are those within their class");
    tell(console, options, *clustering, assignment);
    const base::Json json = toJson(options, *clustering, assignment);
    if (!options.out.empty()) {
        base::writeJsonFile(options.out, json);
        console.say("written: " + options.out.string());
    }
    console.result(json);
    return 0;
}

} // namespace

void addClusters(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("clusters", "farthest-point clusters of every class");
    const auto options = std::make_shared<ClustersOptions>();
    options->run.addTo(*command);
    command->add_option("--ratio", options->ratio, "clusters per clustered sample")
        ->check(share(false))
        ->capture_default_str();
    addMode(*command, options->mode);
    command->add_option("--out", options->out, "file for all clusters (JSON)");
    command->add_option("--list", options->list, "clusters to list")->check(atLeast(0))->capture_default_str();
    addThreads(*command, options->threads);
    run(command, [options](Console& console) { return clusters(*options, console); });
}

} // namespace lpntk::cli
