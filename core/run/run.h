#pragma once

#include <core/base/ids.h>
#include <core/run/histogram.h>
#include <core/run/manifest.h>
#include <core/run/plan.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lpntk::run {

/// Statistic of a pyramid cell.
enum class CellStatistic { mean = 0, minimum = 1, maximum = 2 };

/// The cosine that every reader and writer of runs means: kappa / (a * b) in float64, rounded once, clamped to
/// [-1, 1]; 0 when a norm is 0. Symmetric in its norms, bit for bit.
inline float cosineOf(float kappa, float normA, float normB) {
    const double product = static_cast<double>(normA) * normB;
    const float cosine = product > 0 ? static_cast<float>(kappa / product) : 0.0f;
    return cosine > 1.0f ? 1.0f : cosine < -1.0f ? -1.0f : cosine;
}
/// kappa of a pair whose cosine was stored.
inline float kappaOf(float cosine, float normA, float normB) {
    return static_cast<float>(static_cast<double>(cosine) * (static_cast<double>(normA) * normB));
}

/// Levels that a full run of `rows` rows stores: 3 always, further ones to 10 while the level before has several cells.
std::vector<int> pyramidLevels(std::int64_t rows);
/// Class histograms are kept up to this many classes.
inline constexpr int kMostHistogramClasses = 100;

/// Read access to a finished run folder. Immutable, memory-mapped, safe from any thread; several programs may read the
/// same folder. Rows are sorted by (label, original index).
class Run {
public:
    /// Throws IoError, FormatError (a file is missing, short, of another shape; an unfinished run says how to resume).
    static std::shared_ptr<const Run> open(const std::filesystem::path& folder);
    ~Run();

    const std::filesystem::path& folder() const { return m_folder; }
    const Manifest& manifest() const { return m_manifest; }
    std::int64_t rows() const { return m_manifest.plan.rows; }
    int classes() const { return m_manifest.classes(); }
    bool hasFull() const;             ///< false: only class blocks are there

    std::span<const std::int64_t> samples() const; ///< (N) original index of each row
    std::span<const std::int64_t> labels() const;  ///< (N) label of each row
    std::span<const float> norms() const;          ///< (N) sqrt(kappa_ii)
    RowRange classRange(int label) const;          ///< rows of a class, empty when it has none
    base::SampleId sampleFromRow(base::RowId row) const;
    base::RowId rowFromSample(base::SampleId sample) const; ///< invalid when the sample is not in the run
    int labelOf(base::RowId row) const;

    /// Whether the pair's value was computed (always for full runs).
    bool has(base::RowId a, base::RowId b) const;
    /// kappa of a pair; NaN when !has(a, b).
    float kappa(base::RowId a, base::RowId b) const;
    /// Cosine of a pair, 1 on the diagonal; 0 (there too) when one of the norms is 0; NaN when !has(a, b).
    float cosine(base::RowId a, base::RowId b) const;
    /// kappa of `row` with columns [begin, end); NaN where not computed. `out` has columns.size() elements.
    void kappaRow(base::RowId row, RowRange columns, std::span<float> out) const;
    void cosineRow(base::RowId row, RowRange columns, std::span<float> out) const;

    int top() const;                                       ///< k of the neighbour lists
    /// Row ids, most positive kappa first; fewer than top() others are padded with -1 / NaN.
    std::span<const std::int32_t> topIndex(base::RowId row) const;
    std::span<const float> topValue(base::RowId row) const;
    /// Most negative kappa first.
    std::span<const std::int32_t> bottomIndex(base::RowId row) const;
    std::span<const float> bottomValue(base::RowId row) const;

    /// (N) sum over the computed columns, self included (float64 sums).
    std::span<const double> rowSum() const;
    /// (N, K) sum of kappa to each class, self included.
    std::span<const double> classSum() const;
    /// (K, K) sum of kappa over all ordered pairs of two classes.
    std::span<const double> classPair() const;
    /// (kHistogramBins) unordered pairs i < j by cosine.
    std::span<const std::int64_t> histogram() const;
    /// (K, K, kHistogramBins) the same by class pair, symmetric; empty when K > 100.
    std::span<const std::int64_t> classHistogram() const;
    /// (N) row id of the strictly largest other kappa that exceeds kappa_ii, else -1 (self-maximum test, method.md 3).
    std::span<const std::int32_t> selfMax() const;
    /// (N, K) softmax of the network's logits on each row.
    std::span<const float> probabilities() const;

    /// Pyramid levels there are, ascending; level l has cells of 2^l x 2^l pairs. Empty for class blocks.
    std::vector<int> levels() const;
    /// Cells per side of a level: ceil(N / 2^level).
    std::int64_t cells(int level) const;
    /// Cosines of cells [rows) x [columns) of a level into `out` row-major. Level 0 reads the kernel itself (every
    /// statistic is the value). Throws OptionError for a level that is not there.
    void cells(int level, CellStatistic statistic, RowRange rows, RowRange columns, std::span<float> out) const;

private:
    Run();
    struct Files;
    std::filesystem::path m_folder;
    Manifest m_manifest;
    std::unique_ptr<Files> m_files;
};

} // namespace lpntk::run
