// FILE.npz, as written with --out, read by numpy.load without pickle (n samples in the order asked for, L layers):
//   samples (n) int64 original indices, labels (n) int64, layers (L) names,
//   kernel (L, n, n) float32: the layers' parts of kappa, which add up to total but for rounding,
//   total (n, n) float32: kappa.
#include "command.h"
#include "options.h"
#include "run_options.h"
#include "table.h"

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/text.h>
#include <core/engine/reopen.h>
#include <core/formats/npz.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lpntk::cli {

namespace {

constexpr std::size_t kMostListed = 12; ///< samples whose pairs are told one by one
constexpr std::size_t kMostColumns = 8; ///< layers with a column of their own

struct LayersOptions {
    RunOptions run;
    SampleOptions chosen; ///< --indices
    std::vector<std::int64_t> samples;
    std::filesystem::path out;
    std::string device; ///< empty = the run's
    std::int64_t memoryBytes = run::KernelOptions().memoryBytes;
    int threads = 0;

    std::vector<std::int64_t> indices() const { return samples.empty() ? chosen.indices() : samples; }
};

/// kappa among some samples, and the layers' parts of it.
struct LayerKernel {
    std::vector<std::int64_t> samples, labels;
    std::vector<std::string> layers;
    std::vector<float> parts; ///< (layers, n, n)
    std::vector<float> total; ///< (n, n)

    std::size_t size() const { return samples.size(); }
    double kappa(std::size_t i, std::size_t j) const { return static_cast<double>(total[i * size() + j]); }
    double part(std::size_t layer, std::size_t i, std::size_t j) const {
        return static_cast<double>(parts[(layer * size() + i) * size() + j]);
    }
    double cosine(std::size_t i, std::size_t j) const {
        const double length = std::sqrt(kappa(i, i)) * std::sqrt(kappa(j, j));
        return length > 0 ? (i == j ? 1 : kappa(i, j) / length) : 0;
    }
    /// Of the sum of the parts without their signs, so that a part against the others is a negative share.
    double share(std::size_t layer, std::size_t i, std::size_t j) const {
        double sum = 0;
        for (std::size_t other = 0; other < layers.size(); ++other)
            sum += std::abs(part(other, i, j));
        return sum > 0 ? part(layer, i, j) / sum : 0;
    }
};

/// Room for the kernel, taken before the signals are planned, so that their plan counts it.
LayerKernel roomFor(const LayersOptions& options, const run::Run& run, std::vector<std::int64_t> samples) {
    const std::size_t layers = run.manifest().plan.layers.size(), n = samples.size();
    // While they are written there are two more copies.
    const double bytes = static_cast<double>((layers + 1) * n * n * sizeof(float)) * (options.out.empty() ? 1 : 3);
    constexpr double kShare = 0.5;
    if (bytes > kShare * static_cast<double>(options.memoryBytes))
        throw base::BudgetError(fmt::format(
            "the parts of {} samples in {} layers take {}, more than half of --memory {}: take fewer samples, "
            "or give at least --memory {}M",
            base::formatCount(static_cast<std::int64_t>(n)), layers, base::formatBytes(bytes),
            base::formatBytes(static_cast<double>(options.memoryBytes)),
            static_cast<std::int64_t>(bytes / kShare) / (1 << 20) + 1));
    LayerKernel room;
    room.samples = std::move(samples);
    room.parts.resize(layers * n * n);
    room.total.resize(n * n);
    return room;
}

engine::KernelRequest requestOf(const LayersOptions& options, const run::Run& run,
                                const std::vector<std::int64_t>& samples, const Console& console) {
    engine::KernelRequest request = engine::requestOf(run, options.device, console.context());
    request.options.indices = samples;
    request.options.memoryBytes = options.memoryBytes;
    request.options.threads = options.threads;
    return request;
}

void fill(LayerKernel& kernel, engine::HeldSamples& held, const Console& console) {
    kernel.layers = held.layers();
    std::vector<std::int64_t> members;
    for (const std::int64_t sample : kernel.samples) {
        const auto place = std::find(held.samples().begin(), held.samples().end(), sample) - held.samples().begin();
        members.push_back(place);
        kernel.labels.push_back(held.labels()[static_cast<std::size_t>(place)]);
    }
    const std::size_t n = kernel.size();
    kernel.parts.resize(kernel.layers.size() * n * n);
    held.kappaByLayer(members, kernel.parts, console.context());
    constexpr std::size_t kGroup = 64;
    std::vector<float> rows(std::min(kGroup, n) * n);
    for (std::size_t begin = 0; begin < n; begin += kGroup) {
        const auto group = std::span(members).subspan(begin, std::min(kGroup, n - begin));
        held.kappa(group, {0, static_cast<std::int64_t>(n)}, std::span(rows).first(group.size() * n),
                   console.context());
        // The two halves may be rounded each in its own way.
        for (std::size_t i = begin; i < begin + group.size(); ++i) {
            for (std::size_t j = i; j < n; ++j)
                kernel.total[i * n + j] = kernel.total[j * n + i] =
                    rows[(i - begin) * n + static_cast<std::size_t>(members[j])];
        }
    }
}

/// Layers by falling mean share without sign.
std::vector<std::size_t> largestLayers(const LayerKernel& kernel) {
    std::vector<double> weight(kernel.layers.size());
    for (std::size_t i = 0; i < kernel.size(); ++i) {
        for (std::size_t j = i; j < kernel.size(); ++j) {
            for (std::size_t layer = 0; layer < weight.size(); ++layer)
                weight[layer] += std::abs(kernel.share(layer, i, j));
        }
    }
    std::vector<std::size_t> order(weight.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return weight[a] > weight[b]; });
    return order;
}

