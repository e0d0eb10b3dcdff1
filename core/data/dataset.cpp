#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/hash.h>
#include <core/data/loaders.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>

namespace lpntk::data {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kMostClasses = 100'000;

struct Kind {
    const char* name;
    bool (*is)(const fs::path&);
    Dataset (*load)(const fs::path&, const base::JobContext&);
};

// In the order in which a path is tried; a plain image folder is the vaguest and comes last.
constexpr std::array kKinds{
    Kind{"idx", isIdx, loadIdx},
    Kind{"cifar10", [](const fs::path& path) { return isCifar(path, false); },
         [](const fs::path& path, const base::JobContext& context) { return loadCifar(path, false, context); }},
    Kind{"cifar100", [](const fs::path& path) { return isCifar(path, true); },
         [](const fs::path& path, const base::JobContext& context) { return loadCifar(path, true, context); }},
    Kind{"npz", isNpz, loadNpz},
    Kind{"npy", isNpy, loadNpy},
    Kind{"manifest", isManifest, loadManifest},
    Kind{"imagefolder", isImageFolder, loadImageFolder},
};

const Kind* findKind(const std::string& name) {
    const auto* found = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& kind) { return name == kind.name; });
    return found == kKinds.end() ? nullptr : found;
}

/// "kind:path" -> kind and path; a path that exists as written wins, so that "a:b" can be a file.
std::pair<std::string, fs::path> parseSource(const std::string& source) {
    std::error_code code;
    const std::size_t colon = source.find(':');
    if (colon == std::string::npos || fs::exists(source, code))
        return {"", source};
    const std::string kind = source.substr(0, colon);
    if (findKind(kind))
        return {kind, source.substr(colon + 1)};
    if (kind.find('/') == std::string::npos && kind.size() > 1) {
        std::vector<std::string> names;
        for (const Kind& known : kKinds)
            names.emplace_back(known.name);
        throw base::OptionError(
            fmt::format("\"{}\" is not a kind of data set; there are {}", kind, fmt::join(names, ", ")));
    }
    return {"", source};
}

/// For a file that no kind recognises: the kind that its ending promises, whose loader says best what is wrong with it.
std::string kindByEnding(const fs::path& path) {
    std::error_code code;
    if (!fs::is_regular_file(path, code))
        return {};
    for (const auto& [ending, kind] : {std::pair{".npz", "npz"}, {".npy", "npy"}, {".csv", "manifest"}}) {
        if (path.extension() == ending)
            return kind;
    }
    return {};
}

void checkLabels(const Dataset& dataset, std::int64_t classes) {
    for (const Split& split : dataset.splits) {
        for (std::size_t i = 0; i < split.labels.size(); ++i) {
            if (split.labels[i] < 0 || split.labels[i] >= classes)
                throw base::ShapeError(fmt::format(
                    "{}: image {} of split \"{}\" ({}) has label {}; 0 to {} were expected of {} classes",
                    base::quoted(dataset.path), i, split.name, split.images->location(static_cast<std::int64_t>(i)),
                    split.labels[i], classes - 1, classes));
        }
    }
}

/// Class count from the option, the names or the labels, with names completed to it.
void completeClasses(Dataset& dataset, const LoadOptions& options) {
    std::int64_t classes = options.classes > 0 ? options.classes : static_cast<std::int64_t>(dataset.classNames.size());
    if (classes == 0) {
        for (const Split& split : dataset.splits) {
            for (const std::int64_t label : split.labels)
                classes = std::max(classes, label < kMostClasses ? label + 1 : kMostClasses);
        }
    }
    if (classes > kMostClasses)
        throw base::OptionError(
            fmt::format("{} classes are more than the {} this program can handle", classes, kMostClasses));
    checkLabels(dataset, classes);
    if (classes < 2)
        throw base::ShapeError(
            fmt::format("{}: all samples are of one class; at least two are needed; add samples of another class",
                        base::quoted(dataset.path)));
    for (auto next = static_cast<std::int64_t>(dataset.classNames.size()); next < classes; ++next)
        dataset.classNames.push_back(std::to_string(next));
    dataset.classNames.resize(static_cast<std::size_t>(classes));
}

void checkSplits(const Dataset& dataset) {
    std::int64_t total = 0;
    for (const Split& split : dataset.splits) {
        if (split.images->count() != split.count())
            throw base::ShapeError(fmt::format("{}: split \"{}\" has {} images and {} labels; the counts must be equal",
                                               base::quoted(dataset.path), split.name, split.images->count(),
                                               split.count()));
        total += split.count();
    }
    if (total == 0)
        throw base::FormatError(fmt::format("{} holds no images", base::quoted(dataset.path)));
}

} // namespace

