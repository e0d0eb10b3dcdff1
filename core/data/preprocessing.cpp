#include <core/base/error.h>
#include <core/data/loaders.h>
#include <core/data/preprocessing.h>
#include <core/data/resize.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace lpntk::data {

using base::OptionError;
using base::ShapeError;
using Channels = Preprocessing::Channels;

namespace {

constexpr int kLargestSide = 16384;
constexpr std::int64_t kMostPixels = std::int64_t{1} << 28;

std::vector<Preprocessing> makePresets() {
    const auto make = [](const char* name, std::vector<float> mean, std::vector<float> deviation) {
        Preprocessing preset;
        preset.name = name;
        preset.mean = std::move(mean);
        preset.standardDeviation = std::move(deviation);
        return preset;
    };
    std::vector<Preprocessing> presets;
    presets.push_back(make("none", {}, {}));
    presets.push_back(make("mnist", {0.1307f}, {0.3081f}));
    presets.push_back(make("fashion-mnist", {0.2860f}, {0.3530f}));
    presets.push_back(make("cifar10", {0.4914f, 0.4822f, 0.4465f}, {0.2023f, 0.1994f, 0.2010f}));
    presets.push_back(make("cifar100", {0.5071f, 0.4865f, 0.4409f}, {0.2673f, 0.2564f, 0.2762f}));
    Preprocessing imagenet = make("imagenet", {0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f});
    imagenet.resize = 256;
    imagenet.crop = 224;
    imagenet.channels = Channels::rgb;
    presets.push_back(imagenet);
    return presets;
}

const std::vector<Preprocessing>& presetTable() {
    static const std::vector<Preprocessing> table = makePresets();
    return table;
}

std::string text(const ImageShape& shape) {
    return fmt::format("{} x {} x {}", shape.channels, shape.height, shape.width);
}

std::size_t elements(const ImageShape& shape) {
    return static_cast<std::size_t>(shape.channels) * static_cast<std::size_t>(shape.height) *
           static_cast<std::size_t>(shape.width);
}

/// The shorter side becomes `side`; the longer one is cut to whole pixels as torchvision does.
ImageShape resized(ImageShape shape, int side) {
    if (side == 0 || std::min(shape.height, shape.width) == side)
        return shape;
    const auto longer = [side](int longSide, int shortSide) {
        return static_cast<int>(static_cast<std::int64_t>(side) * longSide / shortSide);
    };
    return shape.height <= shape.width ? ImageShape{shape.channels, side, longer(shape.width, shape.height)}
                                       : ImageShape{shape.channels, longer(shape.height, shape.width), side};
}

/// Shape of one picture after resize, crop and channels. Throws ShapeError naming the picture.
ImageShape shapeAfter(const ImageSource& images, std::int64_t index, const Preprocessing& preprocessing) {
    ImageShape shape = resized(images.shape(index), preprocessing.resize);
    if (static_cast<std::int64_t>(shape.height) * shape.width > kMostPixels)
        throw ShapeError(fmt::format("{}: a resize to {} gives {} x {} pixels, too many for one picture",
                                     images.location(index), preprocessing.resize, shape.height, shape.width));
    if (preprocessing.crop > 0) {
        if (shape.height < preprocessing.crop || shape.width < preprocessing.crop)
            throw ShapeError(
                fmt::format("{}: {} x {} pixels are smaller than the crop of {}; set a resize of at least that",
                            images.location(index), shape.height, shape.width, preprocessing.crop));
        shape.height = shape.width = preprocessing.crop;
    }
    if (preprocessing.channels != Channels::asStored)
        shape.channels = preprocessing.channels == Channels::rgb ? 3 : 1;
    if (preprocessing.mean.size() > 1 && static_cast<int>(preprocessing.mean.size()) != shape.channels)
        throw ShapeError(fmt::format(
            "{}: has {} channel(s) and the preprocessing \"{}\" a mean of {}; choose another preset or give one "
            "mean for all",
            images.location(index), shape.channels, preprocessing.name, preprocessing.mean.size()));
    return shape;
}

void cropCentre(std::span<const float> in, const ImageShape& from, std::span<float> out, int side) {
    // Half to even, as Python's round() in torchvision's centre crop.
    const auto top = static_cast<std::size_t>(std::nearbyint((from.height - side) / 2.0));
    const auto left = static_cast<std::size_t>(std::nearbyint((from.width - side) / 2.0));
    const auto width = static_cast<std::size_t>(from.width), height = static_cast<std::size_t>(from.height);
    const auto n = static_cast<std::size_t>(side);
    for (std::size_t c = 0; c < static_cast<std::size_t>(from.channels); ++c)
        for (std::size_t y = 0; y < n; ++y)
            std::copy_n(in.data() + (c * height + top + y) * width + left, n, out.data() + (c * n + y) * n);
}

/// `in` has `from` channels, `out` has `to` of them, `plane` elements each.
void changeChannels(std::span<const float> in, int from, std::span<float> out, int to, std::size_t plane) {
    if (from == to) {
        std::copy(in.begin(), in.end(), out.begin());
    } else if (to == 3) {
        for (std::size_t c = 0; c < 3; ++c)
            std::copy_n(in.data(), plane, out.data() + c * plane);
    } else {
        // Luma of ITU-R BT.601, as Pillow's convert("L").
        for (std::size_t i = 0; i < plane; ++i)
            out[i] = 0.299f * in[i] + 0.587f * in[plane + i] + 0.114f * in[2 * plane + i];
    }
}

void normalise(std::span<float> values, const Preprocessing& preprocessing, int channels) {
    if (preprocessing.mean.empty())
        return;
    const std::size_t plane = values.size() / static_cast<std::size_t>(channels);
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
        const std::size_t which = preprocessing.mean.size() == 1 ? 0 : c;
        const float mean = preprocessing.mean[which];
        const float deviation = preprocessing.standardDeviation[which];
        for (float& value : values.subspan(c * plane, plane))
            value = (value - mean) / deviation;
    }
}

