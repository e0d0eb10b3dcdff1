#pragma once

#include <core/analysis/redundancy.h>
#include <core/analysis/relations.h>
#include <core/base/json_file.h>
#include <core/curation/decisions.h>
#include <core/curation/pruning.h>
#include <core/data/preprocessing.h>
#include <core/engine/engine.h>
#include <widgets/models/saved_selections.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lpntk::gui {

/// A network as the project remembers it; loaded again when the project is opened.
struct ProjectCheckpoint {
    std::string model;
    std::filesystem::path weights;     ///< empty = initialised from `seed`
    std::uint64_t seed = 0;
    std::string name;
    std::optional<double> accuracy;
    std::optional<data::Preprocessing> preprocessing; ///< null = what fits the data set
};

/// How the window was left.
struct ProjectLayout {
    std::string view;                  ///< name of the view in front
    std::string beside = {};           ///< name of the view beside it, empty = none
    std::string windowState;           ///< QMainWindow::saveState, base64
    bool projectDock = true;           ///< whether the user wants it, apart from what the width allows
    bool inspectorDock = true;
    bool linked = true;
    std::int64_t currentSample = -1;
    bool operator==(const ProjectLayout&) const = default;
};

/// A `.lpntk` file: what was open and what was decided, not the data themselves. Paths are absolute here; the file holds
/// them relative to itself where they lie in its folder or beside it, so a folder with everything in it can be moved.
struct ProjectFile {
    static constexpr int kFormatVersion = 1;

    std::string dataSource;            ///< as loadDataset takes it: path or "kind:path"; empty = none
    std::vector<ProjectCheckpoint> checkpoints;
    int currentCheckpoint = -1;
    std::vector<std::filesystem::path> runs;
    std::filesystem::path currentRun;  ///< empty = none
    curation::Decisions decisions;
    analysis::Thresholds thresholds;
    analysis::Mode mode = analysis::Mode::paper;
    double clusterRatio = 0.1;
    curation::PruneOptions prune;      ///< without scores
    std::vector<models::NamedSelection> selections;
    ProjectLayout layout;
};

/// `folder`: where the project file lies, absolute.
base::Json toJson(const ProjectFile& project, const std::filesystem::path& folder);
/// Throws FormatError naming `where` and the key that is missing, of the wrong kind or out of range.
ProjectFile projectFromJson(const base::Json& json, const std::filesystem::path& folder, const std::string& where);

/// Throws IoError, FormatError.
ProjectFile readProjectFile(const std::filesystem::path& path);
/// Atomic: the file is either the old or the new one. Throws IoError.
void writeProjectFile(const std::filesystem::path& path, const ProjectFile& project);

} // namespace lpntk::gui
