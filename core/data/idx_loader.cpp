#include <core/base/error.h>
#include <core/base/files.h>
#include <core/data/array_source.h>
#include <core/data/loaders.h>
#include <core/formats/idx.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace lpntk::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kUsual[] = {"MNIST/raw", "FashionMNIST/raw", "KMNIST/raw", "QMNIST/raw", "EMNIST/raw", "raw",
                                  "gzip"};

/// Pictures and labels of one split; `prefix` tells the several sets of an EMNIST folder apart.
struct Pair {
    fs::path images;
    fs::path labels;
    std::string prefix;
    std::string split;
};

bool replaceFirst(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at != std::string::npos)
        text.replace(at, from.size(), to);
    return at != std::string::npos;
}

/// "train-images-idx3-ubyte.gz" -> "train-labels-idx1-ubyte", also for names written with dots. Empty when the name is
/// not that of an image file.
std::string labelStem(std::string name) {
    if (name.ends_with(".gz"))
        name.resize(name.size() - 3);
    if (!replaceFirst(name, "images", "labels"))
        return {};
    replaceFirst(name, "idx3", "idx1");
    return name;
}

/// Plain beats compressed where both are there.
fs::path withOrWithoutGz(const fs::path& folder, const std::string& stem) {
    std::error_code code;
    for (const char* ending : {"", ".gz"}) {
        if (fs::is_regular_file(folder / (stem + ending), code))
            return folder / (stem + ending);
    }
    return {};
}

Pair pairOf(const fs::path& images) {
    const std::string name = images.filename().string();
    Pair pair;
    pair.images = images;
    pair.labels = withOrWithoutGz(images.parent_path(), labelStem(name));
    pair.prefix = name.substr(0, name.find("images"));
    for (const auto& [word, split] :
         {std::pair{"train", "train"}, {"t10k", "test"}, {"test", "test"}, {"val", "val"}}) {
        if (pair.split.empty() && replaceFirst(pair.prefix, word, ""))
            pair.split = split;
    }
    if (pair.split.empty())
        pair.split = "train";
    return pair;
}

std::vector<Pair> pairsIn(const fs::path& folder) {
    std::vector<Pair> pairs;
    for (const fs::path& entry : sortedEntries(folder)) {
        const std::string stem = labelStem(entry.filename().string());
        std::error_code code;
        if (stem.empty() || !fs::is_regular_file(entry, code))
            continue;
        // A file of this name is one of the set also when it is damaged: its split must not vanish in silence.
        if (stem.find("idx1") == std::string::npos && !formats::looksLikeIdx(entry, 3))
            continue;
        const std::string plain =
            entry.filename().string().ends_with(".gz") ? entry.filename().stem().string() : std::string();
        if (!plain.empty() && fs::exists(folder / plain, code))
            continue;
        pairs.push_back(pairOf(entry));
    }
    return pairs;
}

fs::path imageFileOf(const fs::path& file) {
    std::string name = file.filename().string();
    if (name.ends_with(".gz"))
        name.resize(name.size() - 3);
    if (!replaceFirst(name, "labels", "images"))
        return file;
    replaceFirst(name, "idx1", "idx3");
    const fs::path found = withOrWithoutGz(file.parent_path(), name);
    return found.empty() ? file : found;
}

/// All pairs that belong to what was named: a folder's only set, or the set of the named file.
std::vector<Pair> findPairs(const fs::path& path) {
    std::error_code code;
    if (!fs::is_directory(path, code)) {
        const Pair named = pairOf(imageFileOf(path));
        std::vector<Pair> pairs = pairsIn(fs::absolute(path).parent_path());
        std::erase_if(pairs, [&](const Pair& pair) { return pair.prefix != named.prefix; });
        const bool among = std::any_of(pairs.begin(), pairs.end(), [&](const Pair& pair) {
            return pair.images.filename() == named.images.filename();
        });
        return among ? pairs : std::vector{named};
    }
    const fs::path folder = usualFolder(path, kUsual);
    std::vector<Pair> pairs = pairsIn(folder);
    if (pairs.empty() && folder != path)
        pairs = pairsIn(path);
    std::set<std::string> prefixes;
    for (const Pair& pair : pairs)
        prefixes.insert(pair.prefix);
    if (prefixes.size() > 1)
        throw base::OptionError(
            fmt::format("{} holds {} IDX data sets; name the image file of one of them, for example {}",
                        base::quoted(path), prefixes.size(), base::quoted(pairs.front().images)));
    return pairs;
}

