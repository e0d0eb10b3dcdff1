#include <core/base/files.h>
#include <core/base/hash.h>
#include <core/base/version.h>
#include <core/curation/export.h>
#include <core/curation/recipe.h>
#include <core/formats/npy.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace lpntk::curation {

using base::Json;
using base::RowId;
using base::requiredKey;

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

PruneOptions optionsFromJson(const Json& json, const std::string& where) {
    PruneOptions options;
    try {
        options.method = methodFromName(requiredKey<std::string>(json, "method", where));
    } catch (const base::OptionError& problem) {
        throw base::FormatError(where + ": " + problem.what());
    }
    options.keep = requiredKey<double>(json, "keep", where);
    options.thinShare = requiredKey<double>(json, "thinShare", where);
    options.clusterRatio = requiredKey<double>(json, "clusterRatio", where);
    options.smallMembers = requiredKey<int>(json, "smallMembers", where);
    options.averageDropHighest = requiredKey<bool>(json, "averageDropHighest", where);
    options.seed = requiredKey<std::uint64_t>(json, "seed", where);
    return options;
}

template <typename T> void addValues(base::Sha256& hash, std::span<const T> values) { hash.add(std::as_bytes(values)); }

} // namespace

Json toJson(const PruneOptions& options) {
    return {{"method", nameOf(options.method)},
            {"keep", options.keep},
            {"thinShare", options.thinShare},
            {"clusterRatio", options.clusterRatio},
            {"smallMembers", options.smallMembers},
            {"averageDropHighest", options.averageDropHighest},
            {"seed", options.seed}};
}

std::string runFingerprint(const run::Run& run) {
    base::Sha256 hash;
    addValues(hash, run.samples());
    addValues(hash, run.labels());
    addValues(hash, run.norms());
    addValues(hash, run.selfMax());
    addValues(hash, run.rowSum());
    addValues(hash, run.classSum());
    for (std::int64_t i = 0; i < run.rows(); ++i) {
        addValues(hash, run.topIndex(RowId(i)));
        addValues(hash, run.bottomIndex(RowId(i)));
    }
    return hash.hex();
}

std::string keepHash(const run::Run& run, std::span<const char> kept) {
    std::vector<std::int64_t> samples;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (kept[i])
            samples.push_back(run.samples()[i]);
    }
    std::sort(samples.begin(), samples.end());
    base::Sha256 hash;
    addValues(hash, std::span<const std::int64_t>(samples));
    return hash.hex();
}

Json recipeJson(const SubsetSource& source, const Subset& subset) {
    const run::Run& run = *source.run;
    const run::Manifest& manifest = run.manifest();
    Json json;
    json["format"] = Recipe::kFormat;
    json["formatVersion"] = Recipe::kFormatVersion;
    json["program"] = base::programVersion();
    json["data"] = {{"source", manifest.dataSource}, {"name", manifest.dataName}, {"split", manifest.split},
                    {"sha256", manifest.dataHash}, {"classNames", manifest.classNames}};
    json["model"] = {{"name", manifest.model}, {"weights", manifest.weights}, {"sha256", manifest.weightsHash},
                     {"seed", manifest.seed}};
    json["preprocessing"] = manifest.preprocessing;
    json["kernel"] = {{"kind", run::nameOf(manifest.plan.kernel)}, {"precision", run::nameOf(manifest.plan.precision)},
                      {"store", run::nameOf(manifest.plan.store)}, {"blocks", run.hasFull() ? "full" : "class"},
                      {"rows", run.rows()}, {"parameters", manifest.plan.parameters}, {"measuredError", manifest.precision}};
    json["run"] = {{"folder", run.folder().string()}, {"fingerprint", runFingerprint(run)}};
    json["thresholds"] = {{"plus", base::shortestDouble(source.thresholds.plus)}, {"minus", base::shortestDouble(source.thresholds.minus)}};
    json["clusters"] = {{"mode", analysis::nameOf(source.clustering->mode())},
                        {"redundancyWithinClassOnly", source.clustering->redundancy().withinClassOnly}};
    json["prune"] = toJson(subset.options);
    json["edits"] = source.decisions.toJson().at("edits");
    json["result"] = {{"kept", subset.keptCount}, {"pruned", run.rows() - subset.keptCount},
                      {"keepIndicesSha256", keepHash(run, subset.kept)}};
    return json;
}

Recipe readRecipe(const std::filesystem::path& path) {
    const std::string where = base::quoted(path);
    const Json json = base::readJsonFile(path);
    Recipe recipe;
    if (!json.is_object() || json.value("format", Json()) != Recipe::kFormat)
        throw base::FormatError(where + " is not the recipe of an exported subset (its \"format\" is another)");
    if (const int version = requiredKey<int>(json, "formatVersion", where); version != Recipe::kFormatVersion)
        throw base::FormatError(fmt::format("{} has recipe version {}; this program reads version {}: use a newer one", where,
                                            version, Recipe::kFormatVersion));
    const auto part = [&](const char* key) { return requiredKey<Json>(json, key, where); };
    recipe.program = requiredKey<std::string>(json, "program", where);
    recipe.dataSource = requiredKey<std::string>(part("data"), "source", where + ", data");
    recipe.dataHash = requiredKey<std::string>(part("data"), "sha256", where + ", data");
    recipe.weightsHash = requiredKey<std::string>(part("model"), "sha256", where + ", model");
    recipe.model = requiredKey<std::string>(part("model"), "name", where + ", model");
    recipe.preprocessing = part("preprocessing");
    recipe.kernelKind = requiredKey<std::string>(part("kernel"), "kind", where + ", kernel");
    recipe.kernelPrecision = requiredKey<std::string>(part("kernel"), "precision", where + ", kernel");
    recipe.runFolder = requiredKey<std::string>(part("run"), "folder", where + ", run");
    recipe.fingerprint = requiredKey<std::string>(part("run"), "fingerprint", where + ", run");
    recipe.thresholds.plus = requiredKey<float>(part("thresholds"), "plus", where + ", thresholds");
    recipe.thresholds.minus = requiredKey<float>(part("thresholds"), "minus", where + ", thresholds");
    recipe.mode = analysis::modeFromName(requiredKey<std::string>(part("clusters"), "mode", where + ", clusters"));
    recipe.options = optionsFromJson(part("prune"), where + ", prune");
    recipe.decisions = Decisions::fromJson({{"edits", part("edits")}}, where);
    recipe.keepHash = requiredKey<std::string>(part("result"), "keepIndicesSha256", where + ", result");
    recipe.kept = requiredKey<std::int64_t>(part("result"), "kept", where + ", result");
    return recipe;
}

std::vector<float> readRowScores(const std::filesystem::path& file, const run::Run& run) {
    const auto array = formats::NpyArray::open(file);
    const auto values = array.as<float>({-1});
    std::vector<float> scores;
    for (const std::int64_t sample : run.samples()) {
        if (sample >= static_cast<std::int64_t>(values.size()))
            throw base::FormatError(fmt::format("{} has {} scores, but the run has sample {}; one number per sample of the split "
                                                "is needed", base::quoted(file), values.size(), sample));
        scores.push_back(values[at(sample)]);
    }
    return scores;
}

} // namespace lpntk::curation
