#include "kernel_options.h"

#include "command.h"

#include <core/base/text.h>

#include <fmt/format.h>

namespace lpntk::cli {

namespace {

// Share of the predicted contraction time, by multiply-adds.
double layerSeconds(const run::KernelPlan& plan, const run::LayerPlan& layer) {
    const auto all = plan.macsPerPair();
    return all > 0 ? plan.contractionSeconds * static_cast<double>(layer.macsPerPair) / static_cast<double>(all) : 0;
}

std::int64_t bytesPerElement(const run::KernelPlan& plan) {
    return plan.precision == run::Precision::fp64 ? 8 : 4;
}

std::string row(const std::string& name, const std::string& way, std::int64_t macs, std::int64_t bytes,
                double seconds) {
    return fmt::format("{:<28} {:<10} {:>16} {:>16} {:>12}", name, way, base::formatCount(macs),
                       base::formatBytes(static_cast<double>(bytes)), base::formatDuration(seconds));
}

} // namespace

void KernelJobOptions::addTo(CLI::App& command) {
    addForAllPairs(command);
    command.add_option("--blocks", blocks, "all pairs, or pairs of the same class only")
        ->check(CLI::IsMember({"full", "class"}))
        ->capture_default_str();
    command.add_option(
        "--extend", extends,
        "a finished run of the same data, network and options: its samples are added to the chosen ones, and "
        "no pair of them is computed again");
}

void KernelJobOptions::addForAllPairs(CLI::App& command) {
    addForValues(command);
    command
        .add_option("--store", kernel.store, "kappa as float32, or cosines as float16 (default: f32 to 20,000 samples)")
        ->check(CLI::IsMember({"f32", "f16"}));
    command.add_option("--top", kernel.top, "neighbours kept per sample and sign")
        ->check(atLeast(1))
        ->capture_default_str();
}

void KernelJobOptions::addForValues(CLI::App& command) {
    data.addTo(command, kernel.split);
    network.addTo(command);
    samples.addTo(command);
    command.add_option("--precision", precision, "arithmetic (default: fp32, on CUDA fp16)")
        ->check(CLI::IsMember({"fp32", "fp64", "fp16", "fp16x3", "tf32"}));
    command.add_option("--kernel", kind, "labelled signs, all signs +1, or gradient of the loss")
        ->check(CLI::IsMember({"lpntk", "pntk", "loss"}))
        ->capture_default_str();
    command.add_option("--parameters", kernel.parameters,
                       "only these parameters are learnt: names or patterns, for example 'layer4.*,fc.*' (default: all)");
    command.add_option("--device", kernel.device, "cpu, or a graphics card: cuda, cuda:1; several: cuda:0,cuda:1, cuda:all")->capture_default_str();
    command.add_option(
        "--backend", kernel.backend,
        "library for float32 products on the processor: mm (libtorch's) or another that lpntk check lists "
        "(default: the fastest)");
    addMemory(command, kernel.memoryBytes);
    addThreads(command, kernel.threads);
}

engine::KernelRequest KernelJobOptions::request(const Console& console) const {
    engine::KernelRequest request;
    request.network = network.spec();
    request.data = data.load(console);
    request.dataSource = data.source;
    request.preprocessing = data.preprocessing(*request.data, request.network.weights);
    request.options = kernel;
    request.options.split = data.split;
    request.options.limit = samples.limit;
    request.options.perClass = samples.perClass;
    request.options.indices = samples.indices();
    request.options.blocks = run::blocksFromName(blocks);
    request.options.precision = run::precisionFromName(!precision.empty()      ? precision
                                                       : kernel.device == "cpu" ? "fp32"
                                                                                : "fp16");
    request.options.kernel = run::kernelKindFromName(kind);
    request.extends = extends;
    request.options.check();
    return request;
}

void tellPlan(const Console& console, const run::KernelPlan& plan) {
    console.say(fmt::format("{} samples, {} classes, {} parameters, {} tiles of {}, {} on {}{}",
                            base::formatCount(plan.rows), plan.classes, base::formatCount(plan.parameters),
                            base::formatCount(plan.tiles()), plan.tile, run::nameOf(plan.precision), plan.device,
                            plan.backend == "mm" ? std::string() : fmt::format(" by {}", plan.backend)));
    console.say(
        fmt::format("{:<28} {:<10} {:>16} {:>16} {:>12}", "layer", "way", "MAC per pair", "per sample", "time"));
    for (const auto& layer : plan.layers)
        console.say(row(layer.name + " (" + layer.operation + ")", layer.way, layer.macsPerPair,
                        layer.signalFloats * bytesPerElement(plan), layerSeconds(plan, layer)));
    console.say(
        row("total", "", plan.macsPerPair(), plan.signalFloats() * bytesPerElement(plan), plan.contractionSeconds));
    const bool resident = plan.panelRows >= plan.rows;
    console.say(fmt::format("signals: {} ({})", base::formatDuration(plan.signalSeconds),
                            resident ? std::string("all held in memory")
                                     : fmt::format("panels of {} samples, each computed {:.1f} times",
                                                   base::formatCount(plan.panelRows), plan.signalPasses)));
    console.say(fmt::format("memory:  {} of {}", base::formatBytes(static_cast<double>(plan.memoryBytes)),
                            base::formatBytes(static_cast<double>(plan.memoryBudget))));
    console.say(fmt::format("disk:    {}", base::formatBytes(static_cast<double>(plan.diskBytes))));
    console.say(fmt::format("time:    {} with {} threads",
                            base::formatDuration(plan.signalSeconds + plan.contractionSeconds), plan.threads));
}

void tellSmaller(const Console& console, const run::KernelPlan& plan) {
    const std::string signals = plan.panelRows >= plan.rows
                                    ? std::string("all signals held")
                                    : fmt::format("panels of {} samples, signals {:.1f} times",
                                                  base::formatCount(plan.panelRows), plan.signalPasses);
    console.say(fmt::format("         {} in {} (--memory {}M: {} threads, tiles of {}, {})",
                            base::formatDuration(plan.signalSeconds + plan.contractionSeconds),
                            base::formatBytes(static_cast<double>(plan.memoryBytes)), plan.memoryBudget >> 20,
                            plan.threads, plan.tile, signals));
}

} // namespace lpntk::cli
