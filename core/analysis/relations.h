#pragma once

#include <core/base/ids.h>
#include <core/base/job_context.h>
#include <core/run/run.h>

#include <array>
#include <cstdint>
#include <vector>

namespace lpntk::analysis {

/// method.md section 2.
enum class Relation { interchangeable, unrelated, contradictory };
const char* nameOf(Relation relation);

/// cosine >= plus: interchangeable; cosine <= -minus: contradictory; between: unrelated. Both in [0, 1].
struct Thresholds {
    float plus = 0.1f;
    float minus = 0.1f;
    bool operator==(const Thresholds&) const = default;
    /// Throws OptionError.
    void check() const;
};

Relation relationOf(float cosine, Thresholds thresholds);
/// Angle in degrees of a cosine (clamped to [-1, 1]).
double angleOf(double cosine);

struct RelationCounts {
    std::int64_t interchangeable = 0, unrelated = 0, contradictory = 0;
    std::int64_t total() const { return interchangeable + unrelated + contradictory; }
    RelationCounts& operator+=(const RelationCounts& other);
};

/// Unordered pairs i < j of the run by relation.
struct RelationSummary {
    RelationCounts overall;
    std::vector<RelationCounts> byClassPair; ///< (K, K) symmetric, row-major
};

/// From the stored histograms where both thresholds lie on their bin edges (then at once), else by streaming over the
/// kernel. Byte-for-byte the same counts either way.
RelationSummary countRelations(const run::Run& run, Thresholds thresholds, const base::JobContext& context = {});
/// The histogram way alone, thresholds rounded to the nearest bin edge: for live dragging.
RelationSummary countRelationsFromHistogram(const run::Run& run, Thresholds thresholds);

struct Pair {
    base::RowId a, b;
    float kappa = 0;
    float cosine = 0;
};

/// The most contradictory pairs (cosine <= -minus), most negative cosine first, ties by (a, b); at most `limit`.
std::vector<Pair> contradictoryPairs(const run::Run& run, Thresholds thresholds, std::size_t limit,
                                     const base::JobContext& context = {});

struct Neighbour {
    base::RowId row;
    float kappa = 0;
    float cosine = 0;
};

/// Relations of one sample to all others it has values with.
struct Neighbourhood {
    std::vector<Neighbour> interchangeable;      ///< largest cosine first, at most `top`, any cosine > 0
    std::vector<Neighbour> contradictory;        ///< smallest cosine first, at most `top`, any cosine < 0
    std::vector<Neighbour> unrelated;            ///< smallest |cosine| first, at most `top`
    RelationCounts counts;                       ///< by the thresholds
    std::array<std::int64_t, run::kHistogramBins> histogram{}; ///< of this row's cosines, self left out
};

/// One pass over the sample's kernel row.
Neighbourhood neighbourhood(const run::Run& run, base::RowId row, Thresholds thresholds, std::size_t top);

} // namespace lpntk::analysis
