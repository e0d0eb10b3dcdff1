#include <core/kernel/job.h>

#include <core/base/error.h>
#include <core/base/hash.h>
#include <core/base/text.h>
#include <core/base/version.h>
#include <core/engine/environment.h>
#include <core/kernel/device.h>
#include <core/kernel/planner.h>
#include <core/kernel/run_job.h>
#include <core/model/accelerator_torch.h>

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <memory>
#include <new>
#include <utility>

namespace lpntk::kernel {

namespace {

using Grade = gradient::SignalComputer::Grade;

/// What the job freed goes back to the system when it ends; while it runs the allocator keeps it.
struct MemoryReturn {
    ~MemoryReturn() { engine::returnMemory(); }
};

/// libtorch's exceptions end here; what the user sees is of our family.
template <typename Work> auto translated(const run::KernelOptions& options, Work work) {
    const MemoryReturn memory;
    try {
        return work();
    } catch (const std::bad_alloc&) {
        throw base::BudgetError(fmt::format("the system has less memory than --memory {}; give a smaller --memory",
                                            base::formatBytes(static_cast<double>(options.memoryBytes))));
    } catch (const c10::OutOfMemoryError&) {
        throw base::BudgetError(fmt::format("--device {} is out of memory, also with the smallest plan; free memory on it, or "
                                            "use --device cpu",
                                            options.device));
    } catch (const c10::Error& problem) {
        throw base::Error(fmt::format("libtorch: {}", problem.what_without_backtrace()));
    }
}

/// Network, rows and signals of a request; what planning and computing share.
struct Prepared {
    run::KernelOptions options; ///< as asked for, the devices by their own names
    std::shared_ptr<const model::Network> network;
    double gradientError = 0; ///< engine::NetworkInfo::gradientError
    Rows rows;
    std::unique_ptr<NetworkSource> source;

    Prepared(const engine::KernelRequest& request, const base::JobContext& context) : options(request.options) {
        options.check();
        options.device = model::namedDevices(options.device);
        const data::Split& split = request.data->split(options.split);
        if (split.count() == 0)
            throw base::OptionError(fmt::format("the split \"{}\" of {} has no samples", split.name, request.dataSource));
        request.preprocessing.check();
        const OneThread one;
        network = model::Network::load(request.network, data::inputShape(split, request.preprocessing),
                                       request.data->classes(), context);
        if (!options.parameters.empty())
            network = network->withParameters(options.parameters);
        rows = rowsOf(split, options, network->classes());
        gradientError = gradient::checkGradients(*network);
        source = makeSource(request, gradeOf(options.precision), options.device);
        engine::returnMemory(); // what the checks used, before the plan looks at what there is
    }

    std::unique_ptr<NetworkSource> makeSource(const engine::KernelRequest& request, Grade grade,
                                              const std::string& device) const {
        return std::make_unique<NetworkSource>(network, request.data, options.split, request.preprocessing, grade,
                                               options.kernel, device);
    }

    engine::NetworkInfo info() const {
        engine::NetworkInfo told = network->info();
        told.gradientError = gradientError;
        return told;
    }

    run::KernelPlan plan(Rates& rates, const base::JobContext& context) const {
        run::KernelPlan made = makePlan(*source, rows, network->info().parameters, options, context);
        made.capture = source->capture();
        rates = probe(made, *source, rows);
        predictTimes(made, *source, rates);
        return made;
    }
};

base::Json summaryOf(const engine::NetworkInfo& info) {
    base::Json layers = base::Json::array();
    for (const engine::LayerInfo& layer : info.layers)
        layers.push_back({{"name", layer.name}, {"operation", layer.operation}, {"parameters", layer.parameters}, {"count", layer.count}});
    return {{"parameters", info.parameters},
            {"input", {info.input.channels, info.input.height, info.input.width}},
            {"classes", info.classes},
            {"layers", std::move(layers)}};
}

run::Manifest manifestOf(const engine::KernelRequest& request, const model::Network& network, run::KernelPlan plan,
                         const base::JobContext& context) {
    run::Manifest manifest;
    manifest.programVersion = base::programVersion();
    manifest.dataSource = request.dataSource;
    manifest.dataName = request.data->name;
    manifest.dataHash = data::datasetHash(*request.data, context);
    manifest.split = request.options.split;
    manifest.classNames = request.data->classNames;
    manifest.model = network.info().model;
    const std::filesystem::path program = network.info().program;
    const std::filesystem::path weights =
        request.network.weights.empty() ? program : std::filesystem::absolute(request.network.weights);
    manifest.program = program.string();
    manifest.programHash = program.empty() ? std::string() : base::sha256OfFile(program);
    manifest.weights = weights.string();
    if (!weights.empty())
        manifest.weightsHash = weights == program ? manifest.programHash : base::sha256OfFile(weights);
    manifest.seed = request.network.seed;
    manifest.preprocessing = data::toJson(request.preprocessing);
    manifest.network = summaryOf(network.info());
    manifest.plan = std::move(plan);
    return manifest;
}

/// A card that other programs fill up too is answered by a smaller plan: the job goes on from what it has.
engine::KernelReport runWithinCard(KernelJob job, const std::filesystem::path& out, const base::JobContext& context) {
    constexpr double kLeastShare = 0.2;
    while (true) {
        try {
            return runKernelJob(job, out, context);
        } catch (const c10::OutOfMemoryError&) {
            job.deviceShare *= 0.7;
            if (job.manifest.plan.device == "cpu" || job.deviceShare < kLeastShare)
                throw;
            job.options.resume = true;
            fitIntoBudget(job.manifest.plan, *job.source, job.rows, job.options, job.deviceShare);
        }
    }
}

} // namespace

engine::PlannedKernel planKernel(const engine::KernelRequest& request, const base::JobContext& context) {
    return translated(request.options, [&] {
        const Prepared prepared(request, context);
        Rates rates;
        engine::PlannedKernel planned{prepared.info(), prepared.plan(rates, context), {}};
        planned.smaller = smallerPlans(planned.plan, *prepared.source, prepared.rows, prepared.options, rates, context);
        return planned;
    });
}

engine::KernelReport computeKernel(const engine::KernelRequest& request, const std::filesystem::path& out,
                                   const base::JobContext& context) {
    return translated(request.options, [&] {
        data::checkOutside(*request.data, out);
        Prepared prepared(request, context);
        const auto reference = prepared.makeSource(request, Grade::float64, "cpu");
        Rates rates;
        run::KernelPlan plan = prepared.plan(rates, context);
        KernelJob job;
        job.manifest = manifestOf(request, *prepared.network, std::move(plan), context);
        job.rows = std::move(prepared.rows);
        job.source = prepared.source.get();
        job.reference = reference.get();
        job.options = prepared.options;
        auto report = runWithinCard(std::move(job), out, context);
        report.network = prepared.info();
        return report;
    });
}

} // namespace lpntk::kernel
