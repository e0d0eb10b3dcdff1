#include <widgets/views/relation_model.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

namespace lpntk::views {

using analysis::Relation;
using base::RowId;

namespace {

constexpr std::size_t kThinPerNode = 2;
constexpr std::size_t kStrongPerNode = 4;

bool isAllowed(const RelationGraphOptions& options, RowId row) {
    return options.allowed.empty() || options.allowed[static_cast<std::size_t>(row.value())];
}

/// Adds the first `count` neighbours that pass the filter, are of the relation and are not there yet.
void addNeighbours(RelationGraph& graph, int parent, const std::vector<analysis::Neighbour>& from, Relation relation,
                   int count, const RelationGraphOptions& options) {
    if (!options.shows[static_cast<std::size_t>(relation)])
        return;
    for (const analysis::Neighbour& neighbour : from) {
        if (count <= 0)
            return;
        if (analysis::relationOf(neighbour.cosine, options.thresholds) != relation)
            continue;
        if (!isAllowed(options, neighbour.row))
            continue;
        const bool known = std::any_of(graph.nodes.begin(), graph.nodes.end(),
                                       [&](const RelationGraph::Node& node) { return node.row == neighbour.row; });
        if (known)
            continue;
        --count;
        if (graph.nodes.size() >= options.limit) {
            ++graph.left;
            continue;
        }
        graph.edges.push_back({parent, static_cast<int>(graph.nodes.size()), neighbour.cosine, true});
        graph.nodes.push_back({neighbour.row, parent, neighbour.cosine, relation});
    }
}

/// The other sample of a pair that the user chose, where it is not among the strongest anyway.
void addPartner(RelationGraph& graph, const run::Run& run, const RelationGraphOptions& options) {
    const bool known = std::any_of(graph.nodes.begin(), graph.nodes.end(),
                                   [&](const RelationGraph::Node& node) { return node.row == options.partner; });
    if (!options.partner.isValid() || known || !run.has(graph.nodes.front().row, options.partner))
        return;
    const float cosine = run.cosine(graph.nodes.front().row, options.partner);
    graph.edges.push_back({0, static_cast<int>(graph.nodes.size()), cosine, true});
    graph.nodes.push_back({options.partner, 0, cosine, analysis::relationOf(cosine, options.thresholds)});
}

/// Values among the nodes; of each node the strongest `perNode` of each sign that are a relation at all.
void addMutualEdges(RelationGraph& graph, const run::Run& run, std::size_t perNode, bool main,
                    const RelationGraphOptions& options, const base::JobContext& context) {
    std::set<std::pair<int, int>> known;
    for (const RelationGraph::Edge& edge : graph.edges)
        known.insert(std::minmax(edge.from, edge.to));
    std::vector<float> row(static_cast<std::size_t>(run.rows()));
    const auto count = static_cast<int>(graph.nodes.size());
    for (int node = graph.edges.empty() ? 0 : 1; node < count; ++node) {
        context.throwIfCancelled();
        run.cosineRow(graph.nodes[static_cast<std::size_t>(node)].row, {0, run.rows()}, row);
        std::vector<std::pair<float, int>> positive, negative;
        for (int other = graph.edges.empty() ? 0 : 1; other < count; ++other) {
            const float cosine = row[static_cast<std::size_t>(graph.nodes[static_cast<std::size_t>(other)].row.value())];
            if (other == node || std::isnan(cosine))
                continue;
            const Relation relation = analysis::relationOf(cosine, options.thresholds);
            if (!options.shows[static_cast<std::size_t>(relation)])
                continue;
            if (relation == Relation::interchangeable)
                positive.emplace_back(-cosine, other);
            else if (relation == Relation::contradictory)
                negative.emplace_back(cosine, other);
        }
        for (auto* strongest : {&positive, &negative}) {
            std::sort(strongest->begin(), strongest->end());
            for (std::size_t place = 0; place < std::min(perNode, strongest->size()); ++place) {
                const auto [value, other] = (*strongest)[place];
                if (known.insert(std::minmax(node, other)).second)
                    graph.edges.push_back({node, other, strongest == &positive ? -value : value, main});
            }
        }
    }
}

/// `limit` of the rows, in their order: those of the strongest pairs of either sign among them.
std::vector<RowId> strongestMembers(const run::Run& run, const std::vector<RowId>& rows, std::size_t limit,
                                    const base::JobContext& context) {
    std::vector<char> isMember(static_cast<std::size_t>(run.rows()));
    for (const RowId row : rows)
        isMember[static_cast<std::size_t>(row.value())] = 1;
    struct Listed {
        float cosine;
        RowId a, b;
    };
    std::vector<Listed> pairs[2];
    for (const RowId row : rows) {
        context.throwIfCancelled();
        for (const bool positive : {true, false}) {
            const auto others = positive ? run.topIndex(row) : run.bottomIndex(row);
            const auto values = positive ? run.topValue(row) : run.bottomValue(row);
            for (std::size_t place = 0; place < others.size() && others[place] >= 0; ++place)
                if (const RowId other(others[place]); isMember[static_cast<std::size_t>(other.value())])
                    pairs[positive ? 0 : 1].push_back(
                        {run::cosineOf(values[place], run.norms()[static_cast<std::size_t>(row.value())],
                                       run.norms()[static_cast<std::size_t>(other.value())]),
                         row, other});
        }
    }
    // Millions of pairs are listed among 60,000 rows; many times the limit is enough to fill it.
    const auto stronger = [](const Listed& a, const Listed& b) {
        return std::abs(a.cosine) != std::abs(b.cosine) ? std::abs(a.cosine) > std::abs(b.cosine)
               : a.a != b.a                             ? a.a < b.a
                                                        : a.b < b.b;
    };
    for (auto& list : pairs) {
        const auto end = list.begin() + static_cast<std::ptrdiff_t>(std::min(list.size(), 20 * limit));
        std::partial_sort(list.begin(), end, list.end(), stronger);
        list.erase(end, list.end());
    }
    std::set<RowId> taken;
    const auto take = [&](RowId row) {
        if (taken.size() < limit)
            taken.insert(row);
    };
    for (std::size_t place = 0; taken.size() < limit && place < std::max(pairs[0].size(), pairs[1].size()); ++place)
        for (const auto& list : pairs)
            if (place < list.size()) {
                take(list[place].a);
                take(list[place].b);
            }
    for (const RowId row : rows)
        take(row);
    return {taken.begin(), taken.end()};
}

} // namespace

RelationGraph egoGraph(const run::Run& run, RowId centre, const RelationGraphOptions& options,
                       const base::JobContext& context) {
    RelationGraph graph;
    const std::size_t top = options.allowed.empty() ? 128 : static_cast<std::size_t>(run.rows());
    graph.around = analysis::neighbourhood(run, centre, options.thresholds, top);
    graph.nodes.push_back({centre, -1, 1, Relation::interchangeable});
    addNeighbours(graph, 0, graph.around.interchangeable, Relation::interchangeable, options.interchangeable, options);
    addNeighbours(graph, 0, graph.around.contradictory, Relation::contradictory, options.contradictory, options);
    addNeighbours(graph, 0, graph.around.unrelated, Relation::unrelated, options.unrelated, options);
    addPartner(graph, run, options);
    for (const RowId row : options.expanded) {
        context.throwIfCancelled();
        const auto found = std::find_if(graph.nodes.begin(), graph.nodes.end(),
                                        [&](const RelationGraph::Node& node) { return node.row == row; });
        if (found == graph.nodes.end() || found == graph.nodes.begin())
            continue;
        const int parent = static_cast<int>(found - graph.nodes.begin());
        found->expanded = true;
        const auto around = analysis::neighbourhood(run, row, options.thresholds, top);
        addNeighbours(graph, parent, around.interchangeable, Relation::interchangeable, options.expandedInterchangeable,
                      options);
        addNeighbours(graph, parent, around.contradictory, Relation::contradictory, options.expandedContradictory,
                      options);
    }
    if (!graph.edges.empty())
        addMutualEdges(graph, run, kThinPerNode, false, options, context);
    return graph;
}

RelationGraph selectionGraph(const run::Run& run, const std::vector<RowId>& rows, const RelationGraphOptions& options,
                             const base::JobContext& context) {
    RelationGraph graph;
    std::vector<RowId> members;
    for (const RowId row : rows)
        if (isAllowed(options, row))
            members.push_back(row);
    graph.left = std::max<std::int64_t>(0, std::ssize(members) - static_cast<std::int64_t>(options.limit));
    if (graph.left > 0)
        members = strongestMembers(run, members, options.limit, context);
    for (const RowId row : members)
        graph.nodes.push_back({row, -1, 1, Relation::interchangeable});
    addMutualEdges(graph, run, kStrongPerNode, true, options, context);
    return graph;
}

} // namespace lpntk::views
