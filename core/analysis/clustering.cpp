#include <core/analysis/checked_row.h>
#include <core/analysis/clustering.h>
#include <core/base/files.h>
#include <core/base/parallel.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

namespace lpntk::analysis {

using base::ClusterId;
using base::RowId;

struct Clustering::ClassOrder {
    run::RowRange range;
    FarthestPointOrder order;
    std::vector<RowId> keep;      ///< every row of the class in keeping order
    std::int64_t candidates = 0;
};

namespace {

/// The block of neighbouring rows of one class, read from the mapped kernel row by row.
SimilarityBlock blockOf(const run::Run& run, run::RowRange range, std::span<const float> diagonal) {
    return {range.size(),
            [&run, range](std::int64_t row, std::span<float> out) {
                checkedKappaRow(run, RowId(range.begin + row), range, out);
            },
            diagonal};
}

std::vector<float> diagonalOf(const run::Run& run, run::RowRange range) {
    std::vector<float> diagonal;
    for (std::int64_t row = range.begin; row < range.end; ++row)
        diagonal.push_back(run.kappa(RowId(row), RowId(row)));
    return diagonal;
}

/// Heads in the order chosen, then, where the rule stopped before all were heads, the others from the least to the most
/// similar to their head.
std::vector<RowId> keepingOrder(const run::Run& run, const FarthestPointOrder& order, run::RowRange range) {
    std::vector<RowId> rows;
    std::vector<char> isHead(static_cast<std::size_t>(range.size()), 0);
    for (const std::int32_t head : order.heads) {
        rows.emplace_back(range.begin + head);
        isHead[static_cast<std::size_t>(head)] = 1;
    }
    if (static_cast<std::int64_t>(rows.size()) == range.size())
        return rows;
    const std::vector<std::int32_t> heads = order.assignment(order.heads.size(), isHead.size());
    std::vector<std::pair<float, std::int64_t>> rest;
    for (std::int64_t i = 0; i < range.size(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (!isHead[at])
            rest.emplace_back(run.kappa(RowId(range.begin + heads[at]), RowId(range.begin + i)), i);
    }
    std::sort(rest.begin(), rest.end());
    for (const auto& [kappa, member] : rest)
        rows.emplace_back(range.begin + member);
    return rows;
}

void sortByFallingCosine(std::vector<RowId>& rows, std::size_t from, const std::vector<float>& cosine) {
    std::sort(rows.begin() + static_cast<std::ptrdiff_t>(from), rows.end(), [&](RowId a, RowId b) {
        const float x = cosine[static_cast<std::size_t>(a.value())], y = cosine[static_cast<std::size_t>(b.value())];
        return x != y ? x > y : a < b;
    });
}

ClusterAssignment emptyAssignment(std::int64_t rows) {
    ClusterAssignment result;
    result.clusterOf.resize(static_cast<std::size_t>(rows));
    result.cosineToHead.assign(static_cast<std::size_t>(rows), 1.0f);
    return result;
}

/// The clusters of one class when its first `heads` heads stand.
template <typename Cosine, typename IsAttached>
void addClusters(ClusterAssignment& result, const FarthestPointOrder& order, std::int64_t heads, run::RowRange range,
                 int label, const Cosine& cosineTo, const IsAttached& isAttached) {
    if (order.heads.empty())
        return;
    const auto count =
        static_cast<std::size_t>(std::clamp<std::int64_t>(heads, 1, static_cast<std::int64_t>(order.heads.size())));
    const auto size = static_cast<std::size_t>(range.size());
    const std::vector<std::int32_t> headOf = order.assignment(count, size);
    const std::size_t first = result.clusters.size();
    std::vector<std::size_t> clusterAt(size);
    for (std::size_t c = 0; c < count; ++c) {
        const RowId head(range.begin + order.heads[c]);
        clusterAt[static_cast<std::size_t>(order.heads[c])] = first + c;
        result.clusters.push_back({head, label, {head}, {}});
    }
    for (std::size_t i = 0; i < size; ++i) {
        const RowId row(range.begin + static_cast<std::int64_t>(i));
        auto& cluster = result.clusters[clusterAt[static_cast<std::size_t>(headOf[i])]];
        if (row == cluster.head)
            continue;
        result.cosineToHead[static_cast<std::size_t>(row.value())] = cosineTo(cluster.head, row);
        (isAttached(row) ? cluster.attached : cluster.members).push_back(row);
    }
}

/// Largest first, ties by head; fills clusterOf and the ranks within the classes.
void orderClusters(ClusterAssignment& result, int classes) {
    std::sort(result.clusters.begin(), result.clusters.end(), [](const auto& a, const auto& b) {
        return a.size() != b.size() ? a.size() > b.size() : a.head < b.head;
    });
    std::vector<int> seen(static_cast<std::size_t>(classes), 0);
    result.rankInClass.reserve(result.clusters.size());
    for (std::size_t c = 0; c < result.clusters.size(); ++c) {
        const auto& cluster = result.clusters[c];
        result.rankInClass.push_back(++seen[static_cast<std::size_t>(cluster.label)]);
        for (const auto* rows : {&cluster.members, &cluster.attached}) {
            for (const RowId row : *rows)
                result.clusterOf[static_cast<std::size_t>(row.value())] = ClusterId(static_cast<std::int64_t>(c));
        }
        result.clusteredCount += static_cast<std::int64_t>(cluster.members.size());
    }
}

} // namespace

void finishAssignment(ClusterAssignment& clusters, int classes) {
    for (auto& cluster : clusters.clusters) {
        sortByFallingCosine(cluster.members, 1, clusters.cosineToHead);
        sortByFallingCosine(cluster.attached, 0, clusters.cosineToHead);
    }
    orderClusters(clusters, classes);
}

std::shared_ptr<const Clustering> Clustering::compute(std::shared_ptr<const run::Run> run, Mode mode,
                                                      std::shared_ptr<const Redundancy> redundancy, int threads,
                                                      const base::JobContext& context) {
    if (!redundancy)
        redundancy = std::make_shared<const Redundancy>(findRedundant(*run, mode, context));
    if (static_cast<std::int64_t>(redundancy->because.size()) != run->rows())
        throw base::ShapeError(fmt::format("the redundant samples were found for {} rows, the run {} has {}",
                                           redundancy->because.size(), base::quoted(run->folder()), run->rows()));
    std::shared_ptr<Clustering> result(new Clustering);
    result->m_mode = mode;
    result->m_classes.resize(static_cast<std::size_t>(run->classes()));
    std::mutex mutex;
    int done = 0;
    const auto work = [&](std::int64_t label, int) {
        auto made = std::make_shared<ClassOrder>();
        made->range = run->classRange(static_cast<int>(label));
        std::vector<char> candidates(static_cast<std::size_t>(made->range.size()), 1);
        if (mode == Mode::paper) {
            for (std::int64_t i = 0; i < made->range.size(); ++i)
                candidates[static_cast<std::size_t>(i)] = !redundancy->isRedundant(RowId(made->range.begin + i));
        }
        made->candidates = std::count(candidates.begin(), candidates.end(), 1);
        const std::vector<float> diagonal = diagonalOf(*run, made->range);
        const SimilarityBlock block = blockOf(*run, made->range, diagonal);
        made->order = mode == Mode::paper ? farthestPointOrder(block, candidates, block.size, context)
                                          : farthestPointOrderReference(block, block.size, context);
        made->keep = keepingOrder(*run, made->order, made->range);
        result->m_classes[static_cast<std::size_t>(label)] = std::move(made);
        const std::lock_guard lock(mutex);
        context.progress("clustering", ++done, run->classes(), "classes");
    };
    base::parallelFor(run->classes(), threads > 0 ? threads : base::availableThreads(), context, work);
    result->m_run = std::move(run);
    result->m_redundancy = std::move(redundancy);
    return result;
}

std::int64_t headsForRatio(std::int64_t candidates, double ratio) {
    // 0.1 * 30 is 3.0000000000000004 or 2.9999999999999996 depending on the numbers; mean what was written.
    const auto whole = static_cast<std::int64_t>(std::floor(static_cast<double>(candidates) * ratio * (1 + 1e-12)));
    return std::max<std::int64_t>(1, whole);
}

std::int64_t Clustering::candidates(int label) const {
    return m_classes.at(static_cast<std::size_t>(label))->candidates;
}

std::int64_t Clustering::candidates() const {
    std::int64_t sum = 0;
    for (const auto& order : m_classes)
        sum += order->candidates;
    return sum;
}

std::vector<std::int64_t> Clustering::headsForRatio(double ratio) const {
    std::vector<std::int64_t> heads;
    for (const auto& order : m_classes) {
        heads.push_back(order->range.size() == 0 ? 0 : analysis::headsForRatio(order->candidates, ratio));
    }
    return heads;
}

ClusterAssignment Clustering::assign(std::span<const std::int64_t> heads) const {
    if (heads.size() != m_classes.size())
        throw base::ShapeError(fmt::format("{} numbers of heads were given for {} classes", heads.size(), m_classes.size()));
    ClusterAssignment result = emptyAssignment(m_run->rows());
    const auto cosine = [&](RowId head, RowId row) { return m_run->cosine(head, row); };
    const auto isAttached = [&](RowId row) { return m_mode == Mode::paper && m_redundancy->isRedundant(row); };
    for (std::size_t label = 0; label < m_classes.size(); ++label) {
        const ClassOrder& own = *m_classes[label];
        addClusters(result, own.order, heads[label], own.range, static_cast<int>(label), cosine, isAttached);
    }
    finishAssignment(result, m_run->classes());
    return result;
}

ClusterAssignment assignmentOf(std::span<const ClusteredClass> classes, std::span<const float> norms) {
    ClusterAssignment result = emptyAssignment(static_cast<std::int64_t>(norms.size()));
    const auto normOf = [&](RowId row) { return norms[static_cast<std::size_t>(row.value())]; };
    for (std::size_t label = 0; label < classes.size(); ++label) {
        const auto& [rows, order] = classes[label];
        const auto cosine = [&](RowId head, RowId row) {
            return run::cosineOf(order.similarity[static_cast<std::size_t>(row.value() - rows.begin)], normOf(head),
                                 normOf(row));
        };
        const auto heads = static_cast<std::int64_t>(order.heads.size());
        addClusters(result, order, heads, rows, static_cast<int>(label), cosine, [](RowId) { return false; });
    }
    finishAssignment(result, static_cast<int>(classes.size()));
    return result;
}

std::span<const RowId> Clustering::keepOrder(int label) const {
    return m_classes.at(static_cast<std::size_t>(label))->keep;
}

FarthestPointOrder farthestPointOrder(const run::Run& run, std::span<const RowId> rows, std::int64_t maxHeads,
                                      const base::JobContext& context) {
    if (rows.empty())
        return farthestPointOrder(SimilarityBlock{}, {}, maxHeads, context);
    const run::RowRange range = run.classRange(run.labelOf(rows.front()));
    std::vector<float> diagonal;
    for (const RowId row : rows) {
        if (!range.contains(row.value()))
            throw base::ShapeError("a cluster can be split only among samples of one class; the selection has several");
        diagonal.push_back(run.kappa(row, row));
    }
    const run::RowRange all{rows.front().value(), rows.back().value() + 1};
    const bool sideBySide = std::adjacent_find(rows.begin(), rows.end(), [](RowId a, RowId b) {
                                return b.value() != a.value() + 1;
                            }) == rows.end();
    if (sideBySide)
        return farthestPointOrder(blockOf(run, all, diagonal), {}, maxHeads, context);
    std::vector<float> whole(static_cast<std::size_t>(range.size()));
    const auto gather = [&](std::int64_t member, std::span<float> out) {
        checkedKappaRow(run, rows[static_cast<std::size_t>(member)], range, whole);
        for (std::size_t i = 0; i < rows.size(); ++i)
            out[i] = whole[static_cast<std::size_t>(rows[i].value() - range.begin)];
    };
    return farthestPointOrder({static_cast<std::int64_t>(rows.size()), gather, diagonal}, {}, maxHeads, context);
}

} // namespace lpntk::analysis
