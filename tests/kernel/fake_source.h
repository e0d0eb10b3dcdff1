#pragma once

#include <core/kernel/run_job.h>
#include <core/kernel/source.h>

#include <helpers/synthetic_run.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace lpntk::tests {

/// Signals made up from the sample's number and label: two explicit layers, two implicit ones (one wider than the
/// column chunk used here) and a convolution at few positions, with class directions, some long samples and some that
/// point against their class. The float64 grade has the values before rounding to float32.
class FakeSource : public kernel::SignalSource {
public:
    FakeSource(int classes, bool inDouble);

    const std::vector<gradient::SignalLayer>& layers() const override { return m_layers; }
    int classes() const override { return m_classes; }
    std::int64_t batchFor(std::int64_t) const override { return 48; }
    std::int64_t workingBytes(std::int64_t batch) const override { return batch * 1000; }
    std::int64_t forwardMacs() const override { return 1000; }
    void compute(std::span<const std::int64_t> samples, std::span<const std::int64_t> labels,
                 std::span<const gradient::SignalTarget> targets, std::span<float> logits,
                 std::size_t device) const override;
    std::string location(std::int64_t sample) const override { return "picture " + std::to_string(sample); }
    std::string firstNotFinite(std::int64_t, std::int64_t) const override { return "call 3 (aten::exp, fake)"; }

    /// kappa of two samples in float64, from the values before rounding.
    double kappa(std::int64_t a, std::int64_t labelA, std::int64_t b, std::int64_t labelB) const;
    /// The same of one layer.
    double kappaOfLayer(std::size_t layer, std::int64_t a, std::int64_t labelA, std::int64_t b,
                        std::int64_t labelB) const;

    std::int64_t zeroSample = -1;      ///< has no gradient
    std::int64_t notFiniteSample = -1; ///< has a NaN
    std::int64_t brokenOutputSample = -1; ///< has an infinite logit
    mutable std::function<void()> onCompute;

private:
    double value(std::int64_t sample, std::int64_t label, std::int64_t number) const;

    int m_classes;
    bool m_inDouble;
    std::vector<gradient::SignalLayer> m_layers;
};

struct FakeJob {
    std::int64_t rows = 600;
    int classes = 10;
    run::KernelOptions options;
    std::string device;             ///< "" = the options'; "cpu,cpu" works as two cards do
    int tile = 0;                   ///< 0 = the planner's
    std::int64_t panelRows = 0;     ///< 0 = the planner's
    bool releasesPages = false;     ///< as runs do that are large beside their budget
    std::int64_t columnChunk = 32;
    std::int64_t every = 1;        ///< only every n-th of the samples
    std::filesystem::path extends; ///< a finished run of some of the samples
    kernel::JobHooks hooks;
};

/// Label of a fake sample.
std::int64_t fakeLabel(std::int64_t sample, int classes);
/// The job with its plan, ready for runKernelJob; `source` and `reference` must outlive it.
kernel::KernelJob makeFakeJob(const FakeJob& fake, const FakeSource& source, const FakeSource& reference);
engine::KernelReport runFakeJob(const FakeJob& fake, const std::filesystem::path& out, const base::JobContext& context = {});

/// Name -> content of every file of a folder; manifest.json without its timings.
std::map<std::string, std::string> contentOf(const std::filesystem::path& folder);
/// Names of files that differ, empty when the folders are equal byte for byte.
std::string differenceOf(const std::filesystem::path& a, const std::filesystem::path& b);

/// What `action` throws of the base::Error family, empty when it does not.
std::string failureOf(const std::function<void()>& action);

} // namespace lpntk::tests
