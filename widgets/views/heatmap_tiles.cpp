#include <widgets/views/heatmap_tiles.h>

#include <core/base/parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

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

/// The cells of one tile while kernel rows go by. Lines of cells are independent, so workers may fill several at once.
class Gathered {
public:
    /// Sums or extremes of one line of cells.
    struct Line {
        std::vector<double> values;
        std::vector<int> counts;
    };

    /// Columns are counted from `first` on.
    Gathered(const TileQuestion& question, const TileKey& key, int rows, std::int64_t first)
        : m_statistic(question.statistic) {
        const run::RowRange positions = positionsOf(key.column, key.level, question.run->rows());
        const int cells = cellsOf(positions, key.level);
        m_tile = {rows, cells,
                  std::vector<float>(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cells), kNaN)};
        for (std::int64_t position = positions.begin; position < positions.end; position += strideOf(key.level)) {
            const auto cell = static_cast<std::size_t>((position - positions.begin) >> key.level);
            const auto column = question.order->rowAt[static_cast<std::size_t>(position)].value() - first;
            m_columns.push_back(static_cast<std::int32_t>(column));
            m_ends.resize(cell + 1);
            m_ends[cell] = m_columns.size();
        }
    }

    void start(Line& line) const {
        const double start = m_statistic == run::CellStatistic::mean      ? 0
                             : m_statistic == run::CellStatistic::minimum ? std::numeric_limits<double>::infinity()
                                                                          : -std::numeric_limits<double>::infinity();
        line.values.assign(m_ends.size(), start);
        line.counts.assign(m_ends.size(), 0);
    }

    void add(std::span<const float> row, Line& line) const {
        if (m_statistic == run::CellStatistic::mean)
            addWith(row, line, [](double sum, double value) { return sum + value; });
        else if (m_statistic == run::CellStatistic::minimum)
            addWith(row, line, [](double least, double value) { return std::min(least, value); });
        else
            addWith(row, line, [](double most, double value) { return std::max(most, value); });
    }

    void finish(int cellRow, const Line& line) {
        float* out = &m_tile.values[static_cast<std::size_t>(cellRow) * m_ends.size()];
        for (std::size_t cell = 0; cell < m_ends.size(); ++cell) {
            const double value =
                m_statistic == run::CellStatistic::mean ? line.values[cell] / line.counts[cell] : line.values[cell];
            out[cell] = line.counts[cell] > 0 ? static_cast<float>(value) : kNaN;
        }
    }

    TileValues take() { return std::move(m_tile); }

private:
    template <typename Join> void addWith(std::span<const float> row, Line& line, Join join) const {
        std::size_t next = 0;
        for (std::size_t cell = 0; cell < m_ends.size(); ++cell) {
            double joined = line.values[cell];
            int count = 0;
            for (; next < m_ends[cell]; ++next) {
                const float value = row.data()[m_columns[next]];
                if (std::isnan(value))
                    continue;
                joined = join(joined, static_cast<double>(value));
                ++count;
            }
            line.values[cell] = joined;
            line.counts[cell] += count;
        }
    }

    run::CellStatistic m_statistic;
    TileValues m_tile;
    std::vector<std::int32_t> m_columns; ///< that are looked at, cell after cell
    std::vector<std::size_t> m_ends;     ///< of each cell in m_columns
};

/// Columns that the tiles look at.
run::RowRange columnsOf(const TileQuestion& question, std::span<const TileKey> keys) {
    if (!question.order->isIdentity)
        return {0, question.run->rows()};
    run::RowRange columns{question.run->rows(), 0};
    for (const TileKey& key : keys) {
        const run::RowRange own = positionsOf(key.column, key.level, question.run->rows());
        columns = {std::min(columns.begin, own.begin), std::max(columns.end, own.end)};
    }
    return columns;
}

std::vector<MadeTile> gather(const TileQuestion& question, std::span<const TileKey> keys,
                             const base::JobContext& context) {
    const run::Run& run = *question.run;
    const int level = keys.front().level;
    const run::RowRange rows = positionsOf(keys.front().row, level, run.rows()), columns = columnsOf(question, keys);
    const int cellRows = cellsOf(rows, level), threads = base::availableThreads();
    std::vector<Gathered> tiles;
    for (const TileKey& key : keys)
        tiles.emplace_back(question, key, cellRows, columns.begin);
    struct Worker {
        std::vector<float> values;
        std::vector<Gathered::Line> lines;
    };
    std::vector<Worker> workers(static_cast<std::size_t>(threads));
    std::mutex mutex;
    int done = 0;
    base::parallelFor(cellRows, threads, context, [&](std::int64_t cellRow, int number) {
        auto& [values, lines] = workers[static_cast<std::size_t>(number)];
        values.resize(static_cast<std::size_t>(columns.size()));
        lines.resize(tiles.size());
        for (std::size_t tile = 0; tile < tiles.size(); ++tile)
            tiles[tile].start(lines[tile]);
        const std::int64_t begin = rows.begin + (cellRow << level);
        const std::int64_t end = std::min(begin + (std::int64_t{1} << level), rows.end);
        for (std::int64_t position = begin; position < end; position += strideOf(level)) {
            const base::RowId row = question.order->rowAt[static_cast<std::size_t>(position)];
            if (question.quantity == Quantity::kappa)
                run.kappaRow(row, columns, values);
            else
                run.cosineRow(row, columns, values);
            for (std::size_t tile = 0; tile < tiles.size(); ++tile)
                tiles[tile].add(values, lines[tile]);
        }
        for (std::size_t tile = 0; tile < tiles.size(); ++tile)
            tiles[tile].finish(static_cast<int>(cellRow), lines[tile]);
        const std::lock_guard lock(mutex);
        context.progress("gather", ++done, cellRows, "lines");
    });
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
