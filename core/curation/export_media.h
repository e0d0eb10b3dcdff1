#pragma once

#include <core/curation/subset_table.h>

#include <filesystem>
#include <string>
#include <vector>

namespace lpntk::curation {

/// Name of the media within the exported folder: "train" (imagefolder), "train" or "t10k" (prefix of the idx files),
/// "train.npz"; empty for "indices". Characters that no file name should have become "_".
std::string mediaName(const std::string& format, const std::string& splitName);

/// Whether a picture is 8-bit (the others are floats, which only npz can hold without loss).
bool holdsBytes(const data::ImageSource& images, std::int64_t sample);

/// What writing the media takes, and whether it can be done at all.
struct MediaPlan {
    std::int64_t files = 0;
    std::int64_t bytes = 0;
    std::vector<std::string> classFolders; ///< imagefolder: by label
    std::vector<std::string> notes;
};

/// Throws OptionError for an unknown format or one that needs a data set, ShapeError when the pictures do not fit it.
MediaPlan planMedia(const SubsetTable& table, const ExportOptions& options);

/// Writes the pictures of `samples` into `folder` (which exists). Returns notes about renamed clashes.
std::vector<std::string> writeMedia(const std::filesystem::path& folder, const SubsetTable& table, const std::string& format,
                                    const std::vector<std::int64_t>& samples, const MediaPlan& plan,
                                    const base::JobContext& context);

} // namespace lpntk::curation
