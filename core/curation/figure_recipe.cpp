#include <core/base/hash.h>
#include <core/curation/figure_recipe.h>
#include <core/curation/recipe.h>

namespace lpntk::curation {

using base::Json;

namespace {

std::string sha256Of(const std::string& text) {
    base::Sha256 hash;
    hash.add(text);
    return hash.hex();
}

Json runJson(const run::Run& run) {
    const run::Manifest& manifest = run.manifest();
    return {
        {"name", run.folder().filename().string()},
        {"manifestSha256", manifestSha256(manifest)},
        {"rows", run.rows()},
        {"data", {{"name", manifest.dataName}, {"split", manifest.split}, {"sha256", manifest.dataHash}}},
        {"model", {{"name", manifest.model}, {"weightsSha256", manifest.weightsHash}, {"seed", manifest.seed}}},
        {"kernel", {{"kind", run::nameOf(manifest.plan.kernel)}, {"precision", run::nameOf(manifest.plan.precision)}}}};
}

Json selectionJson(const FigureFacts& facts) {
    std::vector<std::int64_t> samples;
    for (const base::SampleId sample : facts.selected)
        samples.push_back(sample.value());
    Json json{{"current", facts.current.isValid() ? Json(facts.current.value()) : Json()},
              {"selected", samples.size()}};
    if (!samples.empty())
        json["selectedSha256"] = sha256Of(Json(samples).dump());
    return json;
}

Json decisionsJson(const Decisions& decisions) {
    // When something was decided is no part of what was decided.
    Json edits = decisions.toJson().at("edits");
    for (Json& edit : edits)
        edit.erase("time");
    return {{"edits", edits.size()}, {"sha256", sha256Of(canonicalText(edits))}};
}

} // namespace

std::string canonicalText(const Json& recipe) {
    return nlohmann::json(recipe).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string recipeSha256(const Json& recipe) {
    return sha256Of(canonicalText(recipe));
}

std::string manifestSha256(const run::Manifest& manifest) {
    Json json = run::toJson(manifest);
    json.erase("timings");
    json["data"].erase("source");
    json["model"].erase("weights");
    json["model"].erase("program");
    if (json.contains("extends"))
        json["extends"].erase("run");
    return sha256Of(canonicalText(json));
}

Json figureRecipe(const FigureFacts& facts) {
    Json prune = toJson(facts.prune);
    prune["hasScores"] = !facts.prune.scores.empty();
    return {{"format", "lpntk-figure"},
            {"formatVersion", 1},
            {"view", facts.view},
            {"settings", facts.settings.is_null() ? Json::object() : facts.settings},
            {"run", facts.run ? runJson(*facts.run) : Json()},
            {"thresholds",
             {{"plus", base::shortestDouble(facts.thresholds.plus)},
              {"minus", base::shortestDouble(facts.thresholds.minus)}}},
            {"clusters", {{"mode", analysis::nameOf(facts.mode)}, {"ratio", facts.clusterRatio}}},
            {"prune", std::move(prune)},
            {"selection", selectionJson(facts)},
            {"decisions", facts.decisions ? decisionsJson(*facts.decisions) : Json()}};
}

} // namespace lpntk::curation
