#include <core/base/error.h>
#include <core/base/files.h>
#include <core/data/array_source.h>
#include <core/data/loaders.h>
#include <core/formats/npz.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>

namespace lpntk::data {

namespace fs = std::filesystem;
using formats::DType;
using formats::NpyArray;

namespace {

/// Names of the arrays of one split.
struct ArrayPair {
    std::string split;
    std::string images;
    std::string labels;
};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::string pick(const std::vector<std::string>& names, const std::string& split,
                 std::initializer_list<const char*> words) {
    for (const char* word : words) {
        for (const std::string& name : names) {
            const std::string plain = lower(name);
            if (split.empty() ? plain == word : plain == split + "_" + word || plain == std::string(word) + "_" + split)
                return name;
        }
    }
    return {};
}

/// images/labels, x_train/y_train, train_images/train_labels and the like.
std::vector<ArrayPair> findPairs(const std::vector<std::string>& names) {
    std::vector<ArrayPair> pairs;
    for (const char* split : {"", "train", "val", "test"}) {
        const std::string images = pick(names, split, {"images", "x", "data"});
        const std::string labels = pick(names, split, {"labels", "y", "targets"});
        if (!images.empty() && !labels.empty())
            pairs.push_back({*split ? split : "train", images, labels});
    }
    if (pairs.size() > 1 && pairs[0].split == pairs[1].split)
        pairs.erase(pairs.begin() + 1);
    return pairs;
}

[[noreturn]] void unknownLayout(const std::string& where, std::span<const std::int64_t> shape) {
    throw base::FormatError(fmt::format(
        "{}: shape ({}) is not that of images; (N, H, W), (N, H, W, C) or (N, C, H, W) with 1 or 3 channels "
        "were expected",
        where, fmt::join(shape, ", ")));
}

PixelLayout layoutOf(std::span<const std::int64_t> shape, const std::string& where) {
    constexpr std::int64_t kLargestSide = 65536;
    if (shape.size() != 3 && shape.size() != 4)
        unknownLayout(where, shape);
    for (const std::int64_t size : shape.subspan(1)) {
        if (size < 1 || size > kLargestSide)
            unknownLayout(where, shape);
    }
    const auto at = [&](std::size_t i) { return static_cast<int>(shape[i]); };
    if (shape.size() == 3)
        return PixelLayout::planar({1, at(1), at(2)});
    const auto isChannels = [](std::int64_t size) { return size == 1 || size == 3; };
    if (isChannels(shape[3]) && isChannels(shape[1]) && shape[1] != shape[3])
        throw base::FormatError(
            fmt::format("{}: shape ({}) can be read as (N, H, W, C) and as (N, C, H, W); save it in one that is clear",
                        where, fmt::join(shape, ", ")));
    if (isChannels(shape[3]))
        return PixelLayout::interleaved({at(3), at(1), at(2)});
    if (isChannels(shape[1]))
        return PixelLayout::planar({at(1), at(2), at(3)});
    unknownLayout(where, shape);
}

void checkFinite(const NpyArray& array, const std::string& where, const base::JobContext& context) {
    const std::span<const float> values = array.as<float>();
    const std::size_t picture = values.size() / static_cast<std::size_t>(array.shape()[0]);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i % (1 << 20) == 0)
            context.throwIfCancelled();
        if (!std::isfinite(values[i]))
            throw base::FormatError(
                fmt::format("{}: image {} holds a value that is not finite (NaN or infinity)", where, i / picture));
    }
}

Split makeSplit(const std::string& name, const NpyArray& images, const NpyArray& labels, const std::string& where,
                const std::string& fileName, const base::JobContext& context) {
    Split split;
    split.name = name;
    if (images.type() != DType::u8 && images.type() != DType::f32)
        throw base::FormatError(
            fmt::format("{}: images are {}; uint8 or float32 was expected, for example images.astype(numpy.float32)",
                        where, formats::nameOf(images.type())));
    const PixelLayout layout = layoutOf(images.shape(), where);
    const std::vector<std::int64_t>& shape = labels.shape();
    if (shape.empty() || shape.size() > 2 || (shape.size() == 2 && shape[1] != 1))
        throw base::FormatError(fmt::format("{}: labels have shape ({}); one integer per image was expected", where,
                                            fmt::join(shape, ", ")));
    if (images.shape()[0] != shape[0])
        throw base::ShapeError(
            fmt::format("{}: {} images and {} labels; the counts must be equal", where, images.shape()[0], shape[0]));
    split.labels = labels.toInt64();
    const bool floats = images.type() == DType::f32;
    if (floats && images.shape()[0] > 0)
        checkFinite(images, where, context);
    split.images = std::make_shared<ArraySource>(
        std::vector{PixelBlock{images.bytes(), images.owner(), images.shape()[0], fileName}}, layout,
        floats ? ArraySource::Element::float32 : ArraySource::Element::byte);
    return split;
}

