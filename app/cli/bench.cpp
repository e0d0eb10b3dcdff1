#include "command.h"
#include "kernel_options.h"
#include "table.h"

#include <core/base/error.h>
#include <core/base/text.h>
#include <core/engine/environment.h>
#include <core/run/manifest.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>

namespace lpntk::cli {

namespace {

namespace fs = std::filesystem;

struct BenchOptions {
    KernelJobOptions job;
    std::string what;
    int repeat = 3;
};

/// A folder of its own under the system's place for such, gone when the benchmark ends.
class ScratchFolder {
public:
    ScratchFolder() : m_path(fs::temp_directory_path() / fmt::format("lpntk-bench-{:08x}", std::random_device()())) {}
    ~ScratchFolder() {
        std::error_code code;
        fs::remove_all(m_path, code);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};

/// Seconds of one run; the least of several is what the machine can do.
struct Seconds {
    double signals = 1e300, tiles = 1e300, total = 1e300;

    void take(const base::Json& timings) {
        signals = std::min(signals, timings.at("signals_seconds").get<double>());
        tiles = std::min(tiles, timings.at("tiles_seconds").get<double>());
        total = std::min(total, timings.at("total_seconds").get<double>());
    }
};

int benchKernel(const BenchOptions& options, Console& console) {
    const engine::KernelRequest request = options.job.request(console);
    // As in the middle of a long job, whose panels reuse each other's memory.
    engine::keepMemory();
    Seconds seconds;
    engine::KernelReport report;
    run::Manifest manifest;
    for (int i = 0; i < options.repeat; ++i) {
        const ScratchFolder folder;
        report = engine::engine().kernel(request, folder.path(), console.context());
        manifest = run::readManifest(folder.path());
        seconds.take(manifest.timings);
    }
    const auto rows = static_cast<double>(manifest.plan.rows);
    double pairs = 0;
    for (const run::RowRange& block : manifest.plan.blocks)
        pairs += static_cast<double>(block.size()) * static_cast<double>(block.size() + 1) / 2;
    const double rate = 2 * pairs * static_cast<double>(manifest.plan.macsPerPair()) / seconds.tiles;
    console.say(fmt::format("{} samples, {} parameters, {} on {}, {} threads, the best of {}", base::formatCount(manifest.plan.rows),
                            base::formatCount(manifest.plan.parameters), run::nameOf(manifest.plan.precision),
                            manifest.plan.device, manifest.plan.threads, options.repeat));
    Table table({"", "seconds", "per second"}, {false, true, true});
    table.add({"signals", fmt::format("{:.2f}", seconds.signals), fmt::format("{:.0f} samples", rows / seconds.signals)});
    table.add({"tiles", fmt::format("{:.2f}", seconds.tiles), fmt::format("{:.1f} GFLOP", rate / 1e9)});
    table.add({"whole job", fmt::format("{:.2f}", seconds.total), fmt::format("{:.1f} million pairs", pairs / seconds.total / 1e6)});
    for (const std::string& line : table.lines())
        console.say(line);
    console.say(fmt::format("largest cosine error {:.1e}, peak memory {}", report.audit.largestCosineError,
                            base::formatBytes(static_cast<double>(report.peakMemory))));
    console.result({{"rows", manifest.plan.rows},
                    {"parameters", manifest.plan.parameters},
                    {"device", manifest.plan.device},
                    {"precision", run::nameOf(manifest.plan.precision)},
                    {"threads", manifest.plan.threads},
                    {"signals_seconds", seconds.signals},
                    {"tiles_seconds", seconds.tiles},
                    {"total_seconds", seconds.total},
                    {"tile_flops", rate},
                    {"largest_cosine_error", report.audit.largestCosineError},
                    {"peak_memory", report.peakMemory}});
    return 0;
}

} // namespace

void addBench(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("bench", "how fast this machine is: the figures of BENCHMARKS.md");
    const auto options = std::make_shared<BenchOptions>();
    command->add_option("what", options->what, "kernel: signals and tiles of a kernel job")
        ->required()
        ->check(CLI::IsMember({"kernel"}));
    command->add_option("--repeat", options->repeat, "runs; the best counts")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    options->job.addTo(*command);
    run(command, [options](Console& console) { return benchKernel(*options, console); });
}

} // namespace lpntk::cli
