#include <core/kernel/audit.h>

#include <core/kernel/device.h>
#include <core/run/run.h>

#include <algorithm>
#include <cmath>

namespace lpntk::kernel {

namespace {

constexpr int kFewest = 2, kMost = 64;

std::size_t at(std::int64_t value) { return static_cast<std::size_t>(value); }

/// (rows, rows) kappa of the audit rows in float64.
std::vector<double> referenceKappa(const SignalSource& reference, const run::KernelPlan& plan,
                                   std::span<const std::int64_t> samples, std::span<const std::int64_t> labels,
                                   const base::JobContext& context) {
    const OneThread one;
    const auto count = static_cast<std::int64_t>(samples.size());
    const auto device = makeDevice("cpu", {run::Precision::fp64, plan.columnChunk}, reference.layers());
    const auto rows = device->allocate(count);
    const std::int64_t batch = std::clamp<std::int64_t>(reference.batchFor(std::int64_t{64} << 20), 2, 16);
    for (std::int64_t begin = 0; begin < count; begin += batch) {
        context.throwIfCancelled();
        const auto size = at(std::min(batch, count - begin));
        reference.compute(samples.subspan(at(begin), size), labels.subspan(at(begin), size),
                          rows->targets(begin, static_cast<std::int64_t>(size)), {}, 0);
        context.progress("audit", static_cast<double>(begin) + static_cast<double>(size), static_cast<double>(count), "samples");
    }
    std::vector<double> kappa(at(count * count));
    device->worker()->contract(*rows, count, *rows, count, context, kappa);
    return kappa;
}

} // namespace

double promisedCosineError(run::Precision precision) {
    switch (precision) {
    case run::Precision::fp64: // kappa itself is kept in float32
        return 5e-7;
    case run::Precision::fp32:
    case run::Precision::fp16x3:
        return 2e-6;
    case run::Precision::fp16:
    case run::Precision::tf32:
        return 2e-3;
    }
    return 0;
}

int auditRowsWithin(std::int64_t bytes, const std::vector<gradient::SignalLayer>& layers) {
    const auto device = makeDevice("cpu", {run::Precision::fp64}, layers);
    return static_cast<int>(std::clamp<std::int64_t>(bytes / std::max<std::int64_t>(device->bytesPerRow(), 1), kFewest, kMost));
}

engine::Audit auditAgainst(const SignalSource& reference, const run::KernelPlan& plan, const JobState& state,
                           std::span<const std::int64_t> samples, std::span<const std::int64_t> labels,
                           const base::JobContext& context) {
    const std::size_t count = state.auditRows.size();
    std::vector<std::int64_t> auditSamples, auditLabels;
    std::vector<float> norms;
    for (const std::int32_t row : state.auditRows) {
        auditSamples.push_back(samples[at(row)]);
        auditLabels.push_back(labels[at(row)]);
        norms.push_back(state.norms[at(row)]);
    }
    const std::vector<double> exact = referenceKappa(reference, plan, auditSamples, auditLabels, context);
    engine::Audit audit;
    double difference = 0, total = 0;
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = i; j < count; ++j) {
            if (plan.blockKind == run::Blocks::classes && auditLabels[i] != auditLabels[j])
                continue;
            if (std::isnan(state.auditKappa[i * count + j]))
                continue; // of a run that was extended: its own audit counts
            const float found = state.auditKappa[i * count + j];
            const double expected = exact[i * count + j];
            const double product = std::sqrt(exact[i * count + i]) * std::sqrt(exact[j * count + j]);
            const double cosine = product > 0 ? expected / product : 0;
            const double computed = i == j ? (norms[i] > 0 ? 1.0 : 0.0) : run::cosineOf(found, norms[i], norms[j]);
            const double weight = i == j ? 1 : 2;
            ++audit.pairs;
            difference += weight * (found - expected) * (found - expected);
            total += weight * expected * expected;
            audit.largestCosineError = std::max(audit.largestCosineError, std::fabs(computed - cosine));
        }
    }
    audit.relativeFrobenius = total > 0 ? std::sqrt(difference / total) : std::sqrt(difference);
    return audit;
}

} // namespace lpntk::kernel
