#pragma once

#include <core/analysis/relations.h>
#include <core/base/job_context.h>
#include <core/curation/pruning.h>
#include <core/data/dataset.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace lpntk::curation {

/// What a subset folder is made from: everything the recipe names.
struct SubsetSource {
    std::shared_ptr<const run::Run> run;
    std::shared_ptr<const data::Dataset> data;       ///< may be null: then no media and no paths
    std::shared_ptr<const analysis::Clustering> clustering;
    Decisions decisions;
    analysis::Thresholds thresholds;
    std::filesystem::path folder = {}; ///< where the subset was loaded from; empty = it is a new one
};

struct ExportOptions {
    /// "indices" (no media), "imagefolder" (byte copies or lossless PNG of array data), "idx", "npz".
    std::string format = "indices";
    bool replace = false;             ///< allow an existing folder to be replaced
    bool hashes = true;               ///< column sha256 in manifest.csv
    bool includePruned = false;       ///< media: also write the pruned ones into a second folder "pruned"
};

struct ExportReport {
    std::filesystem::path folder;
    std::int64_t kept = 0, pruned = 0;
    std::int64_t files = 0;
    std::int64_t bytes = 0;
    std::vector<std::string> notes;   ///< renamed clashes, columns left empty and why
};

/// Says what would be written and how large, and refuses what cannot work (inside a source folder, exists, no space).
ExportReport planExport(const SubsetSource& source, const Subset& subset, const ExportOptions& options,
                        const std::filesystem::path& out);

/// Writes formats.md section 5 atomically into `out`. Throws IoError, OptionError, ShapeError.
ExportReport exportSubset(const SubsetSource& source, const Subset& subset, const ExportOptions& options,
                          const std::filesystem::path& out, const base::JobContext& context = {});

/// Reads a subset folder written by exportSubset (any format) far enough to export it again in another format: the
/// recipe's sources are opened, the kept mask taken from keep_mask.npy. Throws IoError, FormatError.
struct LoadedSubset {
    SubsetSource source;
    Subset subset;
};
LoadedSubset loadSubset(const std::filesystem::path& folder, const base::JobContext& context = {});

/// recipe.json of a subset.
base::Json recipeJson(const SubsetSource& source, const Subset& subset);

/// `lpntk replay`: recomputes the kept mask from the recipe's run and compares. Throws base::Error naming the first
/// input, version or number that changed.
struct Replay {
    Subset subset;
    SubsetSource source;
    bool same = false;
    std::vector<std::string> differences;
};
Replay replayRecipe(const std::filesystem::path& recipe, const base::JobContext& context = {});

} // namespace lpntk::curation
