#include <core/kernel/consumers.h>

#include <core/kernel/loops.h>
#include <core/run/run.h>

#include <algorithm>

namespace lpntk::kernel {

namespace {

constexpr int kFirstLevel = 3;

std::size_t at(std::int64_t value) { return static_cast<std::size_t>(value); }
std::int64_t cellsOf(std::int64_t count, int level) { return ((count - 1) >> level) + 1; }

} // namespace

TileImage::TileImage(const run::KernelPlan& plan, const Layout& layout, const Store& store)
    : m_plan(plan), m_layout(layout), m_store(store) {
    const std::size_t largest = at(layout.largestSide() * layout.largestSide());
    m_contraction.resize(largest);
    m_kappa.resize(largest);
    m_transposed.resize(largest);
    m_cosine.resize(largest);
    if (plan.store == run::StoreType::f16) {
        m_half.resize(largest);
        m_halfTransposed.resize(largest);
    }
    m_levels.resize(store.tileLevels().size());
}

std::int64_t TileImage::bytes(const run::KernelPlan& plan, std::int64_t side) {
    const std::int64_t perEntry = 8 + 3 * 4 + (plan.store == run::StoreType::f16 ? 4 : 0);
    return side * side * perEntry + side * side; // the pyramid takes less than a byte per entry
}

std::span<double> TileImage::contraction(const Tile& tile) {
    m_rows = m_layout.tileRow(tile.row).rows.size();
    m_columns = m_layout.tileRow(tile.column).rows.size();
    m_diagonal = tile.diagonal();
    return {m_contraction.data(), size()};
}

void TileImage::finish(const Tile& tile, const JobState& state) {
    if (m_diagonal) {
        narrow({m_contraction.data(), size()}, {m_kappa.data(), size()});
        mirror(m_layout.tileRow(tile.row).rows, state);
        deriveRows(tile, state, 0, m_rows);
    }
    derivePyramid();
}

void TileImage::mirror(const run::RowRange& rows, const JobState& state) {
    for (std::int64_t i = 0; i < m_rows; ++i) {
        m_kappa[at(i * m_columns + i)] = state.selfKappa[at(rows.begin + i)];
        for (std::int64_t j = i + 1; j < m_columns; ++j)
            m_kappa[at(j * m_columns + i)] = m_kappa[at(i * m_columns + j)];
    }
}

/// Row by row, so that what one step makes is in the cache for the next.
void TileImage::deriveRows(const Tile& tile, const JobState& state, std::int64_t begin, std::int64_t end) {
    const std::int64_t firstRow = m_layout.tileRow(tile.row).rows.begin;
    const auto norms = std::span(state.norms).subspan(at(m_layout.tileRow(tile.column).rows.begin), at(m_columns));
    for (std::int64_t row = begin; row < end; ++row)
        deriveRow(row, state.norms[at(firstRow + row)], norms);
    const std::int64_t first = begin * m_columns;
    transpose(m_kappa.data() + first, end - begin, m_columns, m_transposed.data() + begin, m_rows);
    if (m_plan.store == run::StoreType::f16)
        transpose(m_half.data() + first, end - begin, m_columns, m_halfTransposed.data() + begin, m_rows);
    if (!m_levels.empty())
        firstLevel(m_levels[0], begin, end);
}

void TileImage::deriveRow(std::int64_t row, float norm, std::span<const float> norms) {
    const std::size_t begin = at(row * m_columns), count = at(m_columns);
    const auto kappa = std::span(m_kappa).subspan(begin, count), cosine = std::span(m_cosine).subspan(begin, count);
    if (!m_diagonal)
        narrow(std::span<const double>(m_contraction).subspan(begin, count), kappa);
    cosines(kappa, norm, norms, cosine);
    if (m_diagonal)
        cosine[at(row)] = norm > 0 ? 1.0f : 0.0f;
    if (m_plan.store == run::StoreType::f16) {
        // What is counted and drawn is what a reader of the run sees.
        const auto half = std::span(m_half).subspan(begin, count);
        formats::halvesFromFloats(cosine, half);
        formats::floatsFromHalves(half, cosine);
    }
}

/// Cells of 8 x 8 from the cosines of these rows.
void TileImage::firstLevel(Level& level, std::int64_t begin, std::int64_t end) {
    constexpr std::int64_t side = 1 << kFirstLevel;
    const std::int64_t columns = cellsOf(m_columns, kFirstLevel);
    std::vector<double> sum(at(m_columns));
    std::vector<float> least(at(m_columns)), most(at(m_columns));
    const std::size_t cells = at(cellsOf(m_rows, kFirstLevel) * columns);
    for (auto* values : {&level.least, &level.most})
        values->resize(cells);
    level.sum.resize(cells);
    for (std::int64_t row = begin; row < end; row += side) {
        columnStatistics(m_cosine.data() + row * m_columns, m_columns, std::min(side, end - row), m_columns, sum.data(),
                         least.data(), most.data());
        for (std::int64_t c = 0; c < columns; ++c) {
            const std::int64_t from = c * side, to = std::min(from + side, m_columns);
            const std::size_t cell = at((row >> kFirstLevel) * columns + c);
            level.sum[cell] = 0;
            for (std::int64_t j = from; j < to; ++j)
                level.sum[cell] += sum[at(j)];
            level.least[cell] = *std::min_element(least.begin() + from, least.begin() + to);
            level.most[cell] = *std::max_element(most.begin() + from, most.begin() + to);
        }
    }
}

/// 2 x 2 cells of the finer level become one.
void TileImage::nextLevel(const Level& finer, std::int64_t rows, std::int64_t columns, Level& coarser) {
    const std::int64_t halfRows = (rows + 1) / 2, halfColumns = (columns + 1) / 2;
    coarser.sum.assign(at(halfRows * halfColumns), 0.0);
    coarser.least.assign(coarser.sum.size(), 2.0f);
    coarser.most.assign(coarser.sum.size(), -2.0f);
    for (std::int64_t r = 0; r < rows; ++r) {
        for (std::int64_t c = 0; c < columns; ++c) {
            const std::size_t from = at(r * columns + c), to = at(r / 2 * halfColumns + c / 2);
            coarser.sum[to] += finer.sum[from];
            coarser.least[to] = std::min(coarser.least[to], finer.least[from]);
            coarser.most[to] = std::max(coarser.most[to], finer.most[from]);
        }
    }
}

void TileImage::store(Level& level, int number) {
    const std::int64_t rows = cellsOf(m_rows, number), columns = cellsOf(m_columns, number);
    const std::int64_t side = std::int64_t{1} << number;
    std::vector<float> mean(level.sum.size());
    for (std::int64_t r = 0; r < rows; ++r) {
        const std::int64_t height = std::min(side, m_rows - r * side);
        for (std::int64_t c = 0; c < columns; ++c) {
            const std::int64_t width = std::min(side, m_columns - c * side);
            mean[at(r * columns + c)] = static_cast<float>(level.sum[at(r * columns + c)] / static_cast<double>(height * width));
        }
    }
    const std::vector<float>* statistics[3] = {&mean, &level.least, &level.most};
    for (int s = 0; s < 3; ++s) {
        level.direct[s].resize(mean.size());
        formats::halvesFromFloats(*statistics[s], level.direct[s]);
        level.transposed[s].resize(mean.size());
        transpose(level.direct[s].data(), rows, columns, level.transposed[s].data(), rows);
    }
}

void TileImage::derivePyramid() {
    if (m_levels.empty())
        return;
    Level* finer = &m_levels[0];
    store(*finer, kFirstLevel);
    int number = kFirstLevel;
    const auto reduce = [&](Level& coarser) {
        nextLevel(*finer, cellsOf(m_rows, number), cellsOf(m_columns, number), coarser);
        ++number;
    };
    for (std::size_t i = 1; i < m_levels.size(); ++i) {
        reduce(m_levels[i]);
        finer = &m_levels[i];
        store(*finer, number);
    }
    // The tile as one cell, also where the stored levels end earlier.
    Level last[2];
    for (int turn = 0; finer->sum.size() > 1; turn = 1 - turn) {
        last[turn] = {};
        reduce(last[turn]);
        finer = &last[turn];
    }
    m_statistics = {finer->sum[0], finer->least[0], finer->most[0]};
}

TileBytes TileImage::stored() const {
    TileBytes bytes;
    if (m_plan.store == run::StoreType::f32) {
        bytes.push_back(std::as_bytes(kappa()));
        if (!m_diagonal)
            bytes.push_back(std::as_bytes(transposed()));
    } else {
        bytes.push_back(std::as_bytes(std::span(m_half).first(size())));
        if (!m_diagonal)
            bytes.push_back(std::as_bytes(std::span(m_halfTransposed).first(size())));
    }
    for (const Level& level : m_levels) {
        for (int s = 0; s < 3; ++s) {
            bytes.push_back(std::as_bytes(std::span(level.direct[s])));
            if (!m_diagonal)
                bytes.push_back(std::as_bytes(std::span(level.transposed[s])));
        }
    }
    return bytes;
}

} // namespace lpntk::kernel
