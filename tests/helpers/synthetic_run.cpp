#include "synthetic_run.h"

#include <core/base/version.h>
#include <core/formats/half.h>
#include <core/formats/npy.h>
#include <core/run/manifest.h>
#include <core/run/run.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace lpntk::tests {

namespace {

namespace fs = std::filesystem;
using formats::Half;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

/// One number after the other from a fixed generator; std distributions differ between libraries.
double uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1p-53; }
double normal(std::mt19937_64& random) {
    double sum = -6;
    for (int i = 0; i < 12; ++i)
        sum += uniform(random);
    return sum;
}

bool has(const SyntheticRun& run, const SyntheticOptions& options, std::int64_t i, std::int64_t j) {
    return options.blocks == run::Blocks::full || run.labels[at(i)] == run.labels[at(j)];
}

std::vector<float> normsOf(const SyntheticRun& run) {
    std::vector<float> norms(at(run.rows));
    for (std::int64_t i = 0; i < run.rows; ++i)
        norms[at(i)] = static_cast<float>(std::sqrt(static_cast<double>(run.at(i, i))));
    return norms;
}

/// The cosine a reader of the run sees.
float storedCosine(const SyntheticRun& run, const std::vector<float>& norms, const SyntheticOptions& options,
                   std::int64_t i, std::int64_t j) {
    if (i == j)
        return norms[at(i)] > 0 ? 1.0f : 0.0f;
    const float cosine = run::cosineOf(run.at(i, j), norms[at(i)], norms[at(j)]);
    return options.store == run::StoreType::f32 ? cosine : formats::floatFromHalf(formats::halfFromFloat(cosine));
}

void writeHalves(const fs::path& path, const std::vector<float>& values, std::vector<std::int64_t> shape) {
    std::vector<Half> halves(values.size());
    formats::halvesFromFloats(values, halves);
    formats::writeNpyBytes(path, formats::DType::f16, shape, std::as_bytes(std::span(halves)));
}

std::vector<run::RowRange> blocksOf(const SyntheticRun& run, const SyntheticOptions& options) {
    if (options.blocks == run::Blocks::full)
        return {{0, run.rows}};
    std::vector<run::RowRange> blocks;
    for (std::int64_t row = 0; row < run.rows; ++row) {
        if (row == 0 || run.labels[at(row)] != run.labels[at(row - 1)])
            blocks.push_back({row, row});
        blocks.back().end = row + 1;
    }
    return blocks;
}

void writeBlocks(const fs::path& folder, const SyntheticRun& run, const SyntheticOptions& options,
                 const std::vector<float>& norms) {
    for (const run::RowRange& block : blocksOf(run, options)) {
        const bool full = options.blocks == run::Blocks::full;
        const fs::path path = folder / (full ? "kernel.npy" : fmt::format("kernel_class_{}.npy", run.labels[at(block.begin)]));
        std::vector<float> values;
        for (std::int64_t i = block.begin; i < block.end; ++i) {
            for (std::int64_t j = block.begin; j < block.end; ++j)
                values.push_back(options.store == run::StoreType::f32 ? run.at(i, j) : storedCosine(run, norms, options, i, j));
        }
        if (options.store == run::StoreType::f32)
            formats::writeNpy<float>(path, values, {block.size(), block.size()});
        else
            writeHalves(path, values, {block.size(), block.size()});
    }
}

void writeNeighbours(const fs::path& folder, const SyntheticRun& run, const SyntheticOptions& options) {
    const std::int64_t k = options.top;
    const auto padded = at(run.rows * k);
    std::vector<std::int32_t> topIndex(padded, -1), bottomIndex(padded, -1), selfMax(at(run.rows), -1);
    std::vector<float> topValue(padded, std::numeric_limits<float>::quiet_NaN()), bottomValue(topValue);
    for (std::int64_t i = 0; i < run.rows; ++i) {
        std::vector<std::int32_t> others;
        for (std::int64_t j = 0; j < run.rows; ++j) {
            if (j != i && has(run, options, i, j))
                others.push_back(static_cast<std::int32_t>(j));
        }
        const auto fill = [&](std::vector<std::int32_t>& index, std::vector<float>& value, double sign) {
            std::stable_sort(others.begin(), others.end(),
                             [&](auto a, auto b) { return sign * run.at(i, a) > sign * run.at(i, b); });
            for (std::size_t t = 0; t < std::min(others.size(), at(k)); ++t) {
                index[at(i * k) + t] = others[t];
                value[at(i * k) + t] = run.at(i, others[t]);
            }
            std::sort(others.begin(), others.end());
        };
        fill(topIndex, topValue, 1);
        fill(bottomIndex, bottomValue, -1);
        if (!others.empty() && topValue[at(i * k)] > run.at(i, i))
            selfMax[at(i)] = topIndex[at(i * k)];
    }
    formats::writeNpy<std::int32_t>(folder / "top_index.npy", topIndex, {run.rows, k});
    formats::writeNpy<float>(folder / "top_value.npy", topValue, {run.rows, k});
    formats::writeNpy<std::int32_t>(folder / "bottom_index.npy", bottomIndex, {run.rows, k});
    formats::writeNpy<float>(folder / "bottom_value.npy", bottomValue, {run.rows, k});
    formats::writeNpy(folder / "self_max.npy", selfMax);
}

