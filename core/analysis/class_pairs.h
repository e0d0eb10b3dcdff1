#pragma once

#include <core/run/run.h>

#include <vector>

namespace lpntk::analysis {

/// Means per pair of classes, (K, K) row-major; NaN where a class is empty or the pair was not computed.
struct ClassPairMeans {
    std::vector<double> kappa;   ///< mean over ordered pairs i != j
    std::vector<double> cosine;  ///< from the class histograms' bin centres when there are any, else empty
};
ClassPairMeans classPairMeans(const run::Run& run);

/// Mean kappa of each row to its own class and to all rows, self left out (score "average lpNTK"); NaN without others.
struct AverageKappa {
    std::vector<float> ownClass;
    std::vector<float> all;      ///< empty for class blocks
};
AverageKappa averageKappa(const run::Run& run);

/// The smallest bin edge of the histogram within whose +- that share of the pairs lies; 1 without pairs.
double cosineQuantile(const run::Run& run, double share);

/// |cosine| quantile of the off-diagonal pairs from the histogram, rounded up to the next 0.05: the heatmap's range.
double defaultRange(const run::Run& run, double quantile = 0.98);

} // namespace lpntk::analysis
