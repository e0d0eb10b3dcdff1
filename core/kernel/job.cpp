#include <core/kernel/job.h>

#include <core/kernel/prepared.h>
#include <core/kernel/run_job.h>

#include <c10/util/Exception.h>

#include <utility>

namespace lpntk::kernel {

namespace {

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
        const auto reference = prepared.makeSource(request, gradient::SignalComputer::Grade::float64, "cpu");
        Rates rates;
        run::KernelPlan plan = prepared.plan(rates, context);
        KernelJob job;
        job.manifest = manifestOf(request, *prepared.network, std::move(plan), context);
        job.rows = std::move(prepared.rows);
        job.source = prepared.source.get();
        job.reference = reference.get();
        job.known = prepared.known;
        job.options = prepared.options;
        auto report = runWithinCard(std::move(job), out, context);
        report.network = prepared.info();
        return report;
    });
}

} // namespace lpntk::kernel