std::string signedShare(double share) {
    return fmt::format("{:+.1f} %", 100 * share);
}

void tell(const Console& console, const LayerKernel& kernel, const std::vector<std::string>& classNames) {
    std::vector<std::size_t> shown = largestLayers(kernel);
    const bool others = shown.size() > kMostColumns;
    shown.resize(std::min(shown.size(), kMostColumns));
    std::sort(shown.begin(), shown.end());
    std::vector<std::string> header{"sample", "with", "classes", "kappa", "cosine"};
    std::vector<bool> right{true, true, false, true, true};
    for (const std::size_t layer : shown)
        header.push_back(kernel.layers[layer]);
    if (others)
        header.emplace_back("others");
    right.resize(header.size(), true);
    Table table(header, right);
    const auto nameOf = [&](std::size_t i) { return classNames[static_cast<std::size_t>(kernel.labels[i])]; };
    for (std::size_t i = 0; i < kernel.size(); ++i) {
        for (std::size_t j = i; j < kernel.size(); ++j) {
            std::vector<std::string> row{std::to_string(kernel.samples[i]),
                                         i == j ? "itself" : std::to_string(kernel.samples[j]),
                                         i == j ? nameOf(i) : nameOf(i) + ", " + nameOf(j),
                                         kappaText(kernel.kappa(i, j)), cosineText(kernel.cosine(i, j))};
            double rest = 0;
            for (std::size_t layer = 0; layer < kernel.layers.size(); ++layer)
                rest += kernel.share(layer, i, j);
            for (const std::size_t layer : shown) {
                row.push_back(signedShare(kernel.share(layer, i, j)));
                rest -= kernel.share(layer, i, j);
            }
            if (others)
                row.push_back(signedShare(rest));
            table.add(row);
        }
    }
    say(console, table);
    console.say("each layer's share of the parts without their signs: a negative one works against the others");
}

