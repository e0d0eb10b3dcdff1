#pragma once

#include <core/analysis/order.h>
#include <core/base/job_context.h>
#include <core/run/run.h>
#include <widgets/vtk/tile_cache.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace lpntk::views {

enum class Quantity { cosine, kappa };

/// What a tile of the map shows; a snapshot for the worker.
struct TileQuestion {
    std::shared_ptr<const run::Run> run;
    std::shared_ptr<const analysis::RowOrder> order;
    run::CellStatistic statistic = run::CellStatistic::mean;
    Quantity quantity = Quantity::cosine;
    std::uint64_t generation = 0;
};

/// Levels 0 ... l so that one tile of the coarsest covers the whole map.
std::vector<int> tileLevels(std::int64_t rows);

/// True when the tile comes from the stored pyramid or a small piece of the kernel; false when kernel rows have to be
/// gathered (other orders, kappa, class blocks), which costs the more the coarser the level is.
bool isCheap(const TileQuestion& question, int level);

/// True when every pair of a cell is looked at. Gathered tiles of more than 8,192 samples a side are estimated from
/// evenly spread rows and columns.
bool isExact(const TileQuestion& question, int level);

struct MadeTile {
    vtk::TileKey key;
    std::shared_ptr<const vtk::TileValues> values;
};

/// Reads or gathers tiles of one level and one tile row (kernel rows are read once for all of them). Statistics leave
/// out values that were not computed; a cell without any is NaN. Throws Cancelled.
std::vector<MadeTile> makeTiles(const TileQuestion& question, std::span<const vtk::TileKey> keys,
                                const base::JobContext& context = {});

/// The first of `wanted` and, where gathering pays for it, all others of its level and tile row; cheap tiles in groups.
std::vector<vtk::TileKey> nextBatch(const TileQuestion& question, std::span<const vtk::TileKey> wanted);

} // namespace lpntk::views
