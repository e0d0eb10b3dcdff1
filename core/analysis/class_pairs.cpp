#include <core/analysis/class_pairs.h>

#include <cmath>
#include <limits>

namespace lpntk::analysis {

using base::RowId;

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr int kHalf = run::kHistogramBins / 2;

double meanOfBins(std::span<const std::int64_t> bins) {
    double sum = 0;
    std::int64_t pairs = 0;
    for (int bin = 0; bin < run::kHistogramBins; ++bin) {
        const std::int64_t here = bins[static_cast<std::size_t>(bin)];
        sum += static_cast<double>(here) * (bin - kHalf + 0.5) / kHalf;
        pairs += here;
    }
    return pairs > 0 ? sum / static_cast<double>(pairs) : kNothing;
}

} // namespace

ClassPairMeans classPairMeans(const run::Run& run) {
    const int classes = run.classes();
    std::vector<double> own(static_cast<std::size_t>(classes), 0);
    // The diagonal from the norms: a value of every row of the kernel would bring all of it from the disk.
    for (std::int64_t i = 0; i < run.rows(); ++i) {
        const auto norm = static_cast<double>(run.norms()[static_cast<std::size_t>(i)]);
        own[static_cast<std::size_t>(run.labelOf(RowId(i)))] += norm * norm;
    }
    ClassPairMeans means;
    const auto sums = run.classPair();
    for (int a = 0; a < classes; ++a) {
        for (int b = 0; b < classes; ++b) {
            const std::int64_t left = run.classRange(a).size(), right = run.classRange(b).size();
            const std::int64_t pairs = a == b ? left * (left - 1) : left * right;
            const double sum = sums[static_cast<std::size_t>(a * classes + b)] - (a == b ? own[static_cast<std::size_t>(a)] : 0);
            const bool computed = pairs > 0 && (a == b || run.hasFull());
            means.kappa.push_back(computed ? sum / static_cast<double>(pairs) : kNothing);
        }
    }
    const auto histograms = run.classHistogram();
    for (std::size_t at = 0; at < histograms.size(); at += run::kHistogramBins)
        means.cosine.push_back(meanOfBins(histograms.subspan(at, run::kHistogramBins)));
    return means;
}

AverageKappa averageKappa(const run::Run& run) {
    const auto rows = static_cast<std::size_t>(run.rows());
    const auto classes = static_cast<std::size_t>(run.classes());
    const auto sums = run.classSum();
    AverageKappa result;
    result.ownClass.resize(rows);
    if (run.hasFull())
        result.all.resize(rows);
    const auto mean = [](double sum, std::int64_t others) {
        return static_cast<float>(others > 0 ? sum / static_cast<double>(others) : kNothing);
    };
    for (std::size_t i = 0; i < rows; ++i) {
        const RowId row(static_cast<std::int64_t>(i));
        const int label = run.labelOf(row);
        const double self = static_cast<double>(run.kappa(row, row));
        result.ownClass[i] = mean(sums[i * classes + static_cast<std::size_t>(label)] - self, run.classRange(label).size() - 1);
        if (run.hasFull())
            result.all[i] = mean(run.rowSum()[i] - self, run.rows() - 1);
    }
    return result;
}

double cosineQuantile(const run::Run& run, double share) {
    const auto bins = run.histogram();
    std::int64_t pairs = 0;
    for (const std::int64_t count : bins)
        pairs += count;
    if (pairs == 0)
        return 1.0;
    std::int64_t within = 0;
    int bin = 0;
    while (bin < kHalf) {
        within += bins[static_cast<std::size_t>(kHalf + bin)] + bins[static_cast<std::size_t>(kHalf - 1 - bin)];
        ++bin;
        if (static_cast<double>(within) >= share * static_cast<double>(pairs))
            break;
    }
    return static_cast<double>(bin) / kHalf;
}

double defaultRange(const run::Run& run, double quantile) {
    constexpr int kBinsPerStep = kHalf / 20; // a step is 0.05
    const int bin = static_cast<int>(std::lround(cosineQuantile(run, quantile) * kHalf));
    return ((bin + kBinsPerStep - 1) / kBinsPerStep) / 20.0;
}

} // namespace lpntk::analysis
