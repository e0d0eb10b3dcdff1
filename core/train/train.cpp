#include <core/train/train.h>

#include <core/base/parallel.h>
#include <core/base/text.h>
#include <core/data/selection.h>
#include <core/train/history.h>
#include <core/train/schedule.h>
#include <core/train/trainer_torch.h>

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>

namespace lpntk::train {

namespace {

constexpr std::int64_t kTestBatch = 256;

/// Fills and hands out batches of one split.
class Feeder {
public:
    Feeder(const data::Split& split, const data::Preprocessing& preprocessing, data::ImageShape shape)
        : m_split(split), m_preprocessing(preprocessing),
          m_numbers(std::int64_t{shape.channels} * shape.height * shape.width) {}

    void fill(std::span<const std::int64_t> samples) {
        inputs.resize(samples.size() * static_cast<std::size_t>(m_numbers));
        data::fillBatch(m_split, samples, m_preprocessing, inputs);
        labels.clear();
        for (const std::int64_t sample : samples)
            labels.push_back(m_split.labels[static_cast<std::size_t>(sample)]);
    }

    std::vector<float> inputs;
    std::vector<std::int64_t> labels;

private:
    const data::Split& m_split;
    const data::Preprocessing& m_preprocessing;
    std::int64_t m_numbers = 0;
};

/// One training from the first step to the last.
class Training {
public:
    Training(const engine::TrainRequest& request, const base::JobContext& context);
    engine::TrainReport run();

private:
    void runEpoch(int epoch);
    void finishEpoch(engine::TrainReport::Epoch epoch);
    StepResult runStep(std::span<const std::int64_t> samples, int epoch);
    void checkFinite(const History::Moment& moment) const;
    double testAccuracy() const;

