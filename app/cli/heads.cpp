#include "cluster_list.h"
#include "command.h"
#include "kernel_options.h"
#include "options.h"

#include <core/base/files.h>
#include <core/base/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

namespace lpntk::cli {

namespace {

struct HeadsOptions {
    KernelJobOptions job;
    double ratio = 0.1;
    std::int64_t perClass = 0; ///< heads, 0 = by ratio
    std::filesystem::path out;
    std::size_t list = 20;

    std::int64_t headsOf(std::int64_t samples) const {
        return perClass > 0 ? std::min(perClass, samples) : analysis::headsForRatio(samples, ratio);
    }
};

/// Classes one after the other, so that only the signals of one are held.
class ClassByClass {
public:
    ClassByClass(const HeadsOptions& options, engine::KernelRequest request)
        : m_options(options), m_request(std::move(request)) {}

    void compute(const Console& console) {
        const data::Split& split = m_request.data->split(m_request.options.split);
        std::vector<std::vector<std::int64_t>> byLabel(static_cast<std::size_t>(m_request.data->classes()));
        for (const std::int64_t sample : m_options.job.samples.select(split))
            byLabel.at(static_cast<std::size_t>(split.labels[static_cast<std::size_t>(sample)])).push_back(sample);
        for (const auto& samples : byLabel) {
            const auto begin = static_cast<std::int64_t>(m_samples.size());
            m_classes.push_back({{begin, begin + static_cast<std::int64_t>(samples.size())}, {}});
            if (!samples.empty())
                m_classes.back().order = cluster(samples, console);
        }
        if (m_samples.empty())
            throw base::OptionError(
                fmt::format("no samples are selected: the split \"{}\" has {} samples", split.name, split.count()));
    }

    ClusterList list(const analysis::ClusterAssignment& assignment) const {
        const base::Json ratio = m_options.perClass > 0 ? base::Json() : base::Json(m_options.ratio);
        const auto* const mode = analysis::nameOf(analysis::Mode::paper);
        return {m_samples, m_labels, m_request.data->classNames, assignment, mode, nullptr, ratio, nullptr};
    }
    analysis::ClusterAssignment assignment() const { return analysis::assignmentOf(m_classes, m_norms); }
    const engine::KernelRequest& request() const { return m_request; }
    const engine::NetworkInfo& network() const { return *m_network; }
    std::int64_t rowsRead() const { return m_rowsRead; }
    double signalSeconds() const { return m_signalSeconds; }

private:
    /// Together less than hold() leaves room for.
    static constexpr std::int64_t kRowsAtOnce = 64, kRowsKept = 120;

    analysis::FarthestPointOrder cluster(const std::vector<std::int64_t>& samples, const Console& console) {
        const auto start = std::chrono::steady_clock::now();
        const auto count = static_cast<std::int64_t>(samples.size());
        engine::KernelRequest own = m_request;
        own.options.limit = own.options.perClass = 0;
        own.options.indices = samples;
        analysis::SimilarityBlock block{count, nullptr, {}};
        block.rowsAtOnce = kRowsAtOnce;
        block.rowsKept = kRowsKept;
        const auto held = engine::engine().hold(own, console.context());
        m_signalSeconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        remember(*held);
        block.diagonal = held->diagonal();
        block.rows = [&](std::span<const std::int32_t> members, std::span<float> out) {
            held->kappa(std::vector<std::int64_t>(members.begin(), members.end()), {0, count}, out, console.context());
            m_rowsRead += static_cast<std::int64_t>(members.size());
            console.context().progress("rows", static_cast<double>(m_rowsRead), 0, "rows");
        };
        return analysis::farthestPointOrder(block, {}, m_options.headsOf(count), console.context());
    }

    void remember(const engine::HeldSamples& held) {
        if (!m_network)
            m_network = held.network();
        m_samples.insert(m_samples.end(), held.samples().begin(), held.samples().end());
        m_labels.insert(m_labels.end(), held.labels().begin(), held.labels().end());
        for (const float kappa : held.diagonal())
            m_norms.push_back(static_cast<float>(std::sqrt(static_cast<double>(kappa))));
    }

    const HeadsOptions& m_options;
    engine::KernelRequest m_request;
    std::optional<engine::NetworkInfo> m_network;
    std::vector<std::int64_t> m_samples, m_labels;
    std::vector<float> m_norms;
    std::vector<analysis::ClusteredClass> m_classes;
    std::int64_t m_rowsRead = 0;
    double m_signalSeconds = 0;
};

int heads(const HeadsOptions& options, Console& console) {
    const auto start = std::chrono::steady_clock::now();
    if (!options.out.empty())
        base::checkCanWrite(options.out);
    ClassByClass classes(options, options.job.request(console));
    classes.compute(console);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const analysis::ClusterAssignment assignment = classes.assignment();
    const ClusterList list = classes.list(assignment);
    tellNetwork(console, classes.network(), classes.request().network);
    tell(console, list, options.list);
    console.say(
        "redundant samples were not looked for: that takes the kernel of all pairs (lpntk kernel, lpntk redundant)");
    const auto samples = static_cast<std::int64_t>(list.samples.size());
    console.say(fmt::format("{}, {} of it for the signals; kernel rows computed: {} of {}",
                            base::formatDuration(seconds), base::formatDuration(classes.signalSeconds()),
                            base::formatCount(classes.rowsRead()), base::formatCount(samples)));
    base::Json json = toJson(list);
    if (!options.out.empty()) {
        base::writeJsonFile(options.out, json);
        console.say("written: " + options.out.string());
    }
    json["headsPerClass"] = options.perClass > 0 ? base::Json(options.perClass) : base::Json();
    json["rowsComputed"] = classes.rowsRead();
    json["seconds"] = seconds;
    json["signalSeconds"] = classes.signalSeconds();
    addNetwork(json, classes.network(), classes.request().network);
    console.result(json);
    return 0;
}

} // namespace

void addHeads(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command =
        program.add_subcommand("heads", "farthest-point clusters of every class without a run: nothing else is stored");
    const auto options = std::make_shared<HeadsOptions>();
    options->job.addForValues(*command);
    auto* ratio = command->add_option("--ratio", options->ratio, "clusters per sample")
                      ->check(share(false))
                      ->capture_default_str();
    command->add_option("--per-class-heads", options->perClass, "clusters of each class, instead of --ratio")
        ->check(atLeast(1))
        ->excludes(ratio);
    command->add_option("--out", options->out, "file for all clusters (JSON)");
    command->add_option("--list", options->list, "clusters to list")->check(atLeast(0))->capture_default_str();
    run(command, [options](Console& console) { return heads(*options, console); });
}

} // namespace lpntk::cli
