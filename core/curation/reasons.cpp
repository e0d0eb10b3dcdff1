#include <core/base/text.h>
#include <core/curation/pruning.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace lpntk::curation {

using base::RowId;

namespace {

struct MethodNames {
    Method method;
    const char* name;
    const char* title;
};

constexpr std::array<MethodNames, 11> kMethods = {{
    {Method::heads, "heads", "Cluster heads"},
    {Method::randomMember, "random-member", "Random member"},
    {Method::thinLargest, "thin-largest", "Thin largest clusters"},
    {Method::dropSmall, "drop-small", "Drop small clusters"},
    {Method::redundant, "redundant", "Drop redundant"},
    {Method::average, "average", "Average lpNTK"},
    {Method::random, "random", "Random"},
    {Method::classRandom, "class-random", "Class random"},
    {Method::el2n, "el2n", "EL2N"},
    {Method::grand, "grand", "GraNd"},
    {Method::forgetting, "forgetting", "Forgetting"},
}};

/// +0.65 or, with the real minus sign, −0.65; zero has no sign.
std::string signedCosine(float cosine) {
    const std::string digits = fmt::format("{:.2f}", std::abs(cosine));
    if (digits == "0.00")
        return digits;
    return (cosine < 0 ? "\u2212" : "+") + digits;
}

/// 1.31, but never "1.00" for a ratio that is above 1: then as many digits as it takes.
std::string ratioText(float ratio) {
    for (int digits = 2; digits < 6; ++digits) {
        std::string text = fmt::format("{:.{}f}", ratio, digits);
        if (text != fmt::format("{:.{}f}", 1.0, digits))
            return text;
    }
    return "just above 1";
}

std::string scoreText(const Subset& subset, RowId row, const char* place) {
    const float score = subset.score[static_cast<std::size_t>(row.value())];
    const char* what = subset.options.method == Method::average ? "mean \u03BA of own class" : titleOf(subset.options.method);
    return fmt::format("{} {:.3g}, {}", what, score, place);
}

} // namespace

const char* nameOf(Method method) {
    return kMethods[static_cast<std::size_t>(method)].name;
}

const char* titleOf(Method method) {
    return kMethods[static_cast<std::size_t>(method)].title;
}

Method methodFromName(const std::string& name) {
    std::vector<const char*> names;
    for (const MethodNames& entry : kMethods) {
        if (name == entry.name)
            return entry.method;
        names.push_back(entry.name);
    }
    throw base::OptionError(fmt::format("there is no pruning method \"{}\"; the methods are {}", name, fmt::join(names, ", ")));
}

std::vector<Method> allMethods() {
    std::vector<Method> methods;
    for (const MethodNames& entry : kMethods)
        methods.push_back(entry.method);
    return methods;
}

bool needsScores(Method method) {
    return method == Method::el2n || method == Method::grand || method == Method::forgetting;
}

const char* nameOf(Reason reason) {
    switch (reason) {
    case Reason::kept: return "kept";
    case Reason::keptHead: return "kept-head";
    case Reason::keptByHand: return "kept-by-hand";
    case Reason::prunedByHand: return "pruned-by-hand";
    case Reason::redundant: return "redundant";
    case Reason::memberNotHead: return "member-not-head";
    case Reason::largestCluster: return "largest-cluster";
    case Reason::smallCluster: return "small-cluster";
    case Reason::lowScore: return "low-score";
    case Reason::highScore: return "high-score";
    case Reason::random: break;
    }
    return "random";
}

std::string reasonText(const analysis::Clustering& clustering, const analysis::ClusterAssignment& clusters,
                       const Subset& subset, RowId row) {
    const run::Run& run = clustering.run();
    const auto at = static_cast<std::size_t>(row.value());
    const auto& cluster = clusters.clusters.at(static_cast<std::size_t>(clusters.clusterOf[at].value()));
    const auto sample = [&](RowId of) { return fmt::format("#{}", run.sampleFromRow(of).value()); };
    const auto size = base::formatCount(cluster.size());
    switch (subset.reason[at]) {
    case Reason::kept: return "kept";
    case Reason::keptHead:
        return cluster.head == row && cluster.size() > 1 ? fmt::format("head of a cluster of {}", size) : "head, alone in its cluster";
    case Reason::keptByHand: return "kept by hand";
    case Reason::prunedByHand: return "pruned by hand";
    case Reason::redundant: {
        const analysis::Redundancy& redundancy = clustering.redundancy();
        return fmt::format("{} \u00D7 own \u03BA, with {}", ratioText(redundancy.ratio[at]), sample(redundancy.because[at]));
    }
    case Reason::memberNotHead:
        if (cluster.head == row)
            return fmt::format("head of a cluster of {}, another one was drawn", size);
        return fmt::format("head {}, cosine {}", sample(cluster.head), signedCosine(clusters.cosineToHead[at]));
    case Reason::largestCluster:
        return fmt::format("one of {} in the largest cluster, head {}", size, sample(cluster.head));
    case Reason::smallCluster: return cluster.size() == 1 ? "alone in its cluster" : fmt::format("in a cluster of {}", size);
    case Reason::lowScore: return scoreText(subset, row, "below the cut");
    case Reason::highScore: return scoreText(subset, row, "above the cut");
    case Reason::random: break;
    }
    return "not drawn";
}

} // namespace lpntk::curation