void checkOutside(const Dataset& dataset, const fs::path& place) {
    const fs::path source = base::resolvedPath(dataset.path), target = base::resolvedPath(place);
    if (base::liesWithin(target, source))
        throw base::OptionError(fmt::format("{} lies inside the data set {}, which is only read; choose a folder elsewhere",
                                            base::quoted(place), base::quoted(dataset.path)));
}

const Split& Dataset::split(const std::string& splitName) const {
    std::vector<std::string> names;
    for (const Split& candidate : splits) {
        if (candidate.name == splitName)
            return candidate;
        names.push_back(candidate.name);
    }
    throw base::OptionError(
        fmt::format("{} has no split \"{}\"; there is {}", base::quoted(path), splitName, fmt::join(names, ", ")));
}

std::string recogniseDataset(const fs::path& path) {
    for (const Kind& kind : kKinds) {
        if (kind.is(path))
            return kind.name;
    }
    return {};
}

std::vector<fs::path> sortedEntries(const fs::path& folder) {
    std::error_code code;
    std::vector<fs::path> entries;
    for (fs::directory_iterator next(folder, code), end; !code && next != end; next.increment(code)) {
        if (!next->path().filename().string().starts_with('.'))
            entries.push_back(next->path());
    }
    if (code)
        throw base::IoError(fmt::format("{}: cannot list the folder: {}", base::quoted(folder), code.message()));
    std::sort(entries.begin(), entries.end());
    return entries;
}

fs::path usualFolder(const fs::path& path, std::span<const char* const> inside) {
    std::error_code code;
    for (const char* name : inside) {
        if (fs::is_directory(path / name, code))
            return path / name;
    }
    return path;
}

std::shared_ptr<const Dataset> loadDataset(const std::string& source, const LoadOptions& options,
                                           const base::JobContext& context) {
    if (options.classes < 0 || options.classes == 1)
        throw base::OptionError(fmt::format("{} classes cannot work; at least two are needed", options.classes));
    auto [kindName, path] = parseSource(source);
    std::error_code code;
    if (!fs::exists(path, code))
        throw base::IoError(fmt::format("{}: there is no such file or folder", base::quoted(path)));
    path = fs::absolute(path).lexically_normal();
    if (!path.has_filename())
        path = path.parent_path();
    if (kindName.empty())
        kindName = recogniseDataset(path);
    if (kindName.empty())
        kindName = kindByEnding(path);
    const Kind* kind = findKind(kindName);
    if (!kind)
        throw base::OptionError(
            fmt::format("{} is not a data set that can be recognised; IDX or CIFAR files, a folder of images per "
                        "class, .npz, a pair of .npy or a manifest .csv were looked for",
                        base::quoted(path)));
    auto dataset = std::make_shared<Dataset>(kind->load(path, context));
    dataset->kind = kind->name;
    dataset->path = path;
    if (dataset->name.empty())
        dataset->name = fs::is_directory(path, code) ? path.filename().string() : path.stem().string();
    for (fs::path& file : dataset->files)
        file = fs::absolute(file).lexically_normal();
    checkSplits(*dataset);
    completeClasses(*dataset, options);
    return dataset;
}

std::string datasetHash(const Dataset& dataset, const base::JobContext& context) {
    std::error_code code;
    const fs::path base = fs::is_directory(dataset.path, code) ? dataset.path : dataset.path.parent_path();
    std::vector<std::pair<std::string, fs::path>> files;
    for (const fs::path& file : dataset.files)
        files.emplace_back(file.lexically_relative(base).generic_string(), file);
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());

    base::Sha256 hash;
    std::vector<std::byte> buffer(1 << 20);
    for (std::size_t i = 0; i < files.size(); ++i) {
        context.throwIfCancelled();
        context.progress("hashing", static_cast<double>(i), static_cast<double>(files.size()), "files");
        const base::File file = base::File::openRead(files[i].second);
        const std::int64_t size = file.size();
        hash.add(fmt::format("{}\n{}\n", files[i].first, size));
        for (std::int64_t at = 0; at < size; at += static_cast<std::int64_t>(buffer.size())) {
            context.throwIfCancelled();
            const std::span<std::byte> piece = std::span(buffer).first(
                static_cast<std::size_t>(std::min(size - at, static_cast<std::int64_t>(buffer.size()))));
            file.readAt(at, piece);
            hash.add(piece);
        }
    }
    return hash.hex();
}

} // namespace lpntk::data
