#pragma once

#include <core/base/json_file.h>
#include <core/run/options.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lpntk::run {

/// How one parameter-taking operation of the network enters the kernel.
struct LayerPlan {
    std::string name;              ///< "fc1", "layer4.0.conv1"
    std::string operation;         ///< "linear", "conv2d", "batch_norm", ...
    std::string way;               ///< "implicit", "explicit"; "shifted": implicit at several positions; "general": explicit, by
                                   ///< the slower way for any operation
    std::int64_t parameters = 0;
    std::int64_t macsPerPair = 0;  ///< exact multiply-adds per pair of samples
    std::int64_t signalFloats = 0; ///< numbers kept per sample
};

/// Half-open range of rows [begin, end).
struct RowRange {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t size() const { return end - begin; }
    bool contains(std::int64_t row) const { return row >= begin && row < end; }
    bool operator==(const RowRange&) const = default;
};

/// Everything that decides the bits of a run, as data; written to the manifest before the work and obeyed on resume.
struct KernelPlan {
    std::int64_t rows = 0;           ///< N
    int classes = 0;                 ///< K
    std::int64_t parameters = 0;     ///< d
    std::vector<LayerPlan> layers;
    std::vector<RowRange> blocks;    ///< one range for full, one per class present for class blocks
    int tile = 1024;                 ///< rows and columns of a tile
    std::int64_t batch = 0;          ///< samples per capture call; part of the plan because it decides rounding
    std::int64_t columnChunk = 4096; ///< longest float32 product before float64 takes over
    Precision precision = Precision::fp32;
    StoreType store = StoreType::f32;
    KernelKind kernel = KernelKind::lpntk;
    Blocks blockKind = Blocks::full;
    std::string device = "cpu";
    std::string capture = "float32"; ///< how signals are captured (gradient::SignalComputer::capture)
    std::string backend = "mm";      ///< what multiplies matrices: "mm" (libtorch), "openblas-0.3.34-SkylakeX"
    int top = 50;
    std::string chosenParameters;    ///< patterns of the parameters that are learnt, "" = all
    int auditRows = 0;               ///< rows recomputed in float64 for the audit
    std::int64_t knownRows = 0;      ///< rows whose pairs with each other another run knows

    // How the work is laid out in time and predictions; not part of what decides the bits.
    std::int64_t panelRows = 0;      ///< rows whose signals are held at once; >= rows: all resident
    int threads = 1;
    std::int64_t memoryBytes = 0;    ///< predicted peak
    std::int64_t memoryBudget = 0;
    std::int64_t diskBytes = 0;
    double signalSeconds = 0;        ///< predicted, from a probe of this machine
    double contractionSeconds = 0;
    double signalPasses = 1; ///< how often a sample's signals are computed on average (panels)

    std::int64_t macsPerPair() const;
    std::int64_t signalFloats() const;
    std::int64_t tiles() const;      ///< number of upper-triangle tiles over all blocks
};

/// What does not decide the bits stands under the key "prediction".
base::Json toJson(const KernelPlan& plan);
/// Throws FormatError (missing keys, unknown names, blocks that do not tile the rows).
KernelPlan planFromJson(const base::Json& json, const std::string& where);

} // namespace lpntk::run
