#pragma once

#include <core/base/job_context.h>
#include <core/data/dataset.h>
#include <core/data/preprocessing.h>
#include <core/run/manifest.h>
#include <core/run/options.h>
#include <core/run/plan.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lpntk::engine {

/// Which network: a built-in name or an exported program (`.pt2`), and where its weights come from.
struct NetworkSpec {
    std::string model;                 ///< "lenet5", path of a `.pt2`; empty = guessed from the weights
    std::filesystem::path weights;     ///< empty = the program's own, else from `seed`; may be the `.pt2` itself
    std::uint64_t seed = 0;
};

struct LayerInfo {
    std::string name;                  ///< parameter's module, "conv1"
    std::string operation;             ///< "conv2d", "linear", "batch_norm"
    std::vector<std::string> parameters; ///< "conv1.weight (6, 1, 5, 5)"
    std::int64_t count = 0;            ///< numbers in these parameters
};

/// What loading a network tells the user.
struct NetworkInfo {
    std::string model;                 ///< built-in name, or file name of the `.pt2`
    std::filesystem::path program;     ///< absolute path of the `.pt2`, empty for built-in networks
    bool guessed = false;              ///< the name was not given; the weights' keys and shapes fit this network
    std::int64_t parameters = 0;       ///< d
    int classes = 0;
    data::ImageShape input;
    std::vector<LayerInfo> layers;
    bool fromSeed = false;
    std::vector<std::string> mapping;  ///< "features.0.weight -> conv1.weight (6, 1, 5, 5)"
    std::vector<std::string> unwrapped;///< wrappers and prefixes that were opened
    double logitError = 0;             ///< load check: vmap logits against plain logits, relative
    double gradientError = 0;          ///< load check: gradients of two samples against plain autograd, relative
};

struct Evaluation {
    NetworkInfo network;
    std::int64_t samples = 0;
    double accuracy = 0;               ///< share
    double loss = 0;                   ///< mean cross entropy
    std::vector<std::int64_t> classCount;
    std::vector<double> classAccuracy;
    std::vector<float> logits;         ///< (samples, K), filled when asked for
    /// Set when the accuracy is near chance: "10.3 %: preprocessing, class order or weights do not match".
    std::string warning;
};

struct EvaluateRequest {
    NetworkSpec network;
    std::shared_ptr<const data::Dataset> data;
    std::string split = "test";
    data::Preprocessing preprocessing;
    std::vector<std::int64_t> indices; ///< empty = all
    int threads = 0;
    bool keepLogits = false;
};

/// A kernel job, complete.
struct KernelRequest {
    NetworkSpec network;
    std::shared_ptr<const data::Dataset> data;
    std::string dataSource;            ///< as the user named it, for the manifest
    data::Preprocessing preprocessing;
    run::KernelOptions options;
    /// A finished run of the same data set, network and options: its samples are part of this job, and what it knows of
    /// their pairs is taken over. Empty = none.
    std::filesystem::path extends;
};

/// Which samples of a split (data::selectSamples).
struct SampleChoice {
    std::string split = "test";
    std::int64_t limit = 0;            ///< first n samples of the split, 0 = all
    std::vector<std::int64_t> indices; ///< exactly these samples (original indices), empty = all
};

/// A kernel between two sets: rows as a kernel job has them, columns of the same or another data set.
struct CrossRequest {
    KernelRequest rows; ///< options.blocks and extends are not used
    std::shared_ptr<const data::Dataset> columnData;
    std::string columnSource; ///< as the user named it
    SampleChoice columns;
};

/// What a kernel job would cost, and the network that it would run.
struct PlannedKernel {
    NetworkInfo network;
    run::KernelPlan plan;
    std::vector<run::KernelPlan> smaller; ///< the same with less memory than the plan takes, largest budget first
};

/// Error of the run against float64 on audit pairs.
struct Audit {
    std::int64_t pairs = 0;
    double relativeFrobenius = 0;
    double largestCosineError = 0;
};

struct KernelReport {
    NetworkInfo network;
    std::filesystem::path folder;
    std::int64_t rows = 0;
    std::int64_t tiles = 0;
    std::int64_t tilesComputed = 0;    ///< less than tiles after a resume
    double seconds = 0;
    std::int64_t peakMemory = 0;       ///< VmHWM of the process, bytes
    Audit audit;
    double accuracy = 0;               ///< of the network on the rows of the run
    std::vector<std::string> warnings;
};

