#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>
#include <core/kernel/device.h>
#include <core/kernel/rows.h>
#include <core/kernel/source.h>
#include <core/run/options.h>

#include <cstdint>
#include <string>

namespace lpntk::kernel {

/// How the signals of one sample under its labels meet those of many rows.
struct LabelPlan {
    std::string device = "cpu";
    Arithmetic arithmetic;
    std::int64_t batch = 0; ///< samples of a capture call, and columns of a product
    std::int64_t group = 0; ///< labels whose signals are held at once; every group computes all rows' signals anew
    int threads = 1;
};

/// Throws BudgetError, saying what would fit, where not even one label's signals and a small batch do.
LabelPlan planLabels(const SignalSource& source, std::int64_t rows, const run::KernelOptions& options);

/// engine::Engine::labelKernel without a network; the result's network is left empty. Throws ShapeError naming a sample
/// whose numbers are not finite.
engine::LabelKernel computeLabelKernel(const SignalSource& source, const Rows& rows, std::int64_t sample,
                                       const LabelPlan& plan, const base::JobContext& context);

/// engine::Engine::labelKernel.
engine::LabelKernel labelKernel(const engine::KernelRequest& request, std::int64_t sample,
                                const base::JobContext& context);

} // namespace lpntk::kernel
