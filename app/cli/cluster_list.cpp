#include "cluster_list.h"

#include "command.h"
#include "run_options.h"
#include "table.h"

#include <core/base/text.h>
#include <core/base/version.h>

#include <fmt/format.h>

#include <algorithm>

namespace lpntk::cli {

namespace {

std::size_t at(base::RowId row) {
    return static_cast<std::size_t>(row.value());
}

} // namespace

base::Json toJson(const ClusterList& list) {
    base::Json json{{"format", "lpntk-clusters"},
                    {"formatVersion", 1},
                    {"program", base::programVersion()},
                    {"run", list.run},
                    {"mode", list.mode},
                    {"ratio", list.ratio},
                    {"samples", list.samples.size()},
                    {"redundant", list.redundant},
                    {"withinClassOnly", list.withinClassOnly},
                    {"classNames", list.classNames}};
    base::Json& clusters = json["clusters"] = base::Json::array();
    for (std::size_t c = 0; c < list.assignment.clusters.size(); ++c) {
        const auto& cluster = list.assignment.clusters[c];
        base::Json members = base::Json::array(), attached = base::Json::array(), cosine = base::Json::array();
        for (const auto& [rows, samples] :
             {std::pair(&cluster.members, &members), std::pair(&cluster.attached, &attached)}) {
            for (const base::RowId row : *rows) {
                samples->push_back(list.samples[at(row)]);
                cosine.push_back(base::shortestDouble(list.assignment.cosineToHead[at(row)]));
            }
        }
        clusters.push_back({{"class", cluster.label},
                            {"rank", list.assignment.rankInClass[c]},
                            {"size", cluster.size()},
                            {"head", list.samples[at(cluster.head)]},
                            {"members", std::move(members)},
                            {"attached", std::move(attached)},
                            {"cosine", std::move(cosine)}});
    }
    return json;
}

void tell(const Console& console, const ClusterList& list, std::size_t most) {
    const auto& clusters = list.assignment.clusters;
    const auto count = static_cast<std::int64_t>(clusters.size()),
               samples = static_cast<std::int64_t>(list.samples.size());
    const auto singles =
        std::count_if(clusters.begin(), clusters.end(), [](const auto& cluster) { return cluster.size() == 1; });
    console.say(
        fmt::format("{} clusters of {} samples (mode {}): {} clustered, {} redundant attached, {} clusters of one",
                    base::formatCount(count), base::formatCount(samples), list.mode,
                    base::formatCount(list.assignment.clusteredCount),
                    base::formatCount(samples - list.assignment.clusteredCount), base::formatCount(singles)));
    Table table({"cluster", "size", "head", "clustered", "attached", "least cosine"},
                {false, true, true, true, true, true});
    for (std::size_t c = 0; c < std::min(most, clusters.size()); ++c) {
        const auto& cluster = clusters[c];
        float least = 1;
        for (const auto* rows : {&cluster.members, &cluster.attached}) {
            for (const base::RowId row : *rows)
                least = std::min(least, list.assignment.cosineToHead[at(row)]);
        }
        const auto label = static_cast<std::size_t>(list.labels[at(cluster.head)]);
        table.add({fmt::format("{} {}", list.classNames[label], list.assignment.rankInClass[c]),
                   base::formatCount(cluster.size()), std::to_string(list.samples[at(cluster.head)]),
                   base::formatCount(static_cast<std::int64_t>(cluster.members.size())),
                   base::formatCount(static_cast<std::int64_t>(cluster.attached.size())),
                   cosineText(static_cast<double>(least))});
    }
    say(console, table);
    if (clusters.size() > most)
        console.say(fmt::format("and {} smaller ones", base::formatCount(count - static_cast<std::int64_t>(most))));
}

} // namespace lpntk::cli
