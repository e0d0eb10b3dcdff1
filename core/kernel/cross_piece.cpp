#include <core/kernel/cross_piece.h>

#include <core/base/hash.h>
#include <core/kernel/loops.h>

#include <algorithm>
#include <utility>

namespace lpntk::kernel {

namespace {

std::size_t at(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

/// Adds the values of samples from `first` on to the sums of their classes, class after class.
void addToClasses(std::span<double> classSum, const Rows& others, std::int64_t first, std::span<const float> values) {
    const auto labels = std::span(others.labels).subspan(at(first), values.size());
    for (std::size_t begin = 0, end = 0; begin < values.size(); begin = end) {
        while (end < values.size() && labels[end] == labels[begin])
            ++end;
        classSum[at(labels[begin])] += sumOf(values.subspan(begin, end - begin));
    }
}

std::span<double> classSumsOf(CrossSideState& side, std::int64_t number) {
    const std::size_t classes = side.classSum.size() / side.norms.size();
    return std::span(side.classSum).subspan(at(number) * classes, classes);
}

} // namespace

CrossPanel::CrossPanel(const CrossPlan& plan, const CrossState& state) : m_plan(plan), m_state(state) {
    const std::int64_t rows = std::min<std::int64_t>(plan.tile, plan.rows);
    m_kappa.resize(at(rows * plan.panelColumns));
    if (plan.store == run::StoreType::f16)
        m_cosine.resize(m_kappa.size());
}

void CrossPanel::begin(int band, const TileRange& panel, std::vector<int> wanted) {
    m_band = band;
    m_rows = m_plan.band(band);
    m_columns = {m_plan.tileColumns(panel.begin).begin, m_plan.tileColumns(panel.end - 1).end};
    m_wanted = std::move(wanted);
}

std::size_t CrossPanel::placeOf(std::int64_t row, std::int64_t column) const {
    return at((row - m_rows.begin) * m_columns.size() + column - m_columns.begin);
}

std::uint32_t CrossPanel::put(int columnTile, std::span<const double> contraction) {
    const run::RowRange columns = m_plan.tileColumns(columnTile);
    const std::size_t width = at(columns.size());
    const auto norms = std::span(m_state.columns.norms).subspan(at(columns.begin), width);
    std::vector<float> cosine(m_cosine.empty() ? 0 : width);
    std::uint32_t crc = 0;
    for (std::int64_t row = m_rows.begin; row < m_rows.end; ++row) {
        const std::size_t place = placeOf(row, columns.begin);
        const auto kappa = std::span(m_kappa).subspan(place, width);
        narrow(contraction.subspan(at(row - m_rows.begin) * width, width), kappa);
        if (m_cosine.empty()) {
            crc = base::crc32(std::as_bytes(kappa), crc);
            continue;
        }
        cosines(kappa, m_state.rows.norms[at(row)], norms, cosine);
        const auto halves = std::span(m_cosine).subspan(place, width);
        formats::halvesFromFloats(cosine, halves);
        crc = base::crc32(std::as_bytes(halves), crc);
    }
    return crc;
}

std::span<const std::byte> CrossPanel::storedFrom(std::int64_t row, std::int64_t column) const {
    const std::size_t place = placeOf(row, column);
    return m_cosine.empty() ? std::as_bytes(std::span(m_kappa).subspan(place))
                            : std::as_bytes(std::span(m_cosine).subspan(place));
}

void CrossPanel::write(const CrossStore& store, const run::RowRange& rows) const {
    for (std::size_t begin = 0, end = 0; begin < m_wanted.size(); begin = end) {
        // Neighbouring pieces in one go.
        for (end = begin + 1; end < m_wanted.size() && m_wanted[end] == m_wanted[end - 1] + 1;)
            ++end;
        const run::RowRange columns{m_plan.tileColumns(m_wanted[begin]).begin,
                                    m_plan.tileColumns(m_wanted[end - 1]).end};
        store.write(rows, columns, storedFrom(rows.begin, columns.begin), m_columns.size() * store.elementBytes());
    }
}

std::span<const float> CrossPanel::kappa(std::int64_t row, const run::RowRange& columns) const {
    return std::span(m_kappa).subspan(placeOf(row, columns.begin), at(columns.size()));
}

CrossAdder::CrossAdder(const CrossPlan& plan, const Rows& rows, const Rows& columns, CrossState& state)
    : m_plan(plan), m_rows(rows), m_columns(columns), m_state(state),
      m_auditRows(auditSamples(plan.rows, plan.auditRows)),
      m_auditColumns(auditSamples(plan.columns, plan.auditColumns)) {}

void CrossAdder::addRows(const CrossPanel& panel, const run::RowRange& rows, const TileRange& tiles) {
    const run::RowRange columns{m_plan.tileColumns(tiles.begin).begin, m_plan.tileColumns(tiles.end - 1).end};
    for (std::int64_t row = rows.begin; row < rows.end; ++row) {
        // Tile by tile, so that the sums do not tell where panels end.
        for (int tile = tiles.begin; tile < tiles.end; ++tile) {
            const run::RowRange own = m_plan.tileColumns(tile);
            addToClasses(classSumsOf(m_state.rows, row), m_columns, own.begin, panel.kappa(row, own));
        }
        m_finder.add(m_state.rows.lists(row), -1, columns.begin, panel.kappa(row, columns));
        addAudit(row, columns, panel.kappa(row, columns));
    }
}

void CrossAdder::addAudit(std::int64_t row, const run::RowRange& columns, std::span<const float> kappa) {
    const auto found = std::lower_bound(m_auditRows.begin(), m_auditRows.end(), row);
    if (found == m_auditRows.end() || *found != row)
        return;
    const auto first = (found - m_auditRows.begin()) * static_cast<std::int64_t>(m_auditColumns.size());
    for (std::size_t j = 0; j < m_auditColumns.size(); ++j) {
        if (columns.contains(m_auditColumns[j]))
            m_state.auditKappa[at(first) + j] = kappa[at(m_auditColumns[j] - columns.begin)];
    }
}

void CrossAdder::addColumns(const CrossPanel& panel, int columnTile) {
    const run::RowRange rows = panel.rows(), columns = m_plan.tileColumns(columnTile);
    const std::size_t height = at(rows.size()), width = at(columns.size());
    m_block.resize(height * width);
    m_turned.resize(height * width);
    for (std::int64_t row = rows.begin; row < rows.end; ++row)
        std::ranges::copy(panel.kappa(row, columns), m_block.begin() + (row - rows.begin) * columns.size());
    transpose(m_block.data(), rows.size(), columns.size(), m_turned.data(), rows.size());
    for (std::int64_t column = columns.begin; column < columns.end; ++column) {
        const auto values = std::span<const float>(m_turned).subspan(at(column - columns.begin) * height, height);
        addToClasses(classSumsOf(m_state.columns, column), m_rows, rows.begin, values);
        m_finder.add(m_state.columns.lists(column), -1, rows.begin, values);
    }
}

} // namespace lpntk::kernel