void writeSums(const fs::path& folder, const SyntheticRun& run, const SyntheticOptions& options) {
    const std::int64_t k = run.classes;
    std::vector<double> rowSum(at(run.rows)), classSum(at(run.rows * k)), classPair(at(k * k));
    for (std::int64_t i = 0; i < run.rows; ++i) {
        for (std::int64_t j = 0; j < run.rows; ++j) {
            if (!has(run, options, i, j))
                continue;
            rowSum[at(i)] += run.at(i, j);
            classSum[at(i * k + run.labels[at(j)])] += run.at(i, j);
            classPair[at(run.labels[at(i)] * k + run.labels[at(j)])] += run.at(i, j);
        }
    }
    formats::writeNpy(folder / "row_sum.npy", rowSum);
    formats::writeNpy<double>(folder / "class_sum.npy", classSum, {run.rows, k});
    formats::writeNpy<double>(folder / "class_pair.npy", classPair, {k, k});
}

void writeHistograms(const fs::path& folder, const SyntheticRun& run, const SyntheticOptions& options,
                     const std::vector<float>& norms) {
    const std::int64_t k = run.classes;
    const std::int64_t bins = run::kHistogramBins;
    std::vector<std::int64_t> histogram(at(bins)), byClass(at(k * k * bins));
    for (std::int64_t i = 0; i < run.rows; ++i) {
        for (std::int64_t j = i + 1; j < run.rows; ++j) {
            if (!has(run, options, i, j))
                continue;
            const int bin = run::histogramBin(storedCosine(run, norms, options, i, j));
            const std::int64_t a = run.labels[at(i)], b = run.labels[at(j)];
            ++histogram[at(bin)];
            ++byClass[at((a * k + b) * bins + bin)];
            if (a != b)
                ++byClass[at((b * k + a) * bins + bin)];
        }
    }
    formats::writeNpy(folder / "histogram.npy", histogram);
    if (k <= run::kMostHistogramClasses)
        formats::writeNpy<std::int64_t>(folder / "class_histogram.npy", byClass, {k, k, bins});
}

void writePyramid(const fs::path& folder, const SyntheticRun& run, const SyntheticOptions& options,
                  const std::vector<float>& norms) {
    fs::create_directory(folder / "pyramid");
    for (const int level : run::pyramidLevels(run.rows)) {
        const std::int64_t cells = ((run.rows - 1) >> level) + 1;
        const std::size_t plane = at(cells * cells);
        std::vector<double> sum(plane), count(plane);
        std::vector<float> values(3 * plane);
        std::fill(values.begin() + static_cast<std::ptrdiff_t>(plane), values.end(), 2.0f);
        std::fill(values.begin() + static_cast<std::ptrdiff_t>(2 * plane), values.end(), -2.0f);
        for (std::int64_t i = 0; i < run.rows; ++i) {
            for (std::int64_t j = 0; j < run.rows; ++j) {
                const std::size_t cell = at((i >> level) * cells + (j >> level));
                const float cosine = storedCosine(run, norms, options, i, j);
                sum[cell] += cosine;
                count[cell] += 1;
                values[plane + cell] = std::min(values[plane + cell], cosine);
                values[2 * plane + cell] = std::max(values[2 * plane + cell], cosine);
            }
        }
        for (std::size_t cell = 0; cell < plane; ++cell)
            values[cell] = static_cast<float>(sum[cell] / count[cell]);
        writeHalves(folder / "pyramid" / fmt::format("level_{}.npy", level), values, {3, cells, cells});
    }
}

