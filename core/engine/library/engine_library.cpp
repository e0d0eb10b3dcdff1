#include <core/base/job_context.h>
#include <core/engine/engine.h>
#include <core/gradient/signals.h>
#include <core/kernel/bench.h>
#include <core/kernel/check.h>
#include <core/kernel/cross.h>
#include <core/kernel/held_samples.h>
#include <core/kernel/job.h>
#include <core/kernel/label_kernel.h>
#include <core/kernel/verify.h>
#include <core/model/network.h>
#include <core/scores/scores.h>
#include <core/train/train.h>

namespace lpntk::engine {

namespace {

/// The Engine of this library: each method is one room's function.
class TorchEngine : public Engine {
public:
    std::vector<std::string> models() const override { return model::builtInModels(); }

    NetworkInfo describe(const NetworkSpec& network, data::ImageShape input, int classes,
                         const base::JobContext& context) override {
        const auto loaded = model::Network::load(network, input, classes, context);
        NetworkInfo info = loaded->info();
        info.gradientError = gradient::checkGradients(*loaded);
        return info;
    }

    Evaluation evaluate(const EvaluateRequest& request, const base::JobContext& context) override {
        return scores::evaluate(request, context);
    }

    std::vector<Evaluation> evaluateHistory(const EvaluateRequest& request, const std::vector<std::filesystem::path>& weights,
                                            const base::JobContext& context) override {
        return scores::evaluateHistory(request, weights, context);
    }

    PlannedKernel plan(const KernelRequest& request, const base::JobContext& context) override {
        return kernel::planKernel(request, context);
    }

    KernelReport kernel(const KernelRequest& request, const std::filesystem::path& out,
                        const base::JobContext& context) override {
        return kernel::computeKernel(request, out, context);
    }

    CrossReport crossKernel(const CrossRequest& request, const std::filesystem::path& out,
                            const base::JobContext& context) override {
        return kernel::computeCross(request, out, context);
    }

    std::unique_ptr<HeldSamples> hold(const KernelRequest& request, const base::JobContext& context) override {
        return kernel::holdSamples(request, context);
    }

    LabelKernel labelKernel(const KernelRequest& request, std::int64_t sample,
                            const base::JobContext& context) override {
        return kernel::labelKernel(request, sample, context);
    }

    TrainReport train(const TrainRequest& request, const base::JobContext& context) override {
        return lpntk::train::train(request, context);
    }

    SampleScores scores(const EvaluateRequest& request, const base::JobContext& context) override {
        return lpntk::scores::sampleScores(request, context);
    }

    CheckReport check(const std::string& device, const base::JobContext& context) override {
        return kernel::checkDevice(device, context);
    }

    std::vector<ProductRate> productRates(int threads, const base::JobContext& context) override {
        return kernel::productRates(threads, context);
    }

    StoredTiles checkStored(const std::filesystem::path& runFolder, int threads,
                            const base::JobContext& context) override {
        return kernel::checkStored(runFolder, threads, context);
    }

    StoreTimes storeTimes(const run::KernelPlan& plan, const std::filesystem::path& folder,
                          const base::JobContext& context) override {
        return kernel::storeTimes(plan, folder, context);
    }
};

} // namespace

} // namespace lpntk::engine

extern "C" lpntk::engine::Engine* lpntkCreateEngine() {
    return new lpntk::engine::TorchEngine;
}
