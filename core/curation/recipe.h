#pragma once

#include <core/analysis/redundancy.h>
#include <core/analysis/relations.h>
#include <core/curation/decisions.h>
#include <core/curation/pruning.h>
#include <core/run/run.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lpntk::curation {

/// recipe.json as read back (formats.md section 5): what is needed to make the subset again and to tell what changed.
struct Recipe {
    static constexpr const char* kFormat = "lpntk-subset-recipe";
    static constexpr int kFormatVersion = 1;

    std::string program;
    std::string dataSource, dataHash;
    std::string model, weightsHash;
    base::Json preprocessing;
    std::string kernelKind, kernelPrecision;
    std::filesystem::path runFolder;
    std::string fingerprint;          ///< runFingerprint of the run
    analysis::Thresholds thresholds;
    analysis::Mode mode = analysis::Mode::paper;
    PruneOptions options;             ///< without scores: those are in scores.npy beside the recipe
    Decisions decisions;
    std::string keepHash;
    std::int64_t kept = 0;
};

/// Throws IoError, FormatError.
Recipe readRecipe(const std::filesystem::path& path);

/// The options as the recipe has them, without scores.
base::Json toJson(const PruneOptions& options);

/// SHA-256 over what all decisions follow from: samples, labels, norms, sums and neighbour lists; the kernel itself may
/// be gigabytes, and it cannot change without these.
std::string runFingerprint(const run::Run& run);

/// SHA-256 of the bytes of keep_indices.npy's array.
std::string keepHash(const run::Run& run, std::span<const char> kept);

/// Scores by row from an .npy of one float32 per sample of the split. Throws IoError, FormatError.
std::vector<float> readRowScores(const std::filesystem::path& file, const run::Run& run);

} // namespace lpntk::curation
