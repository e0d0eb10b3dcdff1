#pragma once

#include <core/analysis/order.h>
#include <core/base/ids.h>
#include <core/base/job_context.h>
#include <core/run/run.h>

#include <cstdint>
#include <span>
#include <vector>

namespace lpntk::analysis {

/// Up to this many rows get one optimal leaf order; more are ordered spectrally from this many landmarks and then get
/// optimal leaf orders in windows of half of it.
inline constexpr std::int64_t kSeriatedAtOnce = 512;

/// One coordinate per column of `weights` (landmarks, n) row-major, all >= 0, so that similar columns lie close
/// together: the second right singular vector of the matrix scaled by the roots of its row and column sums, divided by
/// the first. With all items as landmarks these are the Fiedler coordinates of the normalised Laplacian; with fewer,
/// those of I. Dhillon, "Co-clustering documents and words using bipartite spectral graph partitioning", KDD 2001. The
/// first column has no positive coordinate. Costs landmarks^2 * n multiply-adds.
std::vector<float> spectralCoordinates(std::span<const float> weights, std::int64_t landmarks, std::int64_t n);

/// Rows of one class in an order in which neighbours are similar. Reads the rows' values in the class once or twice.
/// The sum of the cosines of neighbours is never smaller than in the order given.
std::vector<base::RowId> seriate(const run::Run& run, std::span<const base::RowId> rows,
                                 const base::JobContext& context = {});

/// Class, then clusters so that similar heads are neighbours, then each cluster seriated. Clusters are turned around
/// where that makes them fit the one before. Parallel over classes; progress in rows. Throws FormatError on values
/// that are not finite.
RowOrder seriationOrder(const run::Run& run, const ClusterAssignment& clusters, int threads,
                        const base::JobContext& context = {});

} // namespace lpntk::analysis
