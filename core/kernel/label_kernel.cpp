#include <core/kernel/label_kernel.h>

#include <core/base/error.h>
#include <core/base/parallel.h>
#include <core/base/text.h>
#include <core/kernel/capture_rows.h>
#include <core/kernel/plan_memory.h>
#include <core/kernel/plan_sizes.h>
#include <core/kernel/planner.h>
#include <core/kernel/prepared.h>
#include <core/model/accelerator_torch.h>
#include <core/run/devices.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <vector>

namespace lpntk::kernel {

namespace {

constexpr std::int64_t kSmallestBatch = 2, kLargestBatch = 256;

std::size_t at(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

/// Bytes that a plan takes: of main memory, and of the device's own where it has some.
struct LabelNeeds {
    std::int64_t main = 0, card = 0;
};

LabelNeeds needsOf(const LabelPlan& plan, const SignalSource& source, const Device& device, std::int64_t rows) {
    const auto side = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(plan.group * plan.batch))));
    const std::int64_t classes = source.classes();
    LabelNeeds needs;
    needs.main = heldMemory() + (classes + 1) * rows * static_cast<std::int64_t>(sizeof(float)) +
                 plan.threads * plan.group * plan.batch * static_cast<std::int64_t>(sizeof(double));
    needs.card =
        plan.group * device.bytesPerRow() +
        plan.threads * (plan.batch * device.bytesPerRow() + source.workingBytes(plan.batch) + device.workerBytes(side));
    if (!device.ownMemory()) {
        needs.main += needs.card;
        needs.card = 0;
    }
    return needs;
}

[[noreturn]] void refuse(const LabelNeeds& needs, std::int64_t budget, const std::string& device) {
    const auto bytes = [](std::int64_t count) { return base::formatBytes(static_cast<double>(count)); };
    if (needs.main > budget)
        throw base::BudgetError(fmt::format("--memory {} is not enough: the kernel of one sample under its labels "
                                            "takes {}. Give at least --memory {}M",
                                            bytes(budget), bytes(needs.main), advisedMegabytes(needs.main)));
    throw base::BudgetError(fmt::format("--device {} has too little free memory: the kernel of one sample under its "
                                        "labels takes {} of it. Use --device cpu",
                                        device, bytes(needs.card)));
}

/// Signals of the sample under the labels [begin, end), and kappa of each with itself into `self`.
std::unique_ptr<SignalRows> signalsOfLabels(const SignalSource& source, const Device& device, const LabelPlan& plan,
                                            std::int64_t sample, run::RowRange labels, std::span<double> self) {
    auto signals = device.allocate(labels.size());
    for (std::int64_t begin = 0; begin < labels.size(); begin += plan.batch) {
        const std::int64_t count = std::min(plan.batch, labels.size() - begin);
        const std::vector<std::int64_t> samples(at(count), sample);
        std::vector<std::int64_t> some(at(count));
        std::iota(some.begin(), some.end(), labels.begin + begin);
        const CapturePart part{signals.get(), self.subspan(at(begin), at(count))};
        captureRows(source, samples, some, {&part, 1}, begin);
    }
    return signals;
}

/// One thread's scratch memory.
struct Worker {
    std::unique_ptr<SignalRows> signals;
    std::unique_ptr<TileWorker> tiles;
    std::vector<double> tile, self;
};

/// All rows' signals, batch by batch, against those of a group of labels.
class RowPass {
public:
    RowPass(const SignalSource& source, const Rows& rows, const Device& device, const LabelPlan& plan,
            engine::LabelKernel& result)
        : m_source(source), m_rows(rows), m_device(device), m_plan(plan), m_result(result),
          m_workers(at(device.signalThreads(plan.threads))) {}

    void run(const SignalRows& labelSignals, run::RowRange labels, const base::JobContext& context) {
        const auto rows = static_cast<std::int64_t>(m_rows.samples.size());
        const std::int64_t batches = (rows + m_plan.batch - 1) / m_plan.batch;
        base::parallelFor(batches, static_cast<int>(m_workers.size()), context, [&](std::int64_t i, int number) {
            const std::int64_t begin = i * m_plan.batch;
            multiply(m_workers[at(number)], labelSignals, labels, {begin, std::min(begin + m_plan.batch, rows)},
                     context);
            const std::lock_guard guard(m_lock);
            m_done += std::min(m_plan.batch, rows - begin);
            const std::int64_t groups = (m_source.classes() + m_plan.group - 1) / m_plan.group;
            context.progress("signals", static_cast<double>(m_done), static_cast<double>(rows * groups), "samples");
        });
    }

private:
    void multiply(Worker& worker, const SignalRows& labelSignals, run::RowRange labels, run::RowRange batch,
                  const base::JobContext& context) {
        const OneThread one;
        if (!worker.signals) {
            worker.signals = m_device.allocate(m_plan.batch);
            worker.tiles = m_device.worker();
            worker.tile.resize(at(m_plan.group * m_plan.batch));
            worker.self.resize(at(m_plan.batch));
        }
        const auto first = at(batch.begin), count = at(batch.size());
        const CapturePart part{worker.signals.get(), std::span(worker.self).first(count)};
        captureRows(m_source, std::span(m_rows.samples).subspan(first, count),
                    std::span(m_rows.labels).subspan(first, count), {&part, 1}, 0);
        const auto tile = std::span(worker.tile).first(at(labels.size()) * count);
        worker.tiles->contract(labelSignals, labels.size(), *worker.signals, batch.size(), context, tile);
        for (std::size_t column = 0; column < count; ++column)
            m_result.diagonal[first + column] = static_cast<float>(worker.self[column]);
        for (std::int64_t label = labels.begin; label < labels.end; ++label) {
            const auto from = tile.subspan(at(label - labels.begin) * count, count);
            std::transform(from.begin(), from.end(),
                           m_result.kappa.begin() + label * std::ssize(m_rows.samples) + batch.begin,
                           [](double value) { return static_cast<float>(value); });
        }
    }

