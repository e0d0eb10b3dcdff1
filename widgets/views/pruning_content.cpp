#include <widgets/views/pruning_content.h>

#include <core/base/parallel.h>
#include <core/curation/keep_rank.h>
#include <widgets/models/prune_scores.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace lpntk::views {

using base::RowId;
using curation::Method;
using curation::Reason;

namespace {

/// Multiply-adds that a comparison beside the main work may cost; more than that stays unknown, or waits until the user
/// asks for it. Processor time of 6e10: 2.7 s with AVX-512, 4.7 s with AVX2, 9.4 s without.
constexpr double kCurveBudget = 6e10;
constexpr double kMethodBudget = 6e10;
/// Memory of a curve's factors, the classes that are worked on together.
constexpr double kCurveBytes = 2e9;
constexpr int kCurvePoints = 38;

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

/// Least covered first; while the coverage is computed those with the least similar kept sample.
void sortByCoverage(const PruningContent& content, std::vector<RowId>& rows) {
    if (content.coverage) {
        const auto& covered = content.coverage->perRow;
        std::stable_sort(rows.begin(), rows.end(), [&](RowId a, RowId b) { return covered[at(a)] < covered[at(b)]; });
        return;
    }
    const auto& cosine = content.subset->nearestCosine;
    // NaN (no kept sample of the class) first: nothing stands for these.
    const auto key = [&](RowId row) { return std::isnan(cosine[at(row)]) ? -2.0f : cosine[at(row)]; };
    std::stable_sort(rows.begin(), rows.end(), [&](RowId a, RowId b) { return key(a) < key(b); });
}

void sortGroup(const PruningContent& content, PruningContent::Group& group) {
    if (group.reason != Reason::redundant) {
        sortByCoverage(content, group.rows);
        return;
    }
    const auto& ratio = content.clustering->redundancy().ratio;
    std::stable_sort(group.rows.begin(), group.rows.end(), [&](RowId a, RowId b) { return ratio[at(a)] > ratio[at(b)]; });
}

void groupByReason(PruningContent& content, const std::vector<RowId>& rows) {
    std::map<Reason, std::vector<RowId>> groups;
    for (const RowId row : rows)
        groups[content.subset->reason[at(row)]].push_back(row);
    for (auto& [reason, of] : groups) {
        content.pruned.push_back({reason, -1, std::move(of)});
        sortGroup(content, content.pruned.back());
    }
    // Edits by hand first, they are what the person looks for; then the largest group.
    const auto rank = [](const PruningContent::Group& group) {
        return std::pair(group.reason != Reason::prunedByHand, -std::ssize(group.rows));
    };
    std::stable_sort(content.pruned.begin(), content.pruned.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

/// Rows of a run are sorted by class, so groups are stretches of them.
void groupByClass(PruningContent& content, const std::vector<RowId>& rows) {
    for (const RowId row : rows) {
        const int label = content.clustering->run().labelOf(row);
        if (content.pruned.empty() || content.pruned.back().label != label)
            content.pruned.push_back({Reason::kept, label, {}});
        content.pruned.back().rows.push_back(row);
    }
    for (auto& group : content.pruned)
        sortByCoverage(content, group.rows);
}

std::vector<double> meanOfClass(const run::Run& run, const std::vector<char>& kept, const analysis::Coverage& coverage) {
    std::vector<double> result;
    for (int label = 0; label < run.classes(); ++label) {
        double sum = 0;
        std::int64_t dropped = 0;
        const auto range = run.classRange(label);
        for (auto row = static_cast<std::size_t>(range.begin); row < static_cast<std::size_t>(range.end); ++row) {
            if (kept[row])
                continue;
            sum += static_cast<double>(coverage.perRow[row]);
            ++dropped;
        }
        result.push_back(dropped > 0 ? sum / static_cast<double>(dropped) : std::numeric_limits<double>::quiet_NaN());
    }
    return result;
}

/// `known`: coverage of the subset when it is there already, else null.
MethodFigures figuresOf(const analysis::Clustering& clustering, const curation::Subset& present,
                        const curation::Subset& subset, const analysis::Coverage* known,
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
    if (known) {
        figures.coverage = known->mean;
        figures.fifthPercentile = known->fifthPercentile;
    } else if (analysis::coverageOperations(run, subset.kept) <= kMethodBudget) {
        const auto coverage = analysis::coverage(run, subset.kept, base::availableThreads(), context);
        figures.coverage = coverage.mean;
        figures.fifthPercentile = coverage.fifthPercentile;
    }
    return figures;
}

} // namespace

PruningContent makePruningContent(ContentQuestion question, const base::JobContext& context) {
    PruningContent content;
    content.sort = question.sort;
    content.byHandOnly = question.byHandOnly;
    content.clusters = question.clusters ? std::move(question.clusters)
                                         : std::make_shared<const analysis::ClusterAssignment>(
                                               curation::clustersFor(*question.clustering, *question.subset));
    content.clustering = std::move(question.clustering);
    content.subset = std::move(question.subset);
    content.coverage = std::move(question.coverage);
    const auto& run = content.clustering->run();
    const auto& reasons = content.subset->reason;
    std::vector<RowId> pruned;
    for (std::int64_t row = 0; row < run.rows(); ++row) {
        const auto index = static_cast<std::size_t>(row);
        if (content.byHandOnly && reasons[index] != Reason::keptByHand && reasons[index] != Reason::prunedByHand)
            continue;
        (content.subset->kept[index] ? content.kept : pruned).emplace_back(row);
    }
    context.throwIfCancelled();
    const auto& standsFor = content.subset->standsFor;
    if (!standsFor.empty())
        std::stable_sort(content.kept.begin(), content.kept.end(), [&](RowId a, RowId b) { return standsFor[at(a)] > standsFor[at(b)]; });
    if (content.sort == PrunedSort::reason) {
        groupByReason(content, pruned);
    } else if (content.sort == PrunedSort::ofClass) {
        groupByClass(content, pruned);
    } else if (!pruned.empty()) {
        sortByCoverage(content, pruned);
        content.pruned.push_back({Reason::kept, -1, std::move(pruned)});
    }
    content.keptOfClass = keptOfClass(run, content.subset->kept);
    if (content.coverage)
        content.coverageOfClass = meanOfClass(run, content.subset->kept, *content.coverage);
    return content;
}

std::vector<MethodFigures> compareMethods(const analysis::Clustering& clustering, const curation::Subset& subset,
                                          const analysis::Coverage* coverage, const curation::PruneOptions& options,
                                          const base::JobContext& context) {
    const auto& run = clustering.run();
    std::vector<Method> methods{Method::heads, Method::randomMember, Method::average, Method::el2n, Method::random, Method::classRandom};
    if (std::find(methods.begin(), methods.end(), subset.options.method) == methods.end())
        methods.insert(methods.begin(), subset.options.method);
    std::vector<MethodFigures> result;
    for (const Method method : methods) {
        context.throwIfCancelled();
        context.progress("methods", static_cast<double>(result.size()), static_cast<double>(methods.size()), "methods");
        if (method == subset.options.method) {
            result.push_back(figuresOf(clustering, subset, subset, coverage, context));
            continue;
        }
        curation::PruneOptions other = options;
        other.method = method;
        other.scores.clear();
        other.keep = static_cast<double>(std::max<std::int64_t>(1, subset.keptCount)) / static_cast<double>(run.rows());
        const auto kept = curation::prune(clustering, models::withScores(other, run), {}, false, base::availableThreads(), context);
        result.push_back(figuresOf(clustering, subset, kept, nullptr, context));
    }
    return result;
}

CurveReach curveReach(const run::Run& run) {
    const int threads = base::availableThreads();
    CurveReach reach;
    reach.whole = std::min(kWholeCurve, analysis::curveReach(run, std::numeric_limits<double>::infinity(), kCurveBytes, threads));
    reach.automatic = std::min(reach.whole, analysis::curveReach(run, kCurveBudget, kCurveBytes, threads));
    return reach;
}

std::vector<MethodCurve> methodCurves(const analysis::Clustering& clustering, const curation::PruneOptions& options,
                                      const std::vector<Method>& methods, double reach, const base::JobContext& context) {
    std::vector<MethodCurve> result;
    for (const Method method : methods) {
        curation::PruneOptions own = options;
        if (method != options.method)
            own.scores.clear();
        own.method = method;
        const auto order = curation::nestedOrder(clustering, models::withScores(own, clustering.run()), reach, kCurvePoints);
        result.push_back({method, analysis::coverageCurve(clustering.run(), order, base::availableThreads(), context)});
    }
    return result;
}

} // namespace lpntk::views
