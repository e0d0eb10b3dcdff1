#include <core/run/run.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/run/run_files.h>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace lpntk::run {

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

} // namespace

std::vector<int> pyramidLevels(std::int64_t rows) {
    std::vector<int> levels{3};
    while (levels.back() < 10 && ((rows - 1) >> levels.back()) > 0)
        levels.push_back(levels.back() + 1);
    return levels;
}

Run::Run() = default;
Run::~Run() = default;

std::shared_ptr<const Run> Run::open(const std::filesystem::path& folder) {
    std::shared_ptr<Run> run(new Run);
    run->m_folder = std::filesystem::absolute(folder).lexically_normal();
    run->m_manifest = readManifest(run->m_folder);
    if (run->m_manifest.state != "finished")
        throw base::FormatError(fmt::format("{} holds a run that is not finished; give the same command again with --resume",
                                            base::quoted(run->m_folder)));
    try {
        run->m_files = std::make_unique<Files>(run->m_folder, run->m_manifest);
    } catch (const base::Error& problem) {
        throw base::FormatError(fmt::format(
            "{}; the run is damaged: lpntk repair computes the parts of its kernel again, a new run everything",
            problem.what()));
    }
    return run;
}

bool Run::hasFull() const { return m_manifest.plan.blockKind == Blocks::full; }
std::span<const std::int64_t> Run::samples() const { return m_files->samples; }
std::span<const std::int64_t> Run::labels() const { return m_files->labels; }
std::span<const float> Run::norms() const { return m_files->norms; }
RowRange Run::classRange(int label) const { return m_files->classRanges.at(at(label)); }

base::SampleId Run::sampleFromRow(base::RowId row) const {
    return row.isValid() && row.value() < rows() ? base::SampleId(samples()[at(row.value())]) : base::SampleId();
}

base::RowId Run::rowFromSample(base::SampleId sample) const {
    const auto& rowOf = m_files->rowOfSample;
    // Of a whole data set every sample is there, and its place in the sorted list is known without a search.
    const std::int64_t place = rowOf.empty() ? 0 : sample.value() - rowOf.front().first;
    if (place >= 0 && place < std::ssize(rowOf) && rowOf[at(place)].first == sample.value())
        return base::RowId(rowOf[at(place)].second);
    const auto found = std::lower_bound(rowOf.begin(), rowOf.end(), std::pair(sample.value(), std::int64_t{0}));
    return found != rowOf.end() && found->first == sample.value() ? base::RowId(found->second) : base::RowId();
}

int Run::labelOf(base::RowId row) const { return static_cast<int>(labels()[at(row.value())]); }

bool Run::has(base::RowId a, base::RowId b) const {
    return hasFull() || labels()[at(a.value())] == labels()[at(b.value())];
}

float Run::kappa(base::RowId a, base::RowId b) const {
    float value = kNaN;
    kappaRow(a, {b.value(), b.value() + 1}, {&value, 1});
    return value;
}

float Run::cosine(base::RowId a, base::RowId b) const {
    float value = kNaN;
    cosineRow(a, {b.value(), b.value() + 1}, {&value, 1});
    return value;
}

namespace {

/// The part of `columns` that `block` has of `row`'s stored row, and where it starts.
struct Piece {
    RowRange columns;
    std::size_t offset = 0;
};

template <typename Block> Piece pieceOf(const Block& block, std::int64_t row, RowRange columns) {
    const RowRange inside{std::max(columns.begin, block.rows.begin), std::min(columns.end, block.rows.end)};
    if (inside.size() <= 0)
        return {};
    return {inside, at((row - block.rows.begin) * block.rows.size() + (inside.begin - block.rows.begin))};
}

} // namespace

void Run::kappaRow(base::RowId row, RowRange columns, std::span<float> out) const {
    const std::size_t number = hasFull() ? 0 : at(m_files->blockOfLabel[at(labelOf(row))]);
    const Files::Block& block = m_files->blocks[number];
    const Piece piece = pieceOf(block, row.value(), columns);
    if (piece.columns.size() != columns.size())
        std::fill(out.begin(), out.end(), kNaN);
    if (piece.columns.size() <= 0)
        return;
    const auto target = out.subspan(at(piece.columns.begin - columns.begin), at(piece.columns.size()));
    if (!block.kappa.empty()) {
        const auto source = block.kappa.subspan(piece.offset, target.size());
        std::copy(source.begin(), source.end(), target.begin());
        return;
    }
    formats::floatsFromHalves(block.cosine.subspan(piece.offset, target.size()), target);
    const float norm = norms()[at(row.value())];
    const auto others = norms().subspan(at(piece.columns.begin), target.size());
    for (std::size_t i = 0; i < target.size(); ++i)
        target[i] = kappaOf(target[i], norm, others[i]);
}