/// One picture through all steps. The scratch vectors are kept between pictures.
class Pipeline {
public:
    Pipeline(const ImageSource& images, const Preprocessing& preprocessing)
        : m_images(images), m_preprocessing(preprocessing) {}

    void run(std::int64_t index, const ImageShape& target, std::span<float> out) {
        const ImageShape stored = m_images.shape(index);
        if (stored == target) {
            m_images.floats(index, out);
        } else {
            m_a.resize(elements(stored));
            m_images.floats(index, m_a);
            ImageShape shape = resized(stored, m_preprocessing.resize);
            if (shape != stored) {
                m_b.resize(elements(shape));
                resizeBilinear(m_a, stored, m_b, shape);
                m_a.swap(m_b);
            }
            if (m_preprocessing.crop > 0) {
                const ImageShape cropped{shape.channels, m_preprocessing.crop, m_preprocessing.crop};
                m_b.resize(elements(cropped));
                cropCentre(m_a, shape, m_b, m_preprocessing.crop);
                m_a.swap(m_b);
                shape = cropped;
            }
            const std::size_t plane = static_cast<std::size_t>(shape.height) * static_cast<std::size_t>(shape.width);
            changeChannels(m_a, shape.channels, out, target.channels, plane);
        }
        normalise(out, m_preprocessing, target.channels);
    }

private:
    const ImageSource& m_images;
    const Preprocessing& m_preprocessing;
    std::vector<float> m_a, m_b;
};

std::vector<float> floatList(const base::Json& json, const char* key, const std::string& where) {
    return json.contains(key) ? base::requiredKey<std::vector<float>>(json, key, where) : std::vector<float>();
}

} // namespace

void Preprocessing::check() const {
    if (mean.size() != standardDeviation.size())
        throw OptionError(
            fmt::format("preprocessing: {} mean(s) and {} standard deviation(s); as many of both are needed",
                        mean.size(), standardDeviation.size()));
    if (mean.size() > 3 || mean.size() == 2)
        throw OptionError(
            fmt::format("preprocessing: {} means; one for all channels or three are possible", mean.size()));
    for (const float value : mean) {
        if (!std::isfinite(value))
            throw OptionError("preprocessing: a mean is not a finite number");
    }
    for (const float value : standardDeviation) {
        if (!std::isfinite(value) || !(value > 0))
            throw OptionError(
                fmt::format("preprocessing: a standard deviation of {} cannot work; it must be above 0", value));
    }
    if (resize < 0 || resize > kLargestSide)
        throw OptionError(fmt::format("preprocessing: a resize to {} pixels cannot work; 0 (leave) to {} are possible",
                                      resize, kLargestSide));
    if (crop < 0 || crop > kLargestSide)
        throw OptionError(fmt::format("preprocessing: a crop of {} pixels cannot work; 0 (leave) to {} are possible",
                                      crop, kLargestSide));
    if (resize > 0 && crop > resize)
        throw OptionError(fmt::format("preprocessing: the crop of {} is larger than the resize to {}", crop, resize));
}

Preprocessing preprocessingPreset(const std::string& name) {
    for (const Preprocessing& preset : presetTable()) {
        if (preset.name == name)
            return preset;
    }
    throw OptionError(
        fmt::format("\"{}\" is not a preprocessing; there are {}", name, fmt::join(preprocessingNames(), ", ")));
}

