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

/// Adds the first `count` neighbours that pass the class filter, are of the relation and are not there yet.
void addNeighbours(RelationGraph& graph, const run::Run& run, int parent, const std::vector<analysis::Neighbour>& from,
                   Relation relation, int count, const RelationGraphOptions& options) {
    for (const analysis::Neighbour& neighbour : from) {
        if (count <= 0)
            return;
        if (analysis::relationOf(neighbour.cosine, options.thresholds) != relation)
            continue;
        if (options.label >= 0 && run.labelOf(neighbour.row) != options.label)
            continue;
        const bool known = std::any_of(graph.nodes.begin(), graph.nodes.end(),
                                       [&](const RelationGraph::Node& node) { return node.row == neighbour.row; });
        if (known)
            continue;
        graph.edges.push_back({parent, static_cast<int>(graph.nodes.size()), neighbour.cosine, true});
        graph.nodes.push_back({neighbour.row, parent, neighbour.cosine, relation});
        --count;
    }
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

} // namespace

RelationGraph egoGraph(const run::Run& run, RowId centre, const RelationGraphOptions& options,
                       const base::JobContext& context) {
    RelationGraph graph;
    const std::size_t top = options.label >= 0 ? static_cast<std::size_t>(run.rows()) : 128;
    graph.around = analysis::neighbourhood(run, centre, options.thresholds, top);
    graph.nodes.push_back({centre, -1, 1, Relation::interchangeable});
    addNeighbours(graph, run, 0, graph.around.interchangeable, Relation::interchangeable, options.interchangeable, options);
    addNeighbours(graph, run, 0, graph.around.contradictory, Relation::contradictory, options.contradictory, options);
    addNeighbours(graph, run, 0, graph.around.unrelated, Relation::unrelated, options.unrelated, options);
    for (const RowId row : options.expanded) {
        context.throwIfCancelled();
        const auto found = std::find_if(graph.nodes.begin(), graph.nodes.end(),
                                        [&](const RelationGraph::Node& node) { return node.row == row; });
        if (found == graph.nodes.end() || found == graph.nodes.begin())
            continue;
        const int parent = static_cast<int>(found - graph.nodes.begin());
        const auto around = analysis::neighbourhood(run, row, options.thresholds, top);
        addNeighbours(graph, run, parent, around.interchangeable, Relation::interchangeable,
                      options.expandedInterchangeable, options);
        addNeighbours(graph, run, parent, around.contradictory, Relation::contradictory, options.expandedContradictory,
                      options);
    }
    if (!graph.edges.empty())
        addMutualEdges(graph, run, kThinPerNode, false, options, context);
    return graph;
}

RelationGraph selectionGraph(const run::Run& run, const std::vector<RowId>& rows, const RelationGraphOptions& options,
                             const base::JobContext& context) {
    RelationGraph graph;
    for (const RowId row : rows) {
        if (options.label >= 0 && run.labelOf(row) != options.label)
            continue;
        if (graph.nodes.size() < options.selectionLimit)
            graph.nodes.push_back({row, -1, 1, Relation::interchangeable});
        else
            ++graph.left;
    }
    addMutualEdges(graph, run, kStrongPerNode, true, options, context);
    return graph;
}

} // namespace lpntk::views