/// The tiles of a finished run against their checksums.
struct StoredTiles {
    std::int64_t tiles = 0, damaged = 0;
};

struct CrossReport {
    NetworkInfo network;
    std::filesystem::path folder;
    std::int64_t rows = 0, columns = 0;
    std::int64_t pieces = 0, piecesComputed = 0; ///< of the kernel; fewer computed after a resume
    double seconds = 0;
    std::int64_t peakMemory = 0; ///< VmHWM of the process, bytes
    Audit audit;
    double rowAccuracy = 0, columnAccuracy = 0;
    std::vector<std::string> warnings;
};

/// Samples whose signals stay in memory: kernels of any of them on demand, without a run folder. Members are numbered
/// in the order of (label, sample). May be asked from any thread, one at a time.
class HeldSamples {
public:
    virtual ~HeldSamples() = default;
    virtual const NetworkInfo& network() const = 0;
    virtual std::span<const std::int64_t> samples() const = 0; ///< (n) original index of each member
    virtual std::span<const std::int64_t> labels() const = 0;  ///< (n)
    virtual std::span<const float> diagonal() const = 0;       ///< (n) kappa with itself
    virtual std::vector<std::string> layers() const = 0;       ///< names, in the order of kappaByLayer
    /// kappa of some members with a range of them into `out` (members.size(), with.size()), row-major.
    virtual void kappa(std::span<const std::int64_t> members, run::RowRange with, std::span<float> out,
                       const base::JobContext& context) = 0;
    /// The layers' parts of kappa among some members into `out` (layers, members, members), symmetric; they add up to
    /// kappa but for rounding.
    virtual void kappaByLayer(std::span<const std::int64_t> members, std::span<float> out,
                              const base::JobContext& context) = 0;
};

/// kappa of one sample, under each label that it could have, with the samples of a kernel job as they are.
struct LabelKernel {
    NetworkInfo network;
    std::vector<std::int64_t> samples, labels; ///< (N) of the job, in the order of (label, sample)
    std::vector<float> diagonal;               ///< (N) kappa of each of them with itself
    std::vector<float> self;                   ///< (K) kappa of the one sample with itself under each label
    std::vector<float> kappa;                  ///< (K, N), row-major
};

struct TrainRequest {
    NetworkSpec network;               ///< weights empty = start from seed
    std::shared_ptr<const data::Dataset> data;
    std::string dataSource;
    std::string split = "train";
    data::Preprocessing preprocessing;
    std::vector<std::int64_t> indices; ///< train on these only, empty = all
    int epochs = 3;
    std::int64_t batch = 128;
    double learningRate = 0.1;
    double momentum = 0.9;
    double weightDecay = 5e-4;
    std::string schedule = "step";     ///< "constant", "step" (x gamma every stepEpochs), "cosine"
    int stepEpochs = 2;
    double gamma = 0.7;
    std::string history = "epochs";    ///< checkpoints kept: "last", "epochs", "iterations"
    std::int64_t historyEvery = 1;     ///< every n-th epoch or iteration
    std::uint64_t seed = 0;
    int threads = 0;
    std::filesystem::path out;         ///< folder for checkpoints, history.json
};

struct TrainReport {
    NetworkInfo network;               ///< what the training started from
    struct Epoch { int epoch; double learningRate, trainLoss, trainAccuracy, testAccuracy, seconds; };
    std::vector<Epoch> epochs;
    std::filesystem::path lastWeights;
    double testAccuracy = 0;           ///< NaN without a test split
};

/// Scores of single samples from one network (method.md section 7), in the order of the request's indices.
struct SampleScores {
    NetworkInfo network;
    std::vector<std::int64_t> indices;
    std::vector<float> loss, margin, entropy, el2n, grand;
    std::vector<std::int32_t> prediction;
};

/// One thing that a self-test compared with float64.
struct CheckLine {
    std::string name;                  ///< "matrix products", "kernel of lenet5"
    std::string precision;             ///< "fp16"
    double error = 0;                  ///< largest difference of cosines
    double limit = 0;                  ///< what the precision promises
    double flops = 0;                  ///< floating point operations a second, 0 where none were counted
    bool passed() const { return error <= limit; }
};

