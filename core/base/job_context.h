#pragma once

#include <core/base/error.h>
#include <core/base/pause_gate.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace lpntk::base {

/// Where a job stands, in the job's own unit.
struct Progress {
    std::string phase;     ///< what is being done, for example "signals"
    double done = 0;       ///< units finished in this phase
    double total = 0;      ///< units of this phase, 0 when unknown
    std::string unit;      ///< "samples", "tiles", "rows"
};

/// What a long computation is given beside its input: whether to stop or wait, and where to report. Cheap to copy; all
/// parts may be empty, so tests call algorithms with a default one. The report function may be called from any thread
/// of the job, one call at a time.
struct JobContext {
    std::stop_token stop;
    std::function<void(const Progress&)> report;
    std::shared_ptr<PauseGate> pause = nullptr;

    bool cancelled() const { return stop.stop_requested(); }

    /// Holds the calling thread while the job is paused; a requested stop lets it go.
    void waitWhilePaused() const {
        if (pause && pause->isPaused())
            pause->wait(stop);
    }

    /// Throws Cancelled once a stop was requested, and holds the thread while the job is paused. Call it at least every
    /// 0.2 s of work, without a lock that another job may want.
    void throwIfCancelled() const {
        waitWhilePaused();
        if (cancelled())
            throw Cancelled();
    }

    void progress(const char* phase, double done, double total, const char* unit) const {
        if (report)
            report(Progress{phase, done, total, unit});
    }
};

} // namespace lpntk::base
