#include <core/kernel/cross.h>

#include <core/base/error.h>
#include <core/kernel/cross_job.h>
#include <core/kernel/prepared.h>

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <memory>
#include <utility>

namespace lpntk::kernel {

namespace {

using Grade = gradient::SignalComputer::Grade;

/// Rows of the request's columns, and signals of the network over them.
struct PreparedColumns {
    Rows rows;
    std::unique_ptr<NetworkSource> source, reference;

    PreparedColumns(const engine::CrossRequest& request, const Prepared& prepared) {
        const data::Split& split = request.columnData->split(request.columns.split);
        if (split.count() == 0)
            throw base::OptionError(
                fmt::format("the split \"{}\" of {} has no samples", split.name, request.columnSource));
        checkShape(request, split, prepared.network->input());
        run::KernelOptions chosen;
        chosen.split = split.name;
        chosen.limit = request.columns.limit;
        chosen.indices = request.columns.indices;
        chosen.check();
        rows = rowsOf(split, chosen, prepared.network->classes());
        source = makeSource(request, prepared, gradeOf(prepared.options.precision), prepared.options.device);
        reference = makeSource(request, prepared, Grade::float64, "cpu");
    }

private:
    static void checkShape(const engine::CrossRequest& request, const data::Split& split, data::ImageShape expected) {
        const data::ImageShape found = data::inputShape(split, request.rows.preprocessing);
        if (found != expected)
            throw base::ShapeError(fmt::format("pictures of {}, split \"{}\", are {} x {} with {} channels after "
                                               "preprocessing; the rows' are {} x {} with "
                                               "{}. Make them alike with --resize, --crop and --channels",
                                               request.columnSource, split.name, found.width, found.height,
                                               found.channels, expected.width, expected.height, expected.channels));
    }

    static std::unique_ptr<NetworkSource> makeSource(const engine::CrossRequest& request, const Prepared& prepared,
                                                     Grade grade, const std::string& device) {
        return std::make_unique<NetworkSource>(prepared.network, request.columnData, request.columns.split,
                                               request.rows.preprocessing, grade, prepared.options.kernel, device);
    }
};

CrossManifest manifestOf(const engine::CrossRequest& request, const model::Network& network, const CrossPlan& plan,
                         const base::JobContext& context) {
    CrossManifest manifest;
    manifest.rows = manifestOf(request.rows, network, plan, context);
    manifest.plan = plan;
    manifest.columnSource = request.columnSource;
    manifest.columnName = request.columnData->name;
    manifest.columnHash = request.columnData == request.rows.data ? manifest.rows.dataHash
                                                                  : data::datasetHash(*request.columnData, context);
    manifest.columnSplit = request.columns.split;
    manifest.columnClassNames = request.columnData->classNames;
    return manifest;
}

/// A card that other programs fill up too is answered by a smaller plan: the job goes on from what it has.
engine::CrossReport runWithinCard(CrossJob job, const std::filesystem::path& out, const base::JobContext& context) {
    constexpr double kLeastShare = 0.2;
    while (true) {
        try {
            return runCrossJob(job, out, context);
        } catch (const c10::OutOfMemoryError&) {
            job.deviceShare *= 0.7;
            if (job.manifest.plan.device == "cpu" || job.deviceShare < kLeastShare)
                throw;
            job.options.resume = true;
            fitIntoBudget(job.manifest.plan, *job.rowSource, job.options, job.deviceShare);
        }
    }
}

} // namespace

engine::CrossReport computeCross(const engine::CrossRequest& request, const std::filesystem::path& out,
                                 const base::JobContext& context) {
    return translated(request.rows.options, [&] {
        data::checkOutside(*request.rows.data, out);
        data::checkOutside(*request.columnData, out);
        Prepared prepared(request.rows, context);
        PreparedColumns columns(request, prepared);
        const auto reference = prepared.makeSource(request.rows, Grade::float64, "cpu");
        CrossPlan plan = makeCrossPlan(*prepared.source, static_cast<std::int64_t>(prepared.rows.samples.size()),
                                       static_cast<std::int64_t>(columns.rows.samples.size()),
                                       prepared.network->info().parameters, prepared.options, context);
        plan.capture = prepared.source->capture();
        CrossJob job;
        job.manifest = manifestOf(request, *prepared.network, plan, context);
        job.rows = std::move(prepared.rows);
        job.columns = std::move(columns.rows);
        job.rowSource = prepared.source.get();
        job.columnSource = columns.source.get();
        job.rowReference = reference.get();
        job.columnReference = columns.reference.get();
        job.options = prepared.options;
        auto report = runWithinCard(std::move(job), out, context);
        report.network = prepared.info();
        return report;
    });
}

} // namespace lpntk::kernel
