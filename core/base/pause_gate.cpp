#include <core/base/pause_gate.h>

namespace lpntk::base {

void PauseGate::pause() {
    const std::lock_guard lock(m_mutex);
    m_paused = true;
}

void PauseGate::resume() {
    {
        const std::lock_guard lock(m_mutex);
        m_paused = false;
    }
    m_changed.notify_all();
}

void PauseGate::wait(const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    if (!m_paused)
        return;
    ++m_waiting;
    m_changed.wait(lock, stop, [this] { return !m_paused; });
    --m_waiting;
}

} // namespace lpntk::base
