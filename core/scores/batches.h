#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace lpntk::scores {

/// One batch of the network's input: `inputs` (labels.size(), C, H, W); its first sample is number `begin` of all.
struct Batch {
    std::int64_t begin = 0;
    std::span<const float> inputs;
    std::span<const std::int64_t> labels;

    std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
};

/// The samples of a request, cut into batches that do not depend on the number of threads, so that neither do results.
class Batches {
public:
    /// Throws OptionError (split, indices), ShapeError (pictures of different sizes).
    explicit Batches(const engine::EvaluateRequest& request);

    std::int64_t count() const { return static_cast<std::int64_t>(m_indices.size()); }
    data::ImageShape input() const { return m_input; }
    const std::vector<std::int64_t>& indices() const { return m_indices; }

    /// Calls `work` for every batch, from one-thread workers: two of them beat one with two threads.
    void forEach(std::int64_t batch, const char* phase, const base::JobContext& context,
                 const std::function<void(const Batch&)>& work) const;
    /// Samples per batch that keep the pictures of one near 4 million numbers.
    std::int64_t defaultBatch() const;

private:
    Batch fill(std::int64_t begin, std::int64_t size, std::vector<float>& inputs,
               std::vector<std::int64_t>& labels) const;

    const engine::EvaluateRequest& m_request;
    const data::Split& m_split;
    std::vector<std::int64_t> m_indices;
    data::ImageShape m_input;
    int m_threads = 1;
};

} // namespace lpntk::scores
