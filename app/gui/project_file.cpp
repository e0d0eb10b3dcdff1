#include "project_file.h"

#include <core/base/files.h>
#include <core/base/version.h>

#include <cmath>

namespace lpntk::gui {

using base::FormatError;
using base::Json;
using base::requiredKey;

namespace {

/// A selection is a bitmap over sample numbers, so an absurd number in a damaged file must not size it.
constexpr std::int64_t kMostSamples = 100'000'000;

/// Relative when the path lies in the project's folder or beside it, else absolute.
std::string writtenPath(const std::filesystem::path& path, const std::filesystem::path& folder) {
    if (path.empty())
        return {};
    const auto normal = path.lexically_normal();
    const auto inside = normal.lexically_relative(folder.lexically_normal());
    if (inside.empty() || (inside.begin() != inside.end() && *inside.begin() == ".."
                           && normal.parent_path().parent_path() != folder.lexically_normal().parent_path()
                           && normal.parent_path() != folder.lexically_normal().parent_path()))
        return normal.string();
    return inside.generic_string();
}

std::filesystem::path readPath(const std::string& text, const std::filesystem::path& folder) {
    if (text.empty())
        return {};
    const std::filesystem::path path = text;
    return path.is_absolute() ? path : (folder / path).lexically_normal();
}

/// "kind:" of a data source, empty when it is a plain path.
std::string kindOf(const std::string& source) {
    const auto colon = source.find(':');
    const auto slash = source.find('/');
    return colon == std::string::npos || (slash != std::string::npos && slash < colon) ? std::string() : source.substr(0, colon + 1);
}

std::string writtenSource(const std::string& source, const std::filesystem::path& folder) {
    const std::string kind = kindOf(source);
    return kind + writtenPath(source.substr(kind.size()), folder);
}

std::string readSource(const std::string& text, const std::filesystem::path& folder) {
    const std::string kind = kindOf(text);
    return kind + readPath(text.substr(kind.size()), folder).string();
}

double numberIn(const Json& json, const char* key, double low, double high, const std::string& where) {
    const double value = requiredKey<double>(json, key, where);
    if (!std::isfinite(value) || value < low || value > high)
        throw FormatError(where + ": the key \"" + key + "\" must lie from " + Json(low).dump() + " to " + Json(high).dump()
                          + ", found " + Json(value).dump());
    return value;
}

Json pruneJson(const curation::PruneOptions& prune) {
    return {{"method", curation::nameOf(prune.method)},
            {"keep", prune.keep},
            {"thinShare", prune.thinShare},
            {"clusterRatio", prune.clusterRatio},
            {"smallMembers", prune.smallMembers},
            {"averageDropHighest", prune.averageDropHighest},
            {"seed", prune.seed}};
}

curation::PruneOptions pruneFromJson(const Json& json, const std::string& where) {
    curation::PruneOptions prune;
    prune.method = curation::methodFromName(requiredKey<std::string>(json, "method", where));
    prune.keep = numberIn(json, "keep", 0, 1, where);
    prune.thinShare = numberIn(json, "thinShare", 0, 1, where);
    prune.clusterRatio = numberIn(json, "clusterRatio", 0, 1, where);
    prune.smallMembers = static_cast<int>(numberIn(json, "smallMembers", 0, 1e9, where));
    prune.averageDropHighest = requiredKey<bool>(json, "averageDropHighest", where);
    prune.seed = requiredKey<std::uint64_t>(json, "seed", where);
    return prune;
}

Json checkpointJson(const ProjectCheckpoint& checkpoint, const std::filesystem::path& folder) {
    Json json{{"model", checkpoint.model},
              {"weights", writtenPath(checkpoint.weights, folder)},
              {"seed", checkpoint.seed},
              {"name", checkpoint.name}};
    if (checkpoint.accuracy)
        json["accuracy"] = *checkpoint.accuracy;
    if (checkpoint.preprocessing)
        json["preprocessing"] = data::toJson(*checkpoint.preprocessing);
    return json;
}

ProjectCheckpoint checkpointFromJson(const Json& json, const std::filesystem::path& folder, const std::string& where) {
    ProjectCheckpoint checkpoint;
    checkpoint.model = requiredKey<std::string>(json, "model", where);
    checkpoint.weights = readPath(requiredKey<std::string>(json, "weights", where), folder);
    checkpoint.seed = requiredKey<std::uint64_t>(json, "seed", where);
    checkpoint.name = requiredKey<std::string>(json, "name", where);
    if (json.contains("accuracy"))
        checkpoint.accuracy = numberIn(json, "accuracy", 0, 1, where);
    if (json.contains("preprocessing"))
        checkpoint.preprocessing = data::preprocessingFromJson(json["preprocessing"], where + ", preprocessing");
    return checkpoint;
}

Json selectionsJson(const std::vector<models::NamedSelection>& selections) {
    Json list = Json::array();
    for (const models::NamedSelection& selection : selections) {
        list.push_back({{"name", selection.name}, {"samples", selection.samples}});
        if (!selection.filter.empty())
            list.back()["filter"] = selection.filter;
    }
    return list;
}

std::vector<models::NamedSelection> selectionsFromJson(const Json& list, const std::string& where) {
    std::vector<models::NamedSelection> selections;
    for (const Json& json : list) {
        selections.push_back(
            {requiredKey<std::string>(json, "name", where),
             requiredKey<std::vector<std::int64_t>>(json, "samples", where),
             json.contains("filter") ? requiredKey<std::string>(json, "filter", where) : std::string()});
        for (const std::int64_t sample : selections.back().samples)
            if (sample < 0 || sample >= kMostSamples)
                throw FormatError(where + ": the selection \"" + selections.back().name + "\" holds the sample number "
                                  + std::to_string(sample) + "; numbers go from 0 to " + std::to_string(kMostSamples - 1));
    }
    return selections;
}

Json listAt(const Json& json, const char* key, const std::string& where) {
    Json list = requiredKey<Json>(json, key, where);
    if (!list.is_array())
        throw FormatError(where + ": the key \"" + key + "\" must hold a list");
    return list;
}

void checkHeader(const Json& json, const std::string& where) {
    if (requiredKey<std::string>(json, "format", where) != "lpntk-project")
        throw FormatError(where + ": this JSON file is no project; its key \"format\" should say \"lpntk-project\"");
    const int version = requiredKey<int>(json, "version", where);
    if (version != ProjectFile::kFormatVersion)
        throw FormatError(where + ": project format " + std::to_string(version) + " is not known, this program reads format "
                          + std::to_string(ProjectFile::kFormatVersion) + "; open it with the version that wrote it");
}

void readLayout(const Json& json, ProjectLayout& layout, const std::string& where) {
    layout.view = requiredKey<std::string>(json, "view", where);
    if (json.contains("beside")) { // the first projects had none of these
        layout.beside = requiredKey<std::string>(json, "beside", where);
        layout.projectDock = requiredKey<bool>(json, "projectDock", where);
        layout.inspectorDock = requiredKey<bool>(json, "inspectorDock", where);
    }
    layout.windowState = requiredKey<std::string>(json, "windowState", where);
    layout.linked = requiredKey<bool>(json, "linked", where);
    layout.currentSample = requiredKey<std::int64_t>(json, "currentSample", where);
}

} // namespace

Json toJson(const ProjectFile& project, const std::filesystem::path& folder) {
    Json checkpoints = Json::array(), runs = Json::array();
    for (const ProjectCheckpoint& checkpoint : project.checkpoints)
        checkpoints.push_back(checkpointJson(checkpoint, folder));
    for (const auto& run : project.runs)
        runs.push_back(writtenPath(run, folder));
    return {{"format", "lpntk-project"},
            {"version", ProjectFile::kFormatVersion},
            {"program", base::programVersion()},
            {"data", writtenSource(project.dataSource, folder)},
            {"checkpoints", checkpoints},
            {"currentCheckpoint", project.currentCheckpoint},
            {"runs", runs},
            {"currentRun", writtenPath(project.currentRun, folder)},
            {"thresholds", {{"plus", project.thresholds.plus}, {"minus", project.thresholds.minus}}},
            {"mode", analysis::nameOf(project.mode)},
            {"clusterRatio", project.clusterRatio},
            {"prune", pruneJson(project.prune)},
            {"decisions", project.decisions.toJson()},
            {"selections", selectionsJson(project.selections)},
            {"layout",
             {{"view", project.layout.view},
              {"beside", project.layout.beside},
              {"projectDock", project.layout.projectDock},
              {"inspectorDock", project.layout.inspectorDock},
              {"windowState", project.layout.windowState},
              {"linked", project.layout.linked},
              {"currentSample", project.layout.currentSample}}}};
}

ProjectFile projectFromJson(const Json& json, const std::filesystem::path& folder, const std::string& where) {
    checkHeader(json, where);
    ProjectFile project;
    project.dataSource = readSource(requiredKey<std::string>(json, "data", where), folder);
    for (const Json& checkpoint : listAt(json, "checkpoints", where))
        project.checkpoints.push_back(checkpointFromJson(checkpoint, folder, where + ", checkpoints"));
    project.currentCheckpoint = requiredKey<int>(json, "currentCheckpoint", where);
    if (project.currentCheckpoint < -1 || project.currentCheckpoint >= static_cast<int>(project.checkpoints.size()))
        throw FormatError(where + ": \"currentCheckpoint\" names checkpoint " + std::to_string(project.currentCheckpoint)
                          + " of a list of " + std::to_string(project.checkpoints.size()));
    for (const std::string& run : requiredKey<std::vector<std::string>>(json, "runs", where))
        project.runs.push_back(readPath(run, folder));
    project.currentRun = readPath(requiredKey<std::string>(json, "currentRun", where), folder);
    const Json thresholds = requiredKey<Json>(json, "thresholds", where);
    project.thresholds.plus = static_cast<float>(numberIn(thresholds, "plus", 0, 1, where + ", thresholds"));
    project.thresholds.minus = static_cast<float>(numberIn(thresholds, "minus", 0, 1, where + ", thresholds"));
    project.mode = analysis::modeFromName(requiredKey<std::string>(json, "mode", where));
    project.clusterRatio = numberIn(json, "clusterRatio", 0, 1, where);
    project.prune = pruneFromJson(requiredKey<Json>(json, "prune", where), where + ", prune");
    project.decisions = curation::Decisions::fromJson(requiredKey<Json>(json, "decisions", where), where + ", decisions");
    project.selections = selectionsFromJson(listAt(json, "selections", where), where + ", selections");
    readLayout(requiredKey<Json>(json, "layout", where), project.layout, where + ", layout");
    return project;
}

ProjectFile readProjectFile(const std::filesystem::path& path) {
    const auto absolute = std::filesystem::absolute(path);
    return projectFromJson(base::readJsonFile(absolute), absolute.parent_path(), base::quoted(absolute));
}

void writeProjectFile(const std::filesystem::path& path, const ProjectFile& project) {
    const auto absolute = std::filesystem::absolute(path);
    base::writeJsonFile(absolute, toJson(project, absolute.parent_path()));
}

} // namespace lpntk::gui
