#include <widgets/views/heatmap_tiles.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lpntk::views {

namespace {

using vtk::TileKey;
using vtk::TileValues;

constexpr std::int64_t kMostGathered = 8192; ///< rows and columns of a tile that are looked at
constexpr std::size_t kCheapBatch = 12;
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

bool hasPyramidLevel(const run::Run& run, int level) {
    const auto levels = run.levels();
    return level == 0 || std::find(levels.begin(), levels.end(), level) != levels.end();
}

bool fromPyramid(const TileQuestion& question, int level) {
    return question.quantity == Quantity::cosine && question.order->isIdentity && question.run->hasFull() &&
           hasPyramidLevel(*question.run, level);
}

std::int64_t strideOf(int level) { return std::max<std::int64_t>(1, TileKey{level, 0, 0}.span() / kMostGathered); }

/// Positions [begin, end) of the order that a tile side covers.
run::RowRange positionsOf(int number, int level, std::int64_t rows) {
    const std::int64_t span = TileKey{level, 0, 0}.span();
    return {std::min(number * span, rows), std::min((number + 1) * span, rows)};
}

int cellsOf(run::RowRange positions, int level) {
    return static_cast<int>((positions.size() + (std::int64_t{1} << level) - 1) >> level);
}

TileValues readPyramid(const TileQuestion& question, const TileKey& key) {
    const std::int64_t cells = key.level == 0 ? question.run->rows() : question.run->cells(key.level);
    const auto range = [&](int number) {
        return run::RowRange{std::min<std::int64_t>(std::int64_t{number} * TileKey::kSide, cells),
                             std::min<std::int64_t>((std::int64_t{number} + 1) * TileKey::kSide, cells)};
    };
    const run::RowRange rows = range(key.row), columns = range(key.column);
    TileValues tile{static_cast<int>(rows.size()), static_cast<int>(columns.size()), {}};
    tile.values.resize(static_cast<std::size_t>(rows.size() * columns.size()));
    question.run->cells(key.level, question.statistic, rows, columns, tile.values);
    return tile;
}

/// Sums or extremes of the cells of one tile while kernel rows go by.
class Gathered {
public:
    Gathered(const TileQuestion& question, const TileKey& key, int rows)
        : m_statistic(question.statistic), m_level(key.level),
          m_columns(positionsOf(key.column, key.level, question.run->rows())), m_cells(cellsOf(m_columns, key.level)),
          m_tile{rows, m_cells, std::vector<float>(static_cast<std::size_t>(rows) * static_cast<std::size_t>(m_cells), kNaN)},
          m_sums(static_cast<std::size_t>(m_cells)), m_counts(static_cast<std::size_t>(m_cells)) {}

    run::RowRange columns() const { return m_columns; }

    void startCellRow() {
        const double start = m_statistic == run::CellStatistic::mean      ? 0
                             : m_statistic == run::CellStatistic::minimum ? std::numeric_limits<double>::infinity()
                                                                          : -std::numeric_limits<double>::infinity();
        std::fill(m_sums.begin(), m_sums.end(), start);
        std::fill(m_counts.begin(), m_counts.end(), 0);
    }

    /// `row`: values by row id from `first` on; `order` maps positions to row ids.
    void add(std::span<const float> row, std::int64_t first, const analysis::RowOrder& order, std::int64_t stride) {
        for (std::int64_t position = m_columns.begin; position < m_columns.end; position += stride) {
            const auto column = order.rowAt[static_cast<std::size_t>(position)].value() - first;
            const float value = row[static_cast<std::size_t>(column)];
            if (std::isnan(value))
                continue;
            const auto cell = static_cast<std::size_t>((position - m_columns.begin) >> m_level);
            ++m_counts[cell];
            if (m_statistic == run::CellStatistic::mean)
                m_sums[cell] += value;
            else if (m_statistic == run::CellStatistic::minimum)
                m_sums[cell] = std::min<double>(m_sums[cell], value);
            else
                m_sums[cell] = std::max<double>(m_sums[cell], value);
        }
    }

