#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace lpntk::base {

/// Where the threads of a paused job wait. The one who started the job closes and opens it from any thread; the job's
/// threads come by at every JobContext::throwIfCancelled, which costs one relaxed load while the gate is open.
class PauseGate {
public:
    void pause();
    void resume();
    bool isPaused() const { return m_paused.load(std::memory_order_relaxed); }
    /// Threads that wait here now; work that has not come by yet still runs.
    int waiting() const { return m_waiting.load(); }
    /// Returns at once when the gate is open, else when it is opened or `stop` is requested.
    void wait(const std::stop_token& stop);

private:
    std::atomic<bool> m_paused = false;
    std::atomic<int> m_waiting = 0;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
};

} // namespace lpntk::base
