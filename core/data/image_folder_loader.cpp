#include <core/base/error.h>
#include <core/base/files.h>
#include <core/data/file_source.h>
#include <core/data/loaders.h>
#include <core/formats/images.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

namespace lpntk::data {

namespace fs = std::filesystem;

namespace {

constexpr std::array kSplitNames{"train", "val", "valid", "validation", "test"};

std::vector<fs::path> foldersIn(const fs::path& folder) {
    std::vector<fs::path> folders = sortedEntries(folder);
    std::error_code code;
    std::erase_if(folders, [&](const fs::path& entry) { return !fs::is_directory(entry, code); });
    return folders;
}

/// All image files below `folder` in torchvision's order: folder by folder, names sorted within each.
void collectImages(const fs::path& folder, std::vector<fs::path>& files, const base::JobContext& context) {
    context.throwIfCancelled();
    std::error_code code;
    std::vector<fs::path> folders;
    for (const fs::path& entry : sortedEntries(folder)) {
        if (fs::is_directory(entry, code) && !fs::is_symlink(entry, code))
            folders.push_back(entry);
        else if (formats::hasImageEnding(entry) && fs::is_regular_file(entry, code))
            files.push_back(entry);
    }
    for (const fs::path& inner : folders)
        collectImages(inner, files, context);
}

bool holdsImages(const fs::path& folder) {
    std::error_code code;
    for (const fs::path& entry : sortedEntries(folder)) {
        if (formats::hasImageEnding(entry) && fs::is_regular_file(entry, code))
            return true;
    }
    return false;
}

/// The sub-folders that are splits: all present of train, val, test..., empty when the folder's own are classes.
std::vector<fs::path> splitFolders(const fs::path& path) {
    std::vector<fs::path> splits;
    for (const char* name : kSplitNames) {
        for (const fs::path& folder : foldersIn(path)) {
            if (plainWord(folder.filename().string()) == name && !foldersIn(folder).empty())
                splits.push_back(folder);
        }
    }
    return splits;
}

Split readSplit(const fs::path& folder, const std::string& name, const std::vector<std::string>& classNames,
                const fs::path& base, std::vector<fs::path>& allFiles, const base::JobContext& context) {
    Split split;
    split.name = name;
    std::vector<fs::path> files;
    for (const fs::path& classFolder : foldersIn(folder)) {
        const std::string className = classFolder.filename().string();
        const auto found = std::lower_bound(classNames.begin(), classNames.end(), className);
        if (found == classNames.end() || *found != className)
            throw base::ShapeError(fmt::format("{}: the first split has no class \"{}\"; the classes are {}",
                                               base::quoted(classFolder), className, fmt::join(classNames, ", ")));
        const std::size_t before = files.size();
        collectImages(classFolder, files, context);
        if (files.size() == before)
            throw base::FormatError(
                fmt::format("{}: the class folder holds no images (png, jpg, webp, bmp); remove it or fill it",
                            base::quoted(classFolder)));
        split.labels.resize(files.size(), found - classNames.begin());
    }
    allFiles.insert(allFiles.end(), files.begin(), files.end());
    split.images = std::make_shared<FileSource>(std::move(files), base, context);
    return split;
}

} // namespace

bool isImageFolder(const fs::path& path) {
    try {
        std::error_code code;
        if (!fs::is_directory(path, code))
            return false;
        const std::vector<fs::path> splits = splitFolders(path);
        const std::vector<fs::path> folders = foldersIn(splits.empty() ? path : splits.front());
        return std::any_of(folders.begin(), folders.end(), holdsImages);
    } catch (const base::Error&) {
        return false;
    }
}

Dataset loadImageFolder(const fs::path& path, const base::JobContext& context) {
    std::vector<fs::path> splits = splitFolders(path);
    const bool hasSplits = !splits.empty();
    if (!hasSplits)
        splits.push_back(path);
    Dataset dataset;
    for (const fs::path& folder : foldersIn(splits.front()))
        dataset.classNames.push_back(folder.filename().string());
    if (dataset.classNames.empty())
        throw base::FormatError(
            fmt::format("{} holds no folders; one folder of images per class was expected", base::quoted(path)));
    std::sort(dataset.classNames.begin(), dataset.classNames.end());
    for (const fs::path& folder : splits) {
        const std::string name = hasSplits ? plainWord(folder.filename().string()) : "train";
        const bool validation = name == "valid" || name == "validation";
        dataset.splits.push_back(
            readSplit(folder, validation ? "val" : name, dataset.classNames, path, dataset.files, context));
    }
    return dataset;
}

} // namespace lpntk::data
