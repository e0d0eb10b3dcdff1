#include <core/base/files.h>
#include <core/curation/export_media.h>
#include <core/curation/media_writers.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace lpntk::curation {

namespace fs = std::filesystem;

namespace {

constexpr std::array<const char*, 4> kFormats = {"indices", "imagefolder", "idx", "npz"};

std::string safeName(const std::string& name) {
    std::string safe;
    for (const char c : name) {
        const bool bad = static_cast<unsigned char>(c) < 0x20 || c == 0x7f || std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos;
        safe += bad ? '_' : c;
    }
    while (!safe.empty() && (safe.back() == '.' || safe.back() == ' '))
        safe.pop_back();
    constexpr std::size_t kLongest = 200; // bytes; file systems stop at 255
    if (safe.size() > kLongest)
        safe.resize(kLongest);
    if (!safe.empty() && safe.front() == '.')
        safe.front() = '_';
    return safe;
}

/// Folder names by label that differ from each other and sort in the order of the labels, because readers of image
/// folders number the classes that way.
std::vector<std::string> classFolders(const std::vector<std::string>& classNames, std::vector<std::string>& notes) {
    std::vector<std::string> names;
    for (const std::string& name : classNames)
        names.push_back(safeName(name));
    const bool usable = std::adjacent_find(names.begin(), names.end(), std::greater_equal<>()) == names.end() &&
                        std::none_of(names.begin(), names.end(), [](const std::string& name) { return name.empty(); });
    if (usable) {
        if (names != classNames)
            notes.push_back("class names with characters that no folder can have were written with \"_\"");
        return names;
    }
    const std::size_t digits = std::to_string(std::max<std::size_t>(names.size(), 1) - 1).size();
    for (std::size_t label = 0; label < names.size(); ++label)
        names[label] = fmt::format("{:0{}}_{}", label, digits, names[label]);
    notes.push_back("class folders start with the label number, so that sorted by name they give the labels of the data set");
    return names;
}

void needUniform(const SubsetTable& table, const std::string& format) {
    const data::ImageShape first = table.images().shape(table.kept.front());
    const auto check = [&](std::int64_t sample) {
        if (table.images().uniform() || table.images().shape(sample) == first)
            return;
        const data::ImageShape other = table.images().shape(sample);
        throw base::ShapeError(fmt::format("{} needs pictures of one size, but {} has {} x {} x {} and {} has {} x {} x {}; export as imagefolder",
                                           format, table.images().location(table.kept.front()), first.channels, first.height, first.width,
                                           table.images().location(sample), other.channels, other.height, other.width));
    };
    std::for_each(table.kept.begin(), table.kept.end(), check);
    std::for_each(table.pruned.begin(), table.pruned.end(), check);
}

std::int64_t largestBytes(const SubsetTable& table, const std::vector<std::int64_t>& samples, bool files) {
    std::int64_t sum = 0;
    for (const std::int64_t sample : samples) {
        std::error_code code;
        const fs::path file = files ? table.images().file(sample) : fs::path();
        const data::ImageShape shape = file.empty() ? table.images().shape(sample) : data::ImageShape{};
        const std::int64_t pixels = std::int64_t{shape.channels} * shape.height * shape.width;
        sum += file.empty() ? pixels * (holdsBytes(table.images(), table.kept.front()) ? 1 : 4) + 1024
                            : static_cast<std::int64_t>(fs::file_size(file, code)) + 4096;
    }
    return sum;
}

void copyFolder(const fs::path& folder, const SubsetTable& table, const std::vector<std::int64_t>& samples, const MediaPlan& plan,
                std::vector<std::string>& notes, const base::JobContext& context) {
    for (const std::string& name : plan.classFolders)
        makeFolder(folder / name);
    const std::size_t digits = std::to_string(std::max<std::int64_t>(table.count, 1) - 1).size();
    std::set<fs::path> taken;
    std::int64_t renamed = 0, done = 0;
    for (const std::int64_t sample : samples) {
        context.throwIfCancelled();
        const fs::path source = table.images().file(sample);
        const std::string& inside = plan.classFolders.at(static_cast<std::size_t>(table.labels[static_cast<std::size_t>(sample)]));
        fs::path target = folder / inside / (source.empty() ? fs::path(fmt::format("{:0{}}.png", sample, digits)) : source.filename());
        if (!taken.insert(target).second) {
            // Files of one name from several folders: the original index makes them different.
            const fs::path clash = target;
            for (int attempt = 0; !taken.insert(target).second; ++attempt)
                target = clash.parent_path() / fmt::format("{}-{}{}{}", clash.stem().string(), sample,
                                                           attempt ? fmt::format("-{}", attempt) : std::string(), clash.extension().string());
            if (++renamed <= 20)
                notes.push_back(fmt::format("sample {}: {} was taken, written as {}", sample, clash.filename().string(), target.filename().string()));
        }
        if (source.empty())
            writePng(target, table.images().image(sample));
        else
            base::File::create(target).append(table.images().bytes(sample));
        if (done++ % 64 == 0)
            context.progress("pictures", static_cast<double>(done), static_cast<double>(samples.size()), "samples");
    }
    if (renamed > 20)
        notes.push_back(fmt::format("{} files more were renamed for the same reason", renamed - 20));
}

} // namespace

