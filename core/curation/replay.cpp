#include <core/base/files.h>
#include <core/base/version.h>
#include <core/curation/export.h>
#include <core/curation/recipe.h>
#include <core/formats/npy.h>

#include <fmt/format.h>

#include <algorithm>

namespace lpntk::curation {

namespace fs = std::filesystem;

namespace {

/// Opens the recipe's run, clusters it and prunes as it says. The data set is left out.
struct Made {
    Recipe recipe;
    SubsetSource source;
    Subset subset;
};

std::shared_ptr<const run::Run> openRun(const Recipe& recipe, const fs::path& recipeFile) {
    // A project that was moved as a whole: the run at the same place relative to the subset, or beside it.
    for (const fs::path& folder : {recipe.runFolder, recipeFile.parent_path().parent_path() / recipe.runFolder.filename()}) {
        std::error_code code;
        if (fs::exists(folder / "manifest.json", code))
            return run::Run::open(folder);
    }
    throw base::IoError(fmt::format("the run {} that {} was made from is not there; put it back or place it beside the subset",
                                    base::quoted(recipe.runFolder), base::quoted(recipeFile)));
}

Made make(const fs::path& recipeFile, const base::JobContext& context) {
    Made made{readRecipe(recipeFile), {}, {}};
    made.source.run = openRun(made.recipe, recipeFile);
    made.source.decisions = made.recipe.decisions;
    made.source.thresholds = made.recipe.thresholds;
    made.source.clustering = analysis::Clustering::compute(made.source.run, made.recipe.mode, nullptr, 0, context);
    if (needsScores(made.recipe.options.method))
        made.recipe.options.scores = readRowScores(recipeFile.parent_path() / "scores.npy", *made.source.run);
    made.subset = prune(*made.source.clustering, made.recipe.options, made.source.decisions, true, 0, context);
    return made;
}

std::shared_ptr<const data::Dataset> openData(const std::string& source, const base::JobContext& context, std::string& problem) {
    try {
        return data::loadDataset(source, {}, context);
    } catch (const base::Error& error) {
        problem = error.what();
        return nullptr;
    }
}

/// Puts the mask that the folder has in the place of the computed one.
void takeMask(const fs::path& file, const run::Run& run, Subset& subset) {
    const auto array = formats::NpyArray::open(file);
    const auto mask = array.as<bool>({-1});
    subset.keptCount = 0;
    for (std::size_t i = 0; i < subset.kept.size(); ++i) {
        const std::int64_t sample = run.samples()[i];
        if (sample >= static_cast<std::int64_t>(mask.size()))
            throw base::FormatError(fmt::format("{} has {} entries, but the run has sample {}", base::quoted(file), mask.size(), sample));
        const char kept = mask[static_cast<std::size_t>(sample)] ? 1 : 0;
        if (kept != subset.kept[i])
            subset.reason[i] = kept ? Reason::keptByHand : Reason::prunedByHand;
        subset.kept[i] = kept;
        subset.keptCount += kept;
    }
}

/// First what the recipe names and the run now has otherwise, in the order in which one follows from the other.
std::vector<std::string> changedInputs(const Recipe& recipe, const run::Run& run) {
    std::vector<std::string> changed;
    const run::Manifest& manifest = run.manifest();
    const auto compare = [&](const char* what, const std::string& then, const std::string& now) {
        if (then != now)
            changed.push_back(fmt::format("{}: \"{}\" in the recipe, \"{}\" in the run", what, then, now));
    };
    compare("data set (SHA-256)", recipe.dataHash, manifest.dataHash);
    compare("model", recipe.model, manifest.model);
    compare("weights (SHA-256)", recipe.weightsHash, manifest.weightsHash);
    // Another program may have written the keys in another order.
    const auto sorted = [](const base::Json& json) { return nlohmann::json(json).dump(); };
    compare("preprocessing", sorted(recipe.preprocessing), sorted(manifest.preprocessing));
    compare("kernel", recipe.kernelKind, run::nameOf(manifest.plan.kernel));
    compare("precision", recipe.kernelPrecision, run::nameOf(manifest.plan.precision));
    compare("values of the run (fingerprint)", recipe.fingerprint, runFingerprint(run));
    return changed;
}

} // namespace

LoadedSubset loadSubset(const fs::path& folder, const base::JobContext& context) {
    const fs::path recipeFile = folder / "recipe.json";
    std::error_code code;
    if (!fs::exists(recipeFile, code))
        throw base::IoError(fmt::format("{} is not a subset folder: it has no recipe.json; make one with \"lpntk prune\"",
                                        base::quoted(folder)));
    Made made = make(recipeFile, context);
    if (keepHash(*made.source.run, made.subset.kept) != made.recipe.keepHash)
        takeMask(folder / "keep_mask.npy", *made.source.run, made.subset);
    std::string problem;
    made.source.data = openData(made.recipe.dataSource, context, problem);
    made.source.folder = folder;
    return {std::move(made.source), std::move(made.subset)};
}

Replay replayRecipe(const fs::path& recipe, const base::JobContext& context) {
    std::error_code code;
    const fs::path file = fs::is_directory(recipe, code) ? recipe / "recipe.json" : recipe;
    Made made = make(file, context);
    Replay replay;
    replay.differences = changedInputs(made.recipe, *made.source.run);
    std::string problem;
    made.source.data = openData(made.recipe.dataSource, context, problem);
    if (!made.source.data)
        replay.differences.push_back("data set: " + problem);
    else if (const std::string now = data::datasetHash(*made.source.data, context); now != made.recipe.dataHash)
        replay.differences.push_back(fmt::format("data set files (SHA-256): \"{}\" in the recipe, \"{}\" now", made.recipe.dataHash, now));
    replay.same = keepHash(*made.source.run, made.subset.kept) == made.recipe.keepHash;
    if (!replay.same && made.recipe.program != base::programVersion())
        replay.differences.push_back(fmt::format("program version: {} in the recipe, {} now", made.recipe.program, base::programVersion()));
    if (!replay.same && replay.differences.empty())
        replay.differences.push_back(fmt::format("kept samples: {} in the recipe, {} now, though every input is the same",
                                                 made.recipe.kept, made.subset.keptCount));
    replay.source = std::move(made.source);
    replay.subset = std::move(made.subset);
    return replay;
}

} // namespace lpntk::curation