base::Json pairsJson(const LayerKernel& kernel) {
    base::Json pairs = base::Json::array();
    for (std::size_t i = 0; i < kernel.size(); ++i) {
        for (std::size_t j = i; j < kernel.size(); ++j) {
            base::Json parts = base::Json::array();
            for (std::size_t layer = 0; layer < kernel.layers.size(); ++layer)
                parts.push_back(base::shortestDouble(static_cast<float>(kernel.part(layer, i, j))));
            pairs.push_back({{"a", kernel.samples[i]},
                             {"b", kernel.samples[j]},
                             {"kappa", base::shortestDouble(static_cast<float>(kernel.kappa(i, j)))},
                             {"cosine", kernel.cosine(i, j)},
                             {"parts", std::move(parts)}});
        }
    }
    return pairs;
}

void write(const std::filesystem::path& path, const LayerKernel& kernel) {
    const auto n = static_cast<std::int64_t>(kernel.size()), layers = static_cast<std::int64_t>(kernel.layers.size());
    const auto bytes = [](const auto& values) { return std::as_bytes(std::span(values)); };
    const std::vector<formats::NpzArray> arrays{
        {"samples", formats::DType::i64, {n}, bytes(kernel.samples)},
        {"labels", formats::DType::i64, {n}, bytes(kernel.labels)},
        {"kernel", formats::DType::f32, {layers, n, n}, bytes(kernel.parts)},
        {"total", formats::DType::f32, {n, n}, bytes(kernel.total)},
    };
    const formats::NpzTexts names{"layers", kernel.layers};
    formats::writeNpz(path, arrays, std::span(&names, 1));
}

int layers(const LayersOptions& options, Console& console) {
    std::vector<std::int64_t> samples = options.indices();
    if (samples.empty())
        throw base::OptionError("name the samples: --samples 3,17,99 or --indices FILE.npy");
    if (samples.size() > kMostListed && options.out.empty())
        throw base::OptionError(
            fmt::format("the pairs of {} samples are too many to be listed ({} samples are the most); "
                        "name a file for them with --out",
                        samples.size(), kMostListed));
    if (!options.out.empty())
        base::checkCanWrite(options.out);
    const auto run = options.run.open();
    const auto request = requestOf(options, *run, samples, console);
    LayerKernel kernel = roomFor(options, *run, std::move(samples));
    auto held = engine::engine().hold(request, console.context());
    fill(kernel, *held, console);
    const engine::NetworkInfo network = held->network();
    held.reset();
    tellNetwork(console, network, request.network);
    console.say(fmt::format("{} samples, {} layers", base::formatCount(static_cast<std::int64_t>(kernel.size())),
                            kernel.layers.size()));
    const bool listed = kernel.size() <= kMostListed;
    if (listed)
        tell(console, kernel, run->manifest().classNames);
    base::Json json{{"run", run->folder().string()},
                    {"layers", kernel.layers},
                    {"samples", kernel.samples},
                    {"labels", kernel.labels},
                    {"pairs", listed ? pairsJson(kernel) : base::Json()}};
    if (!options.out.empty()) {
        write(options.out, kernel);
        json["out"] = options.out.string();
        console.say("written: " + options.out.string());
    }
    addNetwork(json, network, request.network);
    console.result(json);
    return 0;
}

} // namespace

void addLayers(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command =
        program.add_subcommand("layers", "the layers' parts of the kernel among some samples of a run's data");
    const auto options = std::make_shared<LayersOptions>();
    options->run.addTo(*command);
    auto* named =
        command->add_option("--samples", options->samples, "original indices in the run's split, for example 3,17,99")
            ->delimiter(',');
    command->add_option("--indices", options->chosen.indicesFile, "the same from an integer .npy")->excludes(named);
    command->add_option("--out", options->out, "file for all of it (.npz)");
    command->add_option("--device", options->device, "cpu, or a graphics card (default: the run's)");
    addMemory(*command, options->memoryBytes);
    addThreads(*command, options->threads);
    run(command, [options](Console& console) { return layers(*options, console); });
}

} // namespace lpntk::cli
