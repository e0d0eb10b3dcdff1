#include "cluster_list.h"
#include "command.h"
#include "options.h"
#include "run_options.h"

#include <core/base/files.h>

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

int clusters(const ClustersOptions& options, Console& console) {
    if (!options.out.empty())
        base::checkCanWrite(options.out);
    const auto run = options.run.open();
    const auto clustering =
        analysis::Clustering::compute(run, analysis::modeFromName(options.mode), nullptr, options.threads, console.context());
    const auto assignment = clustering->assign(clustering->headsForRatio(options.ratio));
    warnAboutBlocks(console, *run, "redundant samples are those within their class");
    const analysis::Redundancy& redundancy = clustering->redundancy();
    const ClusterList list{run->samples(), run->labels(),      run->manifest().classNames,
                           assignment,     options.mode,       run->folder().string(),
                           options.ratio,  redundancy.count(), redundancy.withinClassOnly};
    tell(console, list, options.list);
    const base::Json json = toJson(list);
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
