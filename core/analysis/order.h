#pragma once

#include <core/analysis/clustering.h>
#include <core/base/ids.h>
#include <core/run/run.h>

#include <cstdint>
#include <vector>

namespace lpntk::analysis {

/// Positions [begin, end) of an order whose rows have something in common.
struct RowBand {
    std::int64_t begin, end;
    std::int64_t id; ///< label of the class, or number of the cluster in its assignment
    bool operator==(const RowBand&) const = default;
};

/// An order of the heatmap: position -> row, and back.
struct RowOrder {
    std::vector<base::RowId> rowAt;
    std::vector<std::int32_t> positionOf;
    bool isIdentity = true;
    std::vector<RowBand> classes;  ///< runs of equal labels, over all positions
    bool keepsClasses = true;      ///< each class is one run, in the order of labels
    std::vector<RowBand> clusters; ///< over all positions where the order goes by cluster, else empty
};

/// `rows`: every row of the run once. Fills in everything else.
RowOrder orderFromRows(const run::Run& run, std::vector<base::RowId> rows, std::vector<RowBand> clusters = {});

RowOrder classOrder(const run::Run& run);                               ///< rows as stored
RowOrder clusterOrder(const run::Run& run, const ClusterAssignment& clusters); ///< class, then cluster by size, then cosine to head
RowOrder similarityOrder(const run::Run& run, base::RowId row);         ///< within each class by falling cosine to `row`
/// All rows by falling cosine to `row`, which is first; rows without a value for it stand last, as stored.
RowOrder overallSimilarityOrder(const run::Run& run, base::RowId row);

} // namespace lpntk::analysis