    const SignalSource& m_source;
    const Rows& m_rows;
    const Device& m_device;
    const LabelPlan& m_plan;
    engine::LabelKernel& m_result;
    std::vector<Worker> m_workers;
    std::mutex m_lock;
    std::int64_t m_done = 0;
};

} // namespace

LabelPlan planLabels(const SignalSource& source, std::int64_t rows, const run::KernelOptions& options) {
    options.check();
    LabelPlan plan;
    plan.device = options.device;
    plan.arithmetic = Arithmetic::of(planWithoutSizes(source, 0, options));
    plan.batch = std::clamp(preferredBatch(source, rows, plan.device), kSmallestBatch, kLargestBatch);
    plan.group = source.classes();
    plan.threads = options.threads > 0 ? options.threads : base::availableThreads();
    const auto device = makeDevice(plan.device, plan.arithmetic, source.layers());
    const std::optional<std::int64_t> own = device->ownMemory();
    const std::int64_t card = own ? static_cast<std::int64_t>(kDeviceShare * static_cast<double>(*own)) : 0;
    const auto fits = [&] {
        const LabelNeeds needs = needsOf(plan, source, *device, rows);
        return needs.main <= options.memoryBytes && needs.card <= card;
    };
    // A further group costs a whole pass over the rows: it is the last to be given up.
    while (plan.threads > 1 && !fits())
        --plan.threads;
    while (plan.batch > kSmallestBatch && !fits())
        plan.batch = std::max(plan.batch / 2, kSmallestBatch);
    while (plan.group > 1 && !fits())
        plan.group = (plan.group + 1) / 2;
    if (!fits())
        refuse(needsOf(plan, source, *device, rows), options.memoryBytes, plan.device);
    return plan;
}

engine::LabelKernel computeLabelKernel(const SignalSource& source, const Rows& rows, std::int64_t sample,
                                       const LabelPlan& plan, const base::JobContext& context) {
    const std::int64_t classes = source.classes();
    const std::size_t count = rows.samples.size();
    engine::LabelKernel result;
    result.samples = rows.samples;
    result.labels = rows.labels;
    result.diagonal.resize(count);
    result.kappa.resize(at(classes) * count);
    const auto device = makeDevice(plan.device, plan.arithmetic, source.layers());
    RowPass pass(source, rows, *device, plan, result);
    for (std::int64_t begin = 0; begin < classes; begin += plan.group) {
        const run::RowRange labels{begin, std::min(begin + plan.group, classes)};
        std::vector<double> self(at(labels.size()));
        context.throwIfCancelled();
        const auto signals = signalsOfLabels(source, *device, plan, sample, labels, self);
        std::transform(self.begin(), self.end(), std::back_inserter(result.self),
                       [](double value) { return static_cast<float>(value); });
        pass.run(*signals, labels, context);
    }
    return result;
}

engine::LabelKernel labelKernel(const engine::KernelRequest& request, std::int64_t sample,
                                const base::JobContext& context) {
    return translated(request.options, [&] {
        if (request.options.kernel == run::KernelKind::pntk)
            throw base::OptionError("the pNTK kernel does not depend on labels: it is the same under every label");
        const std::int64_t pictures = request.data->split(request.options.split).count();
        if (sample < 0 || sample >= pictures)
            throw base::OptionError(fmt::format("there is no sample {}: the split \"{}\" has {} samples", sample,
                                                request.options.split, base::formatCount(pictures)));
        engine::KernelRequest own = request;
        own.options.check();
        own.options.device = run::devicesOf(model::namedDevices(request.options.device)).front();
        const Prepared prepared(own, context);
        const LabelPlan plan =
            planLabels(*prepared.source, static_cast<std::int64_t>(prepared.rows.samples.size()), prepared.options);
        auto result = computeLabelKernel(*prepared.source, prepared.rows, sample, plan, context);
        result.network = prepared.info();
        return result;
    });
}

} // namespace lpntk::kernel