struct CheckReport {
    std::string device;                ///< as asked for
    std::string description;           ///< "NVIDIA H200, 139.8 GiB"
    std::vector<CheckLine> lines;
};

/// How fast a library multiplies matrices on this machine's processor, at the best of several sizes.
struct ProductRate {
    std::string backend;   ///< as in run::KernelPlan
    std::string precision; ///< "fp32"
    double oneThread = 0;  ///< floating point operations a second
    double allThreads = 0; ///< of all threads together, each with products of its own
};

/// What it costs to store a kernel whose tiles need no computing.
struct StoreTimes {
    std::int64_t bytes = 0; ///< of the kernel and its pyramid
    double seconds = 0;     ///< until all of it is on the disk
};

/// Everything that needs a network, without any type of libtorch. One object per process; methods may be called from
/// any thread, jobs one at a time. All throw the family of base::Error and base::Cancelled.
class Engine {
public:
    virtual ~Engine() = default;
    /// Built-in names in the order of design.md section 4.
    virtual std::vector<std::string> models() const = 0;
    /// Loads (weights mapped, checked against plain autograd) and describes a network for this input and class count.
    virtual NetworkInfo describe(const NetworkSpec& network, data::ImageShape input, int classes,
                                 const base::JobContext& context) = 0;
    virtual Evaluation evaluate(const EvaluateRequest& request, const base::JobContext& context) = 0;
    /// The same for each of the weight files in turn; the network of the request is read once. Logits are not kept.
    virtual std::vector<Evaluation> evaluateHistory(const EvaluateRequest& request,
                                                    const std::vector<std::filesystem::path>& weights,
                                                    const base::JobContext& context) = 0;
    /// Plans without computing; a short probe measures this machine. Throws BudgetError saying what would fit.
    virtual PlannedKernel plan(const KernelRequest& request, const base::JobContext& context) = 0;
    /// Computes the run folder `out`. With options.resume goes on where it stopped, to the same bits; with
    /// options.repair computes those tiles of a finished one again that are damaged.
    virtual KernelReport kernel(const KernelRequest& request, const std::filesystem::path& out,
                                const base::JobContext& context) = 0;
    /// Reads everything that a finished run stores of its kernel. `threads`: 0 = all. Throws FormatError, IoError.
    virtual StoredTiles checkStored(const std::filesystem::path& runFolder, int threads,
                                    const base::JobContext& context) = 0;
    /// Computes a kernel between two sets into the folder `out`, with options.resume from where it stopped.
    virtual CrossReport crossKernel(const CrossRequest& request, const std::filesystem::path& out,
                                    const base::JobContext& context) = 0;
    /// Computes the signals of a kernel job's samples and keeps them. Throws BudgetError where they do not fit.
    virtual std::unique_ptr<HeldSamples> hold(const KernelRequest& request, const base::JobContext& context) = 0;
    virtual TrainReport train(const TrainRequest& request, const base::JobContext& context) = 0;
    virtual SampleScores scores(const EvaluateRequest& request, const base::JobContext& context) = 0;
    /// Compares this machine's processor or one of its cards with float64. Throws OptionError where the device is missing.
    virtual CheckReport check(const std::string& device, const base::JobContext& context) = 0;
    /// Every library and precision of the processor. `threads`: 0 = all.
    virtual std::vector<ProductRate> productRates(int threads, const base::JobContext& context) = 0;
    /// Stores made-up tiles of a run of this plan (rows, blocks, store type, tile, threads, budget) into an empty
    /// folder.
    virtual StoreTimes storeTimes(const run::KernelPlan& plan, const std::filesystem::path& folder,
                                  const base::JobContext& context) = 0;
    /// Computes the signals of `sample` (original index in the job's split) under every label, and those of the job's
    /// samples batch by batch. Throws OptionError where the sample is not there or the kernel does not depend on
    /// labels, BudgetError.
    virtual LabelKernel labelKernel(const KernelRequest& request, std::int64_t sample,
                                    const base::JobContext& context) = 0;
};

/// Opens the engine library at the first call and returns its one Engine. Throws IoError saying which library could
/// not be opened and how to install it.
Engine& engine();

/// Whether the engine library has been opened (the window shows it; opening costs a few hundred milliseconds).
bool engineIsOpen();

/// What the engine library exports under the name "lpntkCreateEngine".
using CreateEngine = Engine* (*)();

} // namespace lpntk::engine
