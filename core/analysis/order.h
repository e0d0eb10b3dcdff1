#pragma once

#include <core/analysis/clustering.h>
#include <core/base/ids.h>
#include <core/run/run.h>

#include <cstdint>
#include <vector>

namespace lpntk::analysis {

/// An order of the heatmap: position -> row, and back.
struct RowOrder {
    std::vector<base::RowId> rowAt;
    std::vector<std::int32_t> positionOf;
    bool isIdentity = true;
};

RowOrder classOrder(const run::Run& run);                               ///< rows as stored
RowOrder clusterOrder(const run::Run& run, const ClusterAssignment& clusters); ///< class, then cluster by size, then cosine to head
RowOrder similarityOrder(const run::Run& run, base::RowId row);         ///< within each class by falling cosine to `row`

} // namespace lpntk::analysis
