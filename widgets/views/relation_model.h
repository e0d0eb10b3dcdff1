#pragma once

#include <core/analysis/relations.h>
#include <core/base/job_context.h>
#include <core/run/run.h>

#include <memory>
#include <vector>

namespace lpntk::views {

/// What a relation graph shows: samples of a run by row, with the signed values between them. Made on a worker.
struct RelationGraph {
    struct Node {
        base::RowId row;
        int parent = -1;          ///< node it belongs to, -1 = the centre itself, or a member of the selection
        float cosine = 1;         ///< with the parent
        analysis::Relation relation = analysis::Relation::interchangeable; ///< to the parent
        bool expanded = false;                                             ///< its own neighbours are shown
    };
    struct Edge {
        int from = 0, to = 0;
        float cosine = 0;
        bool main = true;         ///< between a node and its parent; the others are drawn thin
    };
    std::vector<Node> nodes;      ///< the centre first, then by relation, strongest first
    std::vector<Edge> edges;
    analysis::Neighbourhood around; ///< of the centre; counts and histogram of the whole row
    std::int64_t left = 0;          ///< selected samples or neighbours of expanded nodes that found no place
};

struct RelationGraphOptions {
    int interchangeable = 8;      ///< neighbours shown of each kind
    int contradictory = 10;
    int unrelated = 3;
    std::vector<char> allowed = {};     ///< (N) 1 = may be a neighbour or a member of the selection; empty = all
    bool shows[3] = {true, true, true}; ///< by relation: whether nodes and edges of it are there
    analysis::Thresholds thresholds;
    std::vector<base::RowId> expanded = {}; ///< nodes whose own neighbours are shown, too
    base::RowId partner = {};               ///< shown beside the centre, however weak the relation (a pair was chosen)
    int expandedInterchangeable = 4, expandedContradictory = 3;
    std::size_t limit = 300; ///< nodes at most
};

/// The current sample with its strongest neighbours. Reads one kernel row per node.
RelationGraph egoGraph(const run::Run& run, base::RowId centre, const RelationGraphOptions& options,
                       const base::JobContext& context = {});

/// The relations among the given rows: of every node the four strongest of each sign. Of more rows than the limit those
/// of the most interchangeable and of the most contradictory pairs among them, by turns, as the lists of neighbours
/// have them; then the first ones.
RelationGraph selectionGraph(const run::Run& run, const std::vector<base::RowId>& rows, const RelationGraphOptions& options,
                             const base::JobContext& context = {});

} // namespace lpntk::views
