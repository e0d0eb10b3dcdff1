#include <widgets/models/job_threads.h>

#include <algorithm>
#include <utility>

namespace lpntk::models {

JobThreads::JobThreads()
    : m_starter([this](const std::stop_token& stop) { beginWaiting(stop); }),
      m_joiner([this](const std::stop_token& stop) { joinEnded(stop); }) {}

JobThreads::~JobThreads() {
    for (std::jthread* thread : {&m_starter, &m_joiner}) {
        thread->request_stop();
        thread->join();
    }
    m_running.clear(); // joins, while what the threads tell of their end is still there
}

void JobThreads::begin(std::function<void()> work) {
    const std::lock_guard lock(m_mutex);
    m_waiting.push_back(std::move(work));
    m_changed.notify_all();
}

void JobThreads::beginWaiting(const std::stop_token& stop) {
    int number = 0;
    std::unique_lock lock(m_mutex);
    while (m_changed.wait(lock, stop, [this] { return !m_waiting.empty(); }) && !stop.stop_requested()) {
        auto waiting = std::exchange(m_waiting, {});
        for (auto& work : waiting) {
            lock.unlock();
            std::jthread thread([this, number, task = std::move(work)]() mutable { run(number, std::move(task)); });
            lock.lock();
            m_running.emplace(number++, std::move(thread));
            m_changed.notify_all(); // it may have ended before it was known
        }
    }
}

void JobThreads::run(int number, std::function<void()> work) {
    work();
    work = {}; // what it holds is released on this thread
    const std::lock_guard lock(m_mutex);
    m_ended.push_back(number);
    m_changed.notify_all();
}

void JobThreads::joinEnded(const std::stop_token& stop) {
    const auto known = [this] {
        return std::find_if(m_ended.begin(), m_ended.end(), [this](int number) { return m_running.contains(number); });
    };
    std::unique_lock lock(m_mutex);
    while (m_changed.wait(lock, stop, [&] { return known() != m_ended.end(); })) {
        const auto ended = known();
        auto thread = m_running.extract(*ended);
        m_ended.erase(ended);
        lock.unlock();
        thread.mapped().join();
        lock.lock();
    }
}

} // namespace lpntk::models
