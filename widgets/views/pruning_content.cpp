#include <widgets/views/pruning_content.h>

#include <core/base/parallel.h>
#include <widgets/models/prune_scores.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>

namespace lpntk::views {

using base::RowId;
using curation::Method;
using curation::Reason;

namespace {

/// Multiply-adds that a comparison beside the main work may cost; more than that stays unknown.
constexpr double kCurveBudget = 1.5e10;
constexpr double kMethodBudget = 1.5e10;
constexpr int kCurvePoints = 19;

std::size_t at(RowId row) {
    return static_cast<std::size_t>(row.value());
}

std::vector<std::int64_t> keptOfClass(const run::Run& run, const std::vector<char>& kept) {
    std::vector<std::int64_t> result;
    for (int label = 0; label < run.classes(); ++label) {
        const auto range = run.classRange(label);
        result.push_back(std::count(kept.begin() + range.begin, kept.begin() + range.end, 1));
    }
    return result;
}

void sortGroup(PruningContent& content, PruningContent::Group& group) {
    const auto& redundancy = content.clustering->redundancy();
    if (group.reason == Reason::redundant) {
        std::stable_sort(group.rows.begin(), group.rows.end(), [&](RowId a, RowId b) { return redundancy.ratio[at(a)] > redundancy.ratio[at(b)]; });
    } else if (content.coverage) {
        const auto& covered = content.coverage->perRow;
        std::stable_sort(group.rows.begin(), group.rows.end(), [&](RowId a, RowId b) { return covered[at(a)] < covered[at(b)]; });
    } else {
        const auto& cosine = content.subset->nearestCosine;
        // NaN (no kept sample of the class) first: nothing stands for these.
        const auto key = [&](RowId row) { return std::isnan(cosine[at(row)]) ? -2.0f : cosine[at(row)]; };
        std::stable_sort(group.rows.begin(), group.rows.end(), [&](RowId a, RowId b) { return key(a) < key(b); });
    }
}

double coverageCost(const run::Run& run, const std::vector<std::int64_t>& kept) {
    double cost = 0;
    for (int label = 0; label < run.classes(); ++label) {
        const auto m = static_cast<double>(kept[static_cast<std::size_t>(label)]);
        cost += static_cast<double>(run.classRange(label).size()) * m * m;
    }
    return cost;
}

MethodFigures figuresOf(const analysis::Clustering& clustering, const curation::Subset& present, const curation::Subset& subset,
                        const base::JobContext& context) {
    const auto& run = clustering.run();
    MethodFigures figures;
    figures.method = subset.options.method;
    figures.kept = subset.keptCount;
    std::int64_t both = 0;
    for (std::size_t row = 0; row < subset.kept.size(); ++row)
        both += subset.kept[row] && present.kept[row];
    figures.overlap = present.keptCount > 0 ? static_cast<double>(both) / static_cast<double>(present.keptCount) : 0;
    const auto ofClass = keptOfClass(run, subset.kept);
    figures.smallestClass = std::numeric_limits<std::int64_t>::max();
    for (int label = 0; label < run.classes(); ++label)
        if (run.classRange(label).size() > 0)
            figures.smallestClass = std::min(figures.smallestClass, ofClass[static_cast<std::size_t>(label)]);
    figures.coverage = figures.fifthPercentile = std::numeric_limits<double>::quiet_NaN();
    if (coverageCost(run, ofClass) <= kMethodBudget) {
        const auto coverage = analysis::coverage(run, subset.kept, base::availableThreads(), context);
        figures.coverage = coverage.mean;
        figures.fifthPercentile = coverage.fifthPercentile;
    }
    return figures;
}

} // namespace

PruningContent makePruningContent(std::shared_ptr<const analysis::Clustering> clustering, std::shared_ptr<const curation::Subset> subset,
                                  std::shared_ptr<const analysis::Coverage> coverage, const base::JobContext& context) {
    PruningContent content;
    content.clusters = std::make_shared<const analysis::ClusterAssignment>(curation::clustersFor(*clustering, *subset));
    content.clustering = std::move(clustering);
    content.subset = std::move(subset);
    content.coverage = std::move(coverage);
    const auto& run = content.clustering->run();
    std::map<Reason, std::vector<RowId>> groups;
    for (std::int64_t row = 0; row < run.rows(); ++row) {
        const auto index = static_cast<std::size_t>(row);
        if (content.subset->kept[index])
            content.kept.emplace_back(row);
        else
            groups[content.subset->reason[index]].emplace_back(row);
    }
    context.throwIfCancelled();
    const auto& standsFor = content.subset->standsFor;
    if (!standsFor.empty())
        std::stable_sort(content.kept.begin(), content.kept.end(), [&](RowId a, RowId b) { return standsFor[at(a)] > standsFor[at(b)]; });
    for (auto& [reason, rows] : groups) {
        content.pruned.push_back({reason, std::move(rows)});
        sortGroup(content, content.pruned.back());
    }
    // Edits by hand first, they are what the person looks for; then the largest group.
    const auto rank = [](const PruningContent::Group& group) {
        return std::pair(group.reason != Reason::prunedByHand, -std::ssize(group.rows));
    };
    std::stable_sort(content.pruned.begin(), content.pruned.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    content.keptOfClass = keptOfClass(run, content.subset->kept);
    return content;
}

std::vector<MethodFigures> compareMethods(const analysis::Clustering& clustering, const curation::Subset& subset,
                                          const curation::PruneOptions& options, const base::JobContext& context) {
    const auto& run = clustering.run();
    std::vector<Method> methods{Method::heads, Method::randomMember, Method::average, Method::el2n, Method::random, Method::classRandom};
    if (std::find(methods.begin(), methods.end(), subset.options.method) == methods.end())
        methods.insert(methods.begin(), subset.options.method);
    std::vector<MethodFigures> result;
    for (const Method method : methods) {
        context.throwIfCancelled();
        context.progress("methods", static_cast<double>(result.size()), static_cast<double>(methods.size()), "methods");
        if (method == subset.options.method) {
            result.push_back(figuresOf(clustering, subset, subset, context));
            continue;
        }
        curation::PruneOptions other = options;
        other.method = method;
        other.scores.clear();
        other.keep = static_cast<double>(std::max<std::int64_t>(1, subset.keptCount)) / static_cast<double>(run.rows());
        const auto kept = curation::prune(clustering, models::withScores(other, run), {}, false, base::availableThreads(), context);
        result.push_back(figuresOf(clustering, subset, kept, context));
    }
    return result;
}

std::vector<MethodCurve> methodCurves(const analysis::Clustering& clustering, const base::JobContext& context) {
    const auto& run = clustering.run();
    double cubes = 0;
    for (int label = 0; label < run.classes(); ++label)
        cubes += std::pow(static_cast<double>(run.classRange(label).size()), 3);
    const double maxShare = std::min(0.95, std::sqrt(kCurveBudget / std::max(1.0, cubes)));
    curation::PruneOptions el2n;
    el2n.method = Method::el2n;
    const auto scores = models::withScores(el2n, run).scores;
    std::vector<MethodCurve> result;
    for (const Method method : {Method::heads, Method::classRandom, Method::el2n}) {
        std::vector<std::vector<RowId>> orders(static_cast<std::size_t>(run.classes()));
        std::mt19937_64 generator(0);
        for (int label = 0; label < run.classes(); ++label) {
            auto& order = orders[static_cast<std::size_t>(label)];
            const auto nested = clustering.keepOrder(label);
            order.assign(nested.begin(), nested.end());
            if (method == Method::heads)
                continue;
            std::sort(order.begin(), order.end());
            if (method == Method::classRandom)
                std::shuffle(order.begin(), order.end(), generator);
            else
                std::stable_sort(order.begin(), order.end(), [&](RowId a, RowId b) { return scores[at(a)] > scores[at(b)]; });
        }
        result.push_back({method, analysis::coverageCurve(run, orders, maxShare, kCurvePoints, base::availableThreads(), context)});
    }
    return result;
}

} // namespace lpntk::views
