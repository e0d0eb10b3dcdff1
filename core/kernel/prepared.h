#pragma once

#include <core/base/error.h>
#include <core/base/job_context.h>
#include <core/engine/engine.h>
#include <core/engine/environment.h>
#include <core/kernel/known_pairs.h>
#include <core/kernel/planner.h>
#include <core/kernel/source.h>
#include <core/model/network.h>
#include <core/run/manifest.h>
#include <core/run/options.h>

#include <memory>
#include <string>
#include <utility>

namespace lpntk::kernel {

/// Network, rows and signals of a request; what planning and computing share.
struct Prepared {
    run::KernelOptions options; ///< as asked for, the devices by their own names
    std::shared_ptr<const model::Network> network;
    double gradientError = 0; ///< engine::NetworkInfo::gradientError
    Rows rows;
    std::unique_ptr<NetworkSource> source;
    std::shared_ptr<const KnownPairs> known; ///< of the run that is extended

    /// Loads and checks the network. Throws OptionError (nothing is selected, unknown device, nothing to extend by),
    /// ShapeError, FormatError.
    Prepared(const engine::KernelRequest& request, const base::JobContext& context);

    std::unique_ptr<NetworkSource> makeSource(const engine::KernelRequest& request,
                                              gradient::SignalComputer::Grade grade, const std::string& device) const;
    engine::NetworkInfo info() const;
    /// With predicted times; `rates` are what the probe of this machine found.
    run::KernelPlan plan(Rates& rates, const base::JobContext& context) const;

private:
    void extend(const std::filesystem::path& folder, const data::Split& split);
};

/// Everything but state, precision and timings.
run::Manifest manifestOf(const engine::KernelRequest& request, const model::Network& network, run::KernelPlan plan,
                         const base::JobContext& context);

/// Throws libtorch's and the system's failures as errors of our family.
[[noreturn]] void throwTranslated(const run::KernelOptions& options);

/// work(), where libtorch's exceptions end; what it freed goes back to the system, which while it runs the allocator
/// keeps.
template <typename Work> auto translated(const run::KernelOptions& options, Work work) {
    struct MemoryReturn {
        ~MemoryReturn() { engine::returnMemory(); }
    } const memory;
    try {
        return work();
    } catch (const base::Error&) {
        throw;
    } catch (const base::Cancelled&) {
        throw;
    } catch (...) {
        throwTranslated(options);
    }
}

} // namespace lpntk::kernel
