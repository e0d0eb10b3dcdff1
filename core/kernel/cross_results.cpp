#include <core/kernel/cross_results.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/formats/npy.h>
#include <core/kernel/batch_results.h>
#include <core/kernel/device.h>
#include <core/run/run.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace lpntk::kernel {

namespace {

namespace fs = std::filesystem;

std::size_t at(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

void writeSide(const fs::path& folder, const std::string& prefix, const CrossPlan& plan, const CrossSideState& side) {
    const auto count = static_cast<std::int64_t>(side.norms.size());
    formats::writeNpy(folder / (prefix + "norms.npy"), side.norms);
    formats::writeNpy<float>(folder / (prefix + "probabilities.npy"), side.probabilities, {count, plan.classes});
    writeNeighbours(folder, prefix + "top", plan.top, side.top, 1);
    writeNeighbours(folder, prefix + "bottom", plan.top, side.bottom, -1);
    const std::string sums = prefix.empty() ? "row_class_sum.npy" : prefix + "class_sum.npy";
    formats::writeNpy<double>(folder / sums, side.classSum, {count, plan.classes});
}

/// Float64 signals of some samples of a side, and kappa of each with itself.
struct Reference {
    std::vector<std::int64_t> numbers;
    std::unique_ptr<SignalRows> signals;
    std::vector<double> self;

    Reference(const Device& device, const AuditSide& side, int wanted, const base::JobContext& context)
        : numbers(auditSamples(static_cast<std::int64_t>(side.rows.samples.size()), wanted)),
          signals(device.allocate(size())), self(numbers.size()) {
        std::vector<std::int64_t> samples, labels;
        for (const std::int64_t number : numbers) {
            samples.push_back(side.rows.samples[at(number)]);
            labels.push_back(side.rows.labels[at(number)]);
        }
        const std::int64_t batch = std::clamp<std::int64_t>(side.reference.batchFor(std::int64_t{64} << 20), 2, 16);
        for (std::int64_t begin = 0; begin < size(); begin += batch) {
            context.throwIfCancelled();
            const std::int64_t count = std::min(batch, size() - begin);
            side.reference.compute(std::span(samples).subspan(at(begin), at(count)),
                                   std::span(labels).subspan(at(begin), at(count)), signals->targets(begin, count), {},
                                   0);
            signals->keep(begin, std::span(self).subspan(at(begin), at(count)));
            context.progress("audit", static_cast<double>(begin + count), static_cast<double>(size()), "samples");
        }
    }
    std::int64_t size() const { return static_cast<std::int64_t>(numbers.size()); }
};

} // namespace

void writeSamples(const fs::path& folder, const Rows& rows, const Rows& columns) {
    formats::writeNpy(folder / "samples.npy", rows.samples);
    formats::writeNpy(folder / "labels.npy", rows.labels);
    formats::writeNpy(folder / "column_samples.npy", columns.samples);
    formats::writeNpy(folder / "column_labels.npy", columns.labels);
}

void checkSameSamples(const fs::path& folder, const Rows& rows, const Rows& columns) {
    const auto same = [&](const char* name, const std::vector<std::int64_t>& wanted) {
        std::error_code code;
        if (!fs::exists(folder / name, code))
            return true; // killed before it was written
        const formats::NpyArray array = formats::NpyArray::open(folder / name);
        return std::ranges::equal(array.as<std::int64_t>(), wanted);
    };
    if (!same("samples.npy", rows.samples) || !same("labels.npy", rows.labels) ||
        !same("column_samples.npy", columns.samples) || !same("column_labels.npy", columns.labels))
        throw base::OptionError(
            fmt::format("{} cannot be resumed: it was started with other samples. Give the same command "
                        "as before, or choose another folder",
                        base::quoted(folder)));
}

void writeResults(const fs::path& folder, const CrossPlan& plan, const CrossState& state) {
    writeSide(folder, "", plan, state.rows);
    writeSide(folder, "column_", plan, state.columns);
}

engine::Audit auditAgainst(const AuditSide& rows, const AuditSide& columns, const CrossPlan& plan,
                           const CrossState& state, const base::JobContext& context) {
    const OneThread one;
    const auto device = makeDevice("cpu", {run::Precision::fp64, plan.columnChunk}, rows.reference.layers());
    const Reference a(*device, rows, plan.auditRows, context), b(*device, columns, plan.auditColumns, context);
    std::vector<double> exact(a.self.size() * b.self.size());
    device->worker()->contract(*a.signals, a.size(), *b.signals, b.size(), context, exact);
    engine::Audit audit;
    audit.pairs = a.size() * b.size();
    double difference = 0, total = 0;
    for (std::size_t i = 0; i < a.self.size(); ++i) {
        for (std::size_t j = 0; j < b.self.size(); ++j) {
            const double expected = exact[i * b.self.size() + j], product = std::sqrt(a.self[i]) * std::sqrt(b.self[j]);
            const float found = state.auditKappa[i * b.self.size() + j];
            const double computed =
                run::cosineOf(found, state.rows.norms[at(a.numbers[i])], state.columns.norms[at(b.numbers[j])]);
            difference += (found - expected) * (found - expected);
            total += expected * expected;
            audit.largestCosineError =
                std::max(audit.largestCosineError, std::fabs(computed - (product > 0 ? expected / product : 0)));
        }
    }
    audit.relativeFrobenius = total > 0 ? std::sqrt(difference / total) : std::sqrt(difference);
    return audit;
}

} // namespace lpntk::kernel
