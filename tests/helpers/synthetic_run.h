#pragma once

#include <core/run/options.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lpntk::tests {

/// A kernel given as a dense matrix with everything a run folder tells about its rows. Rows are sorted by
/// (label, original index); kappa is symmetric, row-major (rows, rows).
struct SyntheticRun {
    std::int64_t rows = 0;
    int classes = 0;
    std::vector<float> kappa;
    std::vector<std::int64_t> samples, labels;
    std::vector<float> probabilities; ///< (rows, classes)
    std::vector<std::string> classNames;

    float at(std::int64_t i, std::int64_t j) const { return kappa[static_cast<std::size_t>(i * rows + j)]; }
};

struct SyntheticOptions {
    run::Blocks blocks = run::Blocks::full;
    run::StoreType store = run::StoreType::f32;
    int top = 50;
    std::string dataSource = "/synthetic";
    std::string dataName = "Synthetic";
    std::string split = "train";
};

/// Random features with class structure, so that most pairs of a class are interchangeable, classes are unrelated, some
/// samples (every 17th of its class) are longer copies that make others redundant, and some (every 29th) point against
/// their class as flipped labels do. Original indices are 3 n + 1, so that rows,
/// samples and positions differ.
SyntheticRun makeSyntheticRun(std::int64_t rows = 600, int classes = 10, std::uint64_t seed = 1);

/// The kernel of given features (rows, width), in float64, rounded once; samples 0..rows-1 are sorted by label here.
SyntheticRun syntheticRunFromFeatures(const std::vector<double>& features, std::int64_t width,
                                      const std::vector<std::int64_t>& labels, int classes);

/// Writes a complete finished run folder, computing every streaming result in the plainest way: pairs one by one,
/// sums in double, sorting whole rows. Also the oracle for the kernel room.
void writeSyntheticRun(const std::filesystem::path& folder, const SyntheticRun& run, const SyntheticOptions& options = {});

} // namespace lpntk::tests