std::string mediaName(const std::string& format, const std::string& splitName) {
    const std::string name = safeName(splitName).empty() ? "data" : safeName(splitName);
    if (format == "idx")
        return name == "test" ? "t10k" : name;
    if (format == "npz")
        return name + ".npz";
    // "pruned" is the folder of the others.
    return format != "imagefolder" ? std::string() : name == "pruned" ? "kept" : name;
}

bool holdsBytes(const data::ImageSource& images, std::int64_t sample) {
    if (!images.file(sample).empty())
        return true;
    const data::ImageShape shape = images.shape(sample);
    return images.bytes(sample).size() == static_cast<std::size_t>(shape.channels) * static_cast<std::size_t>(shape.height) * static_cast<std::size_t>(shape.width);
}

MediaPlan planMedia(const SubsetTable& table, const ExportOptions& options) {
    if (std::find(kFormats.begin(), kFormats.end(), options.format) == kFormats.end())
        throw base::OptionError(fmt::format("there is no export format \"{}\"; the formats are {}", options.format, fmt::join(kFormats, ", ")));
    MediaPlan plan;
    if (options.format == "indices")
        return plan;
    if (!table.split)
        throw base::OptionError(fmt::format("the format {} writes pictures, but the data set of the run is not at hand; put {} back or export the format indices",
                                            options.format, table.source.run->manifest().dataSource));
    const bool folder = options.format == "imagefolder";
    const bool bytes = holdsBytes(table.images(), table.kept.front());
    if (!bytes && options.format != "npz")
        throw base::ShapeError(fmt::format("the pictures are floats, which {} cannot hold without loss; export as npz", options.format));
    if (folder)
        plan.classFolders = classFolders(table.classNames(), plan.notes);
    else
        needUniform(table, options.format);
    if (options.format == "idx" && table.images().shape(table.kept.front()).channels != 1)
        throw base::ShapeError("the format idx holds grey pictures only, these have three channels; export as npz or imagefolder");
    if (options.format == "idx" && table.classNames().size() > 256)
        throw base::ShapeError(fmt::format("the format idx holds at most 256 classes, there are {}; export as npz or imagefolder", table.classNames().size()));
    const bool decoded = !folder && !table.images().file(table.kept.front()).empty();
    if (decoded)
        plan.notes.push_back("the picture files were decoded to 8-bit arrays; export as imagefolder for byte-exact copies");
    const auto add = [&](const std::vector<std::int64_t>& samples) {
        const auto perSample = static_cast<std::int64_t>(samples.size());
        plan.files += folder ? perSample : options.format == "idx" ? 2 : 1;
        plan.bytes += largestBytes(table, samples, folder);
    };
    add(table.kept);
    if (options.includePruned && !table.pruned.empty())
        add(table.pruned);
    return plan;
}

std::vector<std::string> writeMedia(const fs::path& folder, const SubsetTable& table, const std::string& format,
                                    const std::vector<std::int64_t>& samples, const MediaPlan& plan, const base::JobContext& context) {
    std::vector<std::string> notes;
    const std::string name = mediaName(format, table.splitName);
    if (format == "imagefolder")
        copyFolder(folder / name, table, samples, plan, notes, context);
    else if (format == "idx")
        writeIdxPair(folder, name, table, samples, context);
    else if (format == "npz")
        writeNpz(folder / name, table, samples, context);
    return notes;
}

} // namespace lpntk::curation
