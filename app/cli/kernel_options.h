#pragma once

#include "options.h"

#include <core/engine/engine.h>

namespace lpntk::cli {

/// The options of a kernel job, shared by `lpntk kernel`, `lpntk plan`, `lpntk cross` and `lpntk heads`.
struct KernelJobOptions {
    DataOptions data;
    NetworkOptions network;
    SampleOptions samples;
    run::KernelOptions kernel;
    std::string blocks = "full";
    std::string precision; ///< empty = the device's usual one
    std::string kind = "lpntk";
    std::filesystem::path extends;

    void addTo(CLI::App& command);
    /// Without --blocks and --extend.
    void addForAllPairs(CLI::App& command);
    /// What decides kernel values alone: without --store and --top too.
    void addForValues(CLI::App& command);
    engine::KernelRequest request(const Console& console) const;
};

/// The plan as a table for people: layer, way, multiply-adds per pair, bytes per sample; totals and predictions.
void tellPlan(const Console& console, const run::KernelPlan& plan);
/// A line for the same job with less memory.
void tellSmaller(const Console& console, const run::KernelPlan& plan);

} // namespace lpntk::cli
