#include <core/kernel/prepared.h>

#include <core/base/files.h>
#include <core/base/hash.h>
#include <core/base/text.h>
#include <core/base/version.h>
#include <core/kernel/device.h>
#include <core/kernel/run_folder.h>
#include <core/model/accelerator_torch.h>

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <new>

namespace lpntk::kernel {

using Grade = gradient::SignalComputer::Grade;

Prepared::Prepared(const engine::KernelRequest& request, const base::JobContext& context) : options(request.options) {
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
    if (!request.extends.empty())
        extend(request.extends, split);
    gradientError = gradient::checkGradients(*network);
    source = makeSource(request, gradeOf(options.precision), options.device);
    engine::returnMemory(); // what the checks used, before the plan looks at what there is
}

/// The rows become those of the run and the chosen ones.
void Prepared::extend(const std::filesystem::path& folder, const data::Split& split) {
    const std::shared_ptr<const run::Run> run = run::Run::open(folder);
    run::KernelOptions all = options;
    all.limit = all.perClass = 0;
    all.indices = rows.samples;
    all.indices.insert(all.indices.end(), run->samples().begin(), run->samples().end());
    std::sort(all.indices.begin(), all.indices.end());
    all.indices.erase(std::unique(all.indices.begin(), all.indices.end()), all.indices.end());
    if (all.indices.size() == run->samples().size())
        throw base::OptionError(fmt::format("{} has all chosen samples already; choose further ones with --limit, "
                                            "--per-class or --indices",
                                            base::quoted(folder)));
    rows = rowsOf(split, all, network->classes());
    rows.known = run->rows();
    known = std::make_shared<const KnownPairs>(run, rows);
    if (options.store.empty())
        options.store = run::nameOf(run->manifest().plan.store);
}

std::unique_ptr<NetworkSource> Prepared::makeSource(const engine::KernelRequest& request, Grade grade,
                                                    const std::string& device) const {
    return std::make_unique<NetworkSource>(network, request.data, options.split, request.preprocessing, grade,
                                           options.kernel, device);
}

engine::NetworkInfo Prepared::info() const {
    engine::NetworkInfo told = network->info();
    told.gradientError = gradientError;
    return told;
}

run::KernelPlan Prepared::plan(Rates& rates, const base::JobContext& context) const {
    run::KernelPlan made = makePlan(*source, rows, network->info().parameters, options, context);
    made.capture = source->capture();
    rates = probe(made, *source, rows);
    predictTimes(made, *source, rates);
    return made;
}

namespace {

base::Json summaryOf(const engine::NetworkInfo& info) {
    base::Json layers = base::Json::array();
    for (const engine::LayerInfo& layer : info.layers)
        layers.push_back({{"name", layer.name},
                          {"operation", layer.operation},
                          {"parameters", layer.parameters},
                          {"count", layer.count}});
    return {{"parameters", info.parameters},
            {"input", {info.input.channels, info.input.height, info.input.width}},
            {"classes", info.classes},
            {"layers", std::move(layers)}};
}

} // namespace

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
    if (!request.extends.empty()) {
        manifest.extends = std::filesystem::absolute(request.extends).lexically_normal().string();
        manifest.extendsHash = contentHash(request.extends);
        checkExtends(run::readManifest(request.extends), manifest, request.extends);
    }
    return manifest;
}

void throwTranslated(const run::KernelOptions& options) {
    try {
        throw;
    } catch (const std::bad_alloc&) {
        throw base::BudgetError(fmt::format("the system has less memory than --memory {}; give a smaller --memory",
                                            base::formatBytes(static_cast<double>(options.memoryBytes))));
    } catch (const c10::OutOfMemoryError&) {
        throw base::BudgetError(
            fmt::format("--device {} is out of memory, also with the smallest plan; free memory on it, or "
                        "use --device cpu",
                        options.device));
    } catch (const c10::Error& problem) {
        throw base::Error(fmt::format("libtorch: {}", problem.what_without_backtrace()));
    }
}

} // namespace lpntk::kernel
