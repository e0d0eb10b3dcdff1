#include <core/kernel/cross_manifest.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/kernel/run_folder.h>

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

namespace lpntk::kernel {

namespace {

namespace fs = std::filesystem;
using base::Json;
using base::requiredKey;

constexpr const char* kFormat = "lpntk-cross";
constexpr const char* kFileName = "manifest.json";

// Keys of a run's plan that say nothing here.
constexpr std::initializer_list<const char*> kRunOnly = {"block_kind", "blocks", "known_rows"};
constexpr std::initializer_list<const char*> kPredictedOnly = {"panel_rows", "signal_seconds", "contraction_seconds",
                                                               "signal_passes"};

Json planJson(const CrossPlan& plan, Json json) {
    for (const char* key : kRunOnly)
        json.erase(key);
    json["columns"] = plan.columns;
    json["column_tile"] = plan.columnTile;
    json["audit_columns"] = plan.auditColumns;
    return json;
}

Json predictionJson(const CrossPlan& plan, Json json) {
    for (const char* key : kPredictedOnly)
        json.erase(key);
    json["panel_columns"] = plan.panelColumns;
    json["bands_at_once"] = plan.bandsAtOnce;
    return json;
}

/// The manifest as a run's, for run::manifestFromJson.
Json runJson(const Json& json, const std::string& where) {
    Json run = json;
    run["format"] = "lpntk-run";
    run["format_version"] = run::Manifest::kFormatVersion;
    run["data"] = requiredKey<Json>(json, "rows", where);
    auto plan = requiredKey<Json>(json, "plan", where);
    const auto rows = requiredKey<std::int64_t>(plan, "rows", where);
    plan["block_kind"] = run::nameOf(run::Blocks::full);
    plan["blocks"] = Json::array({Json::array({0, rows})});
    run["plan"] = std::move(plan);
    auto timings = requiredKey<Json>(json, "timings", where);
    auto prediction = requiredKey<Json>(timings, "prediction", where);
    prediction["panel_rows"] = rows;
    prediction["signal_seconds"] = prediction["contraction_seconds"] = prediction["signal_passes"] = 0;
    timings["prediction"] = std::move(prediction);
    run["timings"] = std::move(timings);
    return run;
}

CrossPlan planFrom(const run::KernelPlan& common, const Json& json, const std::string& where) {
    CrossPlan plan;
    static_cast<run::KernelPlan&>(plan) = common;
    const auto own = requiredKey<Json>(json, "plan", where);
    const auto prediction = requiredKey<Json>(requiredKey<Json>(json, "timings", where), "prediction", where);
    plan.columns = requiredKey<std::int64_t>(own, "columns", where);
    plan.columnTile = requiredKey<int>(own, "column_tile", where);
    plan.auditColumns = requiredKey<int>(own, "audit_columns", where);
    plan.panelColumns = requiredKey<std::int64_t>(prediction, "panel_columns", where);
    plan.bandsAtOnce = requiredKey<int>(prediction, "bands_at_once", where);
    const bool possible = plan.columns > 0 && plan.columnTile > 0 && plan.panelColumns > 0 && plan.bandsAtOnce > 0 &&
                          plan.auditColumns >= 0 && plan.auditColumns <= plan.columns && plan.auditRows >= 0 &&
                          plan.auditRows <= plan.rows;
    if (!possible)
        throw base::FormatError(fmt::format("{}: the plan has a number of columns that cannot be", where));
    return plan;
}

} // namespace

Json toJson(const CrossManifest& manifest) {
    run::Manifest rows = manifest.rows;
    rows.plan = manifest.plan;
    Json run = run::toJson(rows);
    Json data = std::move(run["data"]);
    data["count"] = manifest.plan.rows;
    Json timings = std::move(run["timings"]);
    timings["prediction"] = predictionJson(manifest.plan, timings["prediction"]);
    return {{"format", kFormat},
            {"format_version", CrossManifest::kFormatVersion},
            {"state", rows.state},
            {"program_version", rows.programVersion},
            {"rows", std::move(data)},
            {"columns",
             {{"source", manifest.columnSource},
              {"name", manifest.columnName},
              {"sha256", manifest.columnHash},
              {"split", manifest.columnSplit},
              {"class_names", manifest.columnClassNames},
              {"preprocessing", rows.preprocessing},
              {"count", manifest.plan.columns}}},
            {"model", std::move(run["model"])},
            {"plan", planJson(manifest.plan, std::move(run["plan"]))},
            {"precision", rows.precision},
            {"timings", std::move(timings)}};
}

CrossManifest readCrossManifest(const fs::path& folder) {
    const fs::path path = folder / kFileName;
    const std::string where = base::quoted(path);
    const Json json = base::readJsonFile(path);
    if (!json.is_object() || !json.contains("format") || json["format"] != kFormat)
        throw base::FormatError(fmt::format(
            "{} does not describe a kernel between two sets: the key \"format\" should be \"{}\"", where, kFormat));
    const auto version = requiredKey<int>(json, "format_version", where);
    if (version != CrossManifest::kFormatVersion)
        throw base::FormatError(
            fmt::format("{} has format version {}; this program reads version {}: use the program that wrote it", where,
                        version, CrossManifest::kFormatVersion));
    CrossManifest manifest;
    manifest.rows = run::manifestFromJson(runJson(json, where), where);
    manifest.plan = planFrom(manifest.rows.plan, json, where);
    const auto columns = requiredKey<Json>(json, "columns", where);
    manifest.columnSource = requiredKey<std::string>(columns, "source", where);
    manifest.columnName = requiredKey<std::string>(columns, "name", where);
    manifest.columnHash = requiredKey<std::string>(columns, "sha256", where);
    manifest.columnSplit = requiredKey<std::string>(columns, "split", where);
    manifest.columnClassNames = requiredKey<std::vector<std::string>>(columns, "class_names", where);
    return manifest;
}

void writeManifest(const fs::path& folder, const CrossManifest& manifest) {
    base::writeJsonFile(folder / kFileName, toJson(manifest));
}

std::string crossStateOf(const fs::path& folder) {
    return readCrossManifest(folder).rows.state;
}

void checkSameJob(const CrossManifest& found, const CrossManifest& wanted, const fs::path& folder) {
    checkSameJob(found.rows, wanted.rows, folder);
    checkSame(folder, "columns of data with SHA-256", found.columnHash, wanted.columnHash);
    checkSame(folder, "--against", found.columnSplit, wanted.columnSplit);
    checkSame(folder, "number of columns", found.plan.columns, wanted.plan.columns);
}

} // namespace lpntk::kernel
