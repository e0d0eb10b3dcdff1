#pragma once

#include <core/analysis/clustering.h>
#include <core/base/json_file.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lpntk::cli {

class Console;

// clusters.json, as `lpntk clusters` and `lpntk heads` write it with --out:
//   format "lpntk-clusters", formatVersion 1, program; run (folder; null without one), mode, ratio (null where it was
//   not asked for), samples, redundant (null where they were not looked for), withinClassOnly (redundancy was looked
//   for within the classes only), classNames; clusters: list, largest first, of
//     class (label), rank (place by size in its class, from 1), size,
//     head (original index), members (original indices, head first, then by falling cosine to the head),
//     attached (redundant samples of the cluster, by falling cosine to the head),
//     cosine (of members, then attached, to the head).
// Everything by original index of the split, so no other file is needed to read it.

/// Clusters of samples in the order of (label, original index), as commands tell and write them.
struct ClusterList {
    std::span<const std::int64_t> samples, labels; ///< by row
    const std::vector<std::string>& classNames;
    const analysis::ClusterAssignment& assignment;
    std::string mode;
    base::Json run, ratio, redundant;
    bool withinClassOnly = false;
};

base::Json toJson(const ClusterList& list);
/// A line, and a table of the largest.
void tell(const Console& console, const ClusterList& list, std::size_t most);

} // namespace lpntk::cli
