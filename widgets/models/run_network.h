#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>
#include <core/run/run.h>

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lpntk::models {

/// What each layer adds to the cosine of two samples.
struct LayerParts {
    std::vector<std::string> layers;
    std::vector<double> cosines; ///< by layer; they add up to `cosine` but for rounding
    double cosine = 0;
};

/// The network and data set that a run was made from, reopened when the first question needs them and kept. Shared by
/// the workers that ask, one at a time; never asked on the window's thread.
class RunNetwork {
public:
    explicit RunNetwork(std::shared_ptr<const run::Run> run) : m_run(std::move(run)) {}

    const run::Run& run() const { return *m_run; }
    /// Answers of the last pairs are kept. Throws what engine::requestOf and Engine::hold do.
    LayerParts layerParts(base::SampleId a, base::SampleId b, const base::JobContext& context);
    /// Of the run's samples, in the order of its rows. The last answer is kept. Throws what engine::requestOf and
    /// Engine::labelKernel do.
    std::shared_ptr<const engine::LabelKernel> labelKernel(base::SampleId sample, const base::JobContext& context);

    /// How long labelKernel takes, by the plan of the run; -1 when it does not say.
    static double labelSeconds(const run::Run& run);

private:
    std::unique_lock<std::timed_mutex> turn(const base::JobContext& context);
    engine::KernelRequest request(const base::JobContext& context);
    LayerParts computeLayers(base::SampleId a, base::SampleId b, const base::JobContext& context);
    /// Work of the request, on the processor where the run's own device is not there.
    template <typename Work> auto onSomeDevice(engine::KernelRequest request, const Work& work);

    std::shared_ptr<const run::Run> m_run;
    std::timed_mutex m_lock;
    std::optional<engine::KernelRequest> m_request;
    bool m_onProcessor = false; ///< the run's device is missing
    std::list<std::pair<std::pair<base::SampleId, base::SampleId>, LayerParts>> m_pairs; ///< latest first
    base::SampleId m_labelSample;
    std::shared_ptr<const engine::LabelKernel> m_labels;
};

} // namespace lpntk::models