    const engine::TrainRequest& m_request;
    const base::JobContext& m_context;
    const data::Split& m_split;
    std::vector<std::int64_t> m_samples;
    int m_threads;
    data::ImageShape m_shape;
    const data::Split* m_test = nullptr;
    std::unique_ptr<Trainer> m_trainer;
    std::unique_ptr<History> m_history;
    std::int64_t m_stepsPerEpoch = 0;
    std::int64_t m_step = 0; ///< finished steps
    History::Moment m_moment;
    std::int64_t m_lastSaved = -1;
    engine::TrainReport m_report;
};

const data::Split* testSplit(const engine::TrainRequest& request, data::ImageShape shape) {
    for (const auto& split : request.data->splits)
        if (split.name == "test" && request.split != "test" && split.count() > 0 &&
            data::inputShape(split, request.preprocessing) == shape)
            return &split;
    return nullptr;
}

Training::Training(const engine::TrainRequest& request, const base::JobContext& context)
    : m_request(request), m_context(context), m_split(request.data->split(request.split)),
      m_samples(data::selectSamples(m_split, 0, 0, request.indices)),
      m_threads(request.threads > 0 ? request.threads : base::availableThreads()),
      m_shape(data::inputShape(m_split, request.preprocessing)), m_test(testSplit(request, m_shape)) {
    if (m_samples.empty())
        throw base::OptionError("the split \"" + request.split + "\" holds no samples to train on");
    const auto network = model::Network::load(request.network, m_shape, request.data->classes(), context);
    m_trainer =
        std::make_unique<Trainer>(network, SgdOptions{request.momentum, request.weightDecay, request.seed, m_threads});
    const auto count = static_cast<std::int64_t>(m_samples.size());
    m_stepsPerEpoch = (count + request.batch - 1) / request.batch;
    // Batch norm has no variance to learn from in a last batch of one sample.
    if (m_trainer->samplesMix() && m_stepsPerEpoch > 1 && count % request.batch == 1)
        --m_stepsPerEpoch;
    m_history = std::make_unique<History>(request, network->info().model, context);
    m_report.network = network->info();
}

engine::TrainReport Training::run() {
    try {
        for (int epoch = 0; epoch < m_request.epochs; ++epoch)
            runEpoch(epoch);
    } catch (...) {
        if (m_lastSaved >= 0)
            m_history->write();
        throw;
    }
    return m_report;
}

void Training::runEpoch(int epoch) {
    const auto start = std::chrono::steady_clock::now();
    const auto count = static_cast<std::int64_t>(m_samples.size());
    const auto order = shuffledOrder(count, m_request.seed, epoch);
    engine::TrainReport::Epoch summary{epoch + 1, 0, 0, 0, 0, 0};
    summary.learningRate = learningRateAt(m_request, m_step, m_stepsPerEpoch);
    std::int64_t seen = 0;
    for (std::int64_t step = 0; step < m_stepsPerEpoch; ++step) {
        std::vector<std::int64_t> batch;
        for (std::int64_t i = step * m_request.batch; i < std::min(count, (step + 1) * m_request.batch); ++i)
            batch.push_back(m_samples[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
        const auto result = runStep(batch, epoch);
        summary.trainLoss += result.loss * static_cast<double>(batch.size());
        summary.trainAccuracy += static_cast<double>(result.right);
        seen += static_cast<std::int64_t>(batch.size());
        m_context.progress("training", static_cast<double>(epoch * count + seen),
                           static_cast<double>(m_request.epochs * count), "samples");
    }
    summary.trainLoss /= static_cast<double>(seen);
    summary.trainAccuracy /= static_cast<double>(seen);
    summary.testAccuracy = testAccuracy();
    summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    finishEpoch(summary);
}

StepResult Training::runStep(std::span<const std::int64_t> samples, int epoch) {
    m_context.throwIfCancelled();
    Feeder feeder(m_split, m_request.preprocessing, m_shape);
    feeder.fill(samples);
    const double rate = learningRateAt(m_request, m_step, m_stepsPerEpoch);
    const auto result = m_trainer->step(feeder.inputs, feeder.labels, rate, m_step, m_context);
    ++m_step;
    m_moment = {epoch + 1, m_step, rate, result.loss, std::nan("")};
    checkFinite(m_moment);
    if (m_request.history == "iterations") {
        m_history->addIteration(m_moment);
        if (m_step % m_request.historyEvery == 0) {
            m_report.lastWeights = m_history->writeCheckpoint(m_moment, true, m_trainer->weights());
            m_lastSaved = m_step;
        }
    }
    return result;
}

void Training::checkFinite(const History::Moment& moment) const {
    if (!std::isfinite(moment.loss))
        throw base::OptionError(
            fmt::format("training diverged: the loss is not a finite number at iteration {} (epoch {}, "
                        "learning rate {:g}); lower --lr, or check the preprocessing and the weights",
                        moment.iteration, moment.epoch, moment.learningRate));
}

void Training::finishEpoch(engine::TrainReport::Epoch epoch) {
    m_moment.testAccuracy = epoch.testAccuracy;
    const bool last = epoch.epoch == m_request.epochs;
    const bool due = m_request.history == "epochs" && epoch.epoch % m_request.historyEvery == 0;
    if ((last || due) && m_lastSaved != m_step) {
        m_report.lastWeights =
            m_history->writeCheckpoint(m_moment, m_request.history == "iterations", m_trainer->weights());
        m_lastSaved = m_step;
    }
    m_history->addEpoch(epoch);
    m_report.epochs.push_back(epoch);
    m_report.testAccuracy = epoch.testAccuracy;
    if (m_lastSaved >= 0)
        m_history->write();
}

double Training::testAccuracy() const {
    if (!m_test)
        return std::nan("");
    const std::int64_t count = m_test->count();
    const auto order = data::selectSamples(*m_test, 0, 0, {});
    std::atomic<std::int64_t> right = 0;
    base::parallelFor((count + kTestBatch - 1) / kTestBatch, m_threads, m_context, [&](std::int64_t i, int) {
        at::set_num_threads(1);
        Feeder feeder(*m_test, m_request.preprocessing, m_shape);
        const auto size = std::min(kTestBatch, count - i * kTestBatch);
        feeder.fill(std::span(order).subspan(static_cast<std::size_t>(i * kTestBatch), static_cast<std::size_t>(size)));
        right += m_trainer->countRight(feeder.inputs, feeder.labels);
    });
    return static_cast<double>(right) / static_cast<double>(count);
}

} // namespace

engine::TrainReport train(const engine::TrainRequest& request, const base::JobContext& context) {
    checkOptions(request);
    data::checkOutside(*request.data, request.out);
    return Training(request, context).run();
}

} // namespace lpntk::train
