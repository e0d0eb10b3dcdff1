#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace lpntk::models {

/// A thread for every piece of work, begun by one thread of this class and joined by another. The window's must do
/// neither: beginning one waits while another thread opens libraries (libtorch takes a third of a second), joining one
/// waits for its last steps, which on a busy computer come when all others have gone first.
class JobThreads {
public:
    JobThreads();
    /// Waits for the work that has begun; what has not never will.
    ~JobThreads();

    /// Runs `work`, which must not throw, as soon as a thread for it has begun. Returns at once.
    void begin(std::function<void()> work);

private:
    void beginWaiting(const std::stop_token& stop);
    void joinEnded(const std::stop_token& stop);
    void run(int number, std::function<void()> work);

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::vector<std::function<void()>> m_waiting;
    std::map<int, std::jthread> m_running;
    std::vector<int> m_ended; ///< numbers; their threads are past their last statement
    std::jthread m_starter;   ///< these two last: they use the others
    std::jthread m_joiner;
};

} // namespace lpntk::models
