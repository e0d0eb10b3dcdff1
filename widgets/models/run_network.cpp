#include <widgets/models/run_network.h>

#include <core/base/error.h>
#include <core/engine/reopen.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace lpntk::models {

namespace {

constexpr std::size_t kPairsKept = 256;

} // namespace

/// A question that nobody waits for any more leaves the queue.
std::unique_lock<std::timed_mutex> RunNetwork::turn(const base::JobContext& context) {
    std::unique_lock lock(m_lock, std::defer_lock);
    do
        context.throwIfCancelled();
    while (!lock.try_lock_for(std::chrono::milliseconds(100)));
    return lock;
}

engine::KernelRequest RunNetwork::request(const base::JobContext& context) {
    if (!m_request)
        m_request = engine::requestOf(*m_run, m_onProcessor ? "cpu" : "", context);
    return *m_request;
}

template <typename Work> auto RunNetwork::onSomeDevice(engine::KernelRequest request, const Work& work) {
    try {
        return work(request);
    } catch (const base::OptionError&) {
        if (request.options.device == "cpu")
            throw;
        m_onProcessor = true;
        request.options.device = m_request->options.device = "cpu";
        request.options.precision = m_request->options.precision = run::Precision::fp32;
        return work(request);
    }
}

LayerParts RunNetwork::layerParts(base::SampleId a, base::SampleId b, const base::JobContext& context) {
    const auto guard = turn(context);
    const auto key = std::minmax(a, b);
    const auto known = std::find_if(m_pairs.begin(), m_pairs.end(),
                                    [&](const auto& entry) { return entry.first == std::pair(key.first, key.second); });
    if (known != m_pairs.end()) {
        m_pairs.splice(m_pairs.begin(), m_pairs, known);
        return known->second;
    }
    LayerParts parts = computeLayers(key.first, key.second, context);
    m_pairs.emplace_front(key, parts);
    if (m_pairs.size() > kPairsKept)
        m_pairs.pop_back();
    return parts;
}

LayerParts RunNetwork::computeLayers(base::SampleId a, base::SampleId b, const base::JobContext& context) {
    engine::KernelRequest own = request(context);
    own.options.indices = {a.value(), b.value()};
    return onSomeDevice(std::move(own), [&](const engine::KernelRequest& asked) {
        const auto held = engine::engine().hold(asked, context);
        LayerParts parts;
        parts.layers = held->layers();
        const std::int64_t both[] = {0, 1};
        std::vector<float> kappa(parts.layers.size() * 4);
        held->kappaByLayer(both, kappa, context);
        const auto diagonal = held->diagonal();
        const double length = std::sqrt(static_cast<double>(diagonal[0])) * std::sqrt(static_cast<double>(diagonal[1]));
        for (std::size_t layer = 0; layer < parts.layers.size(); ++layer) {
            parts.cosines.push_back(length > 0 ? static_cast<double>(kappa[layer * 4 + 1]) / length : 0);
            parts.cosine += parts.cosines.back();
        }
        return parts;
    });
}

std::shared_ptr<const engine::LabelKernel> RunNetwork::labelKernel(base::SampleId sample,
                                                                   const base::JobContext& context) {
    const auto guard = turn(context);
    if (m_labels && m_labelSample == sample)
        return m_labels;
    engine::KernelRequest own = request(context);
    own.options.indices.assign(m_run->samples().begin(), m_run->samples().end());
    m_labels.reset();
    m_labels = onSomeDevice(std::move(own), [&](const engine::KernelRequest& asked) {
        return std::make_shared<const engine::LabelKernel>(
            engine::engine().labelKernel(asked, sample.value(), context));
    });
    m_labelSample = sample;
    return m_labels;
}

double RunNetwork::labelSeconds(const run::Run& run) {
    const run::KernelPlan& plan = run.manifest().plan;
    return plan.signalSeconds > 0 ? plan.signalSeconds / std::max(plan.signalPasses, 1.0) : -1;
}

} // namespace lpntk::models