void Run::cosineRow(base::RowId row, RowRange columns, std::span<float> out) const {
    const std::size_t number = hasFull() ? 0 : at(m_files->blockOfLabel[at(labelOf(row))]);
    const Files::Block& block = m_files->blocks[number];
    const Piece piece = pieceOf(block, row.value(), columns);
    if (piece.columns.size() != columns.size())
        std::fill(out.begin(), out.end(), kNaN);
    if (piece.columns.size() <= 0)
        return;
    const auto target = out.subspan(at(piece.columns.begin - columns.begin), at(piece.columns.size()));
    const float norm = norms()[at(row.value())];
    if (block.kappa.empty()) {
        formats::floatsFromHalves(block.cosine.subspan(piece.offset, target.size()), target);
    } else {
        const auto source = block.kappa.subspan(piece.offset, target.size());
        const auto others = norms().subspan(at(piece.columns.begin), target.size());
        for (std::size_t i = 0; i < target.size(); ++i)
            target[i] = cosineOf(source[i], norm, others[i]);
    }
    if (piece.columns.contains(row.value()))
        target[at(row.value() - piece.columns.begin)] = norm > 0 ? 1.0f : 0.0f;
}

int Run::top() const { return m_manifest.plan.top; }

std::span<const std::int32_t> Run::topIndex(base::RowId row) const {
    return m_files->topIndex.subspan(at(row.value() * top()), at(top()));
}
std::span<const float> Run::topValue(base::RowId row) const {
    return m_files->topValue.subspan(at(row.value() * top()), at(top()));
}
std::span<const std::int32_t> Run::bottomIndex(base::RowId row) const {
    return m_files->bottomIndex.subspan(at(row.value() * top()), at(top()));
}
std::span<const float> Run::bottomValue(base::RowId row) const {
    return m_files->bottomValue.subspan(at(row.value() * top()), at(top()));
}

std::span<const double> Run::rowSum() const { return m_files->rowSum; }
std::span<const double> Run::classSum() const { return m_files->classSum; }
std::span<const double> Run::classPair() const { return m_files->classPair; }
std::span<const std::int64_t> Run::histogram() const { return m_files->histogram; }
std::span<const std::int64_t> Run::classHistogram() const { return m_files->classHistogram; }
std::span<const std::int32_t> Run::selfMax() const { return m_files->selfMax; }
std::span<const float> Run::probabilities() const { return m_files->probabilities; }

std::vector<int> Run::levels() const {
    std::vector<int> levels;
    for (const auto& [level, values] : m_files->pyramid)
        levels.push_back(level);
    return levels;
}

std::int64_t Run::cells(int level) const { return ((rows() - 1) >> level) + 1; }

void Run::cells(int level, CellStatistic statistic, RowRange cellRows, RowRange columns, std::span<float> out) const {
    const std::size_t width = at(columns.size());
    if (level == 0) {
        for (std::int64_t row = cellRows.begin; row < cellRows.end; ++row)
            cosineRow(base::RowId(row), columns, out.subspan(at(row - cellRows.begin) * width, width));
        return;
    }
    const auto found = m_files->pyramid.find(level);
    if (found == m_files->pyramid.end())
        throw base::OptionError(fmt::format("{} has no pyramid level {}", base::quoted(m_folder), level));
    const std::int64_t side = cells(level);
    const auto plane = found->second.subspan(at(static_cast<std::int64_t>(statistic) * side * side), at(side * side));
    for (std::int64_t row = cellRows.begin; row < cellRows.end; ++row)
        formats::floatsFromHalves(plane.subspan(at(row * side + columns.begin), width),
                                  out.subspan(at(row - cellRows.begin) * width, width));
}

} // namespace lpntk::run
