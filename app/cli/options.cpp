#include "options.h"

#include "command.h"

#include <core/base/parallel.h>
#include <core/base/text.h>
#include <core/data/selection.h>
#include <core/formats/npy.h>
#include <core/formats/pt2.h>
#include <core/formats/weights.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>

namespace lpntk::cli {

namespace {

const CLI::Validator kByteSize(
    [](std::string& text) -> std::string {
        try {
            base::parseBytes(text);
            return {};
        } catch (const base::Error& error) {
            return error.what();
        }
    },
    "SIZE");

/// The whole of `text` as a number.
std::optional<double> numberIn(const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return text.empty() || *end != '\0' ? std::nullopt : std::optional(value);
}

} // namespace

void NetworkOptions::addTo(CLI::App& command) {
    command.add_option("--model", model,
                       "built-in network, for example lenet5, or a .pt2 file of torch.export.save (default: what the "
                       "weights' metadata says)");
    command.add_option("--weights", weights,
                       "safetensors or PyTorch state dict (default: those of the .pt2; a built-in network starts from --seed)");
    command.add_option("--seed", seed, "seed of everything random")->capture_default_str();
}

engine::NetworkSpec NetworkOptions::spec() const {
    if (!model.empty())
        return {model, weights, seed};
    if (weights.empty())
        throw base::OptionError(
            "--model is missing: name a built-in network such as lenet5 or a .pt2 file, or weights whose metadata does");
    return {weightsMetadata(weights, "model").value_or(std::string()), weights, seed};
}

void DataOptions::addTo(CLI::App& command, const std::string& defaultSplit) {
    split = defaultSplit;
    command
        .add_option("--data", source, "data set: file or folder, or KIND:PATH (idx, cifar10, imagefolder, npz, ...)")
        ->required();
    command.add_option("--split", split, "which samples of it")->capture_default_str();
    auto* named =
        command.add_option("--preprocess", preset, "preset (default: the weights' own, else by the data set)")
            ->check(CLI::IsMember(data::preprocessingNames()));
    auto* mean_ = command.add_option("--mean", mean, "mean of each channel, for example 0.286")->delimiter(',');
    auto* deviation =
        command.add_option("--std", standardDeviation, "standard deviation of each channel")->delimiter(',');
    mean_->needs(deviation)->excludes(named);
    deviation->needs(mean_)->excludes(named);
    command.add_option("--resize", resize, "shorter side in pixels")->check(atLeast(1));
    command.add_option("--crop", crop, "side of the centre square in pixels")->check(atLeast(1));
    command.add_option("--channels", channels, "turn pictures into grey or rgb")->check(CLI::IsMember({"grey", "rgb"}));
}

std::shared_ptr<const data::Dataset> DataOptions::load(const Console& console) const {
    return data::loadDataset(source, {}, console.context());
}

data::Preprocessing DataOptions::preprocessing(const data::Dataset& dataset,
                                               const std::filesystem::path& weights) const {
    data::Preprocessing chosen;
    if (!mean.empty()) {
        chosen.name = "custom";
        chosen.mean = mean;
        chosen.standardDeviation = standardDeviation;
    } else if (!preset.empty()) {
        chosen = data::preprocessingPreset(preset);
    } else if (const auto recorded = weightsMetadata(weights, "preprocessing")) {
        const std::string where = "metadata of " + base::quoted(weights);
        try {
            chosen = data::preprocessingFromJson(base::parseJson(*recorded, where), where);
        } catch (const base::Error& error) {
            throw base::FormatError(
                fmt::format("{}; say the preprocessing with --preprocess, or --mean and --std", error.what()));
        }
    } else {
        chosen = data::defaultPreprocessing(dataset);
    }
    if (resize > 0)
        chosen.resize = resize;
    if (crop > 0)
        chosen.crop = crop;
    if (!channels.empty())
        chosen.channels = channels == "grey" ? data::Preprocessing::Channels::grey : data::Preprocessing::Channels::rgb;
    chosen.check();
    return chosen;
}

void SampleOptions::addTo(CLI::App& command) {
    auto* first = command.add_option("--limit", limit, "only the first N samples")->check(atLeast(1));
    auto* balanced =
        command.add_option("--per-class", perClass, "only the first n samples of each class")->check(atLeast(1));
    auto* listed =
        command.add_option("--indices", indicesFile, "only these samples: an integer .npy of original indices");
    first->excludes(balanced)->excludes(listed);
    balanced->excludes(listed);
}

std::vector<std::int64_t> SampleOptions::indices() const {
    if (indicesFile.empty())
        return {};
    const auto array = formats::NpyArray::open(indicesFile);
    if (array.shape().size() != 1 || array.count() == 0)
        throw base::FormatError(base::quoted(indicesFile) + ": expected a one-dimensional array of at least one index");
    return array.toInt64();
}

std::vector<std::int64_t> SampleOptions::select(const data::Split& split) const {
    return data::selectSamples(split, limit, perClass, indices());
}

void addThreads(CLI::App& command, int& threads) {
    command
        .add_option("--threads", threads,
                    fmt::format("worker threads (default: all cores, {} here)", base::availableThreads()))
        ->check(CLI::Range(1, 1024));
}

void addMemory(CLI::App& command, std::int64_t& bytes) {
    command
        .add_option_function<std::string>(
            "--memory", [&bytes](const std::string& text) { bytes = base::parseBytes(text); },
            "budget for everything the job holds, for example 4G (default: " +
                base::formatBytes(static_cast<double>(bytes)) + ")")
        ->check(kByteSize);
}

std::optional<std::string> weightsMetadata(const std::filesystem::path& weights, const std::string& key) {
    if (weights.empty() || formats::looksLikePt2(weights))
        return std::nullopt;
    for (const auto& [name, value] : formats::readWeights(weights).metadata)
        if (name == key)
            return value;
    return std::nullopt;
}

CLI::Validator above(double low) {
    return {[low](std::string& text) {
                const auto value = numberIn(text);
                return !value || *value > low
                           ? std::string()
                           : fmt::format("{} is not possible, a number above {} is needed", text, low);
            },
            "NUMBER"};
}

CLI::Validator atLeast(std::int64_t low) {
    return {[low](std::string& text) {
                const auto value = numberIn(text);
                return !value || *value >= static_cast<double>(low)
                           ? std::string()
                           : fmt::format("{} is not possible, {} is the least", text, low);
            },
            "NUMBER"};
}

CLI::Validator share(bool zeroAllowed, const std::string& what) {
    return {[zeroAllowed, what](std::string& text) -> std::string {
                const char* range = zeroAllowed ? "from 0 to 1" : "above 0 and at most 1";
                const auto value = numberIn(text);
                if (!value)
                    return fmt::format("\"{}\" is not a number; {} {} is needed, for example 0.3", text, what, range);
                const bool fits = (*value > 0 || (zeroAllowed && *value == 0)) && *value <= 1;
                return fits ? std::string() : fmt::format("{} is not possible, {} {} is needed", text, what, range);
            },
            "SHARE"};
}

void tellNetwork(const Console& console, const engine::NetworkInfo& network, const engine::NetworkSpec& spec) {
    const std::string name = network.model + (network.guessed ? " (guessed from the weights)" : "");
    if (network.fromSeed) {
        console.say(fmt::format("network: {}, untrained, initialised from seed {}", name, spec.seed));
        return;
    }
    if (spec.weights.empty()) {
        console.say(fmt::format("network: {}", base::quoted(network.program)));
        return;
    }
    console.say(fmt::format("network: {}, weights {}", name, base::quoted(spec.weights)));
    if (!network.unwrapped.empty())
        console.say(fmt::format("  unwrapped: {}", fmt::join(network.unwrapped, ", ")));
    // "features.0.weight -> conv1.weight (6, 1, 5, 5)"; what has the network's own name needs no line.
    std::int64_t same = 0;
    for (const std::string& line : network.mapping) {
        const std::size_t arrow = line.find(" -> ");
        if (arrow != std::string::npos && line.compare(arrow + 4, arrow + 1, line.substr(0, arrow) + ' ') == 0)
            ++same;
        else
            console.say("  " + line);
    }
    if (same > 0)
        console.say(fmt::format("  {} tensors under the network's own names", base::formatCount(same)));
}

void addNetwork(base::Json& json, const engine::NetworkInfo& network, const engine::NetworkSpec& spec) {
    json["model"] = network.model;
    json["guessed"] = network.guessed;
    json["weights"] = spec.weights.string();
    json["fromSeed"] = network.fromSeed;
    json["unwrapped"] = network.unwrapped;
    json["mapping"] = network.mapping;
}

std::string percent(double share) {
    return fmt::format("{:.2f} %", 100 * share);
}

} // namespace lpntk::cli