std::vector<std::string> preprocessingNames() {
    std::vector<std::string> names;
    for (const Preprocessing& preset : presetTable())
        names.push_back(preset.name);
    return names;
}

Preprocessing defaultPreprocessing(const Dataset& dataset) {
    const bool floats = !dataset.splits.empty() && dataset.splits.front().images->preprocessed();
    if (floats)
        return preprocessingPreset("none");
    if (dataset.kind == "cifar10" || dataset.kind == "cifar100")
        return preprocessingPreset(dataset.kind);
    const std::string word = plainWord(dataset.name);
    if (word == "fashionmnist")
        return preprocessingPreset("fashion-mnist");
    if (word == "mnist")
        return preprocessingPreset("mnist");
    // Pictures of several sizes cannot go into one batch as they are; this is what most networks for them expect.
    for (const Split& split : dataset.splits) {
        if (!split.images->uniform())
            return preprocessingPreset("imagenet");
    }
    return preprocessingPreset("none");
}

base::Json toJson(const Preprocessing& preprocessing) {
    const auto list = [](const std::vector<float>& values) {
        base::Json json = base::Json::array();
        for (const float value : values)
            json.push_back(base::shortestDouble(value));
        return json;
    };
    static constexpr const char* kNames[] = {"as-stored", "grey", "rgb"};
    return {{"name", preprocessing.name},
            {"mean", list(preprocessing.mean)},
            {"std", list(preprocessing.standardDeviation)},
            {"resize", preprocessing.resize},
            {"crop", preprocessing.crop},
            {"channels", kNames[static_cast<int>(preprocessing.channels)]}};
}

Preprocessing preprocessingFromJson(const base::Json& json, const std::string& where) {
    Preprocessing result;
    result.name = base::requiredKey<std::string>(json, "name", where);
    result.mean = floatList(json, "mean", where);
    result.standardDeviation = floatList(json, "std", where);
    result.resize = json.contains("resize") ? base::requiredKey<int>(json, "resize", where) : 0;
    result.crop = json.contains("crop") ? base::requiredKey<int>(json, "crop", where) : 0;
    const std::string channels =
        json.contains("channels") ? base::requiredKey<std::string>(json, "channels", where) : "as-stored";
    if (channels == "grey")
        result.channels = Channels::grey;
    else if (channels == "rgb")
        result.channels = Channels::rgb;
    else if (channels != "as-stored")
        throw base::FormatError(
            fmt::format("{}: channels \"{}\"; as-stored, grey or rgb were expected", where, channels));
    try {
        result.check();
    } catch (const OptionError& problem) {
        throw base::FormatError(fmt::format("{}: {}", where, problem.what()));
    }
    return result;
}

ImageShape inputShape(const Split& split, const Preprocessing& preprocessing) {
    preprocessing.check();
    if (split.count() == 0)
        throw ShapeError(fmt::format("the split \"{}\" holds no images", split.name));
    const ImageShape first = shapeAfter(*split.images, 0, preprocessing);
    if (split.images->uniform())
        return first;
    for (std::int64_t i = 1; i < split.count(); ++i) {
        const ImageShape shape = shapeAfter(*split.images, i, preprocessing);
        if (shape != first)
            throw ShapeError(
                fmt::format("{} becomes {} and {} becomes {}; the network needs one size: set a resize and a crop",
                            split.images->location(0), text(first), split.images->location(i), text(shape)));
    }
    return first;
}

void fillBatch(const Split& split, std::span<const std::int64_t> indices, const Preprocessing& preprocessing,
               std::span<float> out) {
    if (indices.empty())
        return;
    const ImageSource& images = *split.images;
    for (const std::int64_t index : indices) {
        if (index < 0 || index >= images.count())
            throw OptionError(
                fmt::format("there is no image {}; the split \"{}\" has {}", index, split.name, images.count()));
    }
    const ImageShape shape = shapeAfter(images, indices[0], preprocessing);
    const std::size_t size = elements(shape);
    if (out.size() != size * indices.size())
        throw ShapeError(fmt::format("room for {} values given; {} images of {} have {}", out.size(), indices.size(),
                                     text(shape), size * indices.size()));
    const bool uniform = images.uniform();
    Pipeline pipeline(images, preprocessing);
    for (std::size_t i = 0; i < indices.size(); ++i) {
        if (!uniform) {
            const ImageShape other = shapeAfter(images, indices[i], preprocessing);
            if (other != shape)
                throw ShapeError(
                    fmt::format("{} becomes {} and {} becomes {}; the network needs one size: set a resize and a crop",
                                images.location(indices[0]), text(shape), images.location(indices[i]), text(other)));
        }
        pipeline.run(indices[i], shape, out.subspan(i * size, size));
    }
}

} // namespace lpntk::data