run::Manifest manifestOf(const SyntheticRun& run, const SyntheticOptions& options) {
    run::Manifest manifest;
    manifest.state = "finished";
    manifest.programVersion = base::programVersion();
    manifest.dataSource = options.dataSource;
    manifest.dataName = options.dataName;
    manifest.dataHash = std::string(64, '0');
    manifest.split = options.split;
    manifest.classNames = run.classNames;
    manifest.model = "lenet5";
    manifest.weightsHash = std::string(64, '0');
    manifest.preprocessing = {{"name", "none"}};
    manifest.network = base::Json::object();
    manifest.precision = {{"grade", "fp32"}, {"relative_frobenius", 1e-8}, {"largest_cosine_error", 1e-7}};
    manifest.timings = base::Json::object();
    manifest.plan.rows = run.rows;
    manifest.plan.classes = run.classes;
    manifest.plan.parameters = 1000;
    manifest.plan.blocks = blocksOf(run, options);
    manifest.plan.blockKind = options.blocks;
    manifest.plan.store = options.store;
    manifest.plan.top = options.top;
    return manifest;
}

} // namespace

SyntheticRun syntheticRunFromFeatures(const std::vector<double>& features, std::int64_t width,
                                      const std::vector<std::int64_t>& labels, int classes) {
    SyntheticRun run;
    run.rows = static_cast<std::int64_t>(labels.size());
    run.classes = classes;
    run.samples.resize(labels.size());
    std::iota(run.samples.begin(), run.samples.end(), std::int64_t{0});
    std::stable_sort(run.samples.begin(), run.samples.end(), [&](auto a, auto b) { return labels[at(a)] < labels[at(b)]; });
    for (const std::int64_t sample : run.samples)
        run.labels.push_back(labels[at(sample)]);
    run.kappa.resize(at(run.rows * run.rows));
    for (std::int64_t i = 0; i < run.rows; ++i) {
        const double* a = features.data() + run.samples[at(i)] * width;
        for (std::int64_t j = i; j < run.rows; ++j) {
            const double* b = features.data() + run.samples[at(j)] * width;
            const auto kappa = static_cast<float>(std::inner_product(a, a + width, b, 0.0));
            run.kappa[at(i * run.rows + j)] = run.kappa[at(j * run.rows + i)] = kappa;
        }
    }
    for (int c = 0; c < classes; ++c)
        run.classNames.push_back(fmt::format("class {}", c));
    for (const std::int64_t label : run.labels) {
        for (int c = 0; c < classes; ++c)
            run.probabilities.push_back(c == label ? 0.5f + 0.5f / static_cast<float>(classes)
                                                   : 0.5f / static_cast<float>(classes));
    }
    return run;
}

SyntheticRun makeSyntheticRun(std::int64_t rows, int classes, std::uint64_t seed) {
    constexpr std::int64_t kWidth = 24;
    std::mt19937_64 random(seed);
    std::vector<double> directions(at(classes * kWidth)), features(at(rows * kWidth));
    for (double& value : directions)
        value = normal(random);
    std::vector<std::int64_t> labels(at(rows)), seen(at(classes));
    for (std::int64_t i = 0; i < rows; ++i) {
        labels[at(i)] = static_cast<std::int64_t>(uniform(random) * classes);
        const std::int64_t number = seen[at(labels[at(i)])]++;
        const double length = number % 17 == 16 ? 2.5 : 0.6 + 0.4 * uniform(random);
        const double sign = number % 29 == 28 ? -1 : 1;
        for (std::int64_t f = 0; f < kWidth; ++f)
            features[at(i * kWidth + f)] = length * (sign * directions[at(labels[at(i)] * kWidth + f)] + 0.8 * normal(random));
    }
    SyntheticRun run = syntheticRunFromFeatures(features, kWidth, labels, classes);
    for (std::int64_t& sample : run.samples)
        sample = 3 * sample + 1;
    return run;
}

void writeSyntheticRun(const fs::path& folder, const SyntheticRun& run, const SyntheticOptions& options) {
    fs::create_directories(folder);
    const std::vector<float> norms = normsOf(run);
    formats::writeNpy(folder / "samples.npy", run.samples);
    formats::writeNpy(folder / "labels.npy", run.labels);
    formats::writeNpy(folder / "norms.npy", norms);
    formats::writeNpy<float>(folder / "probabilities.npy", run.probabilities, {run.rows, run.classes});
    writeBlocks(folder, run, options, norms);
    writeNeighbours(folder, run, options);
    writeSums(folder, run, options);
    writeHistograms(folder, run, options, norms);
    if (options.blocks == run::Blocks::full)
        writePyramid(folder, run, options, norms);
    writeManifest(folder, manifestOf(run, options));
}

} // namespace lpntk::tests