    void endCellRow(int cellRow) {
        for (int cell = 0; cell < m_cells; ++cell) {
            const auto at = static_cast<std::size_t>(cell);
            if (m_counts[at] == 0)
                continue;
            const double value = m_statistic == run::CellStatistic::mean ? m_sums[at] / m_counts[at] : m_sums[at];
            m_tile.values[static_cast<std::size_t>(cellRow) * static_cast<std::size_t>(m_cells) + at] =
                static_cast<float>(value);
        }
    }

    TileValues take() { return std::move(m_tile); }

private:
    run::CellStatistic m_statistic;
    int m_level;
    run::RowRange m_columns;
    int m_cells;
    TileValues m_tile;
    std::vector<double> m_sums;
    std::vector<int> m_counts;
};

std::vector<MadeTile> gather(const TileQuestion& question, std::span<const TileKey> keys,
                             const base::JobContext& context) {
    const run::Run& run = *question.run;
    const analysis::RowOrder& order = *question.order;
    const int level = keys.front().level;
    const run::RowRange rows = positionsOf(keys.front().row, level, run.rows());
    const int cellRows = cellsOf(rows, level);
    std::vector<Gathered> tiles;
    for (const TileKey& key : keys)
        tiles.emplace_back(question, key, cellRows);
    run::RowRange columns{0, run.rows()};
    if (order.isIdentity) {
        columns = tiles.front().columns();
        for (const Gathered& tile : tiles)
            columns = {std::min(columns.begin, tile.columns().begin), std::max(columns.end, tile.columns().end)};
    }
    std::vector<float> values(static_cast<std::size_t>(columns.size()));
    const std::int64_t stride = strideOf(level);
    for (int cellRow = 0; cellRow < cellRows; ++cellRow) {
        context.throwIfCancelled();
        for (Gathered& tile : tiles)
            tile.startCellRow();
        const std::int64_t begin = rows.begin + (static_cast<std::int64_t>(cellRow) << level);
        const std::int64_t end = std::min(begin + (std::int64_t{1} << level), rows.end);
        for (std::int64_t position = begin; position < end; position += stride) {
            const base::RowId row = order.rowAt[static_cast<std::size_t>(position)];
            if (question.quantity == Quantity::kappa)
                run.kappaRow(row, columns, values);
            else
                run.cosineRow(row, columns, values);
            for (Gathered& tile : tiles)
                tile.add(values, columns.begin, order, stride);
        }
        for (Gathered& tile : tiles)
            tile.endCellRow(cellRow);
    }
    std::vector<MadeTile> made;
    for (std::size_t tile = 0; tile < tiles.size(); ++tile)
        made.push_back({keys[tile], std::make_shared<const TileValues>(tiles[tile].take())});
    return made;
}

} // namespace

std::vector<int> tileLevels(std::int64_t rows) {
    std::vector<int> levels{0};
    while (TileKey{levels.back(), 0, 0}.span() < rows)
        levels.push_back(levels.back() + 1);
    return levels;
}

bool isCheap(const TileQuestion& question, int level) { return fromPyramid(question, level); }

bool isExact(const TileQuestion& question, int level) { return fromPyramid(question, level) || strideOf(level) == 1; }

std::vector<MadeTile> makeTiles(const TileQuestion& question, std::span<const TileKey> keys,
                                const base::JobContext& context) {
    if (keys.empty())
        return {};
    if (!fromPyramid(question, keys.front().level))
        return gather(question, keys, context);
    std::vector<MadeTile> made;
    for (const TileKey& key : keys) {
        context.throwIfCancelled();
        made.push_back({key, std::make_shared<const TileValues>(readPyramid(question, key))});
    }
    return made;
}

std::vector<TileKey> nextBatch(const TileQuestion& question, std::span<const TileKey> wanted) {
    std::vector<TileKey> batch;
    if (wanted.empty())
        return batch;
    const TileKey first = wanted.front();
    const bool cheap = isCheap(question, first.level);
    for (const TileKey& key : wanted)
        if (key.level == first.level && (cheap ? batch.size() < kCheapBatch : key.row == first.row))
            batch.push_back(key);
    return batch;
}

} // namespace lpntk::views
