#include <core/base/error.h>
#include <core/base/files.h>
#include <core/run/manifest.h>

#include <fmt/format.h>

namespace lpntk::run {

namespace {
constexpr const char* kFileName = "manifest.json";
}

base::Json toJson(const Manifest& manifest) {
    // What is predicted from a probe differs between equal runs, so it stands beside the measured times.
    base::Json plan = toJson(manifest.plan);
    base::Json timings = manifest.timings.is_object() ? manifest.timings : base::Json::object();
    timings["prediction"] = plan["prediction"];
    plan.erase("prediction");
    base::Json model{{"name", manifest.model},
                     {"weights", manifest.weights},
                     {"weights_sha256", manifest.weightsHash},
                     {"seed", manifest.seed},
                     {"network", manifest.network}};
    if (!manifest.program.empty()) {
        model["program"] = manifest.program;
        model["program_sha256"] = manifest.programHash;
    }
    base::Json json{{"format", "lpntk-run"},
                    {"format_version", manifest.formatVersion},
                    {"state", manifest.state},
                    {"program_version", manifest.programVersion},
                    {"data",
                     {{"source", manifest.dataSource},
                      {"name", manifest.dataName},
                      {"sha256", manifest.dataHash},
                      {"split", manifest.split},
                      {"class_names", manifest.classNames},
                      {"preprocessing", manifest.preprocessing}}},
                    {"model", std::move(model)},
                    {"plan", std::move(plan)},
                    {"precision", manifest.precision},
                    {"timings", std::move(timings)}};
    if (!manifest.extends.empty())
        json["extends"] = {{"run", manifest.extends}, {"sha256", manifest.extendsHash}};
    return json;
}

Manifest manifestFromJson(const base::Json& json, const std::string& where) {
    using base::requiredKey;
    if (!json.is_object() || !json.contains("format") || json["format"] != "lpntk-run")
        throw base::FormatError(fmt::format("{} does not describe a run: the key \"format\" should be \"lpntk-run\"", where));
    Manifest manifest;
    manifest.formatVersion = requiredKey<int>(json, "format_version", where);
    if (manifest.formatVersion != Manifest::kFormatVersion)
        throw base::FormatError(fmt::format("{} has format version {}; this program reads version {}: use the program that wrote it",
                                            where, manifest.formatVersion, Manifest::kFormatVersion));
    manifest.state = requiredKey<std::string>(json, "state", where);
    if (manifest.state != "running" && manifest.state != "finished")
        throw base::FormatError(fmt::format("{}: state \"{}\"; \"running\" or \"finished\" was expected", where, manifest.state));
    manifest.programVersion = requiredKey<std::string>(json, "program_version", where);
    const auto data = requiredKey<base::Json>(json, "data", where);
    manifest.dataSource = requiredKey<std::string>(data, "source", where);
    manifest.dataName = requiredKey<std::string>(data, "name", where);
    manifest.dataHash = requiredKey<std::string>(data, "sha256", where);
    manifest.split = requiredKey<std::string>(data, "split", where);
    manifest.classNames = requiredKey<std::vector<std::string>>(data, "class_names", where);
    manifest.preprocessing = requiredKey<base::Json>(data, "preprocessing", where);
    const auto model = requiredKey<base::Json>(json, "model", where);
    manifest.model = requiredKey<std::string>(model, "name", where);
    manifest.weights = requiredKey<std::string>(model, "weights", where);
    manifest.weightsHash = requiredKey<std::string>(model, "weights_sha256", where);
    if (model.contains("program")) {
        manifest.program = requiredKey<std::string>(model, "program", where);
        manifest.programHash = requiredKey<std::string>(model, "program_sha256", where);
    }
    manifest.seed = requiredKey<std::uint64_t>(model, "seed", where);
    manifest.network = requiredKey<base::Json>(model, "network", where);
    if (json.contains("extends")) {
        const auto extends = requiredKey<base::Json>(json, "extends", where);
        manifest.extends = requiredKey<std::string>(extends, "run", where);
        manifest.extendsHash = requiredKey<std::string>(extends, "sha256", where);
    }
    manifest.precision = requiredKey<base::Json>(json, "precision", where);
    manifest.timings = requiredKey<base::Json>(json, "timings", where);
    auto plan = requiredKey<base::Json>(json, "plan", where);
    plan["prediction"] = requiredKey<base::Json>(manifest.timings, "prediction", where);
    manifest.timings.erase("prediction");
    manifest.plan = planFromJson(plan, where);
    if (manifest.plan.classes != manifest.classes())
        throw base::FormatError(fmt::format("{}: {} class names for {} classes", where, manifest.classes(), manifest.plan.classes));
    return manifest;
}

Manifest readManifest(const std::filesystem::path& runFolder) {
    const std::filesystem::path path = runFolder / kFileName;
    std::error_code code;
    if (!std::filesystem::exists(path, code))
        throw base::IoError(fmt::format("{} is not a run folder: it has no {}", base::quoted(runFolder), kFileName));
    return manifestFromJson(base::readJsonFile(path), base::quoted(path));
}

namespace {

bool hasState(const std::filesystem::path& runFolder, const char* state) {
    try {
        std::error_code problem;
        return std::filesystem::exists(runFolder / kFileName, problem) && readManifest(runFolder).state == state;
    } catch (const base::Error&) {
        return false;
    }
}

} // namespace

bool isUnfinished(const std::filesystem::path& runFolder) {
    return hasState(runFolder, "running");
}

bool wasFinished(const std::filesystem::path& runFolder) {
    return hasState(runFolder, "finished");
}

void writeManifest(const std::filesystem::path& runFolder, const Manifest& manifest) {
    base::writeJsonFile(runFolder / kFileName, toJson(manifest));
}

} // namespace lpntk::run
