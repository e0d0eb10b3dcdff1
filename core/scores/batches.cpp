#include <core/scores/batches.h>

#include <core/base/parallel.h>
#include <core/data/selection.h>

#include <ATen/Parallel.h>

#include <algorithm>
#include <mutex>

namespace lpntk::scores {

Batches::Batches(const engine::EvaluateRequest& request)
    : m_request(request), m_split(request.data->split(request.split)),
      m_indices(data::selectSamples(m_split, 0, 0, request.indices)),
      m_input(data::inputShape(m_split, request.preprocessing)),
      m_threads(request.threads > 0 ? request.threads : base::availableThreads()) {
    if (m_indices.empty())
        throw base::OptionError("the split \"" + request.split + "\" holds no samples; choose another with --split");
}

std::int64_t Batches::defaultBatch() const {
    const std::int64_t numbers = std::int64_t{m_input.channels} * m_input.height * m_input.width;
    return std::clamp<std::int64_t>((std::int64_t{1} << 22) / std::max<std::int64_t>(numbers, 1), 2, 256);
}

Batch Batches::fill(std::int64_t begin, std::int64_t size, std::vector<float>& inputs,
                    std::vector<std::int64_t>& labels) const {
    const auto chosen = std::span(m_indices).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
    inputs.resize(static_cast<std::size_t>(size * m_input.channels * m_input.height * m_input.width));
    data::fillBatch(m_split, chosen, m_request.preprocessing, inputs);
    labels.clear();
    for (const std::int64_t index : chosen)
        labels.push_back(m_split.labels[static_cast<std::size_t>(index)]);
    return {begin, inputs, labels};
}

void Batches::forEach(std::int64_t batch, const char* phase, const base::JobContext& context,
                      const std::function<void(const Batch&)>& work) const {
    const std::int64_t batches = (count() + batch - 1) / batch;
    std::mutex progress;
    std::int64_t done = 0;
    base::parallelFor(batches, m_threads, context, [&](std::int64_t number, int) {
        at::set_num_threads(1);
        std::vector<float> inputs;
        std::vector<std::int64_t> labels;
        const std::int64_t begin = number * batch;
        const Batch filled = fill(begin, std::min(batch, count() - begin), inputs, labels);
        work(filled);
        const std::lock_guard lock(progress);
        done += filled.size();
        context.progress(phase, static_cast<double>(done), static_cast<double>(count()), "samples");
    });
}

} // namespace lpntk::scores
