#include <core/engine/reopen.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/hash.h>
#include <core/formats/npy.h>

#include <fmt/format.h>

namespace lpntk::engine {

namespace {

namespace fs = std::filesystem;

constexpr int kDigitsShown = 12; // of a SHA-256

void checkSame(const fs::path& folder, const std::string& what, const std::string& then, const std::string& now) {
    if (then != now)
        throw base::ShapeError(fmt::format("{} changed since the run {} was made (SHA-256 {}... then, {}... now): put "
                                           "back what it was, or make a new run",
                                           what, base::quoted(folder), then.substr(0, kDigitsShown),
                                           now.substr(0, kDigitsShown)));
}

void checkFile(const fs::path& folder, const char* what, const fs::path& file, const std::string& hash) {
    if (file.empty())
        return;
    std::error_code problem;
    if (!fs::is_regular_file(file, problem))
        throw base::IoError(fmt::format("the {} {} of the run {} cannot be found; put the file back", what,
                                        base::quoted(file), base::quoted(folder)));
    checkSame(folder, fmt::format("the {} {}", what, base::quoted(file)), hash, base::sha256OfFile(file));
}

KernelRequest requestOf(const run::Manifest& manifest, const fs::path& folder, const base::JobContext& context) {
    checkFile(folder, "network's file", manifest.program, manifest.programHash);
    if (manifest.weights != manifest.program)
        checkFile(folder, "weights", manifest.weights, manifest.weightsHash);
    KernelRequest request;
    request.network = networkOf(manifest);
    request.data = data::loadDataset(manifest.dataSource, {}, context);
    checkSame(folder, "the data set " + manifest.dataSource, manifest.dataHash,
              data::datasetHash(*request.data, context));
    request.dataSource = manifest.dataSource;
    request.preprocessing = data::preprocessingFromJson(manifest.preprocessing, base::quoted(folder / "manifest.json"));
    request.options.split = manifest.split;
    request.options.kernel = manifest.plan.kernel;
    request.options.precision = manifest.plan.precision;
    request.options.parameters = manifest.plan.chosenParameters;
    request.options.device = manifest.plan.device;
    return request;
}

/// The job that a run was begun with.
KernelRequest jobOf(const fs::path& folder, const base::JobContext& context) {
    const run::Manifest manifest = run::readManifest(folder);
    std::error_code problem;
    if (!fs::exists(folder / "samples.npy", problem))
        throw base::FormatError(fmt::format(
            "{} does not say which samples it has; compute it again into another folder", base::quoted(folder)));
    KernelRequest request = requestOf(manifest, folder, context);
    const formats::NpyArray samples = formats::NpyArray::open(folder / "samples.npy");
    const auto numbers = samples.as<std::int64_t>();
    request.options.indices.assign(numbers.begin(), numbers.end());
    request.options.blocks = manifest.plan.blockKind;
    request.options.store = run::nameOf(manifest.plan.store);
    request.options.top = manifest.plan.top;
    request.extends = manifest.extends;
    return request;
}

} // namespace

NetworkSpec networkOf(const run::Manifest& manifest) {
    return {manifest.program.empty() ? manifest.model : manifest.program, manifest.weights, manifest.seed};
}

KernelRequest requestOf(const run::Run& run, const base::JobContext& context) {
    return requestOf(run.manifest(), run.folder(), context);
}

KernelRequest requestOf(const run::Run& run, const std::string& device, const base::JobContext& context) {
    KernelRequest request = requestOf(run, context);
    if (!device.empty())
        request.options.device = device;
    if (request.options.device == "cpu" && request.options.precision != run::Precision::fp64)
        request.options.precision = run::Precision::fp32; // all that the processor knows beside it
    return request;
}

KernelRequest resumeOf(const fs::path& runFolder, const base::JobContext& context) {
    const fs::path folder = fs::absolute(runFolder).lexically_normal();
    if (!run::isUnfinished(folder))
        throw base::FormatError(fmt::format("{} holds no unfinished run", base::quoted(folder)));
    KernelRequest request = jobOf(folder, context);
    request.options.resume = true;
    return request;
}

KernelRequest repairOf(const fs::path& runFolder, const base::JobContext& context) {
    KernelRequest request = jobOf(fs::absolute(runFolder).lexically_normal(), context);
    request.options.repair = true;
    return request;
}

} // namespace lpntk::engine