Split readPair(const Pair& pair) {
    const std::string labelName = labelStem(pair.images.filename().string());
    if (pair.labels.empty() && !labelName.empty())
        throw base::IoError(fmt::format("{}: the labels are missing; {} was expected beside it",
                                        base::quoted(pair.images),
                                        base::quoted(pair.images.parent_path() / labelName)));
    const formats::IdxArray images = formats::readIdx(pair.images);
    if (pair.labels.empty())
        throw base::OptionError(
            fmt::format("{}: where its labels are cannot be told from its name; name the files like "
                        "train-images-idx3-ubyte and train-labels-idx1-ubyte",
                        base::quoted(pair.images)));
    const formats::IdxArray labels = formats::readIdx(pair.labels);
    if (images.shape.size() != 3)
        throw base::FormatError(fmt::format("{}: has {} dimensions; images have 3 (count, rows, columns)",
                                            base::quoted(pair.images), images.shape.size()));
    if (labels.shape.size() != 1)
        throw base::FormatError(
            fmt::format("{}: has {} dimensions; labels have 1", base::quoted(pair.labels), labels.shape.size()));
    if (images.shape[0] != labels.shape[0])
        throw base::ShapeError(fmt::format("{} holds {} images, {} holds {} labels; the counts must be equal",
                                           base::quoted(pair.images), images.shape[0], base::quoted(pair.labels),
                                           labels.shape[0]));
    constexpr std::int64_t kLargestSide = 65536;
    if (images.shape[0] > 0 && (images.shape[1] < 1 || images.shape[2] < 1 || images.shape[1] > kLargestSide ||
                                images.shape[2] > kLargestSide))
        throw base::FormatError(fmt::format("{}: images of {} x {} pixels; 1 to {} each way were expected",
                                            base::quoted(pair.images), images.shape[1], images.shape[2], kLargestSide));
    Split split;
    split.name = pair.split;
    const ImageShape shape{1, static_cast<int>(images.shape[1]), static_cast<int>(images.shape[2])};
    split.images = std::make_shared<ArraySource>(
        std::vector{PixelBlock{images.bytes, images.owner, images.shape[0], pair.images.filename().string()}},
        PixelLayout::planar(shape), ArraySource::Element::byte);
    for (const std::byte label : labels.bytes)
        split.labels.push_back(static_cast<std::int64_t>(label));
    return split;
}

} // namespace

bool isIdx(const fs::path& path) {
    try {
        std::error_code code;
        if (fs::is_regular_file(path, code))
            return formats::looksLikeIdx(path, 3) || formats::looksLikeIdx(path, 1);
        return !pairsIn(usualFolder(path, kUsual)).empty() || !pairsIn(path).empty();
    } catch (const base::Error&) {
        return false;
    }
}

Dataset loadIdx(const fs::path& path, const base::JobContext& context) {
    std::vector<Pair> pairs = findPairs(path);
    if (pairs.empty())
        throw base::FormatError(fmt::format(
            "{}: no IDX images found; files like train-images-idx3-ubyte[.gz] were expected", base::quoted(path)));
    // "train" first whatever the file names sort like.
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const Pair& a, const Pair& b) { return (a.split == "train") > (b.split == "train"); });
    Dataset dataset;
    for (const Pair& pair : pairs) {
        context.throwIfCancelled();
        context.progress("reading", static_cast<double>(dataset.splits.size()), static_cast<double>(pairs.size()),
                         "files");
        if (std::any_of(dataset.splits.begin(), dataset.splits.end(),
                        [&](const Split& split) { return split.name == pair.split; }))
            throw base::OptionError(
                fmt::format("{}: a second file of images for the split \"{}\"; move one of them away",
                            base::quoted(pair.images), pair.split));
        dataset.splits.push_back(readPair(pair));
        dataset.files.push_back(pair.images);
        dataset.files.push_back(pair.labels);
    }
    const fs::path folder = pairs.front().images.parent_path();
    const auto& first = dataset.splits.front();
    const bool tooManyClasses = std::any_of(dataset.splits.begin(), dataset.splits.end(), [](const Split& split) {
        return std::any_of(split.labels.begin(), split.labels.end(), [](std::int64_t label) { return label > 9; });
    });
    if (tooManyClasses)
        return dataset;
    if (const auto known = recogniseKnownSet(folder, first.name == "train" ? std::span<const std::int64_t>(first.labels)
                                                                           : std::span<const std::int64_t>())) {
        dataset.name = known->name;
        dataset.classNames = known->classNames;
    }
    return dataset;
}

} // namespace lpntk::data