std::vector<double> toDoubles(const NpyArray& array) {
    if (array.type() == DType::f64)
        return {array.as<double>().begin(), array.as<double>().end()};
    if (array.type() == DType::f32)
        return {array.as<float>().begin(), array.as<float>().end()};
    if (array.type() == DType::boolean)
        return {array.as<bool>().begin(), array.as<bool>().end()};
    const std::vector<std::int64_t> whole = array.toInt64();
    return {whole.begin(), whole.end()};
}

/// Further arrays with one number per sample become columns; whatever else lies in the archive is not part of the set.
void addColumns(Split& split, const ArrayPair& pair, const formats::NpzArchive& archive) {
    for (const std::string& name : archive.names()) {
        if (name == pair.images || name == pair.labels)
            continue;
        try {
            const formats::NpyHeader header = archive.header(name);
            const bool number = header.type != DType::f16 && header.type != DType::bf16;
            if (number && header.shape == std::vector<std::int64_t>{split.count()})
                split.columns.push_back({name, toDoubles(archive.array(name))});
        } catch (const base::FormatError&) {
            continue;
        }
    }
}

std::vector<std::string> npyStems(const fs::path& folder) {
    std::vector<std::string> stems;
    for (const fs::path& entry : sortedEntries(folder)) {
        if (entry.extension() == ".npy")
            stems.push_back(entry.stem().string());
    }
    return stems;
}

/// Folder and pairs for a folder of .npy files, or for one of the files.
std::pair<fs::path, std::vector<ArrayPair>> findNpy(const fs::path& path) {
    std::error_code code;
    if (fs::is_directory(path, code))
        return {path, findPairs(npyStems(path))};
    if (path.extension() != ".npy")
        return {};
    const fs::path folder = fs::absolute(path).parent_path();
    std::vector<ArrayPair> pairs = findPairs(npyStems(folder));
    const std::string stem = path.stem().string();
    const bool among = std::any_of(pairs.begin(), pairs.end(),
                                   [&](const ArrayPair& pair) { return pair.images == stem || pair.labels == stem; });
    return {folder, among ? pairs : std::vector<ArrayPair>()};
}

} // namespace

bool isNpz(const fs::path& path) {
    try {
        std::error_code code;
        return fs::is_regular_file(path, code) && path.extension() == ".npz" &&
               !findPairs(formats::NpzArchive(path).names()).empty();
    } catch (const base::Error&) {
        return false;
    }
}

bool isNpy(const fs::path& path) {
    try {
        return !findNpy(path).second.empty();
    } catch (const base::Error&) {
        return false;
    }
}

Dataset loadNpz(const fs::path& path, const base::JobContext& context) {
    const formats::NpzArchive archive(path);
    const std::vector<ArrayPair> pairs = findPairs(archive.names());
    if (pairs.empty())
        throw base::FormatError(
            fmt::format("{} holds the arrays {}; a pair like images and labels, or x_train and y_train, was expected",
                        base::quoted(path), fmt::join(archive.names(), ", ")));
    Dataset dataset;
    for (const ArrayPair& pair : pairs) {
        context.throwIfCancelled();
        dataset.splits.push_back(
            makeSplit(pair.split, archive.array(pair.images), archive.array(pair.labels),
                      fmt::format("{}, arrays \"{}\" and \"{}\"", base::quoted(path), pair.images, pair.labels),
                      fmt::format("{}, {}", path.filename().string(), pair.images), context));
        addColumns(dataset.splits.back(), pair, archive);
    }
    dataset.files.push_back(path);
    return dataset;
}

Dataset loadNpy(const fs::path& path, const base::JobContext& context) {
    const auto [folder, pairs] = findNpy(path);
    if (pairs.empty())
        throw base::FormatError(
            fmt::format("{}: no pair of arrays like images.npy and labels.npy found", base::quoted(path)));
    Dataset dataset;
    for (const ArrayPair& pair : pairs) {
        context.throwIfCancelled();
        const fs::path images = folder / (pair.images + ".npy"), labels = folder / (pair.labels + ".npy");
        dataset.splits.push_back(makeSplit(pair.split, NpyArray::open(images), NpyArray::open(labels),
                                           fmt::format("{} and {}", base::quoted(images), base::quoted(labels)),
                                           images.filename().string(), context));
        dataset.files.push_back(images);
        dataset.files.push_back(labels);
    }
    return dataset;
}

} // namespace lpntk::data
